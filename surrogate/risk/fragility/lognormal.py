"""The lognormal fragility curve: P(demand > limit | intensity x) = Phi(ln(x / median) / beta)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from simulators.checks import finite_array, is_number

LOG_ROOT = 0.5 * float(np.log(2.0 * np.pi))
"""Of the density of the normal distribution, exp(-z^2 / 2 - LOG_ROOT)."""


@dataclass(frozen=True)
class Fragility:
    """A lognormal fragility curve.

    Parameters
    ----------
    median : float
        Intensity at which half of the motions exceed the limit, in its unit, > 0.
    beta : float
        Standard deviation of the logarithm of the intensity at which a motion exceeds it, > 0.

    Raises
    ------
    ValueError
        For a median or a beta that is not a positive number.
    """

    median: float
    beta: float

    def __post_init__(self) -> None:
        for name in ("median", "beta"):
            value = getattr(self, name)
            if not is_number(value) or value <= 0.0:
                raise ValueError(f"Fragility.{name} = {value!r}: must be a positive number")

    def probability(self, intensity: npt.ArrayLike) -> np.ndarray:
        """Return the probability of exceeding the limit at intensities > 0, of their shape."""
        return np.asarray(norm.cdf(np.log(np.asarray(intensity) / self.median) / self.beta))


def positive(name: str, values: npt.ArrayLike) -> np.ndarray:
    """Return positive numbers, shape (n,); ValueError naming the first that is none."""
    array = finite_array(name, values, ndim=1)
    if (array <= 0.0).any():
        place = int(np.argmax(array <= 0.0))
        raise ValueError(f"{name}[{place}] = {array[place]:g}: must be > 0")
    return array
