"""An accelerogram as one record of a surrogate: a component for each input, by its name."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np

from datasets.contract.schema import UNKNOWN_UNIT
from simulators.excitation.recorded import Given, Recording, is_generic, read_recording
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference.asking import Asking
from surrogate.inference.histories import (
    ACCELERATION,
    Series,
    dynamic,
    is_alike,
    named,
    side_by_side,
)
from surrogate.inference.source import Source


def is_accelerogram(path: Path, interface: Interface, asking: Asking) -> bool:
    """Tell whether a file is read as an accelerogram: in a network's own format, or as a table
    whose one column of accelerations need not have the name of the input.
    """
    groups = dynamic(interface)
    if interface.interval is None or not all(_takes_acceleration(group) for group in groups):
        return False
    if len(groups) == 1 and not asking.columns:
        return True
    return not is_generic(path)


def require_convertible(path: Path, interface: Interface) -> None:
    """Raise ValueError for a file in a network's own format where an input has no known unit."""
    unknown = [group for group in dynamic(interface) if group.units == UNKNOWN_UNIT]
    if interface.interval is None or not unknown or is_generic(path):
        return
    raise ValueError(
        f"{path} is an accelerogram in a unit that cannot be converted: the unit of "
        f"{named(tuple(unknown))} of the surrogate is unknown, as its training records state none; "
        "give a table of numbers as theirs are"
    )


def read(path: Path, interface: Interface, asking: Asking) -> Source:
    """The record of an accelerogram at the sampling interval of the surrogate.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file, and what it lacks.
    """
    _require_components(path, interface, asking)
    found = {
        group.variable: read_recording(path, _given(group, asking)) for group in dynamic(interface)
    }
    recordings = list(found.values())
    series = {name: _series(recording) for name, recording in found.items()}
    origins = dict.fromkeys(recording.motion.origin for recording in recordings)
    record = side_by_side(series, interface, ", ".join(origins))
    notes = list(dict.fromkeys(note for recording in recordings for note in recording.notes))
    notes += _shared(found)
    return Source((record,), _line(recordings, interface), tuple(notes))


def _takes_acceleration(group: ChannelGroup) -> bool:
    return group.channels == 1 and group.units == ACCELERATION


def _require_components(path: Path, interface: Interface, asking: Asking) -> None:
    """Raise ValueError unless it is said which component each of several inputs is, and no more."""
    groups = dynamic(interface)
    names = [group.variable for group in groups]
    extra = next((name for name in asking.columns if name not in names), None)
    if extra is not None:
        raise ValueError(
            f"--input {extra}={asking.columns[extra]}: {path} is an accelerogram, which has no "
            "columns of parameters or times"
        )
    missing = [name for name in names if name not in asking.columns]
    if len(groups) > 1 and missing:
        raise ValueError(
            f"{path} is an accelerogram, the surrogate takes {named(groups)}: name a component for "
            f"each, as in --input {missing[0]}=COMPONENT"
        )
    if asking.columns and asking.given.component is not None:
        raise ValueError(
            f"--component {asking.given.component}: --input names the components already, leave it"
        )


def _given(group: ChannelGroup, asking: Asking) -> Given:
    """What is said of the component that an input is."""
    component = asking.columns.get(group.variable, asking.given.component)
    return replace(asking.given, component=component, unit=asking.units.get(group.variable))


def _shared(found: Mapping[str, Recording]) -> list[str]:
    """A note for each two inputs that are one component."""
    return [
        f"the inputs {one} and {other} are one component, "
        f"{found[one].component or 'not named'}: is that meant?"
        for one, other in combinations(found, 2)
        if np.array_equal(found[one].motion.acceleration, found[other].motion.acceleration)
    ]


def _series(recording: Recording) -> Series:
    motion = recording.motion
    return Series(motion.acceleration[:, None], motion.interval, ACCELERATION)


def _line(recordings: Sequence[Recording], interface: Interface) -> str:
    """How the components were read, in words."""
    line = "; ".join(recording.line for recording in recordings)
    own = interface.sampling_interval
    if all(is_alike(recording.motion.interval, own) for recording in recordings):
        return line
    return f"{line}, resampled to {own:g} s"
