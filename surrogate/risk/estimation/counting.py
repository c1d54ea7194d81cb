"""Crude Monte Carlo: the share of runs that exceed a limit, and its exact interval."""

from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from surrogate.risk.estimation.estimate import Estimate, checked_level


def crude(exceeds: npt.ArrayLike) -> Estimate:
    """Return the share of independent runs that exceed, with its binomial standard error.

    Parameters
    ----------
    exceeds : array_like of bool, shape (run,)

    Raises
    ------
    ValueError
        Where no run exceeds, or all do: the error cannot be told, and `binomial_interval` gives the
        bound that there is.
    """
    values = flags("exceeds", exceeds)
    count = int(values.sum())
    runs = len(values)
    if count in (0, runs):
        low, high = binomial_interval(count, runs)
        raise ValueError(
            f"{count} of {runs} runs exceed: the standard error cannot be told, the probability "
            f"lies between {low:.2g} and {high:.2g} with 90 % confidence; make more runs"
        )
    share = count / runs
    return Estimate(share, sqrt(share * (1.0 - share) / runs), runs)


def binomial_interval(count: int, runs: int, level: float = 0.9) -> tuple[float, float]:
    """Return the interval of Clopper and Pearson (1934) for a probability.

    It holds the probability with at least the confidence `level`, whatever the count is.
    """
    interval = binomtest(count, runs).proportion_ci(checked_level(level), method="exact")
    return float(interval.low), float(interval.high)


def flags(name: str, values: npt.ArrayLike) -> np.ndarray:
    """Return values as bool, shape (run,); ValueError where they are not flags of two runs."""
    array = np.asarray(values)
    if array.ndim != 1 or len(array) < 2:
        raise ValueError(f"{name} has shape {array.shape}: expected one flag a run, of two or more")
    if not np.isin(array, (0, 1)).all():
        raise ValueError(f"{name} has values other than True and False: compare with the limit")
    return array.astype(bool)
