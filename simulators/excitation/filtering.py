"""Operations on uniformly sampled series: band-limited resampling, high-pass filtering, removal of
a drift.
"""

from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

import numpy as np
import scipy  # its parts are loaded where they are used: a reader of a motion needs none

from simulators.checks import is_number, is_whole

# Kaiser-windowed sinc over 64 samples of the coarser grid to each side: flat and empty to 140 dB;
# by Kaiser's formulas (scipy.signal.kaiserord) its transition band is 0.144 Nyquist frequencies
# wide, and ends at the Nyquist frequency.
_LOBES = 64
_KAISER_BETA = 14.5
_CUTOFF = 1.0 - 0.144 / 2.0
_LARGEST_DENOMINATOR = 10_000


def resample(values: np.ndarray, interval: float, new_interval: float) -> np.ndarray:
    """Values of the band-limited signal at the times 0, new_interval, ... up to the last sample.

    Content above 0.86 of the smaller Nyquist frequency fades, and none above it is left to alias.
    The ratio of the intervals is taken as a fraction with a denominator of at most 10 000. Beyond
    its ends the signal is continued by odd reflection, so that up to 64 samples there are
    approximate.

    Parameters
    ----------
    values : ndarray, shape (time,)
    interval, new_interval : float
        Sampling intervals (s) of `values` and of the result.

    Raises
    ------
    ValueError
        If `new_interval` is not positive, longer than the record, or a ten-thousandth of the
        present one or less.
    """
    duration = (len(values) - 1) * interval
    if not is_number(new_interval) or not 0.0 < new_interval <= duration:
        raise ValueError(
            f"interval must be above 0 and at most the duration {duration:g} s, got "
            f"{new_interval!r}"
        )
    if new_interval < interval / _LARGEST_DENOMINATOR:
        raise ValueError(
            f"interval must be at least {interval / _LARGEST_DENOMINATOR:g} s, got {new_interval}"
        )
    ratio = Fraction(interval / new_interval).limit_denominator(_LARGEST_DENOMINATOR)
    if ratio == 1:
        return np.array(values)
    if ratio == 0:
        raise ValueError(
            f"interval must be at most {_LARGEST_DENOMINATOR} times the present {interval:g} s"
        )
    up = ratio.numerator
    down = ratio.denominator
    # A margin of whole multiples of `down` keeps the first sample on the new grid.
    margin = ceil(_LOBES * max(1.0, down / up) / down) * down
    extended = np.pad(values, margin, mode="reflect", reflect_type="odd")
    resampled = scipy.signal.resample_poly(extended, up, down, window=_low_pass(max(up, down)))
    first = margin * up // down
    count = floor(duration / new_interval * (1.0 + 1e-9)) + 1
    return resampled[first : first + count]


@lru_cache(maxsize=8)
def _low_pass(rate: int) -> np.ndarray:
    """Windowed sinc that passes the band below 1 / rate of the intermediate Nyquist frequency."""
    return scipy.signal.firwin(
        2 * _LOBES * rate + 1, _CUTOFF / rate, window=("kaiser", _KAISER_BETA)
    )


def high_pass(values: np.ndarray, interval: float, corner_frequency: float) -> np.ndarray:
    """Zero-phase Butterworth high-pass of order 4 with its corner in Hz.

    It runs forwards and backwards.
    """
    nyquist = 0.5 / interval
    if not is_number(corner_frequency) or not 0.0 < corner_frequency < nyquist:
        raise ValueError(
            f"corner_frequency must lie between 0 and {nyquist:g} Hz, got {corner_frequency!r}"
        )
    sections = scipy.signal.butter(4, corner_frequency, "highpass", fs=1.0 / interval, output="sos")
    # The filter rings for about 1.5 / corner; the extension must outlast it as far as the record
    # allows.
    margin = min(len(values) - 1, ceil(1.5 / (corner_frequency * interval)))
    return scipy.signal.sosfiltfilt(sections, values, padlen=margin)


def remove_polynomial_drift(acceleration: np.ndarray, degree: int) -> np.ndarray:
    """Acceleration less the polynomial of its drift.

    What is left has the least mean square velocity, and a last velocity of zero.
    """
    if not is_whole(degree) or not 0 <= degree <= 8:
        raise ValueError(f"degree must be an integer from 0 to 8, got {degree!r}")
    if degree > len(acceleration) - 2:
        raise ValueError(
            f"degree must be at most {len(acceleration) - 2} for {len(acceleration)} samples, got "
            f"{degree}"
        )
    polynomials, projection = _drift_projection(len(acceleration), int(degree))
    # einsum and not @: the sums of BLAS may depend on the number of threads, and a seed must give
    # the same bits.
    coefficients = np.einsum("ct,t->c", projection, acceleration)
    return acceleration - np.einsum("tc,c->t", polynomials, coefficients)


@lru_cache(maxsize=16)
def _drift_projection(count: int, degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Polynomials (time, degree + 1) and the linear map (degree + 1, time) from an acceleration to
    their coefficients.

    The map depends on nothing but the number of samples, so that thousands of motions of one length
    share it.
    """
    polynomials = np.polynomial.legendre.legvander(np.linspace(-1.0, 1.0, count), degree)
    velocities = scipy.integrate.cumulative_trapezoid(polynomials, axis=0, initial=0.0)
    trapezium = np.ones(count)
    trapezium[[0, -1]] = 0.5  # trapezium @ a is the last velocity, in units of the interval
    # last @ c = trapezium @ a fixes the constant's coefficient; least squares on the velocity gives
    # the others.
    last = velocities[-1]
    share = velocities[:, 0] / velocities[-1, 0]
    inverse = (
        np.linalg.pinv(velocities[:, 1:] - np.outer(share, last[1:]))
        if degree
        else np.zeros((0, count))
    )
    others = _after_trapezium_sum(inverse) - np.outer(inverse @ share, trapezium)
    constant = (trapezium - last[1:] @ others) / last[0]
    return polynomials, np.vstack([constant, others])


def _after_trapezium_sum(rows: np.ndarray) -> np.ndarray:
    """Rows r' with r' @ a = r @ cumulative_trapezoid(a, initial=0)."""
    tail = np.cumsum(rows[:, ::-1], axis=1)[:, ::-1]
    composed = tail - 0.5 * rows
    composed[:, 0] = 0.5 * (tail[:, 0] - rows[:, 0])
    return composed
