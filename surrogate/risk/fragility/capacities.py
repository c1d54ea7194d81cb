"""Fragility from capacities: the intensity at which each motion first exceeds a limit.

An incremental dynamic analysis gives the capacity x of every motion, between the level below which
its demand keeps to the limit and the level at which it exceeds it; there ln D is taken to be linear
in ln x. The curve of lognormal capacities is

    median = exp(mean ln x),      beta = std ln x.                                               (1)

Where a surrogate has the capacities s of many motions, and true runs have x of a few of them, the
regression ln x = a + b ln s + e of the few carries the many over:

    mean ln x = a + b mean ln s,      var ln x = b^2 var ln s + var e.                           (2)

Whatever the surrogate is worth, (2) tends to the truth as true runs are added (double sampling for
regression); a poor surrogate leaves var e large, and little is won.

References
----------
Vamvatsikos, D. and Cornell, C. A. (2004). Applied incremental dynamic analysis. Earthquake Spectra
20(2), 523-553.
Cochran, W. G. (1977). Sampling Techniques, 3rd ed. Wiley. (Section 12.6.)
"""

import numpy as np
import numpy.typing as npt
import xarray as xr

from surrogate.risk.fragility.lognormal import Fragility, positive
from surrogate.risk.ida import exceeding

LEAST = 5
"""Motions below which no curve is fitted."""


def capacities(result: xr.Dataset, limit: float) -> np.ndarray:
    """Return the intensity at which each motion of an analysis first exceeds a limit.

    Parameters
    ----------
    result : xarray.Dataset
        Of `surrogate.risk.ida.ida`.
    limit : float
        Demand.

    Returns
    -------
    ndarray, shape (record,)

    Raises
    ------
    ValueError
        Where a motion exceeds the limit at the lowest level, or at none: its capacity lies outside
        the levels.
    """
    exceeds = exceeding(result, limit)
    levels = result["level"].values
    _require_between(exceeds, levels, limit)
    above = exceeds.argmax(axis=1)  # first level beyond the limit
    records = np.arange(len(exceeds))
    x = np.log(levels)
    demands = result["demand"].values
    low = np.log(demands[records, above - 1])
    with np.errstate(invalid="ignore"):
        high = np.log(demands[records, above])
    share = (np.log(limit) - low) / (high - low)
    # A simulation that failed has no demand: the capacity lies between its levels, nothing is known
    # of where.
    share = np.where(np.isfinite(share), share, 0.5)
    return np.asarray(np.exp(x[above - 1] + share * (x[above] - x[above - 1])))


def slope(result: xr.Dataset, limit: float) -> float:
    """Return how fast demands grow about a limit, d ln D / d ln x: the median of the motions.

    Parameters
    ----------
    result : xarray.Dataset
        Of `surrogate.risk.ida.ida`.
    limit : float
        Demand.

    Raises
    ------
    ValueError
        As `capacities`, and where half of the motions do not grow there.
    """
    at = np.log(capacities(result, limit))
    x = np.log(result["level"].values)
    demands = np.log(result["demand"].values)
    above = np.clip(np.searchsorted(x, at), 1, len(x) - 1)
    records = np.arange(len(at))
    with np.errstate(invalid="ignore"):
        rise = demands[records, above] - demands[records, above - 1]
    found = float(np.nanmedian(rise / (x[above] - x[above - 1])))
    if not 0.0 < found < np.inf:
        raise ValueError(f"the demands do not grow with the intensity about {limit:g}")
    return found


def fit_capacities(capacities: npt.ArrayLike) -> Fragility:
    """Fit a fragility curve to capacities (1).

    Parameters
    ----------
    capacities : array_like, shape (motion,)
        Positive.

    Raises
    ------
    ValueError
        For fewer than 5 motions, or capacities that are all equal.
    """
    x = np.log(positive("capacities", capacities))
    if len(x) < LEAST:
        raise ValueError(f"capacities has {len(x)} motions: expected at least {LEAST}")
    return _curve(float(x.mean()), float(x.var(ddof=1)))


def fit_corrected(
    true: npt.ArrayLike, surrogate: npt.ArrayLike, further: npt.ArrayLike
) -> Fragility:
    """Fit a fragility curve to capacities of a surrogate, corrected by a few true ones (2).

    Parameters
    ----------
    true, surrogate : array_like, shape (run,)
        x and s of the same motions.
    further : array_like, shape (further,)
        s of motions without true runs.

    Raises
    ------
    ValueError
        For fewer than 5 true runs, unequal numbers of x and s, or equal s.
    """
    x = np.log(positive("true", true))
    s = np.log(positive("surrogate", surrogate))
    if len(x) != len(s):
        raise ValueError(f"{len(x)} true and {len(s)} surrogate capacities: expected as many")
    if len(x) < LEAST:
        raise ValueError(f"true has {len(x)} motions: expected at least {LEAST}")
    if np.ptp(s) == 0.0:
        raise ValueError("the capacities of the surrogate are all equal: they tell nothing")
    slope, offset = np.polyfit(s - s.mean(), x, 1)
    residual = x - offset - slope * (s - s.mean())
    every = np.concatenate([s, np.log(positive("further", further))])
    mean = offset + slope * (every.mean() - s.mean())
    variance = slope**2 * every.var(ddof=1) + residual @ residual / (len(x) - 2)
    return _curve(float(mean), float(variance))


def _curve(mean: float, variance: float) -> Fragility:
    if variance < 1e-18:
        raise ValueError("the capacities are all equal: beta cannot be told from them")
    return Fragility(float(np.exp(mean)), float(np.sqrt(variance)))


def _require_between(exceeds: np.ndarray, levels: np.ndarray, limit: float) -> None:
    never = ~exceeds.any(axis=1)
    at_once = exceeds[:, 0]
    if never.any():
        raise ValueError(
            f"{never.sum()} of {len(exceeds)} motions do not exceed {limit:g} at the highest level "
            f"{levels[-1]:g}: their capacity is not known, add higher levels"
        )
    if at_once.any():
        raise ValueError(
            f"{at_once.sum()} of {len(exceeds)} motions exceed {limit:g} at the lowest level "
            f"{levels[0]:g}: their capacity is not known, add lower levels"
        )
