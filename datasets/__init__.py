"""Files of responses and functions: made from recipes, imported from measurements, read as one lazy
xarray.Dataset.

    contract       what a file may hold: variables, dimensions, units, named parts
    recipes        a dataset as a description: YAML in, records out
    generation     a recipe becomes files, shard by shard, here or on a cluster
    files          written whole or not at all, sealed, read lazily
    measured       the files of others, mapped to the contract
    inspection     what is in a dataset, and whether it is sound

This package shares its name with Hugging Face's `datasets`; ``__contract__`` says which one has
been imported.
"""

import lazy_loader

from datasets.moved_names import MOVED
from simulators.moved import follow

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(
    __name__, __file__
)  # the names are those of __init__.pyi
__contract__ = "structural-surrogates"
follow(MOVED)
