"""What a surrogate takes and gives: variables, units and sampling interval. They travel in its
checkpoint.
"""

from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from datasets.contract import renamed
from datasets.contract.schema import SCHEMA_VERSION


@dataclass(frozen=True)
class Signal:
    """One variable of a dataset as a block of channels.

    Attributes
    ----------
    variable, units, long_name : str
        As in the dataset.
    dim : str
        Dimension along which the channels run (floor, storey, input, ...); empty for a single
        channel.
    channels : int
    constant : bool
        A structural parameter, the same at all times of a record.
    """

    variable: str
    units: str
    long_name: str
    dim: str
    channels: int
    constant: bool = False

    @property
    def labels(self) -> list[str]:
        """Name of each channel, counted from 1."""
        if self.channels == 1:
            return [self.variable]
        return [f"{self.variable} {number}" for number in range(1, self.channels + 1)]


@dataclass(frozen=True)
class Interface:
    """Inputs and targets of a surrogate, in the order of its channels.

    Attributes
    ----------
    inputs, targets : tuple of Signal
        Static structural parameters come last among the inputs.
    interval : float or None
        Sampling interval, s; None for functions, which have no time.
    recipe : str
        Recipe of the training data (YAML), empty where they have none.
    """

    inputs: tuple[Signal, ...]
    targets: tuple[Signal, ...]
    interval: float | None
    recipe: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain description; `from_dict` is its inverse."""
        return asdict(self) | {"schema_version": SCHEMA_VERSION}

    @classmethod
    def from_dict(cls, description: dict[str, Any]) -> "Interface":
        """Interface of a checkpoint; one of an earlier version has the names of today."""
        # A checkpoint states the version since 2.0.
        old = renamed.is_old(description.get("schema_version", "1.0"))
        inputs, targets = (
            tuple(_signal(each, old) for each in description[side])
            for side in ("inputs", "targets")
        )
        recipe = description["recipe"]
        recipe = renamed.present_recipe(recipe) if old else recipe
        return cls(inputs, targets, description["interval"], recipe)

    def require(self, other: "Interface", source: str) -> None:
        """Raise ValueError unless `other`, found in `source`, has the same channels, units and
        interval.
        """
        for side in ("inputs", "targets"):
            ours, theirs = (
                [(s.variable, s.channels, s.units) for s in getattr(i, side)] for i in (self, other)
            )
            if ours != theirs:
                raise ValueError(
                    f"{side} of the surrogate are {_listed(ours)}, {source} has {_listed(theirs)}"
                )
        if self.interval is not None and not np.isclose(
            self.interval, other.interval or 0.0, rtol=1e-4
        ):
            raise ValueError(
                f"interval of the surrogate is {self.interval:g} s, {source} has "
                f"{other.interval:g} s"
            )


def _signal(description: dict[str, Any], old: bool) -> Signal:
    """A variable by its description in a checkpoint, which may be of an earlier version."""
    if old and description["variable"] == renamed.OLD_NAME:
        words = renamed.present_words(description["long_name"])
        return Signal(**description | {"variable": renamed.NEW_NAME, "long_name": words})
    return Signal(**description)


def count(signals: tuple[Signal, ...]) -> int:
    """Total number of channels."""
    return sum(signal.channels for signal in signals)


def split(signals: tuple[Signal, ...], values: Any) -> list[Any]:
    """The block (..., channels) of each signal in an array or tensor whose last axis holds all
    channels in order.
    """
    ends = list(accumulate(signal.channels for signal in signals))
    return [
        values[..., end - signal.channels : end] for signal, end in zip(signals, ends, strict=True)
    ]


def labels(signals: tuple[Signal, ...]) -> list[str]:
    """Names of all channels in order."""
    return [label for signal in signals for label in signal.labels]


def _listed(signals: list[tuple[str, int, str]]) -> str:
    return ", ".join(f"{variable} ({channels} x {units})" for variable, channels, units in signals)
