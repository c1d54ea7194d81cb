"""Parameters of `surrogate.networks.InstrumentedBuilding`: in SI units, and as they are learnt."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from surrogate.networks.steel_storey import MenegottoPintoStorey
from surrogate.networks.storey_laws import BoucWenStorey, IwanStorey, StoreyLaw

LEAST_EXCESS = 1e-6
"""Of the exponent over one, and of ratios and shifts over zero."""
RATIOS = ("post_yield_ratio", "transition_loss")
"""Parameters between zero and one."""
SHIFTS = ("negative_shift", "positive_shift")
"""Parameters that may be zero."""
STOREY_LAWS: dict[str, StoreyLaw] = {
    "bouc_wen": BoucWenStorey(),
    "iwan": IwanStorey(),
    "menegotto_pinto": MenegottoPintoStorey(),
}
"""The laws by their names."""


def storey_law(name: str) -> StoreyLaw:
    """Return a law of storeys by its name; ValueError for an unknown one."""
    if name not in STOREY_LAWS:
        raise ValueError(f"law = {name!r}: expected one of {', '.join(STOREY_LAWS)}")
    return STOREY_LAWS[name]


def substeps(frequency: float, interval: float) -> int:
    """Return the steps between samples that follow a mode of a frequency (Hz) to about 1e-4."""
    return max(1, math.ceil(2.0 * math.pi * frequency * interval / 0.5))


def raw_of(name: str, value: Tensor) -> Tensor:
    """Return what is learnt of a parameter.

    A logarithm: of the excess over one for the exponent, of the odds for a ratio.
    """
    if name == "exponent":
        return torch.log((value - 1.0).clamp_min(LEAST_EXCESS))
    if name in RATIOS:
        return torch.logit(value.clamp(LEAST_EXCESS, 1.0 - LEAST_EXCESS))
    return torch.log(value.clamp_min(LEAST_EXCESS) if name in SHIFTS else value)


def physical_of(name: str, raw: Tensor) -> Tensor:
    """Return the parameter of what is learnt of it."""
    if name == "exponent":
        return 1.0 + torch.exp(raw)
    return torch.sigmoid(raw) if name in RATIOS else torch.exp(raw)


def masses_of(given: Sequence[float] | None, storeys: int) -> np.ndarray:
    """Return the masses that are given, or ones; ValueError for others than one a floor."""
    if given is None:
        return np.ones(storeys)
    masses = np.asarray(given, dtype=float)
    if masses.shape != (storeys,) or not (masses > 0.0).all():
        raise ValueError(f"mass must be {storeys} positive numbers, one a floor, got {given}")
    return masses


def uniform(
    masses: np.ndarray,
    period: float,
    damping: float,
    yield_displacement: float,
    law: StoreyLaw,
    mass_damping: float = 0.0,
) -> dict[str, np.ndarray]:
    """Return the parameters of a chain of one stiffness, which for equal masses has a first period.

    Each is of shape (storey,), in SI units; damping by the masses is among them where it is not
    zero.
    """
    n = len(masses)
    omega = 2.0 * math.pi / period
    stiffness = masses.mean() * (omega / (2.0 * math.sin(math.pi / (4 * n + 2)))) ** 2
    same = {
        "stiffness": stiffness,
        "damping": 2.0 * damping / omega * stiffness,
        "yield_displacement": yield_displacement,
        **law.start,
        **({"mass_damping": mass_damping} if mass_damping > 0.0 else {}),
    }
    return {"mass": masses} | {name: np.full(n, value) for name, value in same.items()}


def require_positive(**numbers: float) -> None:
    """Raise ValueError for the first number that is not positive and finite."""
    for name, value in numbers.items():
        if not 0.0 < value < math.inf:
            raise ValueError(f"{name} must be positive, got {value}")
