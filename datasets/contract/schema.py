"""The dataset contract: names, dimensions and units of everything that a file may hold.

Dynamic records have the dimensions ``record, time, floor, storey`` and one common time axis;
functions have ``sample, input, output`` and the variables ``x`` and ``y``. Of sets for
classification, ``image(sample, channel, height, width)`` may stand in the place of ``x``, and
``label(sample)`` in that of ``y`` (`datasets.contract.labels`); ``weight(sample)`` says how much
each sample counts, where they were not drawn evenly. Every variable carries
``units`` and ``long_name``. Variables of the table below must have its dimensions and its units, or
the unit ``unknown`` where the source of measured data does not state one; other variables are
welcome if they run along known dimensions, the first of them ``record`` (``sample``).

Records may differ in length: ``samples(record)`` then tells how many samples of each count, and all
variables along ``(record, time)`` are NaN behind them (`datasets.contract.lengths`).

A file adds the attributes ``schema_version``, ``created``, ``checksum`` and whatever tells its
provenance (``recipe``, ``recipe_hash``, ``seed``, ``software``, ``integrator``, ``tolerance``,
``source``). A joined file says in ``joined_from`` which records come from which file
(`datasets.files.join_sources`), and its ``recipe`` holds those of all sources.
"""

import numpy as np
import xarray as xr

from datasets.contract import labels
from simulators.variables import EXCITATIONS, RESPONSES, TIME, Variable

SCHEMA_VERSION = "2.0"
UNKNOWN_UNIT = "unknown"
SAMPLES = "samples"
IMAGE = "image"
WEIGHT = "weight"
HEIGHT = "height"


VARIABLES = {
    "time": TIME,
    **EXCITATIONS,
    **RESPONSES,
    "split": Variable(("record",), "1", "part of the data set that the record belongs to"),
    SAMPLES: Variable(("record",), "1", "samples of the record, behind which is padding"),
    "failed": Variable(("record",), "1", "why the record has no response"),
    "failure_reason": Variable(("record", "character"), "1", "reason of the failure, in UTF-8"),
}
VARIABLES |= {
    IMAGE: Variable(("sample", "channel", "height", "width"), "1", "image"),
    labels.LABEL: Variable(("sample",), "1", "class of the sample"),
    WEIGHT: Variable(("sample",), "1", "importance weight of the sample"),
}
VARIABLES |= {HEIGHT: Variable(("storey",), "m", "storey height")}
INPUTS = tuple(EXCITATIONS)
DYNAMIC_DIMS = ("record", "time", "floor", "storey")
FUNCTION_DIMS = ("sample", "input", "output", "channel", "height", "width")
FUNCTION_INPUTS = ("x", IMAGE)
FUNCTION_OUTPUTS = ("y", labels.LABEL)


def leading_dim(dataset: xr.Dataset) -> str:
    """Return the dimension that counts the examples: ``record`` for responses, ``sample`` for
    functions.
    """
    for name in ("record", "sample"):
        if name in dataset.sizes:
            return name
    raise ValueError(
        f"a dataset has the dimension record or sample, this one has {_listed(dataset.sizes)}"
    )


def inputs(dataset: xr.Dataset) -> list[str]:
    """Return the names of the excitations: ``base_acceleration`` or ``force`` (``x`` or ``image``
    of a function).
    """
    return [name for name in (*INPUTS, *FUNCTION_INPUTS) if name in dataset]


def outputs(dataset: xr.Dataset) -> list[str]:
    """Return the names of the responses: what runs along ``(record, time)`` and is not an input.

    Of a function, ``y`` or ``label``.
    """
    if leading_dim(dataset) == "sample":
        return [name for name in FUNCTION_OUTPUTS if name in dataset]
    return [
        str(name)
        for name, variable in dataset.data_vars.items()
        if variable.dims[:2] == ("record", "time") and name not in INPUTS
    ]


def sampling_interval(dataset: xr.Dataset) -> float:
    """Return the step of the time axis (s); ValueError where it has less than two samples."""
    time = dataset["time"].values
    if len(time) < 2:
        raise ValueError(f"time has {len(time)} samples: an interval needs 2 at least")
    return float(time[-1] - time[0]) / (len(time) - 1)


def time_axis(count: int, interval: float) -> xr.Variable:
    """Return the coordinate ``time`` of `count` samples from zero."""
    return xr.Variable("time", np.arange(count) * interval, VARIABLES["time"].attrs)


def validate(dataset: xr.Dataset) -> None:
    """Raise for the first breach of the contract in names, dimensions, units or the time axis.

    Nothing but the time axis, ``split`` and labels is read: a lazy dataset stays lazy.
    `check_finite` looks at the values.

    Parameters
    ----------
    dataset : xarray.Dataset
        Dynamic records or function samples.

    Raises
    ------
    ValueError
        One line that names the variable, what it has and what is allowed.
    """
    validate_structure(dataset)
    if "split" in dataset:
        check_split(dataset["split"])
    for name in labels.found(dataset):
        labels.check(name, dataset[name])


