"""Natural modes of a structure, and damping that is stated by modes.

    K phi_m = omega_m^2 M phi_m,  phi_m^T M phi_m = 1,  zeta_m = phi_m^T C phi_m / (2 omega_m)   (1)

omega_m (rad/s) is zero for a motion that strains nothing, as that of a rigid body; such a mode has
no damping ratio. All arrays may have a leading record axis.

References
----------
Chopra, A. K. (2012). Dynamics of structures, 4th ed., sections 10.2-10.6 (modes) and 11.4 (damping
matrices).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from simulators.checks import finite_array, is_whole


def natural_modes(mass: np.ndarray, stiffness: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve the eigenproblem of (1).

    Parameters
    ----------
    mass, stiffness : ndarray, shape (..., floor, floor)
        M (kg), positive definite, and K (N/m), symmetric.

    Returns
    -------
    omega : ndarray, shape (..., mode)
        rad/s, ascending.
    shapes : ndarray, shape (..., floor, mode)
        Mass-normalised.

    Raises
    ------
    ValueError
        If K is not symmetric, or has a negative eigenvalue: the structure is then unstable.
    """
    rounding = 1e-9 * np.abs(stiffness).max()
    if not np.allclose(stiffness, _transpose(stiffness), rtol=1e-9, atol=rounding):
        raise ValueError("stiffness: must be symmetric for the structure to have natural modes")
    inverse_root = np.linalg.inv(np.linalg.cholesky(mass))
    squared, vectors = np.linalg.eigh(inverse_root @ stiffness @ _transpose(inverse_root))
    largest = np.abs(squared).max(axis=-1, keepdims=True)
    zero = 10.0 * mass.shape[-1] * np.finfo(float).eps * largest
    if np.any(squared < -zero):
        raise ValueError(
            f"stiffness: omega^2 = {squared.min():g} 1/s^2 in one mode: the structure is unstable "
            "at rest"
        )
    return np.sqrt(np.where(squared > zero, squared, 0.0)), _transpose(inverse_root) @ vectors


def damping_ratios(damping: np.ndarray, omega: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """zeta_m of (1), ndarray, shape (..., mode); NaN in a mode of frequency zero."""
    generalised = np.einsum("...im,...ij,...jm->...m", shapes, damping, shapes)
    moving = omega > 0.0
    return np.where(moving, generalised / (2.0 * np.where(moving, omega, 1.0)), np.nan)


def rayleigh_coefficients(
    omega: np.ndarray, ratio: ArrayLike, modes: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return a_0 (1/s) and a_1 (s) of Rayleigh damping, C = a_0 M + a_1 K.

    The damping is `ratio` in two `modes`, counted from 1.

    Parameters
    ----------
    omega : ndarray, shape (..., mode)
    ratio : array_like
        One number, or one for each of the two modes; >= 0.
    modes : sequence of two int

    Returns
    -------
    a0, a1 : ndarray, shape (...)

    Raises
    ------
    ValueError
        If a mode has the frequency zero, or both have the same.
    """
    count = omega.shape[-1]
    if (
        np.shape(modes) != (2,)
        or modes[0] == modes[1]
        or not all(is_whole(m) and 1 <= m <= count for m in modes)
    ):
        raise ValueError(f"modes = {modes}: expected two different modes from 1 to {count}")
    zeta = _checked("ratio", ratio, 2)
    first, second = np.moveaxis(omega[..., np.asarray(modes) - 1], -1, 0)
    if np.any(first == 0.0) or np.any(second == 0.0):
        raise ValueError(
            f"modes = {modes}: one has the frequency zero, and can have no damping ratio"
        )
    if np.any(np.abs(second - first) <= 1e-9 * first):
        raise ValueError(f"modes = {modes}: both have the same frequency, expected two that differ")
    # zeta_m = a_0 / (2 omega_m) + a_1 omega_m / 2 in both modes
    a1 = 2.0 * (zeta[1] * second - zeta[0] * first) / (second**2 - first**2)
    return first * (2.0 * zeta[0] - a1 * first), a1


def modal_damping(
    mass: np.ndarray, omega: np.ndarray, shapes: np.ndarray, ratios: ArrayLike
) -> np.ndarray:
    """Return C = M Phi diag(2 omega zeta) Phi^T M (N s/m).

    The damping `ratios` zeta are one, or one for each mode; each >= 0.

    A mode of frequency zero stays without damping.
    """
    own = mass @ shapes
    coefficients = 2.0 * omega * _checked("ratios", ratios, omega.shape[-1])
    return (own * coefficients[..., None, :]) @ _transpose(own)


def _checked(name: str, ratios: ArrayLike, count: int) -> np.ndarray:
    values = finite_array(name, ratios, ndim=(0, 1))
    if np.any(values < 0.0):
        raise ValueError(f"{name} = {values[values < 0.0][0]:g}: must be >= 0")
    if values.size not in (1, count):
        raise ValueError(f"{name} has {values.size} values: expected one, or {count}")
    return np.broadcast_to(values, count)


def _transpose(matrix: np.ndarray) -> np.ndarray:
    return np.swapaxes(matrix, -1, -2)
