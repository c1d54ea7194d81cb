"""Class labels: one whole number for each sample, named by the CF conventions.

A label is a variable ``(sample)`` of whole numbers whose attributes ``flag_values`` and
``flag_meanings`` list the values that it may have and the name of each class, one word a class.
Networks count the classes from zero, in the order of ``flag_values``.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

LABEL = "label"
NOT_CLASSES = ("split", "failed")
"""Variables with flags that name something else."""


def variable(indices: np.ndarray, names: Sequence[str], long_name: str = "class") -> xr.Variable:
    """Return the variable of some labels.

    Parameters
    ----------
    indices : ndarray of int, shape (sample,)
        Classes, counted from zero in the order of `names`.
    names : sequence of str
        One word each.
    long_name : str
    """
    attrs: dict[str, Any] = {"units": "1", "long_name": long_name}
    kind = np.int8 if len(names) <= 128 else np.int32
    attrs["flag_values"] = np.arange(len(names), dtype=kind)
    attrs["flag_meanings"] = " ".join(names)
    made = xr.Variable(("sample",), np.asarray(indices).astype(kind), attrs)
    check(LABEL, made)
    return made


def is_label(name: str, content: xr.Variable | xr.DataArray) -> bool:
    """Tell whether a variable holds classes of samples.

    Flags of records, such as the files or the components that they come from, are no classes.
    """
    flagged = "flag_meanings" in content.attrs and content.dims[:1] == ("sample",)
    return name == LABEL or (flagged and name not in NOT_CLASSES)


def found(dataset: xr.Dataset) -> list[str]:
    """Return the names of the labels of a dataset."""
    return [str(name) for name in dataset.data_vars if is_label(str(name), dataset[name])]


def classes(name: str, content: xr.Variable | xr.DataArray) -> list[str]:
    """Return the names of the classes of a label.

    Raises
    ------
    ValueError
        Where the variable is no label, or its names and values do not fit one another.
    """
    if content.dtype.kind not in "iu":
        raise ValueError(
            f"{name} has the type {content.dtype}: labels are whole numbers, store them as integers"
        )
    names = str(content.attrs.get("flag_meanings", "")).split()
    values = _values(content)
    if len(names) < 2 or len(names) != len(values):
        raise ValueError(
            f"{name} names {len(names)} classes (flag_meanings) for {len(values)} values "
            "(flag_values): a label names at least two, one word each"
        )
    if len(set(names)) < len(names) or len(np.unique(values)) < len(values):
        raise ValueError(f"{name} names a class twice: {' '.join(names)} for {_listed(values)}")
    return names


def check(name: str, content: xr.Variable | xr.DataArray) -> None:
    """Raise for a label whose values are not among those that it names; the values are read."""
    classes(name, content)
    values = _values(content)
    strangers = np.setdiff1d(content.values, values)
    if strangers.size:
        raise ValueError(
            f"{name} has the value {strangers[0]}, must have one of {_listed(values)} (flag_values)"
        )


def indices(name: str, content: xr.Variable | xr.DataArray) -> np.ndarray:
    """Return the class of each sample, counted from zero, int64; errors as of `check`."""
    check(name, content)
    order = np.argsort(_values(content), kind="stable")
    places = np.searchsorted(_values(content)[order], content.values)
    return order[places].astype(np.int64)


def counts(name: str, content: xr.Variable | xr.DataArray) -> dict[str, int]:
    """Return how many samples each class has; errors as of `check`."""
    names = classes(name, content)
    numbers = np.bincount(indices(name, content), minlength=len(names))
    return {each: int(number) for each, number in zip(names, numbers, strict=True)}


def _values(content: xr.Variable | xr.DataArray) -> np.ndarray:
    return np.atleast_1d(content.attrs.get("flag_values", []))


def _listed(values: np.ndarray) -> str:
    return ", ".join(map(str, values))
