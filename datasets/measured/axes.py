"""Shapes of arrays brought to (record, time, floor).

What the shape leaves open is asked for: a matrix with more records than samples is more often a
matrix of (time, record). A vector is one record.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from datasets.measured.arrays import Array

AXES = ("record", "time", "floor")
_PARTIAL = (("time",), ("record", "time"), ("time", "floor"), AXES)


@dataclass(frozen=True)
class Sizes:
    """Numbers of records and samples of a file."""

    record: int
    time: int

    def of(self, axes: Sequence[str], shape: tuple[int, ...]) -> bool:
        """Tell whether a shape along some axes has these numbers; a missing record axis is one."""
        found = {"record": 1, **dict(zip(axes, shape, strict=True))}
        return found["record"] == self.record and found.get("time") == self.time


@dataclass(frozen=True)
class Layout:
    """Order of the axes in arrays whose file does not tell it.

    Parameters
    ----------
    order : tuple of str
        Permutation of record, time and floor.
    stated : bool
        Whether the caller has said so; otherwise what is doubtful is refused.
    """

    order: tuple[str, ...] = AXES
    stated: bool = False

    def sizes(self, name: str, array: Array, is_input: bool) -> Sizes:
        """Return the numbers of records and samples that an array shows.

        Raises
        ------
        ValueError
            When its shape has another number of axes, or leaves them in doubt.
        """
        shape = array.values.shape
        axes = self._axes(name, array, is_input)
        found = {"record": 1, **dict(zip(axes, shape, strict=True))}
        sizes = Sizes(found["record"], found["time"])
        if not self._is_told(array):
            self._require_likely(name, shape, sizes)
        return sizes

    def _is_told(self, array: Array) -> bool:
        return self.stated or array.axes is not None

    def _require_likely(self, name: str, shape: tuple[int, ...], sizes: Sizes) -> None:
        """Raise a ValueError for as many records or floors as samples: the axes may be others."""
        floors = shape[2] if len(shape) == 3 else 1
        if sizes.time == 1 or max(sizes.record, floors) < sizes.time:
            return
        turned = "time,record,floor"
        if len(shape) == 3:
            turned = "record,floor,time" if floors >= sizes.time else "floor,time,record"
        of_floors = f" at {floors} floors" if len(shape) == 3 else ""
        raise ValueError(
            f"{name} has the shape {shape}, which would be {sizes.record} records of "
            f"{sizes.time} samples{of_floors}: say --order record,time,floor if that is so, or "
            f"--order {turned} or another one"
        )

    def _axes(self, name: str, array: Array, is_input: bool) -> tuple[str, ...]:
        shape = array.values.shape
        if array.axes is not None and "time" in array.axes:
            return array.axes
        if len(shape) == 1:
            return ("time",)
        if len(shape) == 2:
            return tuple(axis for axis in self.order if axis != "floor")
        if len(shape) == 3 and not is_input:
            return self.order
        raise ValueError(
            f"an input has the shape {shape}, must be (record, time) or (time,): several inputs "
            f"are a variable each, {name} is one of them"
        )

    def arranged(self, name: str, array: Array, sizes: Sizes) -> np.ndarray:
        """Return an array as (record, time, floor), axes of one element added where it lacks them.

        Raises
        ------
        ValueError
            When its shape does not fit the numbers of records and samples.
        """
        values = array.values
        kinds = (
            [array.axes] if array.axes is not None else [self._ordered(kind) for kind in _PARTIAL]
        )
        for axes in kinds:
            if len(axes) == values.ndim and sizes.of(axes, values.shape):
                if axes == AXES and not self._is_told(array):
                    self._require_likely(name, values.shape, sizes)
                missing = [axis for axis in AXES if axis not in axes]
                full = values.astype(float)[(..., *[None] * len(missing))]
                present = [*axes, *missing]
                return np.transpose(full, [present.index(axis) for axis in AXES])
        raise ValueError(
            f"{name} has the shape {values.shape}, must be ({sizes.record}, {sizes.time}) or with "
            f"floors behind, in the order {', '.join(self.order)}"
        )

    def parameter(self, array: Array, sizes: Sizes) -> np.ndarray | None:
        """Return a structural parameter as (record, component), None where the shape is no such."""
        values = array.values
        if (
            values.ndim == 2
            and array.axes is None
            and self._ordered(("record", "floor"))[0] == "floor"
        ):
            values = values.T
        if values.ndim == 0:
            values = values[None]
        is_row = sizes.record == 1 and values.ndim == 1 and len(values) != 1
        values = values[None] if is_row else values
        if values.ndim not in (1, 2) or len(values) != sizes.record:
            return None
        return values.reshape(sizes.record, -1).astype(float)

    def _ordered(self, axes: Sequence[str]) -> tuple[str, ...]:
        return tuple(axis for axis in self.order if axis in axes)
