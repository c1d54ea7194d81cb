"""Named parts of a dataset from the numbers of their records, or from marks, in a file."""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from datasets.contract import partition


def numbered(parts: Mapping[str, np.ndarray], records: int, first: int = 1) -> xr.DataArray:
    """Return the variable ``split``.

    Parameters
    ----------
    parts : mapping of str to ndarray
        Numbers of the records of each part, or a logical value for each record.
    records : int
        Number of all records.
    first : {0, 1}
        Number of the first record.

    Raises
    ------
    ValueError
        When a record is in two parts or in none, or a number is no record's.
    """
    found = np.full(records, -1)
    names = list(parts)
    for number, name in enumerate(names):
        members = _members(name, parts[name], records, first)
        taken = members[found[members] >= 0]
        if taken.size:
            raise ValueError(f"record {taken[0] + first} is in two parts, one of them {name}")
        found[members] = number
    if np.any(found < 0):
        raise ValueError(
            f"record {np.argmax(found < 0) + first} is in none of the parts {', '.join(names)}"
        )
    return partition.label(found, names)


def _members(name: str, values: np.ndarray, records: int, first: int) -> np.ndarray:
    """Return the places of the records of a part, counted from zero."""
    values = values.ravel()
    if values.dtype.kind == "b":
        if values.size != records:
            raise ValueError(f"part {name} marks {values.size} records, there are {records}")
        return np.flatnonzero(values)
    if values.dtype.kind == "f" and np.any(values != np.floor(values)):
        raise ValueError(
            f"part {name} holds {values[values != np.floor(values)][0]:g}, not a whole number"
        )
    members = values.astype(int) - first
    outside = members[(members < 0) | (members >= records)]
    if outside.size == 0:
        return members
    wrong = int(outside[0]) + first
    hint = ": --zero-based counts from 0" if wrong == 0 else ""
    last = records - 1 + first
    raise ValueError(
        f"part {name} holds record {wrong}, must hold numbers from {first} to {last}{hint}"
    )
