"""What varies from record to record: a distribution for each parameter, and how the records fill
their space.

A record's parameters come from a point u of the unit cube through the inverse distribution
functions. The points are independent, a Latin hypercube over all records, or a scrambled Sobol
sequence (scipy.stats.qmc).
"""

import warnings
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator
from scipy.special import ndtri
from scipy.stats import qmc

from datasets.recipes.recipe import Description

Sampling = Literal["independent", "latin_hypercube", "sobol"]


class _Distribution(Description):
    """What all distributions share.

    A varied parameter is its nominal value times the drawn number, or the number itself (`as`). It
    draws one number a record, or one for each floor or element of the structure (`each`).
    """

    applies: Literal["factor", "value"] = Field(
        "factor", alias="as", description="multiply the nominal value, or be it"
    )
    each: Literal["record", "part"] = Field(
        "record", description="one draw a record, or one a floor or element"
    )


class Uniform(_Distribution):
    """Uniform between `low` and `high`."""

    distribution: Literal["uniform"]
    low: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> "Uniform":
        if not self.low <= self.high:
            raise ValueError(f"low must be at most high = {self.high}, got {self.low}")
        return self

    def inverse(self, u: np.ndarray) -> np.ndarray:
        """Value at the probability u."""
        return self.low + (self.high - self.low) * u


class LogNormal(_Distribution):
    """Lognormal with its `median` and the standard deviation `sigma` of the logarithm."""

    distribution: Literal["lognormal"]
    median: float = Field(gt=0)
    sigma: float = Field(ge=0, description="standard deviation of the natural logarithm")

    def inverse(self, u: np.ndarray) -> np.ndarray:
        """Value at the probability u."""
        return self.median * np.exp(self.sigma * ndtri(u))


class Choice(_Distribution):
    """One of `values`, all equally likely."""

    distribution: Literal["choice"]
    values: tuple[float, ...] = Field(min_length=1)

    def inverse(self, u: np.ndarray) -> np.ndarray:
        """Value at the probability u."""
        return np.asarray(self.values)[
            np.minimum((u * len(self.values)).astype(int), len(self.values) - 1)
        ]


Distribution = Annotated[Uniform | LogNormal | Choice, Field(discriminator="distribution")]


def design_points(
    sampling: Sampling, seed: int, records: int, first: int, count: int, dim: int
) -> np.ndarray | None:
    """Return the points of `count` records in the unit cube, None where every record draws its own.

    Parameters
    ----------
    sampling : {"independent", "latin_hypercube", "sobol"}
    seed : int
        Of the recipe.
    records : int
        All records of the dataset.
    first, count : int
        Which of them are wanted; any division into blocks gives the same points.
    dim : int
        Numbers drawn a record.

    Returns
    -------
    ndarray, shape (count, dim), or None
    """
    if sampling == "independent" or dim == 0:
        return None
    if sampling == "latin_hypercube":
        return _latin_hypercube(seed, records, dim)[first : first + count]
    engine = qmc.Sobol(dim, scramble=True, seed=_design_generator(seed))
    if first:
        engine.fast_forward(first)  # SciPy fails for zero
    with warnings.catch_warnings():
        # a block is a part of the sequence
        warnings.filterwarnings("ignore", "The balance properties of Sobol")
        return _open_interval(engine.random(count))


@lru_cache(maxsize=1)
def _latin_hypercube(seed: int, records: int, dim: int) -> np.ndarray:
    return _open_interval(qmc.LatinHypercube(dim, seed=_design_generator(seed)).random(records))


def _design_generator(seed: int) -> np.random.Generator:
    # A key of two words cannot meet that of a record, which has one.
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0, 1)))


def _open_interval(points: np.ndarray) -> np.ndarray:
    return np.clip(points, 2.0**-53, 1.0 - 2.0**-53)  # a lognormal is infinite at the ends
