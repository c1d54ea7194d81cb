from .data.datamodule import Records
from .data.endless.records import EndlessRecords
from .inference.checkpoint import load
from .inference.face import ensemble, respond
from .training.module import Surrogate
from .training.run import fit

__all__ = ["EndlessRecords", "Records", "Surrogate", "ensemble", "fit", "load", "respond"]
