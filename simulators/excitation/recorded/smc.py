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
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from simulators.excitation.recorded.format import Channel, Format, Given, NotAnAccelerogram, Source
from simulators.excitation.recorded.pairs import evenly_spaced
from simulators.excitation.recorded.reading import (
    fixed_width,
    numbers,
    require_count,
    require_peak,
)

_INTEGERS = 11  # index of the first line of the integers
_REALS = 17
_COMMENTS = 27
_KINDS = r"\s*\d\s+(UNKNOWN|UNCORRECTED|CORRECTED|VELOCITY|DISPLACEMENT|RESPONSE|FOURIER)"


class Smc(Format):
    """SMC files of the USGS."""

    name = "SMC"

    def recognises(self, source: Source) -> bool:
        lines = source.lines
        if lines and re.match(_KINDS, lines[0]):
            return True
        return (
            len(lines) > _REALS
            and re.fullmatch(r"(?: *-?\d+){8} *", lines[_INTEGERS]) is not None
            and re.fullmatch(r"(?: *-?[\d.]+E[-+]\d+){5} *", lines[_REALS]) is not None
        )

    def read(self, source: Source, given: Given) -> list[Channel]:
        lines = source.lines
        if re.search("VELOCITY|DISPLACEMENT|RESPONSE|FOURIER", lines[0]):
            kind = lines[0].strip(" 0123456789").casefold()
            raise NotAnAccelerogram(f"holds {kind}, not acceleration")
        integers = numbers(lines[:_REALS], _INTEGERS, fixed_width(10))
        reals = numbers(lines[:_COMMENTS], _REALS, fixed_width(15))
        if (len(integers), len(reals)) != (48, 50):
            raise ValueError(
                f"the header must have 48 integers and 50 reals, it has {len(integers)} and "
                f"{len(reals)}"
            )
        samples, notes = _samples(lines, integers)
        uneven = bool(reals[1] == reals[0])
        peak = max((abs(value) for value in reals[[29, 31]] if value != reals[0]), default=None)
        interval, acceleration = _series(samples, reals[0], reals[1], peak)
        if not uneven:
            _require_times(samples, reals[0], reals[1], reals[28:32])
        if integers[17] == 1:
            notes.append("the file flags a problem with this record (integer 18 of its header)")
        facts = _facts(lines)
        return [
            Channel(
                acceleration,
                component=facts.pop("component", "").strip(),
                unit="cm/s^2",
                unit_source="by the definition of SMC",
                interval=interval,
                interval_source="mean step of uneven times" if uneven else "rate of the header",
                facts=facts
                | {
                    "peak": f"{peak:g} cm/s^2" if peak else None,
                    "sampling": "interpolated from uneven times" if uneven else None,
                    "problem": "flagged in the file" if integers[17] == 1 else None,
                },
                notes=tuple(notes),
            )
        ]


def _samples(lines: Sequence[str], integers: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """Samples that the header counts; a line more than them is left out, with a note."""
    comments = max(int(integers[15]), 0)  # the null value is negative
    width = 14 if integers[46] == 8 else 10
    a_line = 5 if width == 14 else 8
    samples = numbers(lines, _COMMENTS + comments, fixed_width(width))
    if len(lines[-1]) % width:
        raise ValueError(f"line {len(lines)}: the last number is cut short")
    count = int(integers[16])
    beyond = len(samples) - count
    if 0 < beyond <= a_line and count > 0 and not _has_doubled_line(lines[_COMMENTS + comments :]):
        return samples[:count], [f"{beyond} numbers beyond the stated {count} were left out"]
    require_count(count, len(samples))
    return samples, []


def _has_doubled_line(lines: Sequence[str]) -> bool:
    """Whether a line of numbers that are not all zero follows itself: it came in twice."""
    return any(
        one == other and re.search("[1-9]", one) is not None for one, other in pairwise(lines)
    )


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
        return evenly_spaced(samples)
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


def _facts(lines: Sequence[str]) -> dict[str, str]:
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
