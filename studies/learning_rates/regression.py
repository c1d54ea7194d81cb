"""Stochastic gradient descent on y = exp(x) + noise with samples that are all new: what is left at
each rate.

All seeds and rates take their steps together; the rates are the parameter groups of one optimizer.
The excess loss is exact, for the truth is known: the mean of (a exp(b x) - exp(x))^2 over uniform
x, in units of the noise's variance.
"""

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from datasets.recipes.functions import FunctionRecipe
from studies.learning_rates.laws import LAWS

RATES = (0.005, 0.01, 0.02, 0.04, 0.08)
FACTOR = 4  # of the batch, and of the rate that goes with it
NOISE = 0.3
START = (0.2, 0.2)
POINTS = 51  # of x for the excess loss
KEPT = 50  # means over steps


def descend(law: str, batch: int, seeds: Sequence[int], steps: int) -> xr.Dataset:
    """Excess loss on the way, means over `steps / KEPT` steps each.

    Parameters
    ----------
    law : str
        Of LAWS.
    batch : int
        Samples a step.
    seeds : sequence of int
    steps : int
        A multiple of KEPT.
    """
    x, y = _samples(batch, seeds, steps)
    parameters = [_start(len(seeds)) for _ in RATES]
    groups = [{"params": own, "lr": rate} for own, rate in zip(parameters, RATES, strict=True)]
    optimizer = torch.optim.SGD(groups, foreach=True)
    schedule = LAWS[law](optimizer, steps)
    history = []
    for step in range(steps):
        together = torch.stack(parameters)  # (rate, seed, 2)
        history.append(together.detach())
        optimizer.zero_grad()
        (_model(together, x[step]) - y[step]).square().mean(-1).sum().backward()
        optimizer.step()
        schedule.step()
    excess = excess_loss(torch.stack(history, dim=2)).unflatten(-1, (KEPT, -1)).mean(-1)
    middles = (np.arange(KEPT) + 0.5) * (steps / KEPT)
    return xr.Dataset(
        {"excess_loss": (("rate", "seed", "step"), excess.numpy())},
        {"rate": list(RATES), "seed": list(seeds), "step": middles},
    )


def excess_loss(parameters: Tensor) -> Tensor:
    """Of parameters (..., 2), without the noise, over the variance of the noise; shape (...)."""
    x = (torch.arange(POINTS, dtype=torch.float64) + 0.5) * (2.0 / POINTS) - 1.0
    return (_model(parameters, x) - torch.exp(x)).square().mean(-1) / NOISE**2


def left_over(results: xr.Dataset) -> xr.DataArray:
    """Mean excess loss over the last three quarters, where a constant rate has become
    stationary.
    """
    return results.excess_loss.isel(step=slice(results.sizes["step"] // 4, None)).mean("step")


def exponent(values: xr.DataArray, dim: str) -> xr.DataArray:
    """Slope of log(values) over log(dim), by least squares."""
    over = values.assign_coords({dim: np.log(values[dim])})
    logs = xr.apply_ufunc(np.log, over)
    return logs.polyfit(dim, 1).polyfit_coefficients.sel(degree=1, drop=True)


def _samples(batch: int, seeds: Sequence[int], steps: int) -> tuple[Tensor, Tensor]:
    """Inputs and targets, shape (step, seed, batch)."""
    count = steps * batch
    exponential = {"name": "exponential", "noise": NOISE}
    made = [
        FunctionRecipe(function=exponential, records=count, seed=seed).make(0, count)
        for seed in seeds
    ]
    shape = (steps, batch)
    x = [torch.tensor(data["x"].values[:, 0]).double().view(shape) for data in made]
    y = [torch.tensor(data["y"].values[:, 0]).double().view(shape) for data in made]
    return torch.stack(x, dim=1), torch.stack(y, dim=1)


def _start(seeds: int) -> Tensor:
    return torch.tensor([START] * seeds, dtype=torch.float64, requires_grad=True)


def _model(parameters: Tensor, x: Tensor) -> Tensor:
    return parameters[..., :1] * torch.exp(parameters[..., 1:] * x)
