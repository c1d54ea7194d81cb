"""What the variables of a dataset are to a surrogate: groups of channels."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from datasets.contract import renamed
from datasets.contract.schema import leading_dim
from surrogate.data.channels import ChannelGroup, Interface


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
    time = dataset["time"].values if lead == "record" else None
    interval = None if time is None else float(time[-1] - time[0]) / (len(time) - 1)
    recipe = str(dataset.attrs.get("recipe", ""))
    return Interface(tuple(taken), tuple(given), interval, recipe)


def _group(dataset: xr.Dataset, name: str, leading: tuple[str, ...], source: str) -> ChannelGroup:
    if name not in dataset:
        raise ValueError(
            f"{source} has no variable {name!r}, it has {', '.join(map(str, dataset.data_vars))}"
            f"{renamed.hint(name, dataset)}"
        )
    variable = dataset[name]
    rest = variable.dims[len(leading) :]
    if variable.dims[: len(leading)] != leading or len(rest) > 1 or "time" in rest:
        dims = ", ".join(map(str, variable.dims))
        raise ValueError(
            f"{name} of {source} runs along ({dims}), must run along ({', '.join(leading)}[, "
            "channel])"
        )
    dim = "".join(map(str, rest))
    channels = dataset.sizes[dim] if dim else 1
    constant = "record" in leading and "time" not in leading
    return ChannelGroup(
        name, variable.attrs["units"], variable.attrs["long_name"], dim, channels, constant
    )


def points(dataset: xr.Dataset, names: Sequence[str], number: np.ndarray) -> np.ndarray:
    """Variables of some records or samples side by side, float32, shape (number, channel)."""
    blocks = [np.empty((len(number), 0), dtype=np.float32)]
    for name in names:
        values = dataset[name].values[number].astype(np.float32)
        blocks.append(values.reshape(len(number), -1))
    return np.concatenate(blocks, axis=-1)
