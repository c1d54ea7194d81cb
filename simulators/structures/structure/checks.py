"""Checks of a structure when it is made: its laws, its masses and the shapes of its matrices."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from simulators.hysteresis import Law

if TYPE_CHECKING:
    from simulators.structures.structure.general import Structure


def listed(laws: Law | Iterable[Law]) -> tuple[Law, ...]:
    """Laws as a tuple; ValueError for anything else."""
    if isinstance(laws, Law):
        return (laws,)
    if not isinstance(laws, Iterable):
        raise ValueError(
            f"laws = {laws!r}: expected a law of simulators.hysteresis or a sequence of them"
        )
    laws = tuple(laws)
    for law in laws:
        if not isinstance(law, Law):
            raise ValueError(
                f"laws: expected objects of simulators.hysteresis, got {type(law).__name__}"
            )
    return laws


def check_mass(mass: np.ndarray) -> None:
    """Raise ValueError for a mass that is not symmetric and positive definite."""
    skew = np.abs(mass - np.swapaxes(mass, -1, -2))
    if np.any(skew > 1e-12 * np.abs(mass).max(axis=(-2, -1), keepdims=True)):
        raise ValueError("mass: must be symmetric")
    smallest = np.linalg.eigvalsh(mass).min()
    if smallest <= 0.0:
        raise ValueError(f"mass has the eigenvalue {smallest:g} kg: must be positive definite")


def check_shapes(structure: "Structure") -> None:
    """Raise ValueError, naming the field, where the shapes of a structure do not agree."""
    n = structure.floors
    for name in ("mass", "damping", "stiffness"):
        if 0 in getattr(structure, name).shape:
            raise ValueError(
                f"{name} has shape {getattr(structure, name).shape}: expected at least one floor "
                "and record"
            )
    if not structure.laws:
        raise ValueError(
            "laws: expected at least one element; Elastic(0.0) is one that carries no force"
        )
    for name in ("mass", "damping", "stiffness"):
        shape = getattr(structure, name).shape
        if shape[-2:] != (n, n):
            raise ValueError(f"{name} has shape {shape}: expected (..., {n}, {n}) for {n} floors")
    if structure.influence.shape != (n,):
        raise ValueError(f"influence has shape {structure.influence.shape}: expected ({n},)")
    if structure.incidence.shape != (structure.elements, n):
        shape = structure.incidence.shape
        raise ValueError(
            f"incidence has shape {shape}: expected ({structure.elements}, {n}) for "
            f"{structure.elements} elements, {n} floors"
        )
