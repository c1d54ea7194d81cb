"""Arrays of a surrogate as labelled data: its inputs and predicted targets under their names, with
units.
"""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from scipy.special import softmax

from datasets.contract import labels, lengths
from datasets.contract.schema import SAMPLES
from surrogate.data import channels
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.data.description import IMAGE_DIMS


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
    input : ndarray, shape (record, time, inputs), (sample, inputs) or images
    prediction : ndarray, shape (record, time, targets) or (sample, targets)
        Of classes, their scores: the likeliest class and the probabilities are written.
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
    first = described[0]
    if first.classes:
        return _classes(first, values)
    if first.pixels:
        attrs = {"units": first.units, "long_name": first.long_name}
        return {first.variable: xr.Variable(IMAGE_DIMS, values, attrs)}
    variables = {}
    for group, block in zip(described, channels.split(described, values), strict=True):
        attrs = {"units": group.units, "long_name": group.long_name}
        if group.constant:
            block = block[:, 0]  # a parameter of the structure: the same at all times
        own = dims[: 1 if group.constant else None] + ((group.dim,) if group.dim else ())
        variables[group.variable] = xr.Variable(own, block if group.dim else block[..., 0], attrs)
    return variables


def _classes(group: ChannelGroup, scores: np.ndarray) -> dict[str, xr.Variable]:
    """The likeliest class of each sample, and the probabilities of all."""
    attrs = {"units": "1", "long_name": f"probability of {', '.join(group.classes)}"}
    probability = xr.Variable(("sample", "class"), softmax(scores, axis=1), attrs)
    chosen = labels.variable(scores.argmax(axis=1), group.classes, group.long_name)
    return {group.variable: chosen, "probability": probability}
