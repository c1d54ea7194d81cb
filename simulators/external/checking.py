"""Checks of what goes into a simulator and of what comes out, in one place for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from simulators.excitation.motion import BaseMotion
from simulators.external.declarations import Output
from simulators.external.failure import DidNotConverge

if TYPE_CHECKING:
    from simulators.external.protocol import ExternalSimulator

LEAST = 2
"""Samples of the shortest response that has an interval."""
LARGEST = float(np.finfo(np.float32).max)
"""Largest number that counts as finite: files hold single precision."""
NUMBERS = "fiu"
"""Kinds of arrays that are real numbers; a truth or a complex number is no history."""


def check_motions(
    simulator: ExternalSimulator, motions: BaseMotion | Sequence[BaseMotion]
) -> tuple[BaseMotion, ...]:
    """The motions as a tuple; ValueError unless there is one a direction, all on one time axis."""
    given = (motions,) if isinstance(motions, BaseMotion) else tuple(motions)
    owner = type(simulator).__name__
    if len(given) != simulator.directions or not all(isinstance(m, BaseMotion) for m in given):
        kinds = ", ".join(type(motion).__name__ for motion in given) or "nothing"
        raise ValueError(
            f"motions of {owner}: got {kinds}, expected {simulator.directions} BaseMotion, one for "
            "each direction"
        )
    axes = {(motion.acceleration.size, motion.interval) for motion in given}
    if len(axes) > 1:
        shown = ", ".join(f"{size} samples at {interval:g} s" for size, interval in sorted(axes))
        raise ValueError(f"motions of {owner}: {shown}; expected one length and interval")
    return given


def check_parameters(simulator: ExternalSimulator, given: Mapping[str, Any]) -> dict[str, float]:
    """Values of all parameters; ValueError for one that is unknown or out of range."""
    known = {parameter.name: parameter for parameter in simulator.parameters}
    for name in given:
        if name not in known:
            raise ValueError(
                f"{type(simulator).__name__} has no parameter {name}: expected one of "
                f"{', '.join(known) or 'none'}"
            )
    return {name: one.check(given.get(name, one.default)) for name, one in known.items()}


def labelled(simulator: ExternalSimulator, result: Any, motion: BaseMotion) -> xr.Dataset:
    """A simulator's result as a dataset with units.

    Raises
    ------
    ValueError
        Naming the output whose name, shape, type or unit is not as declared.
    DidNotConverge
        Naming the first number that is not finite.
    """
    owner = type(simulator).__name__
    if not isinstance(result, Mapping):
        raise ValueError(
            f"{owner}.simulate returned a {type(result).__name__}: expected a mapping of the "
            "outputs' names to arrays"
        )
    wanted = {output.name: output for output in simulator.outputs}
    if set(result) != set(wanted):
        wrong = ", ".join(sorted(map(str, set(result) ^ set(wanted))))
        raise ValueError(
            f"{owner}.simulate: {wrong} missing or not declared; expected {', '.join(wanted)}"
        )
    time = np.arange(_samples(simulator, result, motion)) * motion.interval
    attributes = {"units": "s", "long_name": "time"}
    dataset = xr.Dataset(coords={"time": ("time", time, attributes)})
    for name, output in wanted.items():
        attributes = {"units": output.units, "long_name": output.long_name}
        array = _array(owner, output, result[name], time)
        _check_component(owner, output, array, dataset)
        dataset[name] = (output.dims, array, attributes)
    return dataset


def _samples(simulator: ExternalSimulator, result: Mapping[str, Any], motion: BaseMotion) -> int:
    """Samples of a response: those of its motion, unless the simulator declares others."""
    own = motion.acceleration.size
    least = LEAST if simulator.may_end_early else own
    most = own + simulator.extra_samples
    if least == most:
        return own
    name = simulator.outputs[0].name
    shape = np.shape(result[name])
    count = shape[0] if shape else 0
    if not least <= count <= most:
        raise ValueError(
            f"{type(simulator).__name__}: output {name} has {count} samples, must have from "
            f"{least} to {most} for a motion of {own} (may_end_early, extra_samples)"
        )
    return count


def _array(owner: str, output: Output, value: Any, time: np.ndarray) -> np.ndarray:
    _check_unit(owner, output, value)
    array = _numbers(owner, output, value)
    samples = len(time)
    if array.ndim != len(output.dims) or array.shape[0] != samples or 0 in array.shape:
        shape = ", ".join([str(samples), *output.dims[1:]])
        raise ValueError(
            f"{owner}: output {output.name} has shape {array.shape}, expected ({shape}): one row "
            "for each sample"
        )
    finite = (np.abs(array) <= LARGEST).reshape(samples, -1).all(axis=1)
    if not finite.all():
        raise DidNotConverge(
            f"output {output.name} is not finite",
            float(time[finite.argmin()]),
            kind="not_finite",
        )
    return array


def _numbers(owner: str, output: Output, value: Any) -> np.ndarray:
    """An output in double precision; what is masked has no value and becomes NaN."""
    given = value if isinstance(value, np.ma.MaskedArray) else _as_array(value)
    if given is None or given.dtype.kind not in NUMBERS:
        kind = f"a {type(value).__name__}" if given is None else f"an array of {given.dtype}"
        raise ValueError(
            f"{owner}: output {output.name} is {kind}, expected an array of real numbers"
        )
    return np.ma.filled(given.astype(float), np.nan)


def _as_array(value: Any) -> np.ndarray | None:
    """An array, None for what is none, such as a word or rows of different lengths."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        return None
    return array if array.ndim else None


def _check_unit(owner: str, output: Output, value: Any) -> None:
    if isinstance(value, xr.DataArray) and value.attrs.get("units") != output.units:
        raise ValueError(
            f"{owner}: output {output.name} has the units {value.attrs.get('units')!r}, declared "
            f"are {output.units!r}"
        )


def _check_component(owner: str, output: Output, array: np.ndarray, dataset: xr.Dataset) -> None:
    """One size for each component name, whichever output has it."""
    component = output.component
    if output.size not in (None, array.shape[-1]):
        raise ValueError(
            f"{owner}: output {output.name} has {array.shape[-1]} of {component}, declared are "
            f"{output.size}"
        )
    if component is not None and dataset.sizes.get(component, array.shape[-1]) != array.shape[-1]:
        raise ValueError(
            f"{owner}: output {output.name} has {array.shape[-1]} of {component}, another output "
            f"has {dataset.sizes[component]}"
        )
