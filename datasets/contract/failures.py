"""Records without a response: marked with the reason, in a part of their own, never filled in.

The variable ``failed(record)`` is 0 for a record with a response and else the number of its kind of
failure (``flag_values`` and ``flag_meanings`` of the CF conventions); ``failure_reason(record,
character)`` holds the reason as UTF-8, padded with zeros. The responses of such a record are NaN,
and its part is `PART`, which no training, validation or test reads.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from datasets.contract.schema import VARIABLES
from simulators.external.failure import KINDS, DidNotConverge

PART = "failed"
MEANINGS = ("none", *KINDS)
REASON_BYTES = 160


def label(failures: Sequence[DidNotConverge | None]) -> dict[str, xr.DataArray]:
    """Return the variables ``failed`` and ``failure_reason``.

    Parameters
    ----------
    failures : sequence of DidNotConverge or None
        One a record; None where there is a response.
    """
    kinds = [0 if one is None else MEANINGS.index(one.kind) for one in failures]
    flags = {
        "flag_values": np.arange(len(MEANINGS), dtype=np.int8),
        "flag_meanings": " ".join(MEANINGS),
    }
    texts = np.stack([_bytes("" if one is None else str(one)) for one in failures])
    return {
        "failed": xr.DataArray(
            np.array(kinds, dtype=np.int8), dims="record", attrs=VARIABLES["failed"].attrs | flags
        ),
        "failure_reason": xr.DataArray(
            texts, dims=("record", "character"), attrs=VARIABLES["failure_reason"].attrs
        ),
    }


def mask(dataset: xr.Dataset) -> np.ndarray:
    """Return whether each record failed, ndarray of bool; all False where none may."""
    if "failed" in dataset:
        return dataset["failed"].values != 0
    return np.zeros(next(iter(dataset.sizes.values()), 0), dtype=bool)


def known(
    values: np.ndarray, dims: tuple[str, ...], failed: np.ndarray, first: int = 0
) -> np.ndarray:
    """Return values of some records with zeros for those that failed, to check the others.

    Parameters
    ----------
    values : ndarray
        Of the records from `first` on; anything that does not run along them comes back as it is.
    dims : tuple of str
        Names of its axes.
    failed : ndarray of bool
        Of all records (`mask`).
    first : int
    """
    if dims[:1] != ("record",) or not failed[first : first + len(values)].any():
        return values
    return np.where(_along(failed[first : first + len(values)], values.ndim), 0, values)


def sound(dataset: xr.Dataset) -> xr.Dataset:
    """Return the records that have a response, as lazy as the dataset was."""
    if "failed" not in dataset or not mask(dataset).any():
        return dataset
    return dataset.isel(record=np.flatnonzero(~mask(dataset)))


def counts(dataset: xr.Dataset) -> dict[str, int]:
    """Return how many records failed in each way, by the word for it."""
    if "failed" not in dataset:
        return {}
    words = str(dataset["failed"].attrs["flag_meanings"]).split()
    kinds, numbers = np.unique(dataset["failed"].values, return_counts=True)
    found = zip(kinds.tolist(), numbers.tolist(), strict=True)
    return {words[kind]: number for kind, number in found if kind}


def reasons(dataset: xr.Dataset) -> dict[int, str]:
    """Return the reason of each record that failed, by its number."""
    if "failed" not in dataset:
        return {}
    records = np.flatnonzero(mask(dataset))
    texts = dataset["failure_reason"].isel(record=records).values
    decoded = (row.tobytes().rstrip(b"\0").decode(errors="replace") for row in texts)
    return dict(zip(records.tolist(), decoded, strict=True))


def _along(flags: np.ndarray, ndim: int) -> np.ndarray:
    """Flags of records in a shape that goes with arrays of `ndim` axes."""
    return flags.reshape(-1, *(1,) * (ndim - 1))


def _bytes(text: str) -> np.ndarray:
    encoded = text.encode()[:REASON_BYTES]
    return np.frombuffer(encoded.ljust(REASON_BYTES, b"\0"), dtype=np.uint8)
