"""The parts of a dataset that a surrogate looks for, under whatever name the dataset has them."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from datasets.contract import partition
from datasets.contract.schema import leading_dim
from surrogate.data.saying import say

OPTIONS = {
    "train": "data.path",
    "validation": "data.validation_path",
    "test": "data.test_path",
}
"""The option that names the file of each part."""


def members(dataset: xr.Dataset, part: str, own_file: bool) -> np.ndarray | None:
    """Numbers of the records of a part, None where the dataset has no record of it.

    Parameters
    ----------
    dataset : Dataset
    part : {"train", "validation", "test"}
    own_file : bool
        Whether the file was named for this part: then all records of a file that does not tell
        parts apart belong to it.

    Raises
    ------
    ValueError
        For a dataset that has the part under two names.
    """
    names = partition.names(dataset)
    stored = stored_name(names, part)
    if stored is not None:
        numbers = partition.members(dataset, stored)
        return numbers if len(numbers) else None
    if own_file and (part != "train" or not names):
        return np.arange(dataset.sizes[leading_dim(dataset)])
    return None


def stored_name(names: Sequence[str], part: str) -> str | None:
    """Name that a dataset has for a part, None where it has none.

    Parameters
    ----------
    names : sequence of str
        Of the dataset's parts.
    part : {"train", "validation", "test"}

    Raises
    ------
    ValueError
        When several of the names mean this part.
    """
    if part in names:
        return part
    found = [name for name in names if partition.canonical(name) == part]
    if len(found) > 1:
        raise ValueError(
            f"split has the parts {', '.join(found)}, which all mean {part}: name one of them "
            f"{part}, and the others by a word of their own"
        )
    return found[0] if found else None


def say_synonyms(dataset: xr.Dataset, source: str, parts: Sequence[str]) -> None:
    """Say which of the dataset's names are taken for the parts that are used."""
    names = partition.names(dataset)
    stored = {part: stored_name(names, part) for part in parts}
    taken = [f"{name} as {part}" for part, name in stored.items() if name not in (None, part)]
    if taken:
        say(f"note: {source}: its parts are taken so: {', '.join(taken)}")


def missing(dataset: xr.Dataset, source: str, part: str) -> str:
    """What to say where a dataset has no record of a part: its parts, and the remedy."""
    names = partition.names(dataset)
    stored = stored_name(names, part)
    if stored is not None:
        state = f"has no record in its {stored} part"
    elif names:
        state = f"has no {part} part, its parts are {', '.join(names)}"
    else:
        state = f"has no {part} part, it tells no parts apart"
    return f"{source} {state}: name a file for {part} by {OPTIONS[part]}"
