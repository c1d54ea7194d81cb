"""Error against width for one and two hidden layers in several dimensions, and the exponents of
it.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from studies.depth_vs_width.training import Problem, learn
from surrogate.networks import MLP


def error(
    problem: Problem,
    depth: int,
    width: int,
    rates: Sequence[float],
    seeds: Sequence[int],
    epochs: int,
) -> xr.Dataset:
    """Errors of a network with `depth` hidden layers of `width` units: `width_..._error` (rate,
    seed).
    """
    hidden = [width] * depth
    _, errors = learn(problem, hidden, rates, seeds, epochs, decay=True)
    final = errors.assign(test_error=errors.test_error.isel(epoch=-1))[
        ["validation_error", "test_error"]
    ]
    parameters = sum(
        weight.numel() for weight in MLP(problem.dimension, 1, hidden=hidden).parameters()
    )
    place = {"dimension": [problem.dimension], "depth": [depth], "width": [width]}
    final = final.rename({name: f"width_{name}" for name in final})
    return final.expand_dims(place).assign(
        parameters=(tuple(place), np.full((1, 1, 1), float(parameters)))
    )


def best(test: xr.DataArray, validation: xr.DataArray) -> xr.DataArray:
    """Test error at the learning rate whose validation error is least on average over the seeds (of
    the logarithm).
    """
    scores = _log(validation).mean("seed", skipna=False).fillna(np.inf)
    return test.isel(rate=scores.argmin("rate"))


def exponents(results: xr.Dataset) -> xr.Dataset:
    """`units` and `parameters` (dimension, depth, seed): the exponent over either, at the best
    learning rates.
    """
    error = best(results.width_test_error, results.width_validation_error)
    return xr.Dataset(
        {"units": exponent(error, results.width), "parameters": exponent(error, results.parameters)}
    )


def exponent(error: xr.DataArray, size: xr.DataArray) -> xr.DataArray:
    """p of root mean square error = constant size^-p, by least squares over the widths that were
    measured.

    Parameters
    ----------
    error : DataArray
        Mean square, with the dimension width; NaN where nothing was measured.
    size : DataArray
        Units or parameters, with the dimension width.
    """
    x, y = xr.broadcast(_log(size), 0.5 * _log(error))
    x = x.where(y.notnull())
    dx = x - x.mean("width")
    dy = y - y.mean("width")
    return -(dx * dy).sum("width") / (dx**2).sum("width")


def _log(values: xr.DataArray) -> xr.DataArray:
    return xr.apply_ufunc(np.log, values)
