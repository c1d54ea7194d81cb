"""Intensity measures of base motions that are linear between their samples.

Integrals of a(t), |a(t)| and a(t)^2 over a straight line have closed forms: what is given here is
exact for the line through the samples, not a sum over them. With g the standard gravity,

    PGA = max |a|,      PGV = max |int a dt|,      CAV = int |a| dt                              (1)
    I_A = pi / (2 g) int a^2 dt                                     (Arias 1970)                 (2)
    D_5-95 = t(0.95 I_A) - t(0.05 I_A)                              (Trifunac & Brady 1975)      (3)
    Sa_avg(T) = geometric mean of Sa over periods from 0.2 T to 3 T (Eads et al. 2015)           (4)

References
----------
Arias, A. (1970). A measure of earthquake intensity. Seismic Design for Nuclear Power Plants, MIT.
Trifunac, M. D. and Brady, A. G. (1975). A study on the duration of strong earthquake ground motion.
Bull. Seismol. Soc. Am. 65(3), 581-626.
Eads, L., Miranda, E. and Lignos, D. G. (2015). Average spectral acceleration as an intensity
measure for collapse risk assessment. Earthq. Eng. Struct. Dyn. 44(12), 2057-2073.
"""

import numpy as np
import numpy.typing as npt

from simulators.checks import finite_array, is_number
from simulators.excitation.spectrum import RESOLUTION, response_spectrum
from simulators.units import STANDARD_GRAVITY

AVERAGE_FROM = 0.2
AVERAGE_TO = 3.0
"""Ends of the periods of the average spectral acceleration, in periods of the structure."""
AVERAGE_PERIODS = 50
"""Periods of the average, evenly over the logarithm."""

Values = npt.NDArray[np.float64]


def peak_ground_acceleration(acceleration: npt.ArrayLike) -> Values:
    """Return PGA of (1).

    Parameters
    ----------
    acceleration : array_like, shape (..., time)
        Base acceleration (m s-2), one record or one a row.

    Returns
    -------
    ndarray, shape (...)
        m s-2.
    """
    return np.asarray(np.abs(_motions(acceleration)).max(axis=-1))


def peak_ground_velocity(acceleration: npt.ArrayLike, interval: float) -> Values:
    """Return PGV of (1) for a base at rest at first, peaks between samples included.

    Parameters
    ----------
    acceleration : array_like, shape (..., time)
        Base acceleration (m s-2), without an offset: an offset grows to a velocity here.
    interval : float
        Sampling interval (s).

    Returns
    -------
    ndarray, shape (...)
        m s-1.
    """
    now, after = _lines(acceleration, interval)
    gained = np.cumsum(0.5 * interval * (now + after), axis=-1)
    start = gained - 0.5 * interval * (now + after)
    crosses = now * after < 0.0
    until_zero = np.divide(now, now - after, out=np.zeros_like(now), where=crosses) * interval
    within = start + 0.5 * now * until_zero
    return np.asarray(np.maximum(np.abs(gained), np.abs(within)).max(axis=-1))


def cumulative_absolute_velocity(acceleration: npt.ArrayLike, interval: float) -> Values:
    """Return CAV of (1) in m s-1, shape (...); arguments as of `peak_ground_velocity`."""
    now, after = _lines(acceleration, interval)
    total = np.abs(now) + np.abs(after)
    crosses = now * after < 0.0
    # Two triangles where the line crosses zero, otherwise one trapezium.
    triangles = np.divide(now**2 + after**2, total, out=np.zeros_like(now), where=crosses)
    return np.asarray(0.5 * interval * np.where(crosses, triangles, total).sum(axis=-1))


def arias_intensity(acceleration: npt.ArrayLike, interval: float) -> Values:
    """Return I_A of (2) in m s-1, shape (...); arguments as of `peak_ground_velocity`."""
    squares = _squares(acceleration, interval).sum(axis=-1)
    return np.asarray(np.pi / (2.0 * STANDARD_GRAVITY) * squares)


