"""Opening a part of a dataset: which records it has, and what of them goes in and out.

What belongs here takes a dataset that is open and looks at one part of it; which files there are,
and that they agree, is a matter of `surrogate.data.datamodule`.
"""

from collections.abc import Sequence

import numpy as np
import torch

from datasets.contract import lengths
from datasets.contract.schema import leading_dim
from datasets.files.window_reader import WindowReader
from surrogate.data.description import points
from surrogate.data.storage import HeldRecords, RecordSet, StoredRecords


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
) -> RecordSet:
    """The records of these numbers: series still on disk, points of a function in memory."""
    dataset = reader.dataset
    if leading_dim(dataset) == "sample":
        input = points(dataset, [*inputs, *parameters], number)
        target = points(dataset, targets, number)
        return HeldRecords(torch.from_numpy(input), torch.from_numpy(target), number)
    constant = points(dataset, parameters, number)
    stated = lengths.of(dataset)
    own = None if stated is None else stated[number]
    return StoredRecords(reader, inputs, targets, constant, number, skip, own)
