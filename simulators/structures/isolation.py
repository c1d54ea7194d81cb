"""A building on isolators: its ground becomes a slab that moves."""

import numpy as np
from numpy.typing import ArrayLike

from simulators.checks import finite_array
from simulators.hysteresis import Law
from simulators.structures.structure import Structure


def base_isolated(
    building: Structure, mass: ArrayLike, law: Law, damping: ArrayLike = 0.0
) -> Structure:
    """`building` on a slab that one element joins to the ground.

    Parameters
    ----------
    building : Structure
        As it stands on firm ground.
    mass : float or array_like, shape (record,)
        Mass of the slab (kg), > 0.
    law : Law
        The isolators, one element.
    damping : float or array_like, shape (record,)
        Dashpot beside them (N s/m), >= 0.

    Returns
    -------
    Structure
        Floors and elements of the building behind the slab and the isolator, which come first.
        Displacements of all floors are relative to the ground.

    Raises
    ------
    ValueError
        Naming the argument.
    """
    if not isinstance(building, Structure):
        raise ValueError(
            f"building is a {type(building).__name__}: expected a Structure, as shear_building "
            "makes"
        )
    if not isinstance(law, Law) or len(law) != 1:
        raise ValueError(f"law = {law!r}: expected a law of one element")
    slab = _for_records("mass", mass, building.records)
    dashpot = _for_records("damping", damping, building.records)
    if np.any(slab <= 0.0):
        raise ValueError(f"mass = {slab.min():g} kg: must be > 0")
    if np.any(dashpot < 0.0):
        raise ValueError(f"damping = {dashpot.min():g} N s/m: must be >= 0")
    n = building.floors
    # The building rides on the slab as it rode on the ground: its own displacements are y - G
    # y_slab.
    ride = np.concatenate([-building.influence[:, None], np.eye(n)], axis=1)
    return Structure(
        _with_slab(slab, np.eye(n, n + 1, k=1), building.mass),
        _with_slab(dashpot, ride, building.damping),
        np.concatenate([np.eye(1, n + 1), building.incidence @ ride]),
        (law, *building.laws),
        np.concatenate([[1.0], building.influence]),
        ride.T @ building.stiffness @ ride,
    )


def _for_records(name: str, value: ArrayLike, records: int | None) -> np.ndarray:
    array = finite_array(name, value, ndim=(0, 1))
    if array.ndim and records not in (None, len(array)):
        raise ValueError(
            f"{name} has {len(array)} values: expected one, or {records}, one for each record"
        )
    return array


def _with_slab(own: np.ndarray, ride: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """ride^T matrix ride, and `own` at the slab: shape (..., floor + 1, floor + 1)."""
    slab = np.zeros((len(ride) + 1, len(ride) + 1))
    slab[0, 0] = 1.0
    return own[..., None, None] * slab + ride.T @ matrix @ ride
