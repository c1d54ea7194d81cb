"""Sampling intervals of printed times: one rule for all readers."""

import re
from collections.abc import Sequence

import numpy as np

_COARSE = 0.25  # of a step
_NEARLY_ALL = 0.97
_MARGIN = 1.25  # of the rounding, since the fitted line is not the true one
_FEW = 20  # samples; fewer would fit many lines if their digits are coarse ...
_SHARE_OF_FEW = 0.2  # ... unless they lie within this share of an interval
_FLOAT32 = 2.0**-23  # relative spacing of numbers in single precision


def rounding_of(text: str) -> float:
    """Return half a unit of the last digit of a printed number: "0.125" gives 0.0005.

    Parameters
    ----------
    text : str
        A decimal number, with an exponent or without.
    """
    mantissa, _, exponent = text.strip().casefold().replace("d", "e").partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** (int(exponent or 0) - decimals)


def roundings_of(texts: Sequence[str]) -> np.ndarray:
    """Return half a unit of the last digit of each printed number of a column, shape (number,).

    Zeros at the end may have been dropped, "1" for "1.000": what counts is the finest digit of the
    column and, where numbers are printed with so many significant digits ("99.995", "100.01"), the
    largest number of them.

    Parameters
    ----------
    texts : sequence of str
        Decimal numbers.
    """
    finest = min(rounding_of(text) for text in texts)
    mantissas = [text.strip().casefold().replace("d", "e").partition("e")[0] for text in texts]
    digits = max(len(re.sub(r"\D", "", mantissa).lstrip("0")) for mantissa in mantissas)
    size = np.abs([float(text.strip().casefold().replace("d", "e")) for text in texts])
    power = np.floor(np.log10(np.where(size > 0.0, size, 1e-300)))
    return np.maximum(finest, 0.5 * 10.0 ** (power + 1 - max(digits, 1)))


def even_interval(time: np.ndarray, rounding: float | np.ndarray = 0.0) -> float:
    """Return the sampling interval of times that rise in equal steps within their rounding.

    Parameters
    ----------
    time : ndarray, shape (time,)
        At least two times, in any unit.
    rounding : float or ndarray, shape (time,)
        Half a unit of the last printed digit of each, in the same unit; zero for binary numbers,
        of which single precision is expected.

    Returns
    -------
    float
        A whole number of samples a second, or the fewest digits, where the rounding allows it.

    Raises
    ------
    ValueError
        Naming the first sample that lies elsewhere than equal steps put it.
    """
    time = np.asarray(time, dtype=float)
    if time.ndim != 1 or time.size < 2:
        raise ValueError(f"times must be one series of at least 2, got shape {time.shape}")
    slack = np.asarray(rounding) + _FLOAT32 * np.abs(time).max()
    steps = np.diff(time)
    if not (steps > -2.0 * np.max(slack)).all() or not time[-1] > time[0]:
        at = int(np.argmin(steps))
        raise ValueError(
            f"times must rise in equal steps, but sample {at + 1} of {time.size} is at "
            f"{time[at + 1]:g} after {time[at]:g}"
        )
    number = np.arange(time.size)
    interval, first = _line(time, steps, rounding)
    away = np.abs(time - (first + interval * number))
    allowed = _MARGIN * slack
    if time.size < _FEW:
        allowed = np.minimum(allowed, _SHARE_OF_FEW * interval)
    if (away > allowed).any():
        at = int(np.argmax(away > allowed))
        raise ValueError(
            f"times must rise in equal steps, but sample {at} of {time.size} is at {time[at]:g}, "
            f"where equal steps of {interval:g} put {first + interval * at:g}"
        )
    _require_no_repeats(time, rounding, interval)
    reach = 2.0 * float(np.max(slack)) / (time.size - 1)
    return _plainest(interval, reach)


def _require_no_repeats(time: np.ndarray, rounding: float | np.ndarray, interval: float) -> None:
    """Raise ValueError for times that are repeated, where their rounding does not explain it.

    Digits that are finer than the step print every time as another number. Coarser ones repeat some
    of them, but in turns with others unless each row was written twice.
    """
    repeated = np.flatnonzero(np.diff(time) == 0.0)
    if not len(repeated):
        return
    counts = np.unique(time, return_counts=True)[1]
    is_regular = counts.size > 2 and bool((counts[:-1] == counts[0]).all())
    if 2.0 * float(np.max(rounding)) > 1.001 * interval and not is_regular:
        return
    at = int(repeated[0]) + 1
    raise ValueError(
        f"times must rise in equal steps, but sample {at} of {time.size} repeats the time "
        f"{time[at]:g}: remove the repeats, or the times and give the interval"
    )


def _line(time: np.ndarray, steps: np.ndarray, rounding: float | np.ndarray) -> tuple[float, float]:
    """Return step and first time of the equal steps nearest to the times.

    Where the last digit is no smaller than a quarter of a step, and nearly all printed steps are
    one number, it is the step: a line fitted to all times would hide a sample that is missing
    behind the rounding.
    """
    digit = 2.0 * float(np.max(rounding))
    usual = float(np.median(steps))
    if time.size >= _FEW and digit > _COARSE * usual > 0.0:
        whole = np.rint(steps / digit)
        if (whole == np.median(whole)).mean() > _NEARLY_ALL:
            return usual, float(time[0])
    interval, first = np.polyfit(np.arange(time.size), time, 1)
    return float(interval), float(first)


def _plainest(interval: float, reach: float) -> float:
    """Return the plainest interval within `reach`: a whole rate, few digits, or as it is."""
    rate = round(1.0 / interval)
    if rate >= 1 and abs(1.0 / rate - interval) <= reach:
        return 1.0 / rate
    for digits in range(1, 13):
        short = float(f"{interval:.{digits}g}")
        if abs(short - interval) <= reach:
            return short
    return interval
