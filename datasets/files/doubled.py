"""Records that two datasets share, found by their content.

Recipes of one seed draw the same motions whatever their number or length is, and a copy of a file
has another name. A record that stands twice in a dataset may lie in the training part and in the
test part.
"""

from collections.abc import Iterator, Sequence

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
    seen: dict[int, tuple[int, int]] = {}
    lines = []
    for number, source in enumerate(sources):
        own = _marks(source.dataset, shortest)
        known = [(seen[mark], record) for record, mark in enumerate(own) if mark in seen]
        for other in range(number):
            pairs = [(there, here) for (owner, there), here in known if owner == other]
            if pairs:
                lines.append(_told(sources[other], source, pairs))
        for record, mark in enumerate(own):
            if mark:
                seen.setdefault(mark, (number, record))
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


def _told(first: Source, second: Source, pairs: list[tuple[int, int]]) -> str:
    """Return a line for records whose motions are alike; ValueError where their responses are, too.

    `pairs` are the numbers of the records in both sources.
    """
    alike = [pair for pair in pairs if _is_same(first.dataset, second.dataset, *pair)]
    if leading_dim(first.dataset) == "sample":
        return f"{len(alike)} samples of {second.path} are in {first.path} too"
    if alike:
        there, here = alike[0]
        raise ValueError(
            f"{len(alike)} records of {second.path} are in {first.path} too (record {here} is its "
            f"record {there}): they would count twice, and a test could have them from the "
            "training; give the recipe of one another seed"
        )
    return (
        f"{len(pairs)} records of {second.path} have motions of {first.path}, with other "
        "responses: a motion may be in the training part and in the test part"
    )


def _is_same(first: xr.Dataset, second: xr.Dataset, there: int, here: int) -> bool:
    """Tell whether two records agree in all inputs and outputs as long as both last."""
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
    peak = np.abs(one[both]).max(initial=0.0)
    return bool(np.abs(one[both] - other[both]).max(initial=0.0) <= ALIKE * peak)


def _shortest(dataset: xr.Dataset) -> int:
    if leading_dim(dataset) == "sample":
        return 0
    return int(lengths.own(dataset).min())


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