def validate_structure(dataset: xr.Dataset) -> None:
    """Raise for the first breach of the contract in what can be seen without reading records.

    Parameters
    ----------
    dataset : xarray.Dataset
        Dynamic records or function samples.

    Raises
    ------
    ValueError
        As for `validate`.
    """
    is_function = leading_dim(dataset) == "sample"
    if is_function:
        _require_one(dataset, FUNCTION_INPUTS)
        _require_one(dataset, FUNCTION_OUTPUTS)
    else:
        _require(dataset, "time")
    for name, variable in dataset.variables.items():
        _check_variable(str(name), variable, FUNCTION_DIMS if is_function else DYNAMIC_DIMS)
    if not is_function:
        _check_time(dataset["time"].values)
        if not inputs(dataset) and not outputs(dataset):
            raise ValueError(
                f"nothing runs along (record, time): found {_listed(dataset.data_vars)}"
            )


def check_finite(name: str, values: np.ndarray, dims: tuple[str, ...], first: int = 0) -> None:
    """Raise for the first value that is not finite.

    Parameters
    ----------
    name : str
        Variable, for the message.
    values : ndarray
        Values of the variable, of any shape.
    dims : tuple of str
        Names of the axes of `values`.
    first : int
        Number of the first record in `values`, when it is a block of a larger dataset.

    Raises
    ------
    ValueError
        With the variable, its value and where it is.
    """
    if values.dtype.kind != "f":
        return
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(
            values.sum()
        ):  # one pass without a temporary; only a failure pays for the search
            return
    wrong = np.argwhere(~np.isfinite(values))
    if len(wrong) == 0:
        return
    value = values[tuple(wrong[0])]
    wrong[0][:1] += first
    place = ", ".join(f"{dim} {index}" for dim, index in zip(dims, wrong[0], strict=True))
    raise ValueError(
        f"{name} is {value} at {place or 'its only place'}: every value must be finite"
    )


def _require(dataset: xr.Dataset, name: str) -> None:
    if name not in dataset:
        raise ValueError(f"{name} is missing: expected it beside {_listed(dataset.variables)}")


def _require_one(dataset: xr.Dataset, names: tuple[str, ...]) -> None:
    if not any(name in dataset for name in names):
        wanted = " or ".join(names)
        raise ValueError(f"{wanted} is missing: expected it beside {_listed(dataset.variables)}")


def _check_variable(name: str, variable: xr.Variable, allowed_dims: tuple[str, ...]) -> None:
    known = VARIABLES.get(name)
    dims = allowed_dims[:1] if name == "split" else known.dims if known else variable.dims
    if variable.dims != dims:
        raise ValueError(
            f"{name} has the dimensions {_listed(variable.dims)}, must have {_listed(dims)}"
        )
    # Only the first is prescribed: a parameter of the structure may be a matrix, which needs a
    # second name for floors.
    if not known and variable.dims and variable.dims[0] not in allowed_dims:
        raise ValueError(
            f"{name} has the dimension {variable.dims[0]} first, must have one of "
            f"{_listed(allowed_dims)}"
        )
    if variable.dtype.kind not in "fiu":
        raise ValueError(f"{name} has the type {variable.dtype}, must be numeric")
    if labels.is_label(name, variable):
        labels.classes(name, variable)
    for attribute in ("units", "long_name"):
        if not isinstance(variable.attrs.get(attribute), str):
            raise ValueError(
                f"{name} has no attribute {attribute}: every variable has units and long_name"
            )
    units = variable.attrs["units"]
    if known and units not in (known.units, UNKNOWN_UNIT):
        raise ValueError(
            f"{name} has the units {units!r}, must have {known.units!r} (or {UNKNOWN_UNIT!r})"
        )


def _check_time(time: np.ndarray) -> None:
    if len(time) < 2 or not np.all(np.isfinite(time)):
        raise ValueError(f"time has {len(time)} samples, needs at least 2, all of them finite")
    steps = np.diff(time)
    if steps[0] <= 0 or np.ptp(steps) > 1e-4 * steps[0]:
        raise ValueError(
            f"time must increase in equal steps, has steps from {steps.min():g} to "
            f"{steps.max():g} s"
        )


def check_split(split: xr.DataArray) -> None:
    """Raise for a variable ``split`` whose values or names of parts do not fit one another."""
    meanings = str(split.attrs.get("flag_meanings", "")).split()
    values = np.atleast_1d(split.attrs.get("flag_values", []))
    if not meanings or len(meanings) != len(values):
        raise ValueError(
            f"split names {len(meanings)} parts (flag_meanings) for {len(values)} values "
            "(flag_values)"
        )
    strangers = np.setdiff1d(split.values, values)
    if strangers.size:
        raise ValueError(f"split has the value {strangers[0]}, must have one of {_listed(values)}")


def _listed(names: object) -> str:
    return ", ".join(str(name) for name in names) or "nothing"  # type: ignore[attr-defined]
