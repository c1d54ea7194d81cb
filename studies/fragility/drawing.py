"""Figures of the study."""

from typing import TYPE_CHECKING

import xarray as xr

from studies.framework import Picture
from studies.framework.estimates import (
    coverage,
    draw_coverage,
    draw_errors,
    draw_truth,
    relative_errors,
)

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
            draw_errors(relative_errors(results).isel(seed=0).expand_dims("runs")),
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


def _truth(results: xr.Dataset) -> "Figure":
    quantiles = results.truth_quantile.isel(seed=0)
    shares = quantiles.share.values
    found = [(quantiles.sel(limit=limit).values, shares) for limit in results.limit.values]
    return draw_truth(results.true.isel(seed=0), found, "PGA (g)")
