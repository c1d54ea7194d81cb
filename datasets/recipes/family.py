"""A family of structures: one layout whose masses, damping and laws vary from record to record.

A varied parameter is named as in the recipe: ``mass``, ``damping`` (the whole matrix),
``laws.stiffness`` (in every law that has it) or ``laws.0.stiffness`` (in the first law only).
"""

from dataclasses import fields, replace

import numpy as np
import xarray as xr

from datasets.contract.schema import UNKNOWN_UNIT
from simulators.hysteresis import Law
from simulators.structures.structure import Structure


def parts(structure: Structure, key: str) -> int:
    """Return how many numbers a parameter is: floors of the mass, elements of the laws, 1 for the
    damping.

    Raises
    ------
    ValueError
        When the structure has no such parameter.
    """
    if key == "mass":
        return structure.floors
    if key == "damping":
        return 1
    return sum(len(structure.laws[i]) for i in _laws(structure, key))


def varied(structure: Structure, key: str, values: np.ndarray, replaces: bool) -> Structure:
    """Return the structure with one parameter varied along the record axis.

    Parameters
    ----------
    structure : Structure
        Nominal, or varied in other parameters.
    key : str
        Name of the parameter.
    values : ndarray, shape (record, part) or (record, 1)
        Factors, or the values themselves.
    replaces : bool
        Whether `values` are the values of the parameter.
    """
    if key in ("mass", "damping"):
        if replaces:
            raise ValueError(
                f"vary.{key}: a matrix varies by a factor, `as: value` is for the parameters of "
                "laws"
            )
        if np.any(values <= 0):
            raise ValueError(f"vary.{key}: a factor must be positive, {values.min():g} was drawn")
        # A symmetric scaling keeps the matrix symmetric and positive definite.
        root = np.sqrt(np.broadcast_to(values, (len(values), structure.floors)))
        scaled = getattr(structure, key) * root[:, :, None] * root[:, None, :]
        return replace(structure, **{key: scaled})
    laws = list(structure.laws)
    first = 0
    name = key.rpartition(".")[2]
    for i in _laws(structure, key):
        own = values if values.shape[1] == 1 else values[:, first : first + len(laws[i])]
        nominal = 1.0 if replaces else getattr(laws[i], name)
        laws[i] = replace(laws[i], **{name: own * nominal + np.zeros(len(laws[i]))})
        first += len(laws[i])
    return replace(structure, laws=tuple(laws))


def parameter(structure: Structure, key: str, values: np.ndarray) -> tuple[str, xr.Variable]:
    """Return the name and the values of a varied parameter for the file, as ``(record, ...)``."""
    if key == "damping":
        attrs = {"units": "1", "long_name": "factor on the damping matrix"}
        return "damping_factor", xr.Variable("record", values[:, 0], attrs)
    if key == "mass":
        diagonal = np.einsum("...ii->...i", structure.mass)
        return "mass", xr.Variable(
            ("record", "floor"), diagonal, {"units": "kg", "long_name": "mass of the floor"}
        )
    numbers = _laws(structure, key)
    name = key.rpartition(".")[2]
    laws = [structure.laws[i] for i in numbers]
    columns = [np.broadcast_to(getattr(law, name), (len(values), len(law))) for law in laws]
    kinds = sorted({type(law).__name__ for law in laws})
    units = {law.units.get(name, UNKNOWN_UNIT) for law in laws}
    attrs = {
        "units": units.pop() if len(units) == 1 else UNKNOWN_UNIT,
        "long_name": f"{name} of {', '.join(kinds)}",
    }
    whole = len(laws) == len(structure.laws)
    label = name if whole or key == f"laws.{name}" else f"{name}_{numbers[0]}"
    dims = ("record", "storey" if whole else f"element_of_{label}")
    return label, xr.Variable(dims, np.concatenate(columns, axis=1), attrs)


def _laws(structure: Structure, key: str) -> list[int]:
    """Return the numbers of the laws that a key such as laws.0.stiffness names."""
    head, *middle = key.split(".")
    name = middle.pop() if middle else ""
    chosen = list(range(len(structure.laws)))
    if middle:
        chosen = [n for n in chosen if middle[0].isdigit() and n == int(middle[0])]
    numbers = [i for i in chosen if name in _names(structure.laws[i])]
    if head != "laws" or len(middle) > 1 or not numbers:
        names = sorted(set().union(*map(_names, structure.laws)))
        known = ", ".join(f"laws.{name}" for name in names)
        raise ValueError(
            f"vary.{key} is not a parameter of the structure: choose from mass, damping, {known}"
        )
    return numbers


def _names(law: Law) -> list[str]:
    return [f.name for f in fields(law)]
