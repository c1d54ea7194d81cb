"""Importance sampling: inputs drawn where a limit is exceeded, weighted by the ratio of densities.

    P = mean(f w),   w = p(u) / q(u)                                                             (1)

has no bias where q is positive wherever f p is. For motions made of standard normal numbers u a
usual q is the same normal moved by `shift`, for which

    log w = |shift|^2 / 2 - shift . u.                                                           (2)

References
----------
Melchers, R. E. (1989). Importance sampling in structural systems. Structural Safety 6(1), 3-10.
"""

import warnings

import numpy as np
import numpy.typing as npt

from simulators.checks import finite_array
from surrogate.risk.estimation.counting import flags
from surrogate.risk.estimation.estimate import Estimate, mean_error

FEW = 10.0
"""Effective number of exceedances below which the standard error is not to be trusted."""


class FewExceedances(UserWarning):
    """An estimate rests on so few weighted exceedances that its standard error is uncertain."""


def moved(generator: np.random.Generator, runs: int, shift: npt.ArrayLike) -> np.ndarray:
    """Return standard normal numbers moved by `shift`, shape (run, dimension)."""
    centre = finite_array("shift", shift, ndim=1)
    return centre + generator.standard_normal((runs, len(centre)))


def log_weights(numbers: npt.ArrayLike, shift: npt.ArrayLike) -> np.ndarray:
    """Return (2) for moved numbers, shape (run,)."""
    centre = finite_array("shift", shift, ndim=1)
    values = finite_array("numbers", numbers, ndim=2)
    if values.shape[1] != len(centre):
        raise ValueError(f"numbers have {values.shape[1]} columns for a shift of {len(centre)}")
    return np.asarray(0.5 * centre @ centre - values @ centre)


def importance(exceeds: npt.ArrayLike, logarithms: npt.ArrayLike) -> Estimate:
    """Return the estimate (1) of a probability.

    Parameters
    ----------
    exceeds : array_like of bool, shape (run,)
        f at independent inputs from q.
    logarithms : array_like, shape (run,)
        log w.

    Warns
    -----
    FewExceedances
        If (sum f w)^2 / sum (f w)^2, the effective number of exceedances, is below 10.

    Raises
    ------
    ValueError
        Where no run exceeds, or the numbers of f and w differ.
    """
    outcomes = flags("exceeds", exceeds)
    weights = np.exp(finite_array("logarithms", logarithms, ndim=1))
    if len(weights) != len(outcomes):
        raise ValueError(f"{len(outcomes)} outcomes for {len(weights)} weights: expected as many")
    terms = outcomes * weights
    if not terms.any():
        raise ValueError(f"none of {len(outcomes)} runs exceeds: move the inputs closer to failure")
    effective = terms.sum() ** 2 / (terms @ terms)
    if effective < FEW:
        warnings.warn(
            f"the estimate rests on {effective:.1f} effective exceedances: its standard error is "
            "uncertain, make more runs or choose another shift",
            FewExceedances,
            stacklevel=2,
        )
    return Estimate(float(terms.mean()), mean_error(terms), len(outcomes))
