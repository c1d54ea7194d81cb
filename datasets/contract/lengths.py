"""Records of different lengths in one dataset: each is padded with NaN behind its own end.

All records share the time axis, which is that of the longest. The variable ``samples(record)``
tells how many samples of each record count; every variable along ``(record, time)`` is NaN behind
them (the incomplete multidimensional array of the CF conventions, section 9.3). A dataset without
``samples`` has records of one length.

NaN, because it cannot be mistaken for a measured value: whatever overlooks ``samples`` gets a NaN,
which is seen, and not a mean or a peak that is a little wrong.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from datasets.contract.schema import SAMPLES, VARIABLES, sampling_interval, time_axis

PADDING = np.nan
LEAST = 2
"""Samples of the shortest record that has an interval."""


def label(samples: Sequence[int] | np.ndarray) -> xr.Variable:
    """Return the variable ``samples`` for the number of samples of each record."""
    return xr.Variable("record", np.asarray(samples, dtype=np.int32), VARIABLES[SAMPLES].attrs)


def of(dataset: xr.Dataset) -> np.ndarray | None:
    """Return the number of samples of each record, None where all have the length of the axis."""
    return dataset[SAMPLES].values if SAMPLES in dataset else None


def own(dataset: xr.Dataset) -> np.ndarray:
    """Return the number of samples of each record, ndarray of int, shape (record,)."""
    stated = of(dataset)
    if stated is not None:
        return stated
    return np.full(dataset.sizes["record"], dataset.sizes["time"])


def counts(samples: np.ndarray, length: int) -> np.ndarray:
    """Return which samples of an array of `length` samples count, shape (record, length)."""
    return np.arange(length) < np.asarray(samples)[:, None]


def is_series(dims: Sequence[object]) -> bool:
    """Tell whether a variable of these dimensions has padding where records differ in length."""
    return tuple(dims[:2]) == ("record", "time")


def filled(values: np.ndarray, samples: np.ndarray | None, value: float = 0.0) -> np.ndarray:
    """Return series with their padding replaced.

    Parameters
    ----------
    values : ndarray, shape (record, time, ...)
    samples : ndarray of int, shape (record,), or None
        None leaves the values as they are.
    value : float
        What stands in the place of the padding.
    """
    if samples is None:
        return values
    inside = counts(samples, values.shape[1])
    return np.where(inside.reshape(*inside.shape, *(1,) * (values.ndim - 2)), values, value)


def held(values: np.ndarray, samples: np.ndarray | None) -> np.ndarray:
    """Return series, shape (record, time, ...), that keep the last value that counts to the end."""
    if samples is None:
        return values
    last = np.minimum(np.arange(values.shape[1]), np.asarray(samples)[:, None] - 1)
    return np.take_along_axis(values, last.reshape(*last.shape, *(1,) * (values.ndim - 2)), axis=1)


def padded(histories: Sequence[np.ndarray], length: int | None = None) -> np.ndarray:
    """Return histories, each of shape (time, ...), as one array (record, `length`, ...).

    By default it is as long as the longest of them.
    """
    longest = max(map(len, histories)) if length is None else length
    shape = (len(histories), longest, *histories[0].shape[1:])
    values = np.full(shape, PADDING, dtype=np.result_type(*histories))
    for row, history in zip(values, histories, strict=True):
        row[: len(history)] = history
    return values


def extended(dataset: xr.Dataset, length: int) -> xr.Dataset:
    """Return records with a time axis of `length` samples, padded behind their ends.

    Each keeps its own number of samples, which is that of the axis where none is stated.
    """
    more = length - dataset.sizes["time"]
    stated = dataset.assign({SAMPLES: label(own(dataset))})
    padded = stated.pad(time=(0, more), constant_values=PADDING, keep_attrs=True)
    return padded.assign_coords(time=time_axis(length, sampling_interval(dataset)))


def trimmed(record: xr.Dataset) -> xr.Dataset:
    """Return one record, selected by its number, without its padding."""
    if SAMPLES not in record or record[SAMPLES].ndim:
        return record
    return record.isel(time=slice(int(record[SAMPLES])))


def check(dataset: xr.Dataset) -> None:
    """Raise ValueError for a number of samples that no record on this time axis can have."""
    samples = of(dataset)
    if samples is None:
        return
    length = dataset.sizes["time"]
    if samples.dtype.kind not in "iu":
        raise ValueError(f"{SAMPLES} has the type {samples.dtype}, must be a whole number")
    wrong = np.flatnonzero((samples < LEAST) | (samples > length))
    if wrong.size:
        raise ValueError(
            f"{SAMPLES} is {samples[wrong[0]]} at record {wrong[0]}: must be from {LEAST} to "
            f"{length}, the length of time"
        )


def check_padding(
    name: str, values: np.ndarray, dims: Sequence[object], samples: np.ndarray | None, first: int
) -> None:
    """Raise ValueError for the first value behind the end of its record that is not NaN.

    Parameters
    ----------
    name : str
        Variable, for the message.
    values : ndarray
        Of the records from `first` on; what is no series is not looked at.
    dims : sequence of str
        Names of its axes.
    samples : ndarray of int, shape (record,), or None
        Of these records.
    first : int
    """
    if samples is None or not is_series(dims):
        return
    behind = ~counts(samples, values.shape[1])
    if not behind.any():
        return
    if values.dtype.kind != "f":
        raise ValueError(
            f"{name} has the type {values.dtype}, which cannot hold the padding NaN of records of "
            "different lengths: store it as float32"
        )
    wrong = np.argwhere(~np.isnan(values[behind]).reshape(int(behind.sum()), -1).all(axis=1))
    if wrong.size:
        record, time = np.argwhere(behind)[wrong[0, 0]]
        raise ValueError(
            f"{name} has a value at record {record + first}, time {time}, which has "
            f"{samples[record]} samples: what lies behind the end of a record must be NaN"
        )
