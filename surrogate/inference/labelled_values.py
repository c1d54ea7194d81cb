"""Variables of an xarray.Dataset as arrays: inputs, structural parameters, and targets."""

import numpy as np
import xarray as xr

from datasets.contract.schema import UNKNOWN_UNIT
from datasets.measured.packed import seconds
from simulators.units import is_unit, parse_unit
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference.asking import TIME, Asking
from surrogate.inference.histories import agreed, constant, factor, is_alike, named


def leading(interface: Interface) -> tuple[str, ...]:
    """Dimensions of inputs and targets before those of their channels."""
    return ("sample",) if interface.interval is None else ("record", TIME)


def block(
    dataset: xr.Dataset, group: ChannelGroup, first: tuple[str, ...], origin: str
) -> np.ndarray:
    """A variable as an array of the dimensions `first` and the channels.

    Raises
    ------
    ValueError
        For a variable along others, or of another number of channels.
    """
    variable = dataset[group.variable]
    rest = [dim for dim in variable.dims if dim not in first]
    if len(rest) > 1 or not set(first) <= set(variable.dims):
        raise ValueError(
            f"{origin}: {group.variable} runs along ({', '.join(map(str, variable.dims))}), must "
            f"run along ({', '.join(first)}[, channel])"
        )
    values = variable.transpose(*first, *rest).values
    found = values.reshape(*values.shape[: len(first)], -1).astype(float)
    if found.shape[-1] != group.channels:
        raise ValueError(
            f"{origin}: {group.variable} has {found.shape[-1]} channels, the surrogate takes "
            f"{group.channels}"
        )
    return found


def unit_of(dataset: xr.Dataset, group: ChannelGroup, asking: Asking) -> str | None:
    """The unit of a variable: given, or that of the dataset, or none."""
    stated = dataset[group.variable].attrs.get("units")
    given = asking.units.get(group.variable)
    return agreed(group, given, None if stated is None else str(stated))


def seconds_of(time: xr.DataArray) -> np.ndarray:
    """Times in seconds: of the calendar, durations, or numbers with a unit, without one seconds.

    Raises
    ------
    ValueError
        For a unit that is none of time.
    """
    if time.dtype.kind in "mM":
        return seconds(time.values)
    unit = str(time.attrs.get("units", UNKNOWN_UNIT))
    scale = 1.0
    if unit != UNKNOWN_UNIT:
        if not is_unit(unit, "s"):
            raise ValueError(f"time has the unit {unit!r}, must have one of time, such as s or ms")
        scale = parse_unit(unit, "s")
    return scale * np.asarray(time.values, dtype=float)


def parameters(
    dataset: xr.Dataset, interface: Interface, origin: str, asking: Asking
) -> dict[str, np.ndarray]:
    """Structural parameters that the dataset states, each (record, channel)."""
    return {
        group.variable: block(dataset, group, ("record",), origin)
        * factor(group, unit_of(dataset, group, asking))
        for group in constant(interface)
        if group.variable in dataset
    }


def truth(
    dataset: xr.Dataset, interface: Interface, interval: float | None
) -> tuple[np.ndarray | None, list[str]]:
    """All targets side by side where the dataset has them, or else why they are not compared."""
    groups = interface.targets
    there = [group for group in groups if group.variable in dataset]
    if not there:
        return None, []
    if interface.classes:
        return None, ["classes are not compared here: `surrogate test` scores them"]
    told = f"{named(tuple(there))} of the file cannot be compared: "
    if len(there) < len(groups):
        return None, [f"{told}the surrogate gives {named(groups)}"]
    for group in groups:
        unit = dataset[group.variable].attrs.get("units")
        if unit != group.units:
            return None, [f"{told}{group.variable} is in {unit}, the surrogate's in {group.units}"]
    own = interface.interval
    if own is not None and interval is not None and not is_alike(own, interval):
        return None, [f"{told}they are sampled every {interval:g} s, the surrogate's every {own:g}"]
    try:
        blocks = [block(dataset, group, leading(interface), "the file") for group in groups]
    except ValueError as error:
        return None, [f"{told}{error}"]
    return np.concatenate(blocks, axis=-1), []
