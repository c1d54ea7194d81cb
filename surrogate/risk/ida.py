"""Incremental dynamic analysis: every motion scaled over levels of an intensity.

A motion of intensity x is multiplied by (level / x), so that it has the level; what gives the
demands of scaled motions is a function: a simulator, a surrogate, or a surrogate with the simulator
where it is asked beyond its training. A motion has collapsed at a level where its demand is not a
number (a simulation that did not converge) or exceeds the limit of collapse; its demand there is
infinite in every quantile and exceeds every limit.

Reference
---------
Vamvatsikos, D. and Cornell, C. A. (2002). Incremental dynamic analysis. Earthq. Eng. Struct. Dyn.
31(3), 491-514.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import xarray as xr

from simulators.checks import finite_array, is_number
from simulators.excitation.load import BaseMotions

QUANTILES = (0.16, 0.5, 0.84)

Demand = Callable[[BaseMotions], np.ndarray]
"""Demand of each motion, shape (record,); NaN for one whose simulation failed."""


def ida(
    motions: BaseMotions,
    intensities: npt.ArrayLike,
    levels: npt.ArrayLike,
    demand: Demand,
    collapse: float,
    done: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Scale motions over levels of their intensity and ask for their demands.

    Parameters
    ----------
    motions : BaseMotions
    intensities : array_like, shape (record,)
        Intensity of each motion as it is, positive; one that scales as the motion does.
    levels : array_like, shape (level,)
        Ascending, positive, in the unit of the intensities.
    demand : callable
        From `BaseMotions` to one demand a motion.
    collapse : float
        Demand above which a motion has collapsed.
    done : callable, optional
        Told each level when its motions are done.

    Returns
    -------
    xarray.Dataset
        `demand(record, level)`, NaN where the simulation failed, `collapsed(record, level)` and
        `scale(record, level)`.

    Raises
    ------
    ValueError
        If an argument is not as described, or `demand` does not give one number a motion.
    """
    x = finite_array("intensities", intensities, ndim=1)
    records = len(motions.acceleration)
    if len(x) != records or (x <= 0.0).any():
        raise ValueError(f"intensities = {x}: expected {records} positive numbers, one a motion")
    chosen = check_levels(levels, collapse)
    scale = chosen / x[:, None]
    demands = np.empty_like(scale)
    for number, level in enumerate(chosen):
        scaled = BaseMotions(motions.acceleration * scale[:, number, None], motions.interval)
        demands[:, number] = _checked(demand(scaled), records)
        if done is not None:
            done(float(level))
    collapsed = np.isnan(demands) | (demands > collapse)
    dims = ("record", "level")
    variables = {"demand": (dims, demands), "collapsed": (dims, collapsed), "scale": (dims, scale)}
    return xr.Dataset(variables, {"level": chosen}, {"collapse": collapse})


def check_levels(levels: npt.ArrayLike, collapse: float) -> np.ndarray:
    """Return the levels, shape (level,); ValueError for levels or a collapse that are none."""
    chosen = finite_array("levels", levels, ndim=1)
    if chosen.size == 0 or chosen[0] <= 0.0 or (np.diff(chosen) <= 0.0).any():
        raise ValueError(f"levels = {chosen}: expected ascending positive numbers")
    if not is_number(collapse) or collapse <= 0.0:
        raise ValueError(f"collapse = {collapse!r}: must be a positive demand")
    return chosen


def curves(result: xr.Dataset, quantiles: tuple[float, ...] = QUANTILES) -> xr.DataArray:
    """Return quantiles of the demand over the motions, shape (quantile, level).

    A quantile is that of a motion (no mean of two), infinite where that motion has collapsed.
    """
    demands = np.where(result["collapsed"].values, np.inf, result["demand"].values)
    values = np.quantile(demands, quantiles, axis=0, method="inverted_cdf")
    axes = {"quantile": list(quantiles), "level": result["level"].values}
    return xr.DataArray(values, axes, ("quantile", "level"))


def exceeding(result: xr.Dataset, limit: float) -> np.ndarray:
    """Return whether each motion exceeds a limit at each level, bool, shape (record, level).

    ValueError for a limit above that of collapse, beyond which no demand is believed.
    """
    if not is_number(limit) or not 0.0 < limit <= result.attrs["collapse"]:
        raise ValueError(
            f"limit = {limit!r}: must be positive and not above the limit of collapse, "
            f"{result.attrs['collapse']:g}"
        )
    return np.asarray(result["collapsed"].values | (result["demand"].values > limit))


def _checked(demands: npt.ArrayLike, records: int) -> np.ndarray:
    values = np.asarray(demands, dtype=float)
    if values.shape != (records,):
        raise ValueError(
            f"demand gave shape {values.shape} for {records} motions: expected one each"
        )
    if (values < 0.0).any():
        raise ValueError(f"demand gave {values.min():g}: expected peaks, which are not negative")
    return values
