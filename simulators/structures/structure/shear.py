"""The shear building: floors on one another, one element a storey."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from simulators.checks import finite_array, is_whole
from simulators.hysteresis import Law
from simulators.structures.structure.checks import listed
from simulators.structures.structure.general import Structure


def chain(floors: int) -> np.ndarray:
    """Incidence of a shear building: ndarray, shape (floor, floor).

    Storey i joins floor i to floor i - 1.
    """
    if not is_whole(floors) or floors < 1:
        raise ValueError(f"floors = {floors!r}: must be a whole number >= 1")
    return np.eye(floors) - np.eye(floors, k=-1)


def shear_building(
    mass: ArrayLike, laws: Law | Iterable[Law], damping: ArrayLike = 0.0
) -> Structure:
    """Floors on one another, one element a storey.

    Parameters
    ----------
    mass : array_like, shape (..., floor)
        Mass of each floor (kg), bottom first.
    laws : Law or sequence of Law
        One element a storey, bottom first.
    damping : array_like, shape (..., storey), optional
        Dashpot of each storey (N s/m); see `Structure.with_rayleigh_damping` and
        `with_modal_damping` for other damping.

    Returns
    -------
    Structure

    Raises
    ------
    ValueError
        Naming the argument, its value and what is allowed.
    """
    mass = np.atleast_1d(finite_array("mass", mass, ndim=(0, 1, 2)))
    if 0 in mass.shape:
        raise ValueError(f"mass has shape {mass.shape}: expected at least one floor and record")
    if np.any(mass <= 0.0):
        raise ValueError(f"mass = {mass[mass <= 0.0][0]:g} kg: must be > 0")
    damping = finite_array("damping", damping, ndim=(0, 1, 2))
    if np.any(damping < 0.0):
        raise ValueError(f"damping = {damping[damping < 0.0][0]:g} N s/m: must be >= 0")
    incidence = chain(mass.shape[-1])
    if damping.ndim and damping.shape[-1] != len(incidence):
        raise ValueError(
            f"damping has {damping.shape[-1]} storeys: expected {len(incidence)}, one for each "
            "floor"
        )
    laws = listed(laws)
    elements = sum(len(law) for law in laws)
    if elements != len(incidence):
        raise ValueError(
            f"laws are of {elements} elements: expected {len(incidence)}, one for each storey"
        )
    dashpots = np.broadcast_to(damping, (*damping.shape[:-1], len(incidence)))
    matrix = np.einsum("ei,...e,ej->...ij", incidence, dashpots, incidence)
    return Structure(mass[..., None] * np.eye(len(incidence)), matrix, incidence, laws)
