"""Opening a part of a dataset: which records it has, and what of them goes in and out.

What belongs here takes a dataset that is open and looks at one part of it; which files there are,
and that they agree, is a matter of `surrogate.data.datamodule`.
"""

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr

from datasets.contract import lengths
from datasets.contract.schema import WEIGHT
from datasets.files.window_reader import WindowReader
from surrogate.data import description
from surrogate.data.channels import Interface
from surrogate.data.description import points
from surrogate.data.storage import HeldRecords, StoredRecords


def check_names(inputs: Sequence[str], targets: Sequence[str], parameters: Sequence[str]) -> None:
    """Raise ValueError where no variable goes in or comes out, or one does both."""
    for field, names in {"inputs": inputs, "targets": targets}.items():
        if not names:
            raise ValueError(f"{field} must name at least one variable, got none")
    known = [*inputs, *parameters]
    for name in targets:
        if name in known:
            raise ValueError(f"{name} is a target and cannot be an input or a parameter too")


def part_of(
    reader: WindowReader,
    inputs: Sequence[str],
    targets: Sequence[str],
    parameters: Sequence[str],
    number: np.ndarray,
    skip: int,
) -> StoredRecords:
    """The records of these numbers, whose series are still on disk."""
    dataset = reader.dataset
    constant = points(dataset, parameters, number)
    stated = lengths.of(dataset)
    own = None if stated is None else stated[number]
    return StoredRecords(reader, inputs, targets, constant, number, skip, own)


def samples_of(
    dataset: xr.Dataset, interface: Interface, number: np.ndarray, weights: bool | None
) -> HeldRecords:
    """The samples of these numbers of a static dataset, in memory.

    Parameters
    ----------
    dataset : Dataset
    interface : Interface
        What goes in and out.
    number : ndarray of int
    weights : bool or None
        Whether each sample has a weight; None for as the dataset has it.

    Raises
    ------
    ValueError
        For weights that are asked for and not there, or of which no mean can be taken.
    """
    names = [group.variable for group in interface.inputs]
    targets = [group.variable for group in interface.targets]
    if interface.pixels:
        input = description.images(dataset, names[0], number)
    else:
        input = points(dataset, names, number)
    if interface.classes:
        target = description.classes(dataset, targets[0], number)
    else:
        target = points(dataset, targets, number)
    importance = None
    if weights is not False and (weights or WEIGHT in dataset):
        importance = torch.from_numpy(_importance(dataset, number))
    return HeldRecords(
        torch.from_numpy(input), torch.from_numpy(target), number, importance=importance
    )


def _importance(dataset: xr.Dataset, number: np.ndarray) -> np.ndarray:
    """Weights of some samples over their mean, float32: the mean of a weighted loss is then its
    weighted mean.
    """
    if WEIGHT not in dataset:
        raise ValueError(f"weights are asked for, and the dataset has no variable {WEIGHT}")
    weight = dataset[WEIGHT].values[number].astype(np.float64)
    total = weight.sum()
    if not np.isfinite(total) or (weight < 0.0).any() or (len(weight) and total == 0.0):
        raise ValueError(
            f"{WEIGHT} must be finite and at least 0, and not 0 everywhere, got values from "
            f"{weight.min():g} to {weight.max():g}"
        )
    return (weight * (len(weight) / total)).astype(np.float32)
