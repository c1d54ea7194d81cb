"""Named parts of a dataset (training, validation, test), fixed by record when the data are written.

The parts are the variable ``split(record)`` with the attributes ``flag_values`` and
``flag_meanings`` of the CF conventions, so that two users of a file train and test on the same
records.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from datasets.contract.schema import VARIABLES, check_split, leading_dim

PARTS = ("train", "validation", "test")
SYNONYMS = {
    "training": "train",
    "tr": "train",
    "trn": "train",
    "val": "validation",
    "valid": "validation",
    "validate": "validation",
    "dev": "validation",
    "testing": "test",
    "tst": "test",
    "te": "test",
}
"""Other names of the parts that training, validation and testing look for."""


def label(
    parts: Sequence[int] | np.ndarray, names: Sequence[str] = PARTS, dim: str = "record"
) -> xr.DataArray:
    """Return the variable ``split``.

    Parameters
    ----------
    parts : ndarray of int, shape (record,)
        Number of each record's part, an index into `names`.
    names : sequence of str
        One word each.
    dim : str
        ``record`` or ``sample``.
    """
    if any(len(name.split()) != 1 for name in names):
        raise ValueError(f"parts are named by one word each, got {', '.join(map(repr, names))}")
    attrs: dict[str, Any] = dict(VARIABLES["split"].attrs)
    attrs["flag_values"] = np.arange(len(names), dtype=np.int8)
    attrs["flag_meanings"] = " ".join(names)
    return xr.DataArray(np.asarray(parts, dtype=np.int8), dims=dim, attrs=attrs, name="split")


def canonical(name: str) -> str:
    """Return the name by which training looks for a part, `name` itself where it has no other."""
    lower = name.lower()
    return lower if lower in PARTS else SYNONYMS.get(lower, name)


def draw(records: int, fractions: Mapping[str, float], seed: int) -> np.ndarray:
    """Draw the part of each record at random, with exact counts.

    Parameters
    ----------
    records : int
        Number of records.
    fractions : mapping of str to float
        Share of each named part; they add up to 1. Rounding goes to the largest remainders.
    seed : int
        The same seed gives the same parts.

    Returns
    -------
    ndarray of int8, shape (record,)
        Index into the names of `fractions`.
    """
    shares = _shares(fractions)
    counts = np.floor(shares * records + 1e-9).astype(int)
    remainders = shares * records - counts
    counts[np.argsort(-remainders, kind="stable")[: records - counts.sum()]] += 1
    parts = np.repeat(np.arange(len(shares), dtype=np.int8), counts)
    return np.random.default_rng(seed).permutation(parts)


def draw_groups(groups: Sequence[str], fractions: Mapping[str, float], seed: int) -> np.ndarray:
    """Draw the part of each record so that all records of a group lie in one part.

    Parameters
    ----------
    groups : sequence of str
        Group of each record, e.g. its earthquake.
    fractions : mapping of str to float
        Share of each named part, which whole groups meet as nearly as they can: in random order,
        each goes to the part that lacks most.
    seed : int
        The same seed gives the same parts.

    Returns
    -------
    ndarray of int8, shape (record,)
        Index into the names of `fractions`.

    Raises
    ------
    ValueError
        For shares that do not add up to 1, or fewer groups than parts.
    """
    known, numbers, sizes = np.unique(list(groups), return_inverse=True, return_counts=True)
    wanted = _shares(fractions) * len(numbers)
    missing = wanted.copy()
    part = np.zeros(len(known), dtype=np.int8)
    for group in np.random.default_rng(seed).permutation(len(known)):
        part[group] = missing.argmax()
        missing[part[group]] -= sizes[group]
    for index, name in enumerate(fractions):
        if wanted[index] > 0 and index not in part:
            raise ValueError(
                f"split: {len(known)} earthquakes leave no record for the part {name}, as each "
                "lies in one part: give it a larger share, a share of 0, or more records"
            )
    return part[numbers]


def _shares(fractions: Mapping[str, float]) -> np.ndarray:
    """The shares in their order; ValueError for those of no division."""
    shares = np.array(list(fractions.values()), dtype=float)
    if not fractions or np.any(shares < 0) or not np.isclose(shares.sum(), 1.0):
        raise ValueError(f"split fractions must be >= 0 and add up to 1, got {dict(fractions)}")
    return shares


def names(dataset: xr.Dataset) -> list[str]:
    """Return the names of the dataset's parts, [] where it has none."""
    if "split" not in dataset:
        return []
    if "flag_meanings" not in dataset["split"].attrs:
        raise ValueError("split has no attribute flag_meanings, which names the parts")
    return str(dataset["split"].attrs["flag_meanings"]).split()


def members(dataset: xr.Dataset, part: str) -> np.ndarray:
    """Return the numbers of the records of one part.

    Raises
    ------
    ValueError
        When the dataset has no such part.
    """
    known = names(dataset)
    if part not in known:
        raise ValueError(
            f"part {part!r} is not in the dataset, which has {', '.join(known) or 'no split'}"
        )
    check_split(dataset["split"])
    value = np.atleast_1d(dataset["split"].attrs["flag_values"])[known.index(part)]
    return np.flatnonzero(dataset["split"].values == value)


def select(dataset: xr.Dataset, part: str) -> xr.Dataset:
    """Return the records of one part, as lazy as the dataset was."""
    return dataset.isel({leading_dim(dataset): members(dataset, part)})
