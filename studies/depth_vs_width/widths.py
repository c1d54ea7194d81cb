"""Error against the units of one hidden layer, in several dimensions, after training has converged.

Maiorov's law (1999), in the chapter's form (eq. 15): the error eps of a function with k derivatives
takes N = eps^((1 - d) / k) units at best, so that the error falls as N^-p with p = k / (d - 1). It
is a law of what weights there are: so that training hides as little of it as can be, the networks
are small, in double precision, and L-BFGS goes on until the loss no longer falls.
"""

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from studies.depth_vs_width.training import Problem
from surrogate.networks import MLP

ITERATIONS = 50  # between two looks at the loss
FALL = 0.01  # training ends where the loss falls by less over these iterations


def error(
    problem: Problem, width: int, seeds: Sequence[int], longest: int, device: torch.device
) -> xr.Dataset:
    """Train one hidden layer of sigmoid units from each seed.

    Parameters
    ----------
    problem : Problem
    width : int
    seeds : sequence of int
    longest : int
        Iterations after which a training that still falls is ended.
    device : device

    Returns
    -------
    Dataset
        `width_error` (dimension, width, seed): mean square on the test points over the variance of
        the function there; `width_converged`: whether the loss no longer fell.
    """
    points = {name: _double(pair, device) for name, pair in problem.points().items()}
    found = [_one(problem.dimension, width, seed, points, longest) for seed in seeds]
    errors, converged = zip(*found, strict=True)
    place = {"dimension": [problem.dimension], "width": [width]}
    return xr.Dataset(
        {"width_error": ("seed", list(errors)), "width_converged": ("seed", list(converged))},
        {"seed": list(seeds)},
    ).expand_dims(place)


def _double(pair: tuple[Tensor, Tensor], device: torch.device) -> tuple[Tensor, Tensor]:
    x, y = pair
    return x.double().to(device), y.double().to(device)


def _one(
    dimension: int, width: int, seed: int, points: dict[str, tuple[Tensor, Tensor]], longest: int
) -> tuple[float, bool]:
    """Test error, and whether training has converged."""
    x, y = points["train"]
    torch.manual_seed(seed)
    network = MLP(dimension, 1, [width], nn.Sigmoid).double().to(x.device)
    optimizer = torch.optim.LBFGS(
        network.parameters(), max_iter=ITERATIONS, history_size=20, line_search_fn="strong_wolfe"
    )

    def closure() -> float:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(network(x), y)
        loss.backward()
        return loss.item()

    before = closure()
    converged = False
    for _ in range(0, longest, ITERATIONS):
        optimizer.step(closure)
        after = closure()
        converged = after > (1.0 - FALL) * before
        before = after
        if converged:
            break
    with torch.no_grad():
        x_test, y_test = points["test"]
        error = nn.functional.mse_loss(network(x_test), y_test) / y_test.var(correction=0)
    return error.item(), converged


def best(test: xr.DataArray, validation: xr.DataArray) -> xr.DataArray:
    """Test error at the learning rate whose validation error is least on average over the seeds (of
    the logarithm).
    """
    return test.isel(rate=_scores(validation).argmin("rate"))


def best_rate(validation: xr.DataArray) -> xr.DataArray:
    """The learning rate that `best` takes."""
    return validation.rate[_scores(validation).argmin("rate")].drop_vars("rate")


def _scores(validation: xr.DataArray) -> xr.DataArray:
    return _log(validation).mean("seed", skipna=False).fillna(np.inf)


def exponent(error: xr.DataArray, size: xr.DataArray) -> xr.DataArray:
    """p of root mean square error = constant size^-p, by least squares over the widths.

    Parameters
    ----------
    error : DataArray
        Mean square, with the dimension width; NaN where nothing was measured.
    size : DataArray
        Units, with the dimension width.
    """
    x, y = xr.broadcast(_log(size), 0.5 * _log(error))
    x = x.where(y.notnull())
    dx = x - x.mean("width")
    dy = y - y.mean("width")
    return -(dx * dy).sum("width") / (dx**2).sum("width")


def _log(values: xr.DataArray) -> xr.DataArray:
    return xr.apply_ufunc(np.log, values)
