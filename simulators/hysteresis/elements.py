"""The elements of a structure as functions of arrays: what its laws say of all of them at once.

Elements whose laws have one rate equation are evaluated together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from simulators.hysteresis.law import Law
from simulators.hysteresis.rates import FORCE, RateEquation, arguments


@dataclass(frozen=True)
class Group:
    """Elements of one rate equation, and its coefficients, shape (..., element)."""

    equation: RateEquation
    elements: np.ndarray
    column: dict[str, np.ndarray]

    @cached_property
    def where(self) -> slice | np.ndarray:
        """`elements` as an index, a slice where they are neighbours."""
        first = int(self.elements[0])
        end = int(self.elements[-1]) + 1
        return slice(first, end) if end - first == len(self.elements) else self.elements

    def evaluate(self, function: Callable[..., Any], **state: np.ndarray) -> Any:
        """Value of a function of the equation; the state is of all elements of the structure."""
        return function(
            *(
                state[name][..., self.where] if name in state else self.column[name]
                for name in arguments(function)
            )
        )


class Elements:
    """The laws of all elements; arrays are of shape (..., element).

    Parameters
    ----------
    laws : sequence of Law
        In the order of the elements.
    over_time : bool
        Whether the arrays are (record, time, element): coefficients of a family of records then
        have an axis for the time.
    """

    def __init__(self, laws: Sequence[Law], over_time: bool = False) -> None:
        self.laws = tuple(laws)
        self.count = sum(len(law) for law in laws)
        column = element_columns(laws)
        if over_time:
            column = {name: value[..., None, :] for name, value in column.items()}
        self.column = column
        self.groups = tuple(
            Group(
                equation,
                elements,
                {name: column[name][..., elements] for name in (*FORCE, *equation.columns)},
            )
            for equation, elements in _by_equation(laws).items()
        )

    def tangents(
        self, z: np.ndarray, drift: np.ndarray, velocity: np.ndarray, work: np.ndarray
    ) -> np.ndarray:
        """g = dz/dd, in the unit of z per metre; of `velocity` only the sign matters."""
        result = np.zeros(np.shape(z))
        for group in self.groups:
            result[..., group.where] = group.evaluate(
                group.equation.tangent, z=z, drift=drift, velocity=velocity, work=work
            )
        return result

    def advance(
        self, z: np.ndarray, work: np.ndarray, drift: np.ndarray, step: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """z and W (J) after a step of drift (m) in one direction from `drift`.

        By the classical Runge-Kutta scheme, and by the closed form where an equation has one.
        """
        z_end, work_end = self._runge_kutta(z, work, drift, step)
        for group in self.groups:
            closed_form = group.equation.advance
            if closed_form is not None:
                half = group.evaluate(closed_form, z=z, drift=drift, step=0.5 * step)
                end = group.evaluate(closed_form, z=z, drift=drift, step=step)
                e = group.where
                mean = (z[..., e] + 4.0 * half + end) / 6.0  # Simpson's rule
                z_end[..., e] = end
                work_end[..., e] = work[..., e] + group.column["scale"] * mean * step[..., e]
        return z_end, work_end

    def _runge_kutta(
        self, z: np.ndarray, work: np.ndarray, drift: np.ndarray, step: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        dz = np.zeros_like(z)
        dw = np.zeros_like(z)
        total_z = np.zeros_like(z)
        total_w = np.zeros_like(z)
        for reach, weight in ((0.0, 1.0), (0.5, 2.0), (0.5, 2.0), (1.0, 1.0)):
            z_stage = self._projected(z + reach * dz)
            work_stage = work + reach * dw
            dz = self.tangents(z_stage, drift + reach * step, step, work_stage) * step
            dw = self.column["scale"] * z_stage * step
            total_z = total_z + weight * dz
            total_w = total_w + weight * dw
        return self._projected(z + total_z / 6.0), work + total_w / 6.0

    def _projected(self, z: np.ndarray) -> np.ndarray:
        """z where it must lie, in the elements whose rate equation says where."""
        result = z
        for group in self.groups:
            if group.equation.project is not None:
                result = result.copy() if result is z else result
                result[..., group.where] = group.evaluate(group.equation.project, z=z)
        return result

    def dissipated(self, z: np.ndarray, drift: np.ndarray, work: np.ndarray) -> np.ndarray:
        """W less what comes back on unloading (J); nan where nothing is left of an element."""
        result = np.zeros(np.shape(z))
        for group in self.groups:
            function = group.equation.recoverable or group.equation.stored
            stored = group.evaluate(function, z=z, drift=drift, work=work)
            result[..., group.where] = work[..., group.where] - stored
        return result

    def start(self, drift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """z and W (J) of elements that are held at a drift before the motion begins."""
        z = np.zeros(np.shape(drift))
        work = np.zeros(np.shape(drift))
        for group in self.groups:
            if group.equation.start is not None:
                z[..., group.where] = group.evaluate(group.equation.start, drift=drift)
                stored = group.evaluate(group.equation.stored, z=z, drift=drift, work=work)
                work[..., group.where] = stored
        return z, work

    def refuse_exhausted(self, work: np.ndarray, interval: float) -> None:
        """Raise ValueError, naming record, element and time, where nothing of an element is left.

        Parameters
        ----------
        work : ndarray, shape (record, time, element)
            W (J).
        interval : float
            Of the samples (s).
        """
        gone = np.zeros(np.shape(work), dtype=bool)
        for group in self.groups:
            if group.equation.exhausted is not None:
                gone[..., group.where] = group.evaluate(group.equation.exhausted, work=work)
        if gone.any():
            record = int(gone.any(axis=(1, 2)).argmax())
            sample = int(gone[record].any(axis=1).argmax())
            element = int(gone[record, sample].argmax())
            raise ValueError(
                f"record {record}: element {element} has lost its amplitude, A = A_0 - "
                f"amplitude_loss e <= 0, at {sample * interval:g} s: expected a lower "
                f"amplitude_loss or a weaker motion; {gone.any(axis=(1, 2)).sum()} such records"
            )


def element_columns(laws: Sequence[Law]) -> dict[str, np.ndarray]:
    """Coefficients of all elements by name, shape (..., element); zero in elements that have none.

    Parameters
    ----------
    laws : sequence of Law
        In the order of the elements, of one number of records where they have a record axis.
    """
    lead = np.broadcast_shapes(*(law.shape[:-1] for law in laws))
    count = sum(len(law) for law in laws)
    names = dict.fromkeys(FORCE)
    for law in laws:
        names |= dict.fromkeys(law.columns())
    table = {name: np.zeros((*lead, count)) for name in names}
    first = 0
    for law in laws:
        for name, value in law.columns().items():
            table[name][..., first : first + len(law)] = value
        first += len(law)
    return table


def _by_equation(laws: Sequence[Law]) -> dict[RateEquation, np.ndarray]:
    """Numbers of the elements of each rate equation."""
    numbers: dict[RateEquation, list[int]] = {}
    first = 0
    for law in laws:
        numbers.setdefault(law.rate, []).extend(range(first, first + len(law)))
        first += len(law)
    return {equation: np.array(elements) for equation, elements in numbers.items()}
