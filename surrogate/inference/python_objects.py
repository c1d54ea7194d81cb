"""Motions, arrays and labelled arrays as the records that a surrogate is asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from simulators.excitation.motion import BaseMotion, ExternalForce
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference import labelled_records, labelled_values, plain_arrays
from surrogate.inference.asking import Asking
from surrogate.inference.histories import (
    ACCELERATION,
    Excitation,
    Series,
    constant,
    dynamic,
    named,
    side_by_side,
)

Motion = BaseMotion | ExternalForce
KINDS = (
    "a motion, several, an array, a DataArray, a Dataset, a mapping of these by input, or a file"
)


def records_of(given: Any, interface: Interface) -> tuple[Excitation, ...]:
    """The records of an excitation.

    Parameters
    ----------
    given
        As `surrogate.inference.face.respond` takes it, but no file.
    interface : Interface

    Raises
    ------
    ValueError
        For anything else, and for what the surrogate does not take.
    """
    if isinstance(given, xr.Dataset):
        return labelled_records.read(given, interface, "the dataset", Asking()).records
    if isinstance(given, Mapping):
        return _side_by_side(given, interface)
    if isinstance(given, np.ndarray):
        return plain_arrays.records_of(given, interface)
    groups = dynamic(interface)
    if len(groups) > 1:
        raise ValueError(
            f"the surrogate takes {named(groups)}: give a mapping with each, a Dataset or an array "
            f"(record, time, channel), got a {type(given).__name__}"
        )
    return _side_by_side({groups[0].variable: given}, interface)


def _side_by_side(given: Mapping[str, Any], interface: Interface) -> tuple[Excitation, ...]:
    """Records from the series of each input by its name."""
    groups = {group.variable: group for group in dynamic(interface)}
    _require_names(list(given), interface)
    _require_one_start(given)
    series = {name: _series(given[name], groups[name], interface) for name in groups}
    counts = {name: len(rows) for name, rows in series.items()}
    if len(set(counts.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise ValueError(f"inputs must have as many records, there are: {told}")
    origins = list(dict.fromkeys(_origin(value) for value in given.values()))
    return tuple(
        side_by_side(
            {name: series[name][number] for name in groups},
            interface,
            _place(origins, given, number),
        )
        for number in range(next(iter(counts.values())))
    )


def _require_names(given: Sequence[str], interface: Interface) -> None:
    groups = dynamic(interface)
    wanted = [group.variable for group in groups]
    fixed = [group.variable for group in constant(interface)]
    for name in given:
        if name in fixed:
            raise ValueError(f"{name} is a structural parameter: give it in parameters")
        if name not in wanted:
            raise ValueError(f"excitation names {name!r}, the surrogate takes {named(groups)}")
    missing = [name for name in wanted if name not in given]
    if missing:
        raise ValueError(
            f"excitation lacks {', '.join(missing)}: the surrogate takes {named(groups)}"
        )


def _require_one_start(given: Mapping[str, Any]) -> None:
    """Raise ValueError for labelled arrays that begin at different times."""
    starts = {
        name: labelled_values.seconds_of(value["time"])[0]
        for name, value in given.items()
        if isinstance(value, xr.DataArray) and "time" in value.coords
    }
    if starts and not np.isclose(min(starts.values()), max(starts.values()), atol=1e-6):
        told = ", ".join(f"{name} {start:g} s" for name, start in starts.items())
        raise ValueError(f"inputs of one record must begin at one time, they begin at: {told}")


def _series(given: Any, group: ChannelGroup, interface: Interface) -> list[Series]:
    """One input of each record."""
    if isinstance(given, xr.DataArray):
        alone = Interface((group,), interface.targets, interface.interval)
        dataset = given.to_dataset(name=group.variable)
        _require_along_time(given)
        # Without a unit it is an array like any other, in the unit of the surrogate.
        units = {} if "units" in given.attrs else {group.variable: group.units}
        found = labelled_records.read(dataset, alone, "excitation", Asking(units=units))
        return [Series(one.values, interface.interval, group.units) for one in found.records]
    if isinstance(given, np.ndarray):
        return [
            Series(values, interface.interval, group.units)
            for values in plain_arrays.histories(given, group)
        ]
    motions = [given] if isinstance(given, BaseMotion | ExternalForce) else given
    if isinstance(motions, str | bytes) or not isinstance(motions, Sequence) or not motions:
        raise ValueError(f"excitation = {given!r}: expected {KINDS}")
    return [_of_motion(motion, group) for motion in motions]


def _require_along_time(array: xr.DataArray) -> None:
    if "time" not in array.coords:
        raise ValueError(
            "excitation must run along time, or record and time, with the coordinate time (s), got "
            f"dimensions {', '.join(map(str, array.dims))}"
        )


def _of_motion(motion: Any, group: ChannelGroup) -> Series:
    """A motion as the series of an input that takes it."""
    if isinstance(motion, BaseMotion) and group.units == ACCELERATION:
        return Series(motion.acceleration[:, None], motion.interval, ACCELERATION)
    if isinstance(motion, ExternalForce) and group.units != ACCELERATION:
        return Series(motion.force[:, None], motion.interval, "N")
    kind = BaseMotion if group.units == ACCELERATION else ExternalForce
    raise ValueError(
        f"the surrogate takes {group.variable}, as {kind.__name__} or an array; got a "
        f"{type(motion).__name__}"
    )


def _place(origins: Sequence[str], given: Mapping[str, Any], number: int) -> str:
    """Where one record comes from: its motion where there are several, or all that is given."""
    own = []
    for value in given.values():
        is_list = isinstance(value, Sequence) and not isinstance(value, str)
        own.append(_origin(value[number]) if is_list else _origin(value))
    return ", ".join(dict.fromkeys(own)) or ", ".join(origins)


def _origin(given: Any) -> str:
    if isinstance(given, BaseMotion | ExternalForce):
        return given.origin or type(given).__name__
    if isinstance(given, xr.DataArray):
        return str(given.name or "a DataArray")
    return plain_arrays.ORIGIN
