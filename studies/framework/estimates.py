"""Fragility curves that are estimated again and again where the truth is known: what both studies
of fragility estimate, score and draw alike.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

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
