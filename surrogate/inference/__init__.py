"""Inference: a checkpoint becomes a surrogate that answers excitations in physical units."""

from surrogate.inference.checkpoint import RECORDS_AT_ONCE, Run, load, respond
from surrogate.training.checkpoint import (
    read,
    read_interface,
    require_network,
    require_training_state,
)
from surrogate.training.restoring import made_from

__all__ = [
    "RECORDS_AT_ONCE",
    "Run",
    "load",
    "made_from",
    "read",
    "read_interface",
    "require_network",
    "require_training_state",
    "respond",
]
