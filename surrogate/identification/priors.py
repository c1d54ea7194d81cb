"""What is known of parameters before any record: terms beside the likelihood.

A prior is minus the logarithm of a density of named parameters, up to a constant. It is added to
the likelihood, its second derivatives to the Gauss-Newton matrix and to the covariance, and Markov
chains sample the sum. One of your own derives from `Prior`: it names its parameters and returns
minus the logarithm of its density; derivatives are taken by differences. `surrogate identify` takes
it by its class path from a file of settings:

    priors:
    - class_path: my_package.DampingOfConcrete
      init_args: {ratio: 0.05}
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Values = Mapping[str, np.ndarray]
"""Values of each parameter, shape (row, place)."""


class Prior(ABC):
    """A density of named parameters.

    Attributes
    ----------
    names : tuple of str
        Parameters that it is a density of, such as ``stiffness``.
    """

    names: tuple[str, ...]

    @abstractmethod
    def negative_log(self, values: Values) -> np.ndarray:
        """Return minus the logarithm of the density, up to a constant, shape (row,).

        Parameters
        ----------
        values : mapping of str to ndarray, shape (row, place)
            Of all parameters, one place a storey or floor.
        """

    def about(self, starts: Mapping[str, Any]) -> "Prior":
        """Return the prior about the starts of parameters, where it is about them.

        Raises
        ------
        ValueError
            Where the start that it needs is not known.
        """
        return self

    def counted_once(self, tied: Sequence[str]) -> "Prior":
        """Return the prior where parameters are tied, which are one number each."""
        return self


@dataclass(frozen=True)
class _Spread(Prior):
    """A density of one parameter about a value, alike and independent in all its places."""

    name: str
    spread: float
    value: Any = None
    once: bool = False

    def __post_init__(self) -> None:
        spread = _number(self.spread)
        if not 0.0 < spread < np.inf:
            raise ValueError(
                f"prior of {self.name}: spread = {self.spread!r}: must be positive and finite"
            )
        object.__setattr__(self, "spread", spread)
        object.__setattr__(self, "names", (self.name,))
        if self.value is not None:
            object.__setattr__(self, "value", self._checked(self.value))

    def _checked(self, value: Any) -> np.ndarray:
        try:
            numbers = np.atleast_1d(np.asarray(value, dtype=float))
        except (TypeError, ValueError):
            numbers = np.array([np.nan])
        if not np.isfinite(numbers).all():
            raise ValueError(f"prior of {self.name}: value = {value!r}: must be finite numbers")
        return numbers

    def about(self, starts: Mapping[str, Any]) -> "Prior":
        if self.value is not None:
            return self
        if self.name not in starts:
            raise ValueError(
                f"prior of {self.name}: about what? Its start comes from the records: give --start "
                f"{self.name}=VALUE, or the value in the prior "
                f"(--prior {self.name}={type(self).__name__.lower()}:{self.spread:g}:VALUE)"
            )
        return replace(self, value=starts[self.name])

    def counted_once(self, tied: Sequence[str]) -> "Prior":
        return replace(self, once=self.name in tied)

    def negative_log(self, values: Values) -> np.ndarray:
        own = values[self.name]
        if self.value.size not in (1, own.shape[1]):
            raise ValueError(
                f"prior of {self.name}: {self.value.size} values: expected one, or {own.shape[1]}, "
                "one a storey"
            )
        squares = 0.5 * np.square(self._away(own) / self.spread)
        return squares.mean(axis=1) if self.once else squares.sum(axis=1)

    def _away(self, values: np.ndarray) -> np.ndarray:
        raise NotImplementedError


@dataclass(frozen=True)
class LogNormal(_Spread):
    """The logarithm of a positive parameter is normal about that of a value.

    Parameters
    ----------
    name : str
        Of the parameter.
    spread : float
        Standard deviation of the logarithm: 0.2 is about 20 %.
    value : array_like, optional
        One number, or one a storey; by default the start of the parameter.

    Raises
    ------
    ValueError
        For a spread or a value that is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> from surrogate.identification.priors import LogNormal
    >>> prior = LogNormal("stiffness", 0.2, 3e7)
    >>> prior.negative_log({"stiffness": np.array([[3e7, 3e7 * np.exp(0.2)]])})
    array([0.5])
    """

    def _checked(self, value: Any) -> np.ndarray:
        numbers = super()._checked(value)
        if not (numbers > 0.0).all():
            raise ValueError(f"prior of {self.name}: value = {value!r}: must be positive")
        return numbers

    def _away(self, values: np.ndarray) -> np.ndarray:
        return np.log(np.maximum(values, np.finfo(float).tiny) / self.value)


@dataclass(frozen=True)
class Normal(_Spread):
    """A parameter is normal about a value.

    Parameters
    ----------
    name : str
    spread : float
        Standard deviation, in the unit of the parameter.
    value : array_like, optional
        One number, or one a storey; by default the start of the parameter.
    """

    def _away(self, values: np.ndarray) -> np.ndarray:
        return values - self.value


@dataclass(frozen=True)
class Smooth(Prior):
    """A positive parameter is alike in neighbouring storeys: their logarithms differ by normal
    steps.

    Parameters
    ----------
    name : str
    spread : float
        Standard deviation of a step: 0.1 is about 10 % from a storey to the next.
    """

    name: str
    spread: float

    def __post_init__(self) -> None:
        spread = _number(self.spread)
        if not 0.0 < spread < np.inf:
            raise ValueError(
                f"prior of {self.name}: spread = {self.spread!r}: must be positive and finite"
            )
        object.__setattr__(self, "spread", spread)
        object.__setattr__(self, "names", (self.name,))

    def negative_log(self, values: Values) -> np.ndarray:
        logs = np.log(np.maximum(values[self.name], np.finfo(float).tiny))
        return 0.5 * np.square(np.diff(logs, axis=1) / self.spread).sum(axis=1)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan
