"""Parameters of `surrogate.networks.InstrumentedBuilding`: in SI units, and as they are learnt."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

PARAMETERS = (
    "mass",
    "stiffness",
    "damping",
    "yield_displacement",
    "exponent",
    "share",
    "post_yield_ratio",
)
LEAST_EXCESS = 1e-6
"""Of the exponent over one, and of the post-yield ratio over zero."""


class Building(NamedTuple):
    """Parameters of the equation of motion, each of shape (storeys,)."""

    mass: Tensor
    stiffness: Tensor
    damping: Tensor
    yield_displacement: Tensor
    exponent: Tensor
    share: Tensor
    post_yield_ratio: Tensor


def substeps(frequency: float, interval: float) -> int:
    """Return the steps between samples that follow a mode of a frequency (Hz) to about 1e-4."""
    return max(1, math.ceil(2.0 * math.pi * frequency * interval / 0.5))


def raw_of(name: str, value: Tensor) -> Tensor:
    """Return what is learnt of a parameter.

    A logarithm: of the excess over one for the exponent, of the odds for the post-yield ratio.
    """
    if name == "exponent":
        return torch.log((value - 1.0).clamp_min(LEAST_EXCESS))
    if name == "post_yield_ratio":
        return torch.logit(value.clamp(LEAST_EXCESS, 1.0 - LEAST_EXCESS))
    return torch.log(value)


def physical_of(name: str, raw: Tensor) -> Tensor:
    """Return the parameter of what is learnt of it."""
    if name == "exponent":
        return 1.0 + torch.exp(raw)
    return torch.sigmoid(raw) if name == "post_yield_ratio" else torch.exp(raw)


def masses_of(given: Sequence[float] | None, storeys: int) -> np.ndarray:
    """Return the masses that are given, or ones; ValueError for others than one a floor."""
    if given is None:
        return np.ones(storeys)
    masses = np.asarray(given, dtype=float)
    if masses.shape != (storeys,) or not (masses > 0.0).all():
        raise ValueError(f"mass must be {storeys} positive numbers, one a floor, got {given}")
    return masses


def uniform(
    masses: np.ndarray, period: float, damping: float, yield_displacement: float
) -> dict[str, np.ndarray]:
    """Return the parameters of a chain of one stiffness, which for equal masses has a first period.

    Each is of shape (storey,), in SI units.
    """
    n = len(masses)
    omega = 2.0 * math.pi / period
    stiffness = masses.mean() * (omega / (2.0 * math.sin(math.pi / (4 * n + 2)))) ** 2
    one = np.ones(n)
    return {
        "mass": masses,
        "stiffness": stiffness * one,
        "damping": 2.0 * damping / omega * stiffness * one,
        "yield_displacement": yield_displacement * one,
        "exponent": 2.0 * one,
        "share": 0.5 * one,
        "post_yield_ratio": 0.05 * one,
    }


def require_positive(**numbers: float) -> None:
    """Raise ValueError for the first number that is not positive and finite."""
    for name, value in numbers.items():
        if not 0.0 < value < math.inf:
            raise ValueError(f"{name} must be positive, got {value}")
