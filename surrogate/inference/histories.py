"""One record as a surrogate takes it: all inputs that vary in time, side by side.

Files, motions and arrays all become a `Series` for each input, in whatever unit and at whatever
interval it has; `side_by_side` brings them to those of the surrogate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from datasets.contract.schema import UNKNOWN_UNIT
from simulators.excitation.filtering import resample
from simulators.units import is_unit, parse_unit, spellings
from surrogate.data import channels
from surrogate.data.channels import ChannelGroup, Interface

ACCELERATION = "m s-2"
UNITLESS = ("1", UNKNOWN_UNIT)
"""Units of inputs whose numbers are taken as they are."""

PERCENT = ("%", "percent")
"""Spellings of the one unit of a number without dimension that is not 1."""


class Series(NamedTuple):
    """One input as its source has it.

    Attributes
    ----------
    values : ndarray, shape (time, channel)
    interval : float or None
        s; None for points of a function.
    unit : str or None
        As the source states it.
    """

    values: np.ndarray
    interval: float | None
    unit: str | None


@dataclass(frozen=True, eq=False)
class Excitation:
    """A record in the units of a surrogate, at its interval.

    Parameters
    ----------
    values : ndarray, shape (time, channel) or (sample, channel)
        Inputs that vary in time, in the order of the surrogate.
    origin : str
        Where it comes from, in a line.
    parameters : mapping of str to ndarray, shape (channel,)
        Structural parameters that its source states.
    truth : ndarray, shape (time, target), optional
        Targets that its source states.
    """

    values: np.ndarray
    origin: str
    parameters: Mapping[str, np.ndarray] = field(default_factory=dict)
    truth: np.ndarray | None = None

    def __post_init__(self) -> None:
        wrong = np.argwhere(~np.isfinite(self.values))
        if len(wrong):
            sample, channel = wrong[0]
            raise ValueError(
                f"{self.origin}: sample {sample} of input channel {channel + 1} is "
                f"{self.values[sample, channel]}, must be a finite number"
            )

    @property
    def samples(self) -> int:
        """Number of samples in time, or of points."""
        return len(self.values)

    @property
    def peaks(self) -> np.ndarray:
        """Largest magnitude of each channel, shape (channel,)."""
        return np.abs(self.values).max(axis=0)


def dynamic(interface: Interface) -> tuple[ChannelGroup, ...]:
    """Inputs that vary in time, which come first among the inputs of a surrogate."""
    groups = tuple(group for group in interface.inputs if not group.constant)
    if any(group.pixels for group in groups):
        raise ValueError(
            "the surrogate takes images: `surrogate predict` answers a dataset of them"
        )
    return groups


def constant(interface: Interface) -> tuple[ChannelGroup, ...]:
    """Structural parameters among the inputs."""
    return tuple(group for group in interface.inputs if group.constant)


def side_by_side(
    series: Mapping[str, Series],
    interface: Interface,
    origin: str,
    parameters: Mapping[str, np.ndarray] | None = None,
    truth: np.ndarray | None = None,
) -> Excitation:
    """One record of a surrogate from the series of its inputs.

    Raises
    ------
    ValueError
        For a unit of another quantity, another number of channels, or series of unlike lengths.
    """
    blocks = {
        group.variable: _brought(series[group.variable], group, interface)
        for group in dynamic(interface)
    }
    lengths = {name: len(block) for name, block in blocks.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"inputs of one record must have one length, samples are: {told}")
    values = np.concatenate(list(blocks.values()), axis=1)
    return Excitation(values, origin, dict(parameters or {}), truth)


def _brought(series: Series, group: ChannelGroup, interface: Interface) -> np.ndarray:
    """An input in the unit of the surrogate, at its interval."""
    if series.values.ndim != 2 or series.values.shape[1] != group.channels:
        raise ValueError(
            f"{group.variable} has the shape {series.values.shape}, must have {group.channels} "
            "channels"
        )
    values = np.asarray(series.values, dtype=float) * factor(group, series.unit)
    own = interface.interval
    if own is None or series.interval is None or is_alike(series.interval, own):
        return values
    try:
        columns = [resample(column, series.interval, own) for column in values.T]
    except ValueError:
        raise ValueError(
            f"{group.variable} has {len(values)} samples every {series.interval:g} s, which cannot "
            f"be brought to the {own:g} s of the surrogate: is the interval right?"
        ) from None
    return np.stack(columns, axis=1)


def is_alike(interval: float, other: float) -> bool:
    """Tell whether two sampling intervals are one but for rounding."""
    return bool(np.isclose(interval, other, rtol=1e-4))


def factor(group: ChannelGroup, unit: str | None) -> float:
    """The factor from a unit to that of an input or parameter of the surrogate.

    Raises
    ------
    ValueError
        For a unit that is not stated where the surrogate has one, and one of another quantity.
    """
    if unit == group.units or group.units == UNKNOWN_UNIT:
        return 1.0
    if unit is None or unit == UNKNOWN_UNIT:
        if group.units in UNITLESS:
            return 1.0
        word = group.units.replace(" ", "")
        raise ValueError(
            f"the unit of {group.variable} is not stated: give one, as in --unit "
            f"{group.variable}={word} (in Python as attrs['units'])"
        )
    if group.units == "1" and unit in PERCENT:
        return 0.01
    if not _is_convertible(unit, group.units):
        raise ValueError(
            f"{group.variable} has the unit {unit!r}, the surrogate takes {group.units}: "
            f"choose from {', '.join(spellings(group.units))}"
        )
    return parse_unit(unit, group.units)


def agreed(group: ChannelGroup, given: str | None, stated: str | None) -> str | None:
    """The unit of an input: what the user gives, else what its source states, else none.

    Raises
    ------
    ValueError
        For a unit of another quantity, one that is not that of the source, and any unit where the
        surrogate has none to convert it to.
    """
    if given is None:
        return stated
    if group.units == UNKNOWN_UNIT and given != UNKNOWN_UNIT:
        raise ValueError(
            f"--unit {group.variable}={given}: the training records of the surrogate state no unit "
            "that it could be converted to, leave it out and give numbers as theirs are"
        )
    own = factor(group, given)
    if stated is None or not _is_convertible(stated, group.units):
        return given
    if not np.isclose(own, factor(group, stated), rtol=1e-9, atol=0.0):
        raise ValueError(
            f"--unit {group.variable}={given}: must be that of the file, {stated}, or be left out"
        )
    return given


def not_converted(group: ChannelGroup, unit: str | None) -> str | None:
    """A note on a stated unit that goes unused, since the surrogate has none to convert it to."""
    if group.units != UNKNOWN_UNIT or unit in (None, UNKNOWN_UNIT):
        return None
    return (
        f"{group.variable} in {unit} goes in as it is: the training records of the surrogate state "
        "no unit"
    )


def _is_convertible(unit: str, wanted: str) -> bool:
    try:
        return is_unit(unit, wanted)
    except ValueError:  # a unit of the user's own, which equals itself alone
        return False


def named(groups: tuple[ChannelGroup, ...]) -> str:
    """Names of inputs for a message."""
    return ", ".join(group.variable for group in groups) or "none"


def units_of(groups: tuple[ChannelGroup, ...]) -> list[str]:
    """Unit of each channel."""
    return [group.units for group in groups for _ in range(group.channels)]


def peaks_in_words(values: np.ndarray, groups: tuple[ChannelGroup, ...]) -> str:
    """Largest magnitude of each channel of records, shape (..., channel), with its unit."""
    peaks = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
    labels = channels.labels(groups)
    words = zip(labels, peaks, units_of(groups), strict=True)
    return ", ".join(f"{label} peak {peak:.4g}{unit_shown(unit)}" for label, peak, unit in words)


def unit_shown(unit: str) -> str:
    """A unit behind a number; nothing for numbers without one."""
    return "" if unit in UNITLESS else f" {unit}"
