"""CSMIP and DMG of California, volumes 1 and 2 (.V1, .V2, .RAW): one text block a channel.

    Uncorrected Accelerogram Data ...      or   Corrected accelerogram ...
    ...                                         further lines of text, among them
    Chan  1: 360 Deg                            the direction
    ...                                         lines of integers and reals
     13200 Accelerogram points at 200 pts/sec in units of g .      Format: (8f9.6)       volume 1
      7500 points of accel data equally spaced at  .010 sec, in cm/sec2. (8f10.6)        volume 2
    ...                                         the samples; in volume 2 velocities, too
    /&  ----------  End of Data for Channel  1  ----------

Older files of volume 1, and those of RENADIC, have no line above the samples: they hold pairs of
time and acceleration where the film was digitised, in seconds and g/10, which are interpolated
linearly at their mean interval. Layout after the files themselves and CSMIP report OSMS 85-03.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np

from simulators.excitation.recorded.format import Channel, Format, Given, NotAnAccelerogram, Source
from simulators.excitation.recorded.pairs import evenly_spaced
from simulators.excitation.recorded.reading import (
    blocks_at,
    fixed_width,
    number,
    numbers,
    require_count,
    require_peak,
    stuck_numbers,
    unit_factor,
)
from simulators.excitation.sampling import rounding_of

_FIRST = re.compile(r"\s*(un)?corrected\s+accelerogram(?!.*GNS)", re.I)
_OTHER = re.compile(r"\s*response\b.*\bspectr", re.I)
_SPACED = re.compile(
    r"\s*(\d+)\s+points of accel data equally spaced at\s*([\d.]+)\s*sec\S*\s*"
    r"(?:,\s*in\s+|\(units:\s*)([^\s(),]+)",
    re.I,
)
_RATED = re.compile(
    r"\s*(\d+)\s+accelerogram points at\s*([\d.]+)\s*pts/sec\s+in units of\s+([^\s.]+)", re.I
)
_PAIRS = re.compile(r"units of uncor\S* accel\S* are sec\S* and\s+g\s*/\s*10\b", re.I)
_CHANNEL = re.compile(r"\s*chan\s+\d+:\s*(.+?)\s*(?:\s{2,}|\(|location|$)", re.I)
_PEAK = re.compile(r"peak\s+acceleration\s*=\s*([-\d.]+)\s+cm/sec", re.I)
_NUMBERS_ONLY = re.compile(r"[-+.\d\sEeDd]+")
_LONGEST_TEXT = 50  # lines above the samples of a channel
_INTEGERS = 7  # lines
_REALS_OF_PAIRS = 7  # lines
_PAIRS_A_LINE = 10  # numbers, five pairs of them
_POINTS = 27  # index of the integer that counts the pairs


class Csmip(Format):
    """Volumes 1 and 2 of CSMIP."""

    name = "CSMIP"

    def recognises(self, source: Source) -> bool:
        return bool(source.lines) and any(
            pattern.match(source.lines[0]) for pattern in (_FIRST, _OTHER)
        )

    def read(self, source: Source, given: Given) -> list[Channel]:
        if _OTHER.match(source.lines[0]):
            raise NotAnAccelerogram("holds response spectra, not acceleration")
        blocks = _blocks(source.lines)
        return [_channel(lines) for lines in blocks]


def _blocks(lines: Sequence[str]) -> list[Sequence[str]]:
    """Return the lines of each channel; each starts as the first does."""
    starts = [
        at
        for at, line in enumerate(lines)
        if _FIRST.match(line) and (at == 0 or lines[at - 1].lstrip().startswith("/"))
    ]
    return blocks_at(starts, lines)


def _channel(lines: Sequence[str]) -> Channel:
    text = lines[:_LONGEST_TEXT]
    for at, line in enumerate(text):
        spaced = _SPACED.match(line)
        rated = _RATED.match(line)
        if spaced or rated:
            return _evenly_sampled(lines, at, spaced, rated)
    if any(_PAIRS.search(line) for line in text):
        return _digitised(lines)
    raise ValueError("no line states points, interval and unit of the acceleration")


def _evenly_sampled(
    lines: Sequence[str], at: int, spaced: re.Match[str] | None, rated: re.Match[str] | None
) -> Channel:
    found = spaced or rated
    assert found is not None
    step = number(found[2], "sampling")
    if step <= 0.0:
        raise ValueError(f"the sampling interval must be positive: {lines[at].strip()!r}")
    samples = _samples(lines, at + 1)
    require_count(int(found[1]), len(samples))
    unit = found[3].rstrip(".")
    peak = next((match for line in lines[:at] if (match := _PEAK.search(line))), None)
    if spaced and peak:
        largest = 100.0 * unit_factor(unit) * float(np.abs(samples).max())
        require_peak(abs(number(peak[1], "peak")), largest, "cm/s^2", rounding_of(peak[1]))
    return Channel(
        samples,
        component=_component(lines),
        unit=unit,
        unit_source="line above the samples",
        interval=step if spaced else 1.0 / step,
        interval_source="line above the samples",
        interval_rounding=rounding_of(found[2]) * (1.0 if spaced else 1.0 / step**2),
        facts=_facts(lines),
    )


def _samples(
    lines: Sequence[str], start: int, split: Callable[[str], list[str]] = stuck_numbers
) -> np.ndarray:
    """Numbers from a line on, up to the next line of text."""
    end = next(
        (at for at in range(start, len(lines)) if not _NUMBERS_ONLY.fullmatch(lines[at])),
        len(lines),
    )
    return numbers(lines[:end], start, split)


def _split_like(line: str) -> Callable[[str], list[str]]:
    """Splitter of lines of ten numbers, which may touch, into fields as wide as those of a line."""
    width, rest = divmod(len(line.rstrip()), _PAIRS_A_LINE)
    return fixed_width(width) if width and not rest else stuck_numbers


def _digitised(lines: Sequence[str]) -> Channel:
    """Channel of pairs of time (s) and acceleration (g/10)."""
    integer_line = re.compile(r"(?:\s*-?\d+){16}\s*")
    first = next((at for at, line in enumerate(lines) if integer_line.fullmatch(line)), None)
    if first is None:
        raise ValueError("the header must have 100 integers, 16 a line")
    integers = numbers(lines[: first + _INTEGERS], first, lambda line: re.findall("(?s).{5}", line))
    if len(integers) <= _POINTS:
        raise ValueError(f"the header must have 100 integers, it has {len(integers)}")
    start = first + _INTEGERS + _REALS_OF_PAIRS
    pairs = _samples(lines, start, _split_like(lines[start] if start < len(lines) else ""))
    require_count(2 * int(integers[_POINTS]), len(pairs))
    interval, acceleration = evenly_spaced(pairs)
    return Channel(
        acceleration / 10.0,
        component=_component(lines),
        unit="g",
        unit_source="g/10 stated in the header",
        interval=interval,
        interval_source="mean step of the digitised times",
        facts=_facts(lines) | {"sampling": "interpolated from uneven times"},
    )


def _component(lines: Sequence[str]) -> str:
    found = next((match for line in lines[:12] if (match := _CHANNEL.match(line))), None)
    return found[1] if found else ""


def _facts(lines: Sequence[str]) -> dict[str, str | None]:
    """Station and event, where the lines of text state them."""
    at = next((i for i, line in enumerate(lines[:12]) if "STATION NO" in line.upper()), None)
    event = next(
        (line for line in lines[1:12] if re.search(r"rcrd of|record of|quake", line, re.I)), None
    )
    return {
        "station": None if at is None else lines[at + 1].strip()[:40],
        "event": event and re.split(r"\s{3,}", event.strip())[0],
    }
