"""Files of responses and functions: made from recipes, imported from measurements, read as one lazy xarray.Dataset.

=============  =========================================================================================================
the contract   schema, partition (named parts), units
recipes        recipe, catalogue, explaining; responses: structures, motions, family, variation, mirror; functions,
               classification
generation     generate, executors, clusters, progress
files          store, lazy, windows, netcdf, seal, disk
measurements   measured, editing, sources, matlab, accelerograms, benchmark
looking at it  summary, figure, card, checking
=============  =========================================================================================================

This package shares its name with Hugging Face's `datasets`; ``__contract__`` tells which one has been imported.
"""

from datasets.schema import validate
from datasets.store import open_dataset, shards, write_dataset

__all__ = ["open_dataset", "shards", "validate", "write_dataset"]
__contract__ = "structural-surrogates"
