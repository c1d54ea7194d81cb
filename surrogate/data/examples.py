"""Records of a dataset as what a given surrogate takes and gives."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

import datasets
from datasets.contract import lengths, partition
from datasets.contract.schema import leading_dim
from surrogate.data import description
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.data.description import describe

ALL = "all"
"""The part that is the whole dataset."""


class Examples(NamedTuple):
    """Records in physical units, (record, time, channel) or (sample, channel), their numbers and
    recipe (YAML); images are (sample, channel, height, width), classes are numbers (sample, 1).

    `samples` tells how many samples of each record count, None where all do; NaN lies behind them.
    """

    input: np.ndarray
    target: np.ndarray
    number: np.ndarray
    recipe: str = ""
    samples: np.ndarray | None = None

    @property
    def shortest(self) -> int:
        """Samples of the shortest record; 1 for points of a function."""
        if self.samples is not None:
            return int(self.samples.min())
        return int(self.target.shape[1]) if self.target.ndim == 3 else 1


def read_part(interface: Interface, path: str | Path, part: str) -> Examples:
    """Read the records of one part of a dataset, in single precision.

    Parameters
    ----------
    interface : Interface
        Of the surrogate.
    path : str or Path
    part : str
        As the dataset names it, or `ALL`.

    Raises
    ------
    FileNotFoundError, ValueError
        Without such a dataset or part, or where its channels or its interval are others.
    """
    dataset = datasets.open_dataset(path)
    names = partition.names(dataset)
    if part != ALL and part not in names:
        raise ValueError(f"{path} has no {part} part, it has {', '.join([*names, ALL])}")
    dynamic, constant = (
        [s.variable for s in interface.inputs if s.constant == kind] for kind in (False, True)
    )
    targets = [group.variable for group in interface.targets]
    interface.require(describe(dataset, dynamic, constant, targets, str(path)), str(path))
    lead = leading_dim(dataset)
    number = np.arange(dataset.sizes[lead]) if part == ALL else partition.members(dataset, part)
    chosen = dataset.isel({lead: number})
    samples = lengths.of(chosen)
    if samples is not None:
        chosen = chosen.isel(time=slice(int(samples.max())))
    return Examples(
        side(chosen, interface.inputs),
        side(chosen, interface.targets),
        number,
        str(dataset.attrs.get("recipe", "")),
        None if samples is None or samples.min() == samples.max() else samples,
    )


def side(dataset: xr.Dataset, groups: tuple[ChannelGroup, ...]) -> np.ndarray:
    """Inputs or targets of all records of a dataset, in the shapes of `Examples`."""
    shape = tuple(
        dataset.sizes[dim] for dim in ("record", "time", "sample") if dim in dataset.sizes
    )
    first = groups[0]
    if first.classes:
        return description.classes(dataset, first.variable)
    if first.pixels:
        return description.images(dataset, first.variable)
    blocks = []
    for group in groups:
        values = dataset[group.variable].values.astype(np.float32)
        if group.constant:
            values = np.repeat(values.reshape(len(values), 1, -1), shape[1], axis=1)
        blocks.append(values.reshape(*shape, group.channels))
    return np.concatenate(blocks, axis=-1)
