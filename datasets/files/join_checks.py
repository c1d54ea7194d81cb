"""What datasets must have in common to be joined, told in one line where they do not."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from datasets.contract.flags import is_flag
from datasets.contract.lengths import is_series
from datasets.contract.schema import WEIGHT, leading_dim
from datasets.files.join_sources import Source

SAME_INTERVAL = 1e-6
"""Relative difference of two sampling intervals that are one."""


def require_joinable(sources: Sequence[Source]) -> None:
    """Raise ValueError for the first difference that keeps datasets from being one.

    Parameters
    ----------
    sources : sequence of Source
        At least one.
    """
    first = sources[0]
    for other in sources[1:]:
        _require_kind(first, other)
        _require_interval(first, other)
        _require_names(first, other)
        for name in first.dataset.variables:
            if name in other.dataset.variables and name != "time":
                _require_variable(str(name), first, other)


def essential(dataset: xr.Dataset) -> set[str]:
    """Return the names of the variables that every dataset of a joined one must have."""
    dim = leading_dim(dataset)
    own = {"split", WEIGHT}
    for name, variable in dataset.variables.items():
        if is_series(variable.dims) or (dim == "sample" and name in ("x", "y", "image", "label")):
            own.add(str(name))
    return {name for name in own if name in dataset.variables}


def _require_kind(first: Source, other: Source) -> None:
    kinds = [leading_dim(source.dataset) for source in (first, other)]
    if kinds[0] != kinds[1]:
        raise ValueError(
            f"{other.path} holds {kinds[1]}s, {first.path} holds {kinds[0]}s: join datasets of one "
            "kind"
        )


def _require_interval(first: Source, other: Source) -> None:
    if leading_dim(first.dataset) != "record":
        return
    expected = first.interval
    found = other.interval
    if abs(found - expected) > SAME_INTERVAL * expected:
        raise ValueError(
            f"{other.path} has a sample every {found:.9g} s, {first.path} every {expected:.9g} s: "
            "make both with one interval (motion.interval and keep_every of a recipe, --resample "
            "of an import)"
        )
    begins = [float(source.dataset["time"].values[0]) for source in (first, other)]
    if abs(begins[1] - begins[0]) > SAME_INTERVAL * expected:
        raise ValueError(
            f"time begins at {begins[1]:g} s in {other.path}, at {begins[0]:g} s in {first.path}: "
            "one time axis is for all records"
        )


def _require_names(first: Source, other: Source) -> None:
    own = essential(first.dataset)
    others = essential(other.dataset)
    for name in sorted(own ^ others):
        has, lacks = (first, other) if name in own else (other, first)
        raise ValueError(
            f"{lacks.path} has no variable {name}, which {has.path} has: make both with the same "
            "(`outputs` and `split` of a recipe, --map, --split and --part of an import)"
        )


def _require_variable(name: str, first: Source, other: Source) -> None:
    expected = first.dataset[name].variable
    found = other.dataset[name].variable
    _require_meaning(name, first, other)
    _require_shape(name, first, other)
    if expected.dtype.kind != found.dtype.kind:
        raise ValueError(
            f"{name} has the type {found.dtype} in {other.path}, {expected.dtype} in {first.path}"
        )
    if is_series(expected.dims) and expected.dtype.kind != "f":
        _require_one_length(name, first, other)
    along = expected.dims[:1] == (leading_dim(first.dataset),)
    if not along and not np.array_equal(expected.values, found.values):
        raise ValueError(
            f"{name} is {_brief(found.values)} in {other.path}, {_brief(expected.values)} in "
            f"{first.path}: it is one for all records of a dataset"
        )


def _require_meaning(name: str, first: Source, other: Source) -> None:
    """Raise ValueError for numbers in other units, or that stand for words in one file alone."""
    expected = first.dataset[name]
    found = other.dataset[name]
    units = [str(variable.attrs.get("units")) for variable in (expected, found)]
    if units[0] != units[1]:
        raise ValueError(
            f"{name} is in {units[1]} in {other.path}, in {units[0]} in {first.path}: bring both "
            "to one unit"
        )
    if is_flag(expected.variable) != is_flag(found.variable):
        raise ValueError(
            f"{name} has words for its numbers (flag_meanings) in one of {first.path} and "
            f"{other.path} alone: nobody can tell whether they mean the same"
        )


def _require_shape(name: str, first: Source, other: Source) -> None:
    """Raise ValueError for other dimensions, or other sizes of those that are not to differ."""
    expected = first.dataset[name]
    found = other.dataset[name]
    if expected.dims != found.dims:
        raise ValueError(
            f"{name} runs along ({_listed(found.dims)}) in {other.path}, along "
            f"({_listed(expected.dims)}) in {first.path}"
        )
    free = ("time", leading_dim(first.dataset))
    for dim, size in expected.sizes.items():
        if dim not in free and found.sizes[dim] != size:
            raise ValueError(
                f"{name} has {found.sizes[dim]} {dim}s in {other.path}, {size} in {first.path}: "
                "records of one dataset have the same"
            )


def _require_one_length(name: str, first: Source, other: Source) -> None:
    """Raise ValueError where records of whole numbers would be padded."""
    sizes = [source.dataset.sizes["time"] for source in (first, other)]
    if sizes[0] != sizes[1]:
        raise ValueError(
            f"{name} has the type {first.dataset[name].dtype}, which cannot hold the padding of "
            f"records of {sizes[0]} and {sizes[1]} samples: store it as float32"
        )


def _brief(values: np.ndarray) -> str:
    shown = ", ".join(f"{value:g}" for value in np.ravel(values)[:4])
    return shown + (", ..." if values.size > 4 else "")


def _listed(dims: Sequence[object]) -> str:
    return ", ".join(map(str, dims))
