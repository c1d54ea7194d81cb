"""GeoNet of New Zealand, volumes 1 and 2 (.V1A, .V2A): three components, each with its header.

    16 lines of text: (1) "Corrected accelerogram ... GNS Science", (13) "Component S16W", (14)
       "Acceleration: peak -41.6 mm/s/s at 43.68 sec"
     4 lines of 10 integers, 8 columns each: (34) samples of acceleration
     6 lines of 10 reals, 8 columns each: (26) sampling interval in s
    the accelerations in mm/s/s, 10 a line, 8 columns each; in volume 2 velocities and displacements

Numbers in brackets count from one.
"""

import re
from collections.abc import Sequence
from math import ceil

import numpy as np

from simulators.excitation.recorded.format import Channel, Format, Given, Source
from simulators.excitation.recorded.reading import (
    blocks_from,
    fixed_width,
    number,
    numbers,
    require_count,
    require_peak,
)
from simulators.excitation.sampling import rounding_of

_FIRST = re.compile(r"\s*(un)?corrected\s+accelerogram.*\bGNS\b", re.I)
_PEAK = re.compile(r"Acceleration:\s*peak\s+([-\d.]+)\s*(\S+)", re.I)
_STEP = re.compile(r"(?:intervals of|at)\s+([\d.]+)\s*s(?:ec)?\b(?:\s+intervals)?", re.I)
_TEXT = 16  # lines
_INTEGERS = 20  # index of the line after the integers
_REALS = 26  # index of the line after the reals
_A_LINE = 10
_WIDTH = 8


class GeoNet(Format):
    """Volumes 1 and 2 of GeoNet."""

    name = "GeoNet"

    def recognises(self, source: Source) -> bool:
        return bool(source.lines) and _FIRST.match(source.lines[0]) is not None

    def read(self, source: Source, given: Given) -> list[Channel]:
        return [_channel(block) for block in blocks_from(_FIRST, source.lines)]


def _channel(lines: Sequence[str]) -> Channel:
    if len(lines) <= _REALS:
        raise ValueError(f"the header has {_REALS} lines, the component only {len(lines)}")
    integers = numbers(lines[:_INTEGERS], _TEXT, fixed_width(_WIDTH))
    reals = numbers(lines[:_REALS], _INTEGERS, fixed_width(_WIDTH))
    if (len(integers), len(reals)) != (40, 60):
        raise ValueError(
            f"the header must have 40 integers and 60 reals, it has {len(integers)} and "
            f"{len(reals)}"
        )
    count = int(integers[33])
    end = _REALS + ceil(count / _A_LINE)
    samples = numbers(lines[:end], _REALS, fixed_width(_WIDTH))
    require_count(count, len(samples))
    peak = _PEAK.search(lines[13])
    if peak is None:
        raise ValueError(f"line 14 must state the peak acceleration, it is {lines[13].strip()!r}")
    largest = float(np.abs(samples).max())
    require_peak(abs(number(peak[1], "peak")), largest, peak[2], rounding_of(peak[1]))
    interval = float(reals[25])
    _require_step(lines[10], interval)
    direction = re.search(r"Component\s+(\S+)", lines[12], re.I)
    return Channel(
        samples,
        component=direction[1] if direction else "",
        unit=peak[2],
        unit_source="line 14 of the header",
        interval=interval,
        interval_source="real 26 of the header",
        facts={"station": lines[2], "date": lines[7], "event": lines[6]},
    )


def _require_step(line: str, interval: float) -> None:
    """Raise a ValueError where the text states another interval than the reals."""
    found = _STEP.search(line)
    if found and abs(number(found[1], "interval") - interval) > 1e-6:
        raise ValueError(f"the header states two intervals: {interval:g} s and {line.strip()!r}")
