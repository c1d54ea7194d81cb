"""Measured data: the files of others, mapped to names and units of the contract."""
