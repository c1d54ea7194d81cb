"""Records that two datasets share, found by their content.

Recipes of one seed draw the same motions whatever their number or length is, and a copy of a file
has another name. A record that stands twice in a dataset may lie in the training part and in the
test part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import xarray as xr
from isal import isal_zlib

from datasets.contract import lengths
from datasets.contract.schema import inputs, leading_dim, outputs
from datasets.files.digest import BLOCK_BYTES
from datasets.files.join_sources import Source

ALIKE = 1e-3
"""Difference of two responses, relative to the peak, below which they are one: the integrator of
another version may have made one of them.
"""

Shared = tuple[list[int], list[int]]
"""Numbers of the records in two datasets that have one motion."""


def require_distinct(sources: Sequence[Source]) -> list[str]:
    """Raise ValueError where a record is in two of the sources.

    Returns
    -------
    list of str
        A line for any two sources with the same motions and other responses, or the same samples of
        a function: both may be meant.
    """
    _require_distinct_files(sources)
    shortest = min(_shortest(source.dataset) for source in sources)
    marked = [_records_by_mark(source.dataset, shortest) for source in sources]
    lines = []
    for number, source in enumerate(sources):
        for other in range(number):
            shared = [
                (there, marked[number][mark])
                for mark, there in marked[other].items()
                if mark in marked[number]
            ]
            if shared:
                lines.append(_told(sources[other], source, shared, shortest))
    return lines


def _require_distinct_files(sources: Sequence[Source]) -> None:
    known: dict[object, Source] = {}
    for source in sources:
        for file in source.files:
            other = known.setdefault(file.resolve(), source)
            if other is not source:
                raise ValueError(
                    f"{file} is given twice, by {other.path} and {source.path}: its records would "
                    "count twice"
                )


def _told(first: Source, second: Source, shared: Sequence[Shared], shortest: int) -> str:
    """Return a line for records whose motions are alike; ValueError where their responses are, too.

    `shared` are the numbers of the records of each motion in both sources.
    """
    alike = list(_doubled(first.dataset, second.dataset, shared, shortest))
    if leading_dim(first.dataset) == "sample":
        return (
            f"{len(alike)} samples of {second.path} are in {first.path} too: a test could have "
            "them from the training"
        )
    if alike:
        there, here = alike[0]
        raise ValueError(
            f"{len(alike)} records of {second.path} are in {first.path} too (record {here} is its "
            f"record {there}): they would count twice, and a test could have them from the "
            "training; give the recipe of one another seed"
        )
    count = sum(len(here) for _, here in shared)
    return (
        f"{count} records of {second.path} have motions of {first.path}, with other "
        "responses: a motion may be in the training part and in the test part"
    )


def _doubled(
    first: xr.Dataset, second: xr.Dataset, shared: Sequence[Shared], shortest: int
) -> Iterator[tuple[int, int]]:
    """Numbers in both datasets of each record of the second that the first has, too."""
    several = any(len(there) * len(here) > 1 for there, here in shared)
    peaks = [_Peaks.of(dataset, shortest) for dataset in (first, second)] if several else []
    for there, here in shared:
        for record in here:
            candidates = peaks[0].near(there, peaks[1], record) if several else there
            for candidate in candidates:
                if _is_same(first, second, candidate, record):
                    yield candidate, record
                    break


@dataclass(frozen=True, eq=False)
class _Peaks:
    """Largest values of the records: those of a like record are alike, which costs less to tell.

    Motions of a few earthquakes stand in many records of a dataset, each of another building.
    """

    begun: np.ndarray
    """Of the first samples, shape (record, variable)."""
    whole: np.ndarray
    """Shape (record, variable)."""
    lengths: np.ndarray
    """Samples of each record."""

    @classmethod
    def of(cls, dataset: xr.Dataset, samples: int) -> Self:
        """Peaks of the inputs and outputs; those of the first `samples` samples of records."""
        names = [*inputs(dataset), *outputs(dataset)]
        dim = leading_dim(dataset)
        is_record = dim == "record"
        begun = []
        whole = []
        for block in _blocks(dataset[names], dim):
            values = [block[name].values for name in names]
            whole.append([_peak(array) for array in values])
            begun.append(
                [_peak(array[:, :samples]) for array in values] if is_record else whole[-1]
            )
        own = lengths.own(dataset) if is_record else np.zeros(dataset.sizes[dim])
        return cls(np.concatenate(begun, axis=1).T, np.concatenate(whole, axis=1).T, own)

    def near(self, records: Sequence[int], other: "_Peaks", record: int) -> list[int]:
        """Those of some records that may be a record of another dataset."""
        mine = np.asarray(records)
        bound = ALIKE * np.maximum(self.whole[mine], other.whole[record])
        near = np.abs(self.begun[mine] - other.begun[record]) <= bound
        as_long = self.lengths[mine] == other.lengths[record]
        near &= ~as_long[:, None] | (np.abs(self.whole[mine] - other.whole[record]) <= bound)
        return mine[near.all(axis=1)].tolist()


def _peak(values: np.ndarray) -> np.ndarray:
    """Largest size of each record, shape (record,); that of a failed one is 0."""
    size = np.abs(values.reshape(len(values), -1).astype(float))
    return np.where(np.isfinite(size), size, 0.0).max(axis=1, initial=0.0)


def _is_same(first: xr.Dataset, second: xr.Dataset, there: int, here: int) -> bool:
    """Tell whether two records agree in all inputs and outputs as long as both last.

    A record that failed has no response that could count twice.
    """
    dim = leading_dim(first)
    a = first.isel({dim: there}).load()
    b = second.isel({dim: here}).load()
    return all(_is_close(a[name], b[name]) for name in (*inputs(first), *outputs(first)))


def _is_close(first: xr.DataArray, second: xr.DataArray) -> bool:
    if "time" not in first.dims:
        return bool(np.array_equal(first.values, second.values))
    common = min(first.sizes["time"], second.sizes["time"])
    one = first.values[:common].astype(float)
    other = second.values[:common].astype(float)
    both = np.isfinite(one) & np.isfinite(other)  # a failed record has no response, padding none
    if not both.any():
        return False
    peak = np.abs(one[both]).max()
    return bool(np.abs(one[both] - other[both]).max() <= ALIKE * peak)


def _shortest(dataset: xr.Dataset) -> int:
    if leading_dim(dataset) == "sample":
        return 0
    return int(lengths.own(dataset).min())


def _records_by_mark(dataset: xr.Dataset, samples: int) -> dict[int, list[int]]:
    """Return the numbers of the records with each mark, without those whose inputs are zeros."""
    records: dict[int, list[int]] = {}
    for record, mark in enumerate(_marks(dataset, samples)):
        if mark:
            records.setdefault(mark, []).append(record)
    return records


def _marks(dataset: xr.Dataset, samples: int) -> list[int]:
    """Return a number for each record that tells its inputs from others; 0 for inputs of zeros.

    Of a record the first `samples` samples count; where it has no input, its outputs do.
    """
    names = inputs(dataset) or outputs(dataset)[:1]
    dim = leading_dim(dataset)
    marks: list[int] = []
    for block in _blocks(dataset[names], dim):
        arrays = [block[name].values for name in names]
        if dim == "record":
            arrays = [array[:, :samples] for array in arrays]
        marks += [_mark([array[row] for array in arrays]) for row in range(block.sizes[dim])]
    return marks


def _blocks(dataset: xr.Dataset, dim: str) -> Iterator[xr.Dataset]:
    count = dataset.sizes[dim]
    step = max(1, BLOCK_BYTES * count // max(1, dataset.nbytes))
    for first in range(0, count, step):
        yield dataset.isel({dim: slice(first, first + step)})


def _mark(arrays: Sequence[np.ndarray]) -> int:
    if not any(array.any() for array in arrays):
        return 0
    value = 1
    for array in arrays:
        value = isal_zlib.crc32(np.ascontiguousarray(array, dtype=np.float32).data, value)
    return value
