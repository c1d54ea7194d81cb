"""Arrays as variables: those of the contract in its units, and a user's own as they are."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np
import xarray as xr

from datasets.contract import labels, units
from datasets.contract.schema import IMAGE, INPUTS, UNKNOWN_UNIT, VARIABLES
from datasets.measured.arrays import Array
from datasets.measured.axes import Layout, Sizes
from datasets.measured.sampling import SAMPLING
from simulators.excitation.recorded.missing import may_be_mark, require_no_mark

MAPPED = tuple(
    name for name, variable in VARIABLES.items() if variable.dims[:2] == ("record", "time")
)
RESERVED = (
    "record",
    "sample",
    "floor",
    "storey",
    "input",
    "output",
    "split",
    "samples",
    "x",
    "y",
    "component",
)
CLASSIFIED = (labels.LABEL, IMAGE)


def check_name(name: str, source: str) -> None:
    """Raise for a name that cannot be that of a variable, or looks like a slip.

    Raises
    ------
    ValueError
        Naming what may be mapped.
    """
    allowed = ", ".join([*MAPPED, *SAMPLING])
    if name in CLASSIFIED:
        raise ValueError(
            f"{name!r} cannot be mapped: the records that are imported run along time, classes and "
            "images do not; docs/classes.md makes a dataset of your own from arrays of them"
        )
    if name in RESERVED or not re.fullmatch(r"[A-Za-z]\w*", name):
        raise ValueError(
            f"{name!r} cannot be mapped: choose from {allowed}, or a name of your own in letters, "
            "digits and _"
        )
    near = get_close_matches(name, [*MAPPED, *SAMPLING], n=1, cutoff=0.9)
    if name not in MAPPED and near:
        raise ValueError(
            f"{name!r} cannot be mapped: {near[0]} is meant, or choose a name of your own that is "
            "less like it"
        )
    if name in INPUTS and "," in source:
        first, *others = source.split(",")
        raise ValueError(
            f"{name} is one input, {source} are {1 + len(others)}: map each to a variable, as in "
            f"--map {name}={first} {others[0].rpartition('/')[2]}={others[0]}, and name them in "
            "fit by --data.inputs"
        )


def of_contract(
    name: str, arrays: Sequence[Array], unit: str | None, layout: Layout, sizes: Sizes
) -> xr.Variable:
    """Return a variable of the contract, in its unit; several arrays stand side by side.

    Raises
    ------
    ValueError
        When the unit is not stated or of another quantity, or a shape does not fit.
    """
    known = VARIABLES[name]
    parts = []
    is_unknown = []
    for array in arrays:
        stated = stated_unit(name, array, unit)
        is_unknown.append(stated == UNKNOWN_UNIT)
        scale = 1.0 if is_unknown[-1] else units.factor(name, stated, known.units)
        arranged = layout.arranged(name, array, sizes)
        _require_no_marks(name, arranged)
        parts.append(scale * arranged)
    if any(is_unknown) and not all(is_unknown):
        raise ValueError(f"{name} has arrays with and without a unit: give one by --unit {name}=")
    values = np.concatenate(parts, axis=2).astype(np.float32)
    if len(known.dims) == 2:
        if values.shape[2] != 1:
            raise ValueError(
                f"{name} has {values.shape[2]} channels, must have one: several inputs are a "
                "variable each"
            )
        values = values[:, :, 0]
    attrs = known.attrs | ({"units": UNKNOWN_UNIT} if all(is_unknown) else {})
    return xr.Variable(known.dims, values, attrs)


def of_user(
    name: str, arrays: Sequence[Array], unit: str | None, layout: Layout, sizes: Sizes
) -> xr.Variable:
    """Return a variable that the contract does not know, in the unit that is stated for it.

    It is a series (record, time) or (record, time, component), or a parameter of each record.

    Raises
    ------
    ValueError
        When the unit is not stated, or the shape is neither.
    """
    stated = {stated_unit(name, array, unit) for array in arrays}
    if len(stated) > 1:
        raise ValueError(f"{name} has the units {', '.join(sorted(stated))}: must be one")
    attrs = {"units": stated.pop(), "long_name": name.replace("_", " ")}
    own_dim = f"{name}_component"
    parameters = [layout.parameter(array, sizes) for array in arrays]
    if _are_parameters(arrays, parameters, sizes):
        values = np.concatenate([found for found in parameters if found is not None], axis=1)
        for own in values.T:
            require_no_mark(own, f"{name}, which has a value for each record,")
        if values.shape[1] == 1:
            return xr.Variable("record", values[:, 0], attrs)
        return xr.Variable(("record", own_dim), values, attrs)
    parts = [layout.arranged(name, array, sizes) for array in arrays]
    series = np.concatenate(parts, axis=2)
    _require_no_marks(name, series)
    series = series.astype(np.float32)
    if series.shape[2] == 1:
        return xr.Variable(("record", "time"), series[:, :, 0], attrs)
    return xr.Variable(("record", "time", own_dim), series, attrs)


def _require_no_marks(name: str, values: np.ndarray) -> None:
    """Raise a ValueError for marks of missing samples in series, shape (record, time, component).

    The values are those of the file: in another unit a mark could not be recognised.
    """
    largest = np.abs(values).max(axis=1)  # (record, component)
    for record, component in np.argwhere(may_be_mark(largest)):
        place = f", component {component}" if values.shape[2] > 1 else ""
        require_no_mark(values[record, :, component], f"{name} (record {record}{place})")


def stated_unit(name: str, array: Array, given: str | None) -> str:
    """Return the unit that the caller gives, or else the file.

    Raises
    ------
    ValueError
        When neither does, and for logical values, which have none.
    """
    if array.values.dtype.kind == "b":
        raise ValueError(f"{name} holds logical values, must hold numbers")
    unit = given if given is not None else array.unit
    if unit is None:
        example = VARIABLES[name].units.replace(" ", "") if name in VARIABLES else "1"
        raise ValueError(
            f"the unit of {name} is not stated: give one, as in --unit {name}={example} (or "
            f"{name}={UNKNOWN_UNIT})"
        )
    return unit


def _are_parameters(
    arrays: Sequence[Array], parameters: Sequence[np.ndarray | None], sizes: Sizes
) -> bool:
    """Tell parameters from series: what has as many values as there are samples is a series."""
    if any(found is None for found in parameters):
        return False
    return not any(sizes.time in array.values.shape for array in arrays)
