"""What a surrogate takes and gives: variables, units and sampling interval. They travel in its
checkpoint.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from datasets.contract import renamed
from datasets.contract.schema import SCHEMA_VERSION

MOST = 1_000_000
"""Channels of a variable."""


@dataclass(frozen=True)
class ChannelGroup:
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
    inputs, targets : tuple of ChannelGroup
        Static structural parameters come last among the inputs.
    interval : float or None
        Sampling interval, s; None for functions, which have no time.
    recipe : str
        Recipe of the training data (YAML), empty where they have none.
    """

    inputs: tuple[ChannelGroup, ...]
    targets: tuple[ChannelGroup, ...]
    interval: float | None
    recipe: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain description; `from_dict` is its inverse."""
        return asdict(self) | {"schema_version": SCHEMA_VERSION}

    @classmethod
    def from_dict(cls, description: dict[str, Any]) -> "Interface":
        """Interface of a checkpoint; one of an earlier version has the names of today.

        Raises
        ------
        ValueError, TypeError, KeyError
            For a description that is none: a checkpoint may hold anything.
        """
        # A checkpoint states the version since 2.0.
        old = renamed.is_old(description.get("schema_version", "1.0"))
        inputs = tuple(_group(each, old) for each in description["inputs"])
        targets = tuple(_group(each, old) for each in description["targets"])
        recipe = description["recipe"]
        recipe = renamed.present_recipe(recipe) if old else recipe
        interval = description["interval"]
        _check(inputs, targets, interval, recipe)
        return cls(inputs, targets, interval, recipe)

    @property
    def sampling_interval(self) -> float:
        """Interval of a surrogate of records in time, s; ValueError for one of a function."""
        if self.interval is None:
            raise ValueError("the surrogate is one of a function, which has no time")
        return self.interval

    def require_input(self, shape: Sequence[int]) -> None:
        """Raise ValueError for inputs with another number of channels along their last axis.

        A scaling would broadcast a single one.
        """
        wanted = count(self.inputs)
        if not shape or shape[-1] != wanted:
            raise ValueError(
                f"input has the shape {tuple(shape)}, its last axis must hold {wanted} channels: "
                f"{', '.join(labels(self.inputs))}"
            )

    def require(self, other: "Interface", source: str) -> None:
        """Raise ValueError unless `other` has the channels, units and interval of this one.

        `source` says where `other` was found. Records without any targets can be predicted.
        """
        sides = {"inputs": (self.inputs, other.inputs)}
        if other.targets:
            sides["targets"] = (self.targets, other.targets)
        for side, (own, others) in sides.items():
            if _told_apart_by(own) != _told_apart_by(others):
                raise ValueError(
                    f"{side} of the surrogate are {_listed(own)}, {source} has {_listed(others)}"
                )
        if self.interval is None:
            return
        found = other.interval
        if found is None or not np.isclose(self.interval, found, rtol=1e-4):
            theirs = "no time" if found is None else f"{found:g} s"
            raise ValueError(
                f"interval of the surrogate is {self.interval:g} s, {source} has {theirs}"
            )


def _group(description: dict[str, Any], old: bool) -> ChannelGroup:
    """A variable by its description in a checkpoint, which may be of an earlier version."""
    if old and description["variable"] == renamed.OLD_NAME:
        words = renamed.present_words(description["long_name"])
        return ChannelGroup(**description | {"variable": renamed.NEW_NAME, "long_name": words})
    return ChannelGroup(**description)


def _check(
    inputs: tuple[ChannelGroup, ...],
    targets: tuple[ChannelGroup, ...],
    interval: object,
    recipe: object,
) -> None:
    """Raise ValueError for what is of another type, or cannot be."""
    timeless = interval is None
    if not timeless and not (isinstance(interval, float) and 0.0 < interval < float("inf")):
        raise ValueError(f"interval must be a positive number or None, got {interval!r}")
    if not isinstance(recipe, str) or not inputs or not targets:
        raise ValueError("recipe must be a text, inputs and targets at least one variable")
    for group in (*inputs, *targets):
        texts = (group.variable, group.units, group.long_name, group.dim)
        number = group.channels
        if not all(isinstance(text, str) for text in texts) or not group.variable:
            raise ValueError(f"variable, units, long_name and dim must be texts, got {texts}")
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= MOST:
            raise ValueError(f"channels must be a number from 1 to {MOST}, got {number!r}")
        if not isinstance(group.constant, bool):
            raise ValueError(f"constant must be true or false, got {group.constant!r}")


def count(groups: tuple[ChannelGroup, ...]) -> int:
    """Total number of channels."""
    return sum(group.channels for group in groups)


def split(groups: tuple[ChannelGroup, ...], values: Any) -> list[Any]:
    """The block (..., channels) of each group in an array or tensor whose last axis holds all
    channels in order.
    """
    ends = list(accumulate(group.channels for group in groups))
    return [
        values[..., end - group.channels : end] for group, end in zip(groups, ends, strict=True)
    ]


def labels(groups: tuple[ChannelGroup, ...]) -> list[str]:
    """Names of all channels in order."""
    return [label for group in groups for label in group.labels]


def _told_apart_by(groups: tuple[ChannelGroup, ...]) -> list[tuple[str, int, str]]:
    return [(group.variable, group.channels, group.units) for group in groups]


def _listed(groups: tuple[ChannelGroup, ...]) -> str:
    return ", ".join(f"{g.variable} ({g.channels} x {g.units})" for g in groups)
