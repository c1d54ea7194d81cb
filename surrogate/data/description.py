"""What the variables of a dataset are to a surrogate: groups of channels."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from datasets.contract import labels, renamed
from datasets.contract.schema import VARIABLES, leading_dim, sampling_interval
from surrogate.data.channels import ChannelGroup, Interface

IMAGE_DIMS = VARIABLES["image"].dims


def describe(
    dataset: xr.Dataset,
    inputs: Sequence[str],
    parameters: Sequence[str],
    targets: Sequence[str],
    source: str,
) -> Interface:
    """Interface that a surrogate of these variables has.

    Parameters
    ----------
    dataset : Dataset
    inputs, parameters, targets : sequence of str
        Names of variables; parameters are the same at all times of a record.
    source : str
        Where the dataset comes from, for messages.

    Raises
    ------
    ValueError
        For a variable that is missing or has other dimensions.
    """
    lead = leading_dim(dataset)
    dynamic = (lead, "time") if lead == "record" else (lead,)
    taken = [_group(dataset, name, dynamic, source) for name in inputs]
    taken += [_group(dataset, name, (lead,), source) for name in parameters]
    given = [_group(dataset, name, dynamic, source) for name in targets]
    _require_kinds(taken, given, source)
    _require_one_side([*inputs, *parameters], targets)
    interval = sampling_interval(dataset) if lead == "record" else None
    recipe = str(dataset.attrs.get("recipe", ""))
    return Interface(tuple(taken), tuple(given), interval, recipe)


def _group(dataset: xr.Dataset, name: str, leading: tuple[str, ...], source: str) -> ChannelGroup:
    if name not in dataset:
        raise ValueError(
            f"{source} has no variable {name!r}, it has {', '.join(map(str, dataset.data_vars))}"
            f"{renamed.hint(name, dataset)}"
        )
    variable = dataset[name]
    units = variable.attrs["units"]
    long_name = variable.attrs["long_name"]
    if variable.dims == IMAGE_DIMS:
        _, colours, *pixels = variable.shape
        return ChannelGroup(name, units, long_name, "channel", colours, pixels=tuple(pixels))
    if variable.dims == ("sample",) and labels.is_label(name, variable):
        names = tuple(labels.classes(name, variable))
        return ChannelGroup(name, units, long_name, "class", len(names), classes=names)
    rest = variable.dims[len(leading) :]
    if variable.dims[: len(leading)] != leading or len(rest) > 1 or "time" in rest:
        dims = ", ".join(map(str, variable.dims))
        is_parameter = variable.dims[:1] == ("record",) and leading == ("record", "time")
        remedy = (
            ": as an input it belongs in data.parameters"
            if is_parameter and "time" not in variable.dims
            else ""
        )
        raise ValueError(
            f"{name} of {source} runs along ({dims}), must run along ({', '.join(leading)}[, "
            f"channel]){remedy}"
        )
    dim = "".join(map(str, rest))
    channels = dataset.sizes[dim] if dim else 1
    constant = "record" in leading and "time" not in leading
    return ChannelGroup(name, units, long_name, dim, channels, constant)


def _require_kinds(
    inputs: Sequence[ChannelGroup], targets: Sequence[ChannelGroup], source: str
) -> None:
    """Raise ValueError for a label or an image in a place where no network can have it."""
    for group in inputs:
        if group.classes:
            raise ValueError(f"{group.variable} of {source} is a class: it can be a target alone")
        if group.pixels and len(inputs) > 1:
            raise ValueError(f"{group.variable} of {source} is an image: it must be the only input")
    for group in targets:
        if group.pixels:
            raise ValueError(f"{group.variable} of {source} is an image: it can be an input alone")
        if group.classes and len(targets) > 1:
            raise ValueError(f"{group.variable} of {source} is a class: it must be the only target")


def _require_one_side(inputs: Sequence[str], targets: Sequence[str]) -> None:
    """Raise ValueError for a variable that is an input and a target: responses take its name."""
    both = next((name for name in inputs if name in targets), None)
    if both is not None:
        raise ValueError(f"{both} is an input and a target: leave it out of one of them")


def images(dataset: xr.Dataset, name: str, number: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Images of samples, all by default: float32, shape (number, channel, height, width)."""
    return dataset[name].values[number].astype(np.float32)


def classes(dataset: xr.Dataset, name: str, number: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Classes of samples, all by default, counted from zero: int64, shape (number, 1)."""
    return labels.indices(name, dataset[name])[number][:, None]


def points(dataset: xr.Dataset, names: Sequence[str], number: np.ndarray) -> np.ndarray:
    """Variables of some records or samples side by side, float32, shape (number, channel)."""
    blocks = [np.empty((len(number), 0), dtype=np.float32)]
    for name in names:
        values = dataset[name].values[number].astype(np.float32)
        blocks.append(values.reshape(len(number), -1))
    return np.concatenate(blocks, axis=-1)
