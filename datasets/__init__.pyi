from .contract.schema import validate
from .files.joining import join
from .files.store import open_dataset, shards, write_dataset
from .generation.local import generate
from .inspection.checking import check
from .measured.records import import_records
from .recipes.catalogue import load_recipe

__all__ = [
    "check",
    "generate",
    "import_records",
    "join",
    "load_recipe",
    "open_dataset",
    "shards",
    "validate",
    "write_dataset",
]
__contract__: str
