"""Arrays of a surrogate as labelled data: its inputs and predicted targets under their names, with
units.
"""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from datasets.contract import lengths
from datasets.contract.schema import SAMPLES
from surrogate.data import channels
from surrogate.data.channels import ChannelGroup, Interface


def as_dataset(
    interface: Interface,
    input: np.ndarray,
    prediction: np.ndarray,
    attrs: Mapping[str, str] | None = None,
    samples: np.ndarray | None = None,
) -> xr.Dataset:
    """Inputs and predicted targets under their names, with units, as the dataset contract asks.

    Parameters
    ----------
    interface : Interface
    input : ndarray, shape (record, time, inputs) or (sample, inputs)
    prediction : ndarray, shape (record, time, targets) or (sample, targets)
    attrs : mapping, optional
        Attributes of the dataset.
    samples : ndarray of int, shape (record,), optional
        Samples of each record where they differ; what lies behind them becomes padding.
    """
    if samples is not None:
        input = lengths.filled(input, samples, lengths.PADDING)
        prediction = lengths.filled(prediction, samples, lengths.PADDING)
    dims = ("record", "time") if prediction.ndim == 3 else ("sample",)
    variables = _variables(interface.inputs, input, dims) | _variables(
        interface.targets, prediction, dims
    )
    coords = {}
    if "time" in dims:
        time = np.arange(prediction.shape[1]) * interface.sampling_interval
        coords = {"time": ("time", time, {"units": "s", "long_name": "time"})}
    if samples is not None:
        variables[SAMPLES] = lengths.label(samples)
    return xr.Dataset(variables, coords, dict(attrs or {}))


def _variables(
    described: tuple[ChannelGroup, ...], values: np.ndarray, dims: tuple[str, ...]
) -> dict[str, xr.Variable]:
    variables = {}
    for group, block in zip(described, channels.split(described, values), strict=True):
        attrs = {"units": group.units, "long_name": group.long_name}
        if group.constant:
            block = block[:, 0]  # a parameter of the structure: the same at all times
        own = dims[: 1 if group.constant else None] + ((group.dim,) if group.dim else ())
        variables[group.variable] = xr.Variable(own, block if group.dim else block[..., 0], attrs)
    return variables
