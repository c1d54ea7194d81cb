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
OF_SOME = ("classes", "pixels")
"""What a group states only where its variable is a label or an image."""


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
    classes : tuple of str
        Names of the classes where the variable is a label: a network has an output for each.
    pixels : tuple of int
        Height and width where the variable is an image, whose colours are the channels.
    """

    variable: str
    units: str
    long_name: str
    dim: str
    channels: int
    constant: bool = False
    classes: tuple[str, ...] = ()
    pixels: tuple[int, ...] = ()

    @property
    def labels(self) -> list[str]:
        """Name of each channel: of its class, or counted from 1."""
        if self.classes:
            return [f"{self.variable} {name}" for name in self.classes]
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

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes that the surrogate tells apart; empty where it predicts values."""
        return self.targets[0].classes if self.targets else ()

    @property
    def pixels(self) -> tuple[int, ...]:
        """Height and width of the images that it takes; empty where it takes none."""
        return self.inputs[0].pixels

    def to_dict(self) -> dict[str, Any]:
        """Plain description; `from_dict` is its inverse."""
        return self.described() | {"schema_version": SCHEMA_VERSION}

    def described(self) -> dict[str, Any]:
        """Plain description of the channels, the interval and the recipe.

        What only labels and images have is left out elsewhere: the description of other channels,
        and a digest over it, is that of earlier versions.
        """
        sides = {
            side: tuple(map(_described, getattr(self, side))) for side in ("inputs", "targets")
        }
        return sides | {"interval": self.interval, "recipe": self.recipe}

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
        if self.pixels and tuple(shape[1:]) != (wanted, *self.pixels):
            raise ValueError(
                f"input has the shape {tuple(shape)}, images must have the shape (sample, "
                f"{wanted}, {self.pixels[0]}, {self.pixels[1]})"
            )
        if not self.pixels and (not shape or shape[-1] != wanted):
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
    lists = {name: tuple(description[name]) for name in OF_SOME if name in description}
    return ChannelGroup(**description | lists)


def _described(group: ChannelGroup) -> dict[str, Any]:
    return {name: value for name, value in asdict(group).items() if value or name not in OF_SOME}


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
    _check_names([group.variable for group in (*inputs, *targets)])
    for group in (*inputs, *targets):
        texts = (group.variable, group.units, group.long_name, group.dim)
        number = group.channels
        if not all(isinstance(text, str) for text in texts) or not group.variable:
            raise ValueError(f"variable, units, long_name and dim must be texts, got {texts}")
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= MOST:
            raise ValueError(f"channels must be a number from 1 to {MOST}, got {number!r}")
        if not isinstance(group.constant, bool):
            raise ValueError(f"constant must be true or false, got {group.constant!r}")
        if group.classes and len(group.classes) != number:
            raise ValueError(
                f"{group.variable} has {number} channels for {len(group.classes)} classes"
            )
        if not all(isinstance(name, str) for name in group.classes):
            raise ValueError(f"classes must be texts, got {group.classes!r}")
        if group.pixels and (len(group.pixels) != 2 or not all(map(_is_size, group.pixels))):
            raise ValueError(f"pixels must be two sizes, got {group.pixels!r}")


def _check_names(names: Sequence[object]) -> None:
    """Raise ValueError for names that are no variables of a dataset, or two of one name."""
    for name in names:
        if not isinstance(name, str) or "/" in name or name.strip(".") == "":
            raise ValueError(
                f"variable must be a name without '/' and more than dots, got {name!r}"
            )
        if names.count(name) > 1:
            raise ValueError(f"{name!r} is named twice among inputs and targets")


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST


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


def _told_apart_by(groups: tuple[ChannelGroup, ...]) -> list[tuple[Any, ...]]:
    return [
        (group.variable, group.channels, group.units, group.classes, group.pixels)
        for group in groups
    ]


def _listed(groups: tuple[ChannelGroup, ...]) -> str:
    return ", ".join(map(_brief, groups))


def _brief(group: ChannelGroup) -> str:
    if group.classes:
        return f"{group.variable} (classes {', '.join(group.classes)})"
    size = " x ".join(map(str, group.pixels))
    of_size = f" of {size} pixels" if size else ""
    return f"{group.variable} ({group.channels} x {group.units}{of_size})"
