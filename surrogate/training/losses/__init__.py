"""Losses that torch lacks, and penalties that are added to any loss while training.

Class paths name them from here: `surrogate.training.losses.GaussianNLL`.
"""

from surrogate.training.losses.errors import (
    DifferencedSquaredError,
    GaussianNLL,
    RelativeSquaredError,
)
from surrogate.training.losses.penalty import Penalty
from surrogate.training.losses.physics import PhysicsPenalty
from surrogate.training.losses.regularisation import ActivationPenalty, WeightPenalty

__all__ = [
    "ActivationPenalty",
    "DifferencedSquaredError",
    "GaussianNLL",
    "Penalty",
    "PhysicsPenalty",
    "RelativeSquaredError",
    "WeightPenalty",
]
