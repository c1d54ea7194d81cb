"""Gradient descent and its stochastic variants on y = amplitude exp(rate x) + noise."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.optimize import curve_fit

from datasets.recipes.functions import FunctionRecipe

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
    x, y = (data[name].values[:, 0].astype(float) for name in "xy")
    best, _ = curve_fit(lambda x, a, b: a * np.exp(b * x), x, y, p0=START)
    ways = np.array([path(variant, x, y, epochs, seed) for variant in VARIANTS.values()])
    excess = (loss(ways, x, y) - loss(best, x, y)) / NOISE**2
    return xr.Dataset(
        {
            "excess_loss": (("variant", "epoch"), excess),
            "way": (("variant", "epoch", "parameter"), ways),
            "least_squares": ("parameter", best),
        },
        {
            "variant": list(VARIANTS),
            "parameter": ["amplitude", "rate"],
            "epoch": np.arange(epochs + 1),
        },
    )


def path(variant: Variant, x: np.ndarray, y: np.ndarray, epochs: int, seed: int) -> np.ndarray:
    """The two parameters at the start and after each epoch, shape (epoch + 1, 2).

    The steps are those of torch.optim.SGD, written out: a step on two parameters is too small for
    torch's automatic differentiation, which would take twenty times as long.
    """
    parameters = np.array(START)
    velocity = np.zeros(2)
    generator = np.random.default_rng(seed)
    way = [parameters]
    step = 0
    for _ in range(epochs):
        order = generator.permutation(len(x))
        for first in range(0, len(x), variant.batch or len(x)):
            batch = order[first : first + (variant.batch or len(x))]
            slope = gradient(parameters, x[batch], y[batch])
            velocity = variant.momentum * velocity + slope
            change = slope + variant.momentum * velocity if variant.nesterov else velocity
            parameters = parameters - RATE / (1.0 + step * variant.decay) * change
            step += 1
        way.append(parameters)
    return np.array(way)


def loss(parameters: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mean squared error, for parameters of shape (..., 2)."""
    amplitude, rate = np.moveaxis(parameters, -1, 0)[..., None]
    return ((amplitude * np.exp(rate * x) - y) ** 2).mean(axis=-1)


def gradient(parameters: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Gradient of the mean squared error, shape (2,)."""
    growth = np.exp(parameters[1] * x)
    error = 2.0 * (parameters[0] * growth - y) / len(x)
    return np.array([error @ growth, error @ (parameters[0] * x * growth)])


def samples_to(excess: xr.DataArray, level: float) -> xr.DataArray:
    """Epochs, which are as many times all samples, until the excess loss is below a level; nan if
    it never is.
    """
    below = excess <= level
    return xr.where(below.any("epoch"), excess.epoch[below.argmax("epoch")], np.nan)