def significant_duration(
    acceleration: npt.ArrayLike, interval: float, low: float = 0.05, high: float = 0.95
) -> Values:
    """Return the time between two shares of the Arias intensity, by default D_5-95 of (3).

    Parameters
    ----------
    acceleration, interval
        As of `peak_ground_velocity`.
    low, high : float
        Shares, 0 <= low < high <= 1. Within an interval the intensity is taken to grow evenly.

    Returns
    -------
    ndarray, shape (...)
        s.

    Raises
    ------
    ValueError
        For shares out of order, or a record that is zero throughout.
    """
    if not (is_number(low) and is_number(high) and 0.0 <= low < high <= 1.0):
        raise ValueError(f"low = {low!r}, high = {high!r}: expected 0 <= low < high <= 1")
    squares = _squares(acceleration, interval)
    rows = squares.reshape(-1, squares.shape[-1])
    if not rows.sum(axis=-1).all():
        raise ValueError("acceleration is zero throughout a record: it has no significant duration")
    durations = [_duration(row, interval, low, high) for row in rows]
    return np.asarray(durations).reshape(squares.shape[:-1])


def spectral_acceleration(
    acceleration: npt.ArrayLike, interval: float, period: float, damping: float = 0.05
) -> Values:
    """Return the pseudo-spectral acceleration Sa(T, zeta).

    Parameters
    ----------
    acceleration : array_like, shape (time,) or (record, time)
        Base acceleration (m s-2).
    interval : float
        Sampling interval (s).
    period : float
        T (s), from two sampling intervals to the duration of the record.
    damping : float
        zeta, ratio to critical.

    Returns
    -------
    ndarray, shape () or (record,)
        m s-2.

    Raises
    ------
    ValueError
        If the record tells nothing of the period, or an argument is not as described.
    """
    return _spectral(acceleration, interval, np.array([period]), damping)[..., 0]


def average_spectral_acceleration(
    acceleration: npt.ArrayLike, interval: float, period: float, damping: float = 0.05
) -> Values:
    """Return Sa_avg(T) of (4); arguments, result and errors as of `spectral_acceleration`.

    The record must tell of all periods from 0.2 T to 3 T.
    """
    shares = np.geomspace(AVERAGE_FROM, AVERAGE_TO, AVERAGE_PERIODS)
    periods = shares * period
    values = _spectral(acceleration, interval, periods, damping)
    return np.asarray(np.exp(np.log(values).mean(axis=-1)))


def _spectral(
    acceleration: npt.ArrayLike, interval: float, periods: Values, damping: float
) -> Values:
    values = _motions(acceleration)
    _check_interval(interval)
    shortest = RESOLUTION * interval
    longest = (values.shape[-1] - 1) * interval
    outside = (periods < shortest * (1.0 - 1e-9)) | (periods > longest * (1.0 + 1e-9))
    if outside.any():
        raise ValueError(
            f"period {periods[outside][0]:g} s lies outside the band of the record: sampled every "
            f"{interval:g} s for {longest:g} s it tells of {shortest:g} to {longest:g} s"
        )
    spectrum = response_spectrum(values, interval, periods, damping)
    return np.asarray(spectrum["pseudo_acceleration"].values)


def _motions(acceleration: npt.ArrayLike) -> Values:
    values = np.atleast_1d(finite_array("acceleration", acceleration))
    if values.size == 0 or values.shape[-1] < 2:
        raise ValueError(f"acceleration has shape {values.shape}: expected at least 2 samples")
    return values


def _check_interval(interval: float) -> None:
    if not is_number(interval) or interval <= 0.0:
        raise ValueError(f"interval must be a positive number of seconds, got {interval!r}")


def _lines(acceleration: npt.ArrayLike, interval: float) -> tuple[Values, Values]:
    """Return the values at both ends of every interval, each of shape (..., time - 1)."""
    values = _motions(acceleration)
    _check_interval(interval)
    return values[..., :-1], values[..., 1:]


def _squares(acceleration: npt.ArrayLike, interval: float) -> Values:
    """Return the integral of a^2 over every interval, shape (..., time - 1)."""
    now, after = _lines(acceleration, interval)
    return np.asarray(interval / 3.0 * (now**2 + now * after + after**2))


def _duration(squares: Values, interval: float, low: float, high: float) -> float:
    grown = np.concatenate([[0.0], np.cumsum(squares)]) / squares.sum()
    rises = np.concatenate([[True], np.diff(grown) > 0.0])  # a share lies at one time only
    times = interval * np.arange(len(grown))
    begin, end = np.interp([low, high], grown[rises], times[rises])
    return float(end - begin)
