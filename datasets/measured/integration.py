"""Displacements from accelerations: what a floor does where accelerometers alone have measured it.

With the absolute acceleration A of a floor, the acceleration a_g of the base, and the displacement
u between them, u'' = A - a_g. Over a step h the exact second difference is the integral of u''
under a hat function. A is smooth, so that Numerov's weights hold to h^4; a recorded a_g is not,
and is linear between its samples, as the simulators take it:

    u_{t+1} - 2 u_t + u_{t-1} = h^2 [(A_{t+1} + 10 A_t + A_{t-1}) / 12
                                     - (a_{t+1} + 4 a_t + a_{t-1}) / 6]

What is lost in the summation grows along the record as a line does; a polynomial is fitted to it
and removed, the baseline correction of strong-motion seismology (Boore & Bommer 2005, Soil Dyn.
Earthq. Eng. 25:93).
"""

import numpy as np
from numpy.polynomial import polynomial


def relative_displacement(
    acceleration: np.ndarray, base_acceleration: np.ndarray, interval: float, degree: int = 1
) -> np.ndarray:
    """Return displacements relative to the base, of records that start from rest.

    Parameters
    ----------
    acceleration : ndarray, shape (record, time, floor)
        Absolute accelerations (m s-2).
    base_acceleration : ndarray, shape (record, time)
        Of the base (m s-2), linear between its samples.
    interval : float
        Sampling interval (s).
    degree : int
        Of the polynomial that is removed from each displacement; -1 removes nothing.

    Returns
    -------
    ndarray, shape (record, time, floor)
        Displacements (m).

    Raises
    ------
    ValueError
        For records of fewer than three samples, or of fewer than the polynomial needs.
    """
    samples = acceleration.shape[1]
    if samples < max(3, degree + 2):
        raise ValueError(
            f"displacements of degree {degree} need at least {max(3, degree + 2)} samples, "
            f"got {samples}"
        )
    base = base_acceleration[:, :, None]
    relative = acceleration - base
    smooth = (acceleration[:, 2:] + 10.0 * acceleration[:, 1:-1] + acceleration[:, :-2]) / 12.0
    linear = (base[:, 2:] + 4.0 * base[:, 1:-1] + base[:, :-2]) / 6.0
    first = (2.0 * relative[:, :1] + relative[:, 1:2]) / 6.0  # from rest: u_0 = 0 and u'_0 = 0
    slopes = np.cumsum(np.concatenate([first, smooth - linear], axis=1), axis=1)
    displacement = np.zeros(acceleration.shape)
    displacement[:, 1:] = interval**2 * np.cumsum(slopes, axis=1)
    return displacement - _baseline(displacement, degree)


def _baseline(displacement: np.ndarray, degree: int) -> np.ndarray:
    """Polynomial in time of least squares through each displacement."""
    if degree < 0:
        return np.zeros(displacement.shape)
    records, samples, floors = displacement.shape
    time = np.linspace(-1.0, 1.0, samples)
    columns = displacement.transpose(1, 0, 2).reshape(samples, -1)
    fitted = polynomial.polyval(time, polynomial.polyfit(time, columns, degree))
    return fitted.reshape(records, floors, samples).transpose(0, 2, 1)
