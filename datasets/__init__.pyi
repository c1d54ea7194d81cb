from .contract.schema import validate
from .files.store import open_dataset, shards, write_dataset

__all__ = ["open_dataset", "shards", "validate", "write_dataset"]
__contract__: str
