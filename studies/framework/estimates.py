"""Estimates made again and again, of studies that know the truth: how far the repetitions lie from
it, and how often their intervals hold it.
"""

import numpy as np
import xarray as xr


def relative_errors(results: xr.Dataset) -> xr.DataArray:
    """Root mean square of the relative error over the repetitions that have a curve.

    This favours a way that sometimes has none.
    """
    off = results.value / results.true - 1.0
    return np.sqrt((off**2).mean("repetition"))


def coverage(results: xr.Dataset) -> xr.DataArray:
    """Share of the repetitions whose interval holds the truth; one without a curve does not."""
    return ((results.low <= results.true) & (results.true <= results.high)).mean("repetition")
