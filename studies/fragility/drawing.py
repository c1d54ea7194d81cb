"""Figures of the study."""

from typing import TYPE_CHECKING

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
    """Errors of the parameters by way, coverage, the truth."""
    return [
        Picture(
            "errors",
            "Root mean square error of the median (left) and of beta (right) over the repetitions, "
            "from 100 true runs, those of a surrogate's training included. Dashed: the goals, 2 % "
            "and 5 %.",
            _errors(results),
        ),
        Picture(
            "coverage",
            "Share of the repetitions whose interval of 90 % holds the truth, median (filled) and "
            "beta (open). Shaded: 85 to 95 %.",
            draw_coverage(coverage(results).isel(seed=0)),
        ),
        Picture(
            "truth",
            "The truth: shares of the motions that exceed each drift ratio by peak acceleration, "
            "and the lognormal curves of their capacities.",
            _truth(results),
        ),
    ]


def _errors(results: xr.Dataset) -> "Figure":
    figure = new_figure(9.5, 3.4)
    errors = relative_errors(results).isel(seed=0)
    for axes, parameter, goal in zip(
        figure.subplots(1, 2, sharey=True), PARAMETERS, (0.02, 0.05), strict=True
    ):
        for number, limit in enumerate(errors.limit.values):
            values = errors.sel(limit=limit, parameter=parameter)
            axes.plot(values, values.way, "o", ms=5, color=COLOURS[number], label=f"{limit:.0%}")
        axes.axvline(goal, color="#5f7a8a", lw=0.8, ls="--")
        axes.set(xscale="log", xlabel=f"relative error of the {parameter}")
    axes.legend(title="drift ratio")
    return figure


def _truth(results: xr.Dataset) -> "Figure":
    figure = new_figure(5.5, 3.2)
    axes = figure.subplots()
    for number, limit in enumerate(results.limit.values):
        ordered = results.truth_quantile.sel(limit=limit).isel(seed=0)
        axes.plot(ordered, ordered.share, ".", ms=3, color=COLOURS[number])
        median, beta = results.true.sel(limit=limit).isel(seed=0).values
        x = np.geomspace(float(ordered[0]), float(ordered[-1]))
        curve = norm.cdf(np.log(x / median) / beta)
        axes.plot(x, curve, color=COLOURS[number], label=f"{limit:.0%}")
    axes.set(xscale="log", xlabel="PGA (g)", ylabel="probability of exceedance")
    axes.legend(title="drift ratio")
    return figure
