"""A law's coefficients and rate equation, tried when the law is made.

An own law may be wrong in ways that only some integrators meet: a function that asks `if z > 0`, a
constant in place of an array, two values for one. Each is refused here, by the name of the law.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from simulators.hysteresis.rates import FORCE, evaluate

if TYPE_CHECKING:
    from simulators.hysteresis.law import Law


def check_columns(law: "Law") -> None:
    """Raise ValueError unless the coefficients are those of the rate equation, and finite."""
    name = type(law).__name__
    columns = law.columns()
    if not isinstance(columns, Mapping):
        raise ValueError(f"{name}.columns gives {columns!r}: expected a dict of name to array")
    needed = set(law.rate.columns)
    missing = sorted(needed - set(columns))
    strange = sorted(map(str, set(columns) - needed - set(FORCE)))
    if missing or strange:
        raise ValueError(
            f"{name}.columns: {', '.join(missing + strange)} missing or unknown; the rate equation "
            f"{law.rate.name} reads {', '.join([*FORCE, *law.rate.columns])}"
        )
    for column, value in columns.items():
        _check_column(f"{name}.columns: {column}", value, law.shape)


def _check_column(label: str, value: Any, shape: tuple[int, ...]) -> None:
    array = np.asarray(value)
    if array.dtype.kind not in "fiu" or not np.all(np.isfinite(array)):
        raise ValueError(f"{label} = {value!r}: must be finite numbers")
    if array.shape not in ((), shape):
        raise ValueError(f"{label} has shape {array.shape}: expected {shape}, one per element")


def check_rate(law: "Law") -> None:
    """Raise ValueError unless the rate equation gives a finite number for each element at rest.

    It is asked for two times at once, with velocities of both signs, as along a history.
    """
    shape = (*law.shape[:-1], 2, law.shape[-1])
    column = {
        name: np.broadcast_to(value, law.shape)[..., None, :]
        for name, value in law.all_columns().items()
    }
    rest = {name: np.zeros(shape) for name in ("z", "drift", "work")}
    both = np.broadcast_to(np.array([[1.0], [-1.0]]), shape)
    values = column | rest | {"velocity": both}
    for function in (law.rate.tangent, law.rate.stored, law.rate.project):
        if function is not None:
            label = f"{type(law).__name__}: {function.__name__} of its rate equation"
            _check_values(label, _asked(label, function, values), shape)


def _asked(label: str, function: Any, values: Mapping[str, Any]) -> Any:
    try:
        with np.errstate(all="ignore"):
            return evaluate(function, values)
    except Exception as error:  # whatever a function of the user's raises
        reason = " ".join(str(error).split())
        raise ValueError(
            f"{label} fails on arrays: {type(error).__name__}: {reason}; expected arithmetic and "
            "functions of NumPy without branches (simulators.hysteresis.rates.RateEquation)"
        ) from error


def _check_values(label: str, found: Any, shape: tuple[int, ...]) -> None:
    if not isinstance(found, np.ndarray):
        raise ValueError(
            f"{label} gives a {type(found).__name__} for arrays: expected an array of their shape; "
            "a constant c is c + 0.0 * z"
        )
    if found.shape not in (shape, shape[-1:]):
        raise ValueError(f"{label} gives shape {found.shape}: expected {shape}, that of its state")
    if not np.isfinite(found).all():
        raise ValueError(f"{label} is not finite at rest: expected a finite number")
