"""Fragility curves that are estimated again and again where the truth is known: what both studies
of fragility estimate, score and draw alike.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from scipy.stats import norm

from studies.framework.style import COLOURS, new_figure
from surrogate.risk.fragility.assessment import assess
from surrogate.risk.fragility.evidence import Evidence

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PARAMETERS = ("median", "beta")
LEVEL = 0.9
"""Of the intervals."""


def assessed(
    make: Callable[[], Evidence], limit: float, repetitions: int, generator: np.random.Generator
) -> dict[str, list[float]]:
    """Return the parameters with their intervals, nothing where there is no curve."""
    try:
        one = assess(limit, make(), generator, repetitions)
    except ValueError:
        return {}
    intervals = [one.repetitions.interval(name, LEVEL) for name in PARAMETERS]
    return {
        "value": [one.curve.median, one.curve.beta],
        "low": [low for low, _ in intervals],
        "high": [high for _, high in intervals],
    }


def relative_errors(results: xr.Dataset) -> xr.DataArray:
    """Root mean square of the relative error over the repetitions that have a curve.

    This favours a way that sometimes has none.
    """
    off = results.value / results.true - 1.0
    return np.sqrt((off**2).mean("repetition"))


def coverage(results: xr.Dataset) -> xr.DataArray:
    """Share of the repetitions whose interval holds the truth; one without a curve does not."""
    return ((results.low <= results.true) & (results.true <= results.high)).mean("repetition")


def draw_coverage(held: xr.DataArray) -> "Figure":
    """What `coverage` found, a row for each way, a colour for each limit; dimensions way, limit and
    parameter.
    """
    figure = new_figure(6.5, 3.4)
    axes = figure.subplots()
    axes.axvspan(0.85, 0.95, color="#5f7a8a", alpha=0.2, lw=0)
    for number, limit in enumerate(held.limit.values):
        for parameter, fill in zip(PARAMETERS, ("full", "none"), strict=True):
            values = held.sel(limit=limit, parameter=parameter)
            label = f"{limit:.0%}" if fill == "full" else None
            style: dict[str, Any] = {"fillstyle": fill, "color": COLOURS[number], "label": label}
            axes.plot(values, values.way, "o", ms=5, **style)
    axes.set(xlabel="share that holds the truth", xlim=(-0.02, 1.02))
    axes.legend(title="drift ratio", loc="upper left")
    return figure


def draw_errors(errors: xr.DataArray) -> "Figure":
    """What `relative_errors` found, a row for each way and a colour for each limit.

    Dimensions runs (one or two), way, limit and parameter. Dashed: the goals of 2 % and 5 %.
    """
    figure = new_figure(9.5, 3.4)
    for axes, parameter, goal in zip(
        figure.subplots(1, 2, sharey=True), PARAMETERS, (0.02, 0.05), strict=True
    ):
        for number, limit in enumerate(errors.limit.values):
            for which, fill in zip(range(errors.sizes["runs"]), ("full", "none"), strict=False):
                values = errors.sel(limit=limit, parameter=parameter).isel(runs=which)
                label = f"{limit:.0%}" if fill == "full" else None
                style: dict[str, Any] = {
                    "fillstyle": fill,
                    "color": COLOURS[number],
                    "label": label,
                }
                axes.plot(values, values.way, "o", ms=5, **style)
        axes.axvline(goal, color="#5f7a8a", lw=0.8, ls="--")
        axes.set(xscale="log", xlabel=f"relative error of the {parameter}")
    axes.legend(title="drift ratio")
    return figure


def draw_truth(
    true: xr.DataArray, capacities: Sequence[tuple[np.ndarray, np.ndarray]], intensity: str
) -> "Figure":
    """Capacities and their lognormal curves.

    Parameters
    ----------
    true : DataArray
        Median and beta, dimensions limit and parameter.
    capacities : sequence of (ndarray, ndarray)
        Of each limit: capacities, increasing, and the share of the motions up to each.
    intensity : str
        The measure of intensity with its unit.
    """
    figure = new_figure(5.5, 3.2)
    axes = figure.subplots()
    for number, (ordered, shares) in enumerate(capacities):
        axes.plot(ordered, shares, ".", ms=3, color=COLOURS[number])
        median, beta = true.isel(limit=number).values
        x = np.geomspace(ordered[0], ordered[-1])
        curve = norm.cdf(np.log(x / median) / beta)
        limit = float(true.limit[number])
        axes.plot(x, curve, color=COLOURS[number], label=f"{limit:.0%}")
    axes.set(xscale="log", xlabel=intensity, ylabel="probability of exceedance")
    axes.legend(title="drift ratio")
    return figure
