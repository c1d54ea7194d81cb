"""Distributions of the parameters that vary from record to record, by their inverse functions.

A record's parameter is x = F⁻¹(u) of a number u in (0, 1), with the distribution function F. Of a
normal one F⁻¹(u) = mean + standard_deviation · Φ⁻¹(u), of a lognormal one the logarithm is normal,
and a truncated one has the same density within its bounds, nothing beyond, and integral 1.

`u` is a number of double precision, so that no draw lies further out than 8.21 standard deviations:
`Distribution.ends` are the least and the largest value that can be drawn at all.
"""

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator
from scipy.special import ndtri
from scipy.stats import truncnorm

from datasets.recipes.recipe import Description

LEAST = 2.0**-53
"""Of a probability; a normal distribution is infinite at 0 and at 1."""


class Drawn(Description):
    """What all distributions share.

    A varied parameter is its nominal value times the drawn number, or the number itself (`as`), in
    the unit of the parameter. It draws one number a record, or one for each floor or element of the
    structure (`each`).
    """

    applies: Literal["factor", "value"] = Field(
        "factor", alias="as", description="multiply the nominal value, or be it"
    )
    each: Literal["record", "part"] = Field(
        "record", description="one draw a record, or one a floor or element"
    )

    remedy: ClassVar[str] = "choose other bounds"

    @abstractmethod
    def inverse(self, u: np.ndarray) -> np.ndarray:
        """Value at the probability u."""

    @property
    @abstractmethod
    def words(self) -> str:
        """The distribution with its numbers, for people."""

    @property
    def ends(self) -> tuple[float, float]:
        """Least and largest value that can be drawn."""
        least, largest = self.inverse(np.array([LEAST, 1.0 - LEAST]))
        return float(least), float(largest)


class Uniform(Drawn):
    """Uniform between `low` and `high`."""

    distribution: Literal["uniform"]
    low: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.low <= self.high:
            raise ValueError(f"low must be at most high = {self.high}, got {self.low}")
        return self

    def inverse(self, u: np.ndarray) -> np.ndarray:
        """Value at the probability u."""
        return self.low + (self.high - self.low) * u

    @property
    def words(self) -> str:
        """The distribution with its numbers, for people."""
        return f"uniform from {self.low:g} to {self.high:g}"


class Normal(Drawn):
    """Normal with its `mean` and `standard_deviation`."""

    remedy: ClassVar[str] = "distribution: truncated_normal keeps it within bounds, low and high"

    distribution: Literal["normal"]
    mean: float
    standard_deviation: float = Field(ge=0)

    def inverse(self, u: np.ndarray) -> np.ndarray:
        """Value at the probability u."""
        return self.mean + self.standard_deviation * ndtri(inside(u))

    @property
    def words(self) -> str:
        """The distribution with its numbers, for people."""
        return f"normal, mean {self.mean:g}, standard deviation {self.standard_deviation:g}"


class LogNormal(Drawn):
    """Lognormal with its `median` and the standard deviation `sigma` of the logarithm."""

    distribution: Literal["lognormal"]
    median: float = Field(gt=0)
    sigma: float = Field(ge=0, description="standard deviation of the natural logarithm")

    def inverse(self, u: np.ndarray) -> np.ndarray:
        """Value at the probability u."""
        return self.median * np.exp(self.sigma * ndtri(inside(u)))

    @property
    def words(self) -> str:
        """The distribution with its numbers, for people."""
        return f"lognormal, median {self.median:g}, sigma {self.sigma:g} of the logarithm"


class _Truncated(Drawn):
    """A distribution that is cut off below `low` and above `high`; one of them may be left out."""

    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _check_bounds(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("give low, high or both: what is cut off")
        low, high = self._bounds
        if not low < high:
            raise ValueError(f"low must be less than high = {high:g}, got {low:g}")
        return self

    @property
    def _bounds(self) -> tuple[float, float]:
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        return low, high

    @property
    def _cut(self) -> str:
        words = [] if self.low is None else [f"from {self.low:g}"]
        words += [] if self.high is None else [f"to {self.high:g}"]
        return f", cut off to the values {' '.join(words)}"


class TruncatedNormal(_Truncated):
    """Normal with its `mean` and `standard_deviation`, of the values from `low` to `high` alone."""

    distribution: Literal["truncated_normal"]
    mean: float
    standard_deviation: float = Field(gt=0)

    def inverse(self, u: np.ndarray) -> np.ndarray:
        """Value at the probability u."""
        low, high = self._bounds
        return truncated(u, self.mean, self.standard_deviation, low, high)

    @property
    def words(self) -> str:
        """The distribution with its numbers, for people."""
        spread = f"standard deviation {self.standard_deviation:g}"
        return f"normal, mean {self.mean:g}, {spread}{self._cut}"


class TruncatedLogNormal(_Truncated):
    """Lognormal with its `median` and `sigma`, of the values from `low` to `high` alone."""

    distribution: Literal["truncated_lognormal"]
    median: float = Field(gt=0)
    sigma: float = Field(gt=0, description="standard deviation of the natural logarithm")

    @model_validator(mode="after")
    def _check_positive(self) -> Self:
        for name in ("low", "high"):
            bound = getattr(self, name)
            if bound is not None and bound <= 0:
                raise ValueError(f"{name} must be greater than 0, got {bound:g}")
        return self

    def inverse(self, u: np.ndarray) -> np.ndarray:
        """Value at the probability u."""
        low = -np.inf if self.low is None else np.log(self.low)
        high = np.inf if self.high is None else np.log(self.high)
        return np.exp(truncated(u, np.log(self.median), self.sigma, low, high))

    @property
    def words(self) -> str:
        """The distribution with its numbers, for people."""
        return f"lognormal, median {self.median:g}, sigma {self.sigma:g}{self._cut}"


class Choice(Drawn):
    """One of `values`, all equally likely."""

    distribution: Literal["choice"]
    values: tuple[float, ...] = Field(min_length=1)

    def inverse(self, u: np.ndarray) -> np.ndarray:
        """Value at the probability u."""
        return np.asarray(self.values)[
            np.minimum((u * len(self.values)).astype(int), len(self.values) - 1)
        ]

    @property
    def ends(self) -> tuple[float, float]:
        """Least and largest value that can be drawn."""
        return min(self.values), max(self.values)

    @property
    def words(self) -> str:
        """The distribution with its numbers, for people."""
        return f"one of {', '.join(f'{value:g}' for value in self.values)}"


Distribution = Annotated[
    Uniform | Normal | TruncatedNormal | LogNormal | TruncatedLogNormal | Choice,
    Field(discriminator="distribution"),
]


def truncated(u: np.ndarray, mean: float, deviation: float, low: float, high: float) -> np.ndarray:
    """Return the values of a normal distribution between two bounds at the probabilities u.

    The bounds may be infinite. Far out in a tail, SciPy's `truncnorm` keeps the precision that
    Φ⁻¹(Φ(a) + u (Φ(b) - Φ(a))) loses.
    """
    standard = truncnorm.ppf(inside(u), (low - mean) / deviation, (high - mean) / deviation)
    return np.clip(mean + deviation * standard, low, high)  # not beyond them by a rounding


def inside(u: np.ndarray) -> np.ndarray:
    """Return probabilities in the open interval (0, 1)."""
    return np.clip(u, LEAST, 1.0 - LEAST)
