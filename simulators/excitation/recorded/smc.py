"""USGS strong-motion data in SMC format: text, integers, reals, comments, samples in cm s-2.

Layout after the description of the format by the USGS National Strong-Motion Project and D. Boore's
program SMCWRITE:

    11 lines of text; the first begins with the kind: 1 uncorrected, 2 corrected accelerogram, 3
    velocity, ... 48 integers, 8 a line, 10 columns each: (1) null value, (16) comment lines, (17)
    samples, (18) problem flag,
        (47) 8 where the samples have high precision
    50 reals, 5 a line, 15 columns each: (1) null value, (2) samples a second, (29) and (30) time
    and value of the
        maximum, (31) and (32) of the minimum
    the comment lines
    samples, 8 a line, 10 columns each (high precision: 5 a line, 14 columns each), which may touch

Numbers in brackets count from one. A record without a sampling rate holds pairs of time and
acceleration where its film was digitised; they are interpolated linearly at their mean interval.
"""

import re

import numpy as np

from simulators.excitation.motion import BaseMotion
from simulators.excitation.recorded.reading import (
    fixed_width,
    numbers,
    recorded_motion,
    require_count,
    require_peak,
)

NAME = "SMC"
_INTEGERS, _REALS, _COMMENTS = 11, 17, 27  # indices of their first lines
_CM_S2 = 1e-2


def recognises(lines: list[str]) -> bool:
    if re.match(
        r"\s*\d\s+(UNKNOWN|UNCORRECTED|CORRECTED|VELOCITY|DISPLACEMENT|RESPONSE)", lines[0]
    ):
        return True
    return (
        len(lines) > _INTEGERS and re.fullmatch(r"(?: *-?\d+){8} *", lines[_INTEGERS]) is not None
    )


def parse(lines: list[str]) -> BaseMotion:
    if re.search("VELOCITY|DISPLACEMENT|RESPONSE", lines[0]):
        raise ValueError(f"holds {lines[0].strip(' 0123456789').casefold()}, not acceleration")
    integers = numbers(lines[:_REALS], _INTEGERS, fixed_width(10))
    reals = numbers(lines[:_COMMENTS], _REALS, fixed_width(15))
    if (len(integers), len(reals)) != (48, 50):
        raise ValueError(
            f"the header must have 48 integers and 50 reals, it has {len(integers)} and "
            f"{len(reals)}"
        )
    comments = max(int(integers[15]), 0)  # the null value is negative
    width = 14 if integers[46] == 8 else 10
    samples = numbers(lines, _COMMENTS + comments, fixed_width(width))
    require_count(integers[16], len(samples))
    if len(lines[-1]) % width:
        raise ValueError(f"line {len(lines)}: the last number is cut short")
    peak = max((abs(value) for value in reals[[29, 31]] if value != reals[0]), default=None)
    interval, acceleration = _series(samples, *reals[:2], peak)
    if reals[1] != reals[0]:
        _require_times(samples, *reals[:2], reals[28:32])
    facts = _facts(lines) | {
        "peak": peak and f"{peak:g} cm/s^2",
        "sampling": "interpolated from uneven times" if reals[1] == reals[0] else None,
        "problem": "flagged in the file" if integers[17] == 1 else None,
    }
    return recorded_motion(NAME, acceleration * _CM_S2, interval, **facts)


def _series(
    samples: np.ndarray, null: float, rate: float, peak: float | None
) -> tuple[float, np.ndarray]:
    """Sampling interval (s) and acceleration at uniform times, whose peak must be that of the
    header.
    """
    uneven = bool(rate == null)
    if peak is not None:
        require_peak(peak, np.abs(samples[uneven :: 1 + uneven]).max(), "cm/s^2")
    if uneven:
        return _interpolated(samples)
    if rate <= 0.0:
        raise ValueError(f"the sampling rate must be positive, the header states {rate:g} Hz")
    return 1.0 / rate, samples


def _require_times(samples: np.ndarray, null: float, rate: float, extremes: np.ndarray) -> None:
    """Raise a ValueError unless the extremes, pairs of time and value, are at their times: the rate
    is damaged.
    """
    for time, value in extremes.reshape(-1, 2):
        if null in (time, value) or time <= 0.0:
            continue
        at = round(time * rate)
        near = samples[max(at - 1, 0) : at + 2]
        if not np.any(np.abs(near - value) <= 0.005 * abs(value)):
            raise ValueError(
                f"the header states {value:g} cm/s^2 at {time:g} s, where at {rate:g} Hz there is "
                "none"
            )


def _interpolated(samples: np.ndarray) -> tuple[float, np.ndarray]:
    """Interval (s), and acceleration at uniform times, of samples that are pairs of time and
    acceleration.
    """
    time, acceleration = samples[::2], samples[1::2]
    if (
        len(time) != len(acceleration)
        or len(time) < 2
        or (np.diff(time) < 0.0).any()
        or time[-1] == time[0]
    ):
        raise ValueError(
            "the header states no sampling rate, and the samples are no pairs of rising time and "
            "acceleration"
        )
    uniform, interval = np.linspace(time[0], time[-1], len(time), retstep=True)
    return float(interval), np.interp(uniform, time, acceleration)


def _facts(lines: list[str]) -> dict[str, str]:
    """What the lines of text state; their layout varies, so that a line of another form states
    nothing.
    """
    patterns = {
        "date": (3, r"((?:\d+\s+)+)"),
        "event": (3, r"(?:\d+\s+)*(.+)"),
        "magnitude": (4, r"Moment Mag=\s*([\d.]+)"),
        "station": (5, r"station\s*=(.*?)(?:component|$)"),
        "component": (5, r".*component\s*=(.*)"),
    }
    found = {
        name: re.match(pattern, lines[at].strip(), re.I) for name, (at, pattern) in patterns.items()
    }
    return {name: match[1] for name, match in found.items() if match}
