"""Arrays without labels as the records that a surrogate is asked for.

They are in its unit, and at its sampling interval.
"""

import numpy as np

from surrogate.data import channels
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference.histories import (
    Excitation,
    Series,
    constant,
    dynamic,
    named,
    side_by_side,
)

ORIGIN = "an array"
"""Where its records come from, in words."""


def records_of(values: np.ndarray, interface: Interface) -> tuple[Excitation, ...]:
    """Records of an array: of one input, of all that vary in time, or of these and parameters."""
    groups = dynamic(interface)
    if values.ndim == 3 or interface.interval is None:
        return _whole(values, interface)
    if len(groups) == 1:
        return _alone(values, groups[0], interface)
    wanted = channels.count(groups)
    if values.ndim == 2 and values.shape[1] == wanted:
        return _whole(values[None], interface)
    raise ValueError(
        f"the surrogate takes {named(groups)}: expected an array (record, time, {wanted}) or "
        f"(time, {wanted}), got {values.shape}"
    )


def _alone(values: np.ndarray, group: ChannelGroup, interface: Interface) -> tuple[Excitation, ...]:
    """Records of the one input that varies in time."""
    series = [Series(one, interface.interval, group.units) for one in histories(values, group)]
    return tuple(side_by_side({group.variable: one}, interface, ORIGIN) for one in series)


def _whole(values: np.ndarray, interface: Interface) -> tuple[Excitation, ...]:
    """Records of an array whose last axis holds channels in the order of the surrogate."""
    _require_whole(values)
    every = channels.count(interface.inputs)
    varying = channels.count(dynamic(interface))
    if values.ndim < 2 or values.size == 0:
        raise ValueError(f"excitation must have a last axis of {every} channels: {values.shape}")
    if values.shape[-1] not in (every, varying):
        names = ", ".join(channels.labels(interface.inputs))
        raise ValueError(f"excitation has {values.shape[-1]} channels, needs {every}: {names}")
    if interface.interval is None:
        return (Excitation(values.astype(float), ORIGIN),)
    return tuple(_with_parameters(record, interface) for record in values.astype(float))


def _with_parameters(record: np.ndarray, interface: Interface) -> Excitation:
    """A record (time, channel) whose last channels may be structural parameters."""
    varying = channels.count(dynamic(interface))
    beside = record[:, varying:]
    parameters: dict[str, np.ndarray] = {}
    if beside.shape[1]:
        if np.ptp(beside, axis=0).any():
            raise ValueError("structural parameters in an array must be the same at all times")
        blocks = channels.split(constant(interface), beside[0])
        parameters = {
            group.variable: block for group, block in zip(constant(interface), blocks, strict=True)
        }
    return Excitation(record[:, :varying], ORIGIN, parameters)


def histories(values: np.ndarray, group: ChannelGroup) -> list[np.ndarray]:
    """Histories (time, channel) of an array in the unit and at the interval of the surrogate."""
    several = group.channels > 1
    shapes = {
        False: {1: (1, -1, 1), 2: (len(values), -1, 1)},
        True: {2: (1, -1, group.channels), 3: (len(values), -1, group.channels)},
    }[several]
    fits = values.ndim in shapes and (not several or values.shape[-1] == group.channels)
    if values.size == 0 or not fits:
        last = f", {group.channels}" if several else ""
        raise ValueError(
            f"excitation must have the shape (time{last or ','}) or (record, time{last}), got "
            f"{values.shape}"
        )
    _require_whole(values)
    found = values.reshape(shapes[values.ndim]).astype(float)
    if found.shape[1] == 1 and len(found) > 1:
        raise ValueError(
            f"excitation of the shape {values.shape} is {len(found)} records of one sample each: "
            "give (time,) or (record, time) for one channel, (record, time, channel) for several"
        )
    return list(found)


def _require_whole(values: np.ndarray) -> None:
    """Raise ValueError for complex numbers, and for a mask, behind which any number may stand."""
    if values.dtype.kind == "c":
        raise ValueError("excitation holds complex numbers, must hold real ones")
    if np.ma.is_masked(values):
        raise ValueError(
            f"excitation has {np.ma.count_masked(values)} masked values, must have none: fill them"
        )
