"""What every estimator returns: a value, its standard error and what it cost."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import norm

from simulators.checks import is_number, is_whole


@dataclass(frozen=True)
class Estimate:
    """An estimate with its standard error.

    Attributes
    ----------
    value : float
    standard_error : float
        Positive: an estimator that cannot tell its error refuses instead of giving zero.
    runs : int
        Runs of the simulator.
    cheap_runs : int
        Answers of the surrogate.
    """

    value: float
    standard_error: float
    runs: int
    cheap_runs: int = 0

    @property
    def variation(self) -> float:
        """Standard error over the value."""
        return self.standard_error / self.value

    @property
    def crude_runs(self) -> float:
        """Runs of crude Monte Carlo that have this standard error, for a probability."""
        share = min(self.value, 1.0)
        return share * (1.0 - share) / self.standard_error**2

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """Return the interval of a normal distribution about the value, not below zero.

        ValueError for a level outside (0, 1).
        """
        half = self._normal(level) * self.standard_error
        return max(0.0, self.value - half), self.value + half

    def probability_interval(self, level: float = 0.9) -> tuple[float, float]:
        """Return the interval of a probability, inside 0 to 1.

        That of Wilson (1927) for as many runs of crude Monte Carlo as have the standard error: the
        probabilities from which the value lies no more standard errors of theirs away. ValueError
        for a level outside (0, 1).
        """
        share = min(max(self.value, 0.0), 1.0)
        z = self._normal(level)
        if not 0.0 < share < 1.0:
            half = z * self.standard_error
            return max(0.0, share - half), min(1.0, share + half)
        inverse = self.standard_error**2 / (share * (1.0 - share))  # of the crude runs
        middle = share + 0.5 * z**2 * inverse
        half = z * sqrt(self.standard_error**2 + 0.25 * (z * inverse) ** 2)
        whole = 1.0 + z**2 * inverse
        return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)

    @staticmethod
    def _normal(level: float) -> float:
        return float(norm.ppf(0.5 + 0.5 * checked_level(level)))


def checked_level(level: float) -> float:
    """Return a level of confidence; ValueError where it is not in (0, 1)."""
    if not is_number(level) or not 0.0 < level < 1.0:
        raise ValueError(f"level = {level!r}: must lie between 0 and 1")
    return float(level)


def checked_count(name: str, value: int, least: int) -> int:
    """Return a whole number; ValueError where it is none or below the least."""
    if not is_whole(value) or value < least:
        raise ValueError(f"{name} = {value!r}: must be a whole number >= {least}")
    return int(value)


def mean_error(values: np.ndarray) -> float:
    """Return the standard error of the mean of independent values."""
    return float(values.std(ddof=1)) / sqrt(len(values))
