"""Gradient descent and its stochastic variants on y = amplitude exp(rate x) + noise."""

from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from scipy.optimize import curve_fit
from torch import Tensor

from datasets.recipes.functions import FunctionRecipe
from surrogate.optim.schedulers import InverseDecay

RATE = 0.05
NOISE = 0.3
START = (0.2, 0.2)


@dataclass(frozen=True)
class Variant:
    """A way of descent: samples a step (0 for all), momentum, Nesterov's or not, decay of the
    learning rate a step.
    """

    batch: int
    momentum: float = 0.0
    nesterov: bool = False
    decay: float = 0.0


VARIANTS = {
    "whole batch": Variant(0),
    "whole, momentum": Variant(0, momentum=0.9),
    "whole, Nesterov": Variant(0, momentum=0.9, nesterov=True),
    "16 samples": Variant(16),
    "one sample": Variant(1),
    "one sample, decay": Variant(1, decay=2e-3),
}


def descend(seed: int, samples: int, epochs: int) -> xr.Dataset:
    """Loss above that of least squares after each epoch, and the way of the two parameters, for
    each variant.
    """
    recipe = FunctionRecipe(
        function={"name": "exponential", "noise": NOISE}, records=samples, seed=seed
    )
    data = recipe.make(0, samples)
    x, y = (torch.tensor(data[name].values[:, 0], dtype=torch.float64) for name in "xy")
    best, _ = curve_fit(lambda x, a, b: a * np.exp(b * x), x.numpy(), y.numpy(), p0=START)
    lowest = float(loss(torch.tensor(best), x, y))
    ways = torch.stack([path(variant, x, y, epochs, seed) for variant in VARIANTS.values()])
    losses = torch.stack([_losses(way, x, y) for way in ways])
    return xr.Dataset(
        {
            "excess_loss": (("variant", "epoch"), (losses.numpy() - lowest) / NOISE**2),
            "way": (("variant", "epoch", "parameter"), ways.numpy()),
            "least_squares": ("parameter", best),
        },
        {
            "variant": list(VARIANTS),
            "parameter": ["amplitude", "rate"],
            "epoch": np.arange(epochs + 1),
        },
    )


def _losses(way: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return torch.stack([loss(parameters, x, y) for parameters in way])


def path(variant: Variant, x: Tensor, y: Tensor, epochs: int, seed: int) -> Tensor:
    """The two parameters at the start and after each epoch, shape (epoch + 1, 2)."""
    parameters = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([parameters], RATE, variant.momentum, nesterov=variant.nesterov)
    schedule = InverseDecay(optimizer, variant.decay)
    generator = torch.Generator().manual_seed(seed)
    way = [parameters.detach().clone()]
    for _ in range(epochs):
        for batch in torch.randperm(len(x), generator=generator).split(variant.batch or len(x)):
            optimizer.zero_grad()
            loss(parameters, x[batch], y[batch]).backward()
            optimizer.step()
            schedule.step()
        way.append(parameters.detach().clone())
    return torch.stack(way)


def loss(parameters: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Mean squared error."""
    return (parameters[0] * torch.exp(parameters[1] * x) - y).square().mean()


def samples_to(excess: xr.DataArray, level: float) -> xr.DataArray:
    """Epochs, which are as many times all samples, until the excess loss is below a level; nan if
    it never is.
    """
    below = excess <= level
    return xr.where(below.any("epoch"), excess.epoch[below.argmax("epoch")], np.nan)
