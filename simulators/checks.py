"""Checks of what a user hands in: one line that names the field, the value and what is allowed."""

import operator
from collections.abc import Callable, Mapping
from math import isfinite
from numbers import Integral, Real
from typing import Any

import numpy as np


def is_number(value: object) -> bool:
    """Whether `value` is one finite real number; True and False are none."""
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_) and isfinite(value)


def is_whole(value: object) -> bool:
    """Whether `value` is one integer; True and False are none."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def read_only(array: np.ndarray) -> np.ndarray:
    """A copy that cannot be written to, so that a checked object stays as it was checked."""
    copy = np.array(array)
    copy.flags.writeable = False
    return copy


def finite_array(name: str, value: Any, ndim: int | tuple[int, ...] | None = None) -> np.ndarray:
    """Return `value` as a float array.

    ValueError where it is not numeric, has a number that is not
    finite, or the wrong rank.
    """
    try:
        # NumPy takes None for a NaN, and refuses a dict.
        array = np.asarray({} if value is None else value, dtype=float)
    except (TypeError, ValueError):
        shown = " ".join(repr(value).split())[:80]
        raise ValueError(
            f"{name} = {shown}: expected a number or an array of numbers, rows of one length"
        ) from None
    allowed = (ndim,) if isinstance(ndim, int) else ndim
    if allowed is not None and array.ndim not in allowed:
        expected = " or ".join(map(str, allowed))
        raise ValueError(f"{name} has {array.ndim} dimensions: expected {expected}")
    bad = ~np.isfinite(array)
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        place = list(where) if where else ""
        raise ValueError(f"{name}{place} = {array[where]}: must be finite")
    return array


def common_shape(owner: str, values: Mapping[str, np.ndarray]) -> tuple[int, ...]:
    """Shape, of at least one number, that all arrays of the dict `values` can be spread over."""
    try:
        return np.broadcast_shapes((1,), *(value.shape for value in values.values()))
    except ValueError:
        shapes = ", ".join(
            f"{name} has {value.shape}" for name, value in values.items() if value.ndim
        )
        raise ValueError(f"{owner}: the shapes of its parameters do not agree: {shapes}") from None


def in_range(
    owner: object,
    field: str,
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    below: float | None = None,
) -> None:
    """ValueError naming the first value of `owner.field` that does not lie in [minimum, maximum] or
    (above, below).
    """
    name = f"{type(owner).__name__}.{field}"
    array = np.asarray(getattr(owner, field))
    tests: tuple[tuple[float | None, Callable[..., Any], str], ...] = (
        (minimum, operator.ge, ">="),
        (maximum, operator.le, "<="),
        (above, operator.gt, ">"),
        (below, operator.lt, "<"),
    )
    for limit, allowed, symbol in tests:
        if limit is None:
            continue
        bad = ~allowed(array, limit)  # NaN is not allowed either
        if bad.any():
            raise ValueError(f"{name} = {array[bad].flat[0]:g}: must be {symbol} {limit:g}")
