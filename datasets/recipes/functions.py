"""Samples of functions: the recipe of a static dataset, ``x(sample, input)`` and ``y(sample,
output)``, or ``label(sample)`` where there are classes to tell apart.
"""

from typing import Annotated, Literal

import numpy as np
import xarray as xr
from pydantic import Field, model_validator
from scipy.special import ndtri

from datasets.contract import labels
from datasets.contract.schema import WEIGHT
from datasets.recipes.cifar import Cifar10
from datasets.recipes.classification import Digits, Iris
from datasets.recipes.recipe import Recipe
from datasets.recipes.samples import SampleSource
from datasets.recipes.variation import Sampling, design_points
from simulators.functions.radial import RadialFunction, near_peak


class Radial(SampleSource):
    """Radial function of Eldan and Shamir in the cube [-half_width, half_width]^dimension.

    Parameters
    ----------
    dimension : int
        d.
    radius : float, optional
        R; by default that of the ball of volume one.
    half_width : float
        Half the side of the cube.
    sampling : {"uniform", "latin_hypercube", "sobol", "importance"}
        ``importance`` places half of the samples near the peak and stores the weight of each.
    """

    name: Literal["radial"]
    dimension: int = Field(2, ge=1)
    radius: float | None = Field(0.2, gt=0)
    half_width: float = Field(10.0, gt=0)
    sampling: Literal["uniform", "latin_hypercube", "sobol", "importance"] = "uniform"

    def evaluate(self, recipe: Recipe, first: int, count: int) -> dict[str, xr.Variable]:
        """Return the variables of a block of samples."""
        function = RadialFunction(self.dimension, self.radius)
        extra = self.sampling == "importance"
        points = _points(self.sampling, recipe, first, count, self.dimension + extra)
        x = self.half_width * (2 * points - 1)
        weights = None
        if extra:
            x, weights = near_peak(points, self.half_width, spread=0.5 / function.ball_radius)
        variables = _pair(x, function(x)[:, None], "value of the radial function")
        if weights is not None:
            variables[WEIGHT] = xr.Variable(
                "sample",
                weights.astype(np.float32),
                {"units": "1", "long_name": "importance weight"},
            )
        return variables


class Exponential(SampleSource):
    """Noisy exponential of one input, y = offset + amplitude exp(rate x) + noise, x uniform between
    `low` and `high`.
    """

    name: Literal["exponential"]
    offset: float = 0.0
    amplitude: float = 1.0
    rate: float = 1.0
    noise: float = Field(0.1, ge=0, description="standard deviation")
    low: float = -1.0
    high: float = 1.0

    @model_validator(mode="after")
    def _check(self) -> "Exponential":
        if not self.low < self.high:
            raise ValueError(f"low must be below high = {self.high}, got {self.low}")
        return self

    def evaluate(self, recipe: Recipe, first: int, count: int) -> dict[str, xr.Variable]:
        """Return the variables of a block of samples."""
        points = _points("uniform", recipe, first, count, 2)
        x = self.low + (self.high - self.low) * points[:, :1]
        noise = self.noise * ndtri(np.clip(points[:, 1:], 2.0**-53, None))
        y = self.offset + self.amplitude * np.exp(self.rate * x) + noise
        return _pair(x, y, "noisy exponential")


class ExclusiveOr(SampleSource):
    """Exclusive or of two inputs near 0 or 1, blurred by normal noise: a class, true or false."""

    name: Literal["xor"]
    noise: float = Field(0.1, ge=0, description="standard deviation of the inputs")

    def evaluate(self, recipe: Recipe, first: int, count: int) -> dict[str, xr.Variable]:
        """Return the variables of a block of samples."""
        points = _points("uniform", recipe, first, count, 4)
        corner = points[:, :2] < 0.5
        x = corner + self.noise * ndtri(np.clip(points[:, 2:], 2.0**-53, None))
        answer = labels.variable(
            np.logical_xor(*corner.T), ["false", "true"], "exclusive or of the inputs"
        )
        return {"x": _inputs(x), labels.LABEL: answer}


Function = Annotated[
    Radial | Exponential | ExclusiveOr | Iris | Digits | Cifar10, Field(discriminator="name")
]


class FunctionRecipe(Recipe):
    """Samples of one function; `records` is the number of samples.

    Parameters
    ----------
    function
        ``name`` is one of radial, exponential, xor, iris, digits, cifar10; the other keys are its
        parameters.
    """

    function: Function
    records_per_shard: int = Field(100_000, ge=1)

    @model_validator(mode="after")
    def _check(self) -> "FunctionRecipe":
        self.function.require(self)
        return self

    def make(self, first: int, count: int) -> xr.Dataset:
        """Return the samples first ... first + count - 1, in single precision."""
        dataset = xr.Dataset(self.function.evaluate(self, first, count))
        parts = self.function.parts(self)
        return dataset.assign(split=parts.isel(sample=slice(first, first + count)))


def _points(sampling: str, recipe: Recipe, first: int, count: int, dim: int) -> np.ndarray:
    """Return points of the unit cube, shape (count, dim), the same for any division into blocks."""
    designs: dict[str, Sampling] = {"latin_hypercube": "latin_hypercube", "sobol": "sobol"}
    design = designs.get(sampling, "independent")
    points = design_points(design, recipe.seed, recipe.records, first, count, dim)
    if points is None:
        # One step a number: a jump to the first sample.
        stream = np.random.PCG64(recipe.seed).advance(first * dim)
        points = np.random.Generator(stream).random((count, dim))
    return points


def _pair(x: np.ndarray, y: np.ndarray, meaning: str) -> dict[str, xr.Variable]:
    return {
        "x": _inputs(x),
        "y": xr.Variable(
            ("sample", "output"), y.astype(np.float32), {"units": "1", "long_name": meaning}
        ),
    }


def _inputs(x: np.ndarray) -> xr.Variable:
    attrs = {"units": "1", "long_name": "input"}
    return xr.Variable(("sample", "input"), x.astype(np.float32), attrs)
