"""The common time axis of records: even steps, in a plausible range, or resampled to such."""

from dataclasses import dataclass

import numpy as np

from simulators.excitation.sampling import even_interval, rounding_of

LONGEST = 0.5
SHORTEST = {"frequency": 1e-5, "interval": 4e-4, "time": 4e-4}
"""Sampling intervals (s) of structural records, by what tells them; beyond them the unit is asked
for. Times and intervals that are shorter may be minutes."""
_MOST_DECIMALS = 9  # of a printed time; more are the digits of a binary number


@dataclass(frozen=True)
class Times:
    """Times of samples (s), and the place of the first step that is not like the others.

    Parameters
    ----------
    values : ndarray, shape (time,)
    """

    values: np.ndarray

    def interval(self) -> float:
        """Return the interval (s) of even times.

        Raises
        ------
        ValueError
            With the place of a gap or of an uneven step, and what to do about it.
        """
        try:
            return even_interval(self.values, printed_rounding(self.values))
        except ValueError:
            raise ValueError(f"{self._oddity()}: {REMEDY}") from None

    def _oddity(self) -> str:
        steps = np.diff(self.values)
        usual = float(np.median(steps)) if len(steps) else 0.0
        if not len(steps) or usual <= 0 or steps.min() <= 0:
            at = int(np.argmin(steps)) if len(steps) else 0
            ends = ", ".join(f"{value:g}" for value in self.values[at : at + 2])
            return f"time does not rise at sample {at}: it goes {ends} s"
        at = int(np.argmax(np.abs(steps - usual)))
        step = float(steps[at])
        return (
            f"time steps by {step:.6g} s from sample {at} ({self.values[at]:.6g} s) to {at + 1}, "
            f"usually by {usual:.6g} s"
        )


REMEDY = (
    "--frequency HZ in place of the times takes the samples as even, --resample S with --gap S "
    "interpolates over steps of at most --gap seconds"
)


def printed_rounding(times: np.ndarray) -> np.ndarray | float:
    """Return half a unit of the last digit with which times were once printed; 0 for exact ones.

    Numbers of one magnitude have the decimals of the longest of them: the others end in zeros.
    """
    texts = [np.format_float_positional(value, trim="-") for value in np.abs(times)]
    decimals = np.array([len(text.partition(".")[2]) for text in texts])
    if decimals.max(initial=0) > _MOST_DECIMALS:
        return 0.0
    magnitude = np.floor(np.log10(np.maximum(np.abs(times), 1e-300)))
    rounding = np.zeros(len(times))
    for size in np.unique(magnitude):
        members = magnitude == size
        rounding[members] = rounding_of(f"0.{'0' * int(decimals[members].max())}")
    # Zero is printed with the decimals of its neighbours.
    rounding[times == 0] = rounding[times != 0].min(initial=np.inf)
    return np.where(np.isfinite(rounding), rounding, 0.0)


def require_plausible(interval: float, source: str, unit: str) -> None:
    """Raise for a sampling interval (s) that no structural record has, before it is believed.

    Parameters
    ----------
    interval : float
    source : str
        Name that it was read under: time, interval or frequency.
    unit : str
        Unit of that, as it would be stated to confirm it.
    """
    if SHORTEST[source] <= interval <= LONGEST:
        return
    other = {"frequency": "interval", "interval": "frequency"}.get(source)
    doubt = f"map it as {other}, " if other else ""
    shown = 1 / interval if source == "frequency" else interval
    likely = "kHz" if source == "frequency" else "ms" if interval > LONGEST else "min"
    what = "a step of the times of" if source == "time" else source
    raise ValueError(
        f"{what} {shown:g} {unit} would be a sampling interval of {interval:g} s: {doubt}give "
        f"its unit, as in --unit {source}={likely}, or confirm "
        f"it by --unit {source}={unit}"
    )


def doubt(interval: float) -> str:
    """Return a word on an interval (s) that is given but that no structural record has."""
    if SHORTEST["frequency"] <= interval <= LONGEST:
        return ""
    return ", which is rare for records of structures: --interval is in s, --frequency in Hz"


def interpolated(
    times: np.ndarray, values: np.ndarray, interval: float, gap: float
) -> tuple[np.ndarray, int]:
    """Return records at even times from uneven ones, by straight lines between samples.

    Parameters
    ----------
    times : ndarray, shape (time,)
        Rising times (s).
    values : ndarray, shape (record, time, ...)
    interval : float
        Sampling interval (s) of the result.
    gap : float
        Longest step (s) of `times` that is bridged.

    Returns
    -------
    values : ndarray, shape (record, time, ...)
    between : int
        Number of samples that lie in steps longer than half again the usual one.

    Raises
    ------
    ValueError
        When times do not rise, or a step is longer than `gap`.
    """
    steps = np.diff(times)
    if len(steps) == 0 or steps.min() <= 0:
        raise ValueError(f"{Times(times)._oddity()}: times must rise")
    at = int(np.argmax(steps))
    if steps[at] > gap:
        raise ValueError(
            f"time steps by {steps[at]:.6g} s from sample {at} ({times[at]:.6g} s), --gap allows "
            f"{gap:g} s"
        )
    count = int(np.floor((times[-1] - times[0]) / interval * (1 + 1e-9))) + 1
    even = times[0] + interval * np.arange(count)
    left = np.clip(np.searchsorted(times, even, side="right") - 1, 0, len(steps) - 1)
    share = (even - times[left]) / steps[left]
    is_within = (share > 1e-6) & (share < 1 - 1e-6)
    between = int(np.sum(is_within & (steps[left] > 1.5 * np.median(steps))))
    share = share.reshape(-1, *[1] * (values.ndim - 2))
    return values[:, left] * (1 - share) + values[:, left + 1] * share, between
