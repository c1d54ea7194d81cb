from .data.datamodule import Records
from .inference.checkpoint import load
from .inference.face import ensemble, respond
from .training.module import Surrogate
from .training.run import fit

__all__ = ["Records", "Surrogate", "ensemble", "fit", "load", "respond"]
