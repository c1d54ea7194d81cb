"""Figures of the study."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from scipy.stats import norm

from studies.framework import Picture
from studies.framework.estimates import (
    PARAMETERS,
    coverage,
    draw_coverage,
    relative_errors,
)
from studies.framework.style import COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(results: xr.Dataset) -> list[Picture]:
    """Errors of the parameters and coverage by way, and the truth."""
    return [
        Picture(
            "errors",
            "Root mean square error of the median (left) and of beta (right) over the estimates: "
            "from 100 runs (filled) and from 200 (open). Dashed: 2 % and 5 %.",
            _errors(results),
        ),
        Picture(
            "coverage",
            "Share of the estimates from 100 runs whose interval of 90 % holds the truth, median "
            "(filled) and beta (open). Shaded: 85 to 95 %.",
            draw_coverage(coverage(results).isel(seed=0, runs=0)),
        ),
        Picture(
            "truth",
            "The truth: shares of the motions that exceed each drift ratio by spectral "
            "acceleration, and the lognormal curves of their capacities.",
            _truth(results),
        ),
    ]


def _errors(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.0)
    errors = relative_errors(results).isel(seed=0)
    for axes, parameter, goal in zip(
        figure.subplots(1, 2, sharey=True), PARAMETERS, (0.02, 0.05), strict=True
    ):
        for number, limit in enumerate(errors.limit.values):
            for runs, fill in zip(errors.runs.values, ("full", "none"), strict=False):
                values = errors.sel(limit=limit, parameter=parameter, runs=runs)
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


def _truth(results: xr.Dataset) -> "Figure":
    figure = new_figure(5.5, 3.2)
    axes = figure.subplots()
    for number, limit in enumerate(results.limit.values):
        ordered = results.capacity.sel(limit=limit).isel(seed=0).values
        shares = (np.arange(len(ordered)) + 0.5) / len(ordered)
        axes.plot(ordered, shares, ".", ms=3, color=COLOURS[number])
        median, beta = results.true.sel(limit=limit).isel(seed=0).values
        x = np.geomspace(ordered[0], ordered[-1])
        curve = norm.cdf(np.log(x / median) / beta)
        axes.plot(x, curve, color=COLOURS[number], label=f"{limit:.0%}")
    axes.set(xscale="log", xlabel="SA(0.84) (g)", ylabel="probability of exceedance")
    axes.legend(title="drift ratio")
    return figure
