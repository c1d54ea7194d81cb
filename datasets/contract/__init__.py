"""The dataset contract: variables with their names and units, and the named parts of a dataset."""
