"""Inference: a checkpoint becomes a surrogate that answers excitations in physical units."""

from surrogate.inference.checkpoint import RECORDS_AT_ONCE, Run, load, respond
from surrogate.training.checkpoint import (
    read,
    read_interface,
    require_network,
    require_training_state,
)

__all__ = [
    "RECORDS_AT_ONCE",
    "Run",
    "load",
    "read",
    "read_interface",
    "require_network",
    "require_training_state",
    "respond",
]
