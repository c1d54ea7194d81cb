"""Figures of the study."""

from typing import TYPE_CHECKING

import numpy as np
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
    """Errors of the parameters and coverage by way, and the truth."""
    return [
        Picture(
            "errors",
            "Root mean square error of the median (left) and of beta (right) over the estimates: "
            "from 100 runs (filled) and from 200 (open). Dashed: 2 % and 5 %.",
            draw_errors(relative_errors(results).isel(seed=0)),
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


def _truth(results: xr.Dataset) -> "Figure":
    capacity = results.capacity.isel(seed=0)
    ordered = [capacity.sel(limit=limit).values for limit in results.limit.values]
    shares = (np.arange(len(ordered[0])) + 0.5) / len(ordered[0])
    found = [(one, shares) for one in ordered]
    return draw_truth(results.true.isel(seed=0), found, "SA(0.84) (g)")
