"""COSMOS strong-motion data format 1.20, volumes 1 and 2 (.V1, .V2, .V1c, .V2c).

Each channel has text lines ("Corrected acceleration (Format v01.20 with 13 text lines)"), 100
integers, 100 reals, comments, and after a line such as

      7000  acceleration pts, approx   70 secs, units=cm/sec2(04),Format=(8F10.5)

the samples. Of the reals, counted from one: (62) sampling interval of the series in ms, (63) its
length in s, (64) its peak. Raw counts (volume 0) need the constants of the digitiser and the sensor
and are refused. After "COSMOS Strong-Motion Data Format (ASCII) v1.20", 2001.
"""

import re
from collections.abc import Callable, Sequence
from math import ceil

import numpy as np

from simulators.excitation.recorded.format import Channel, Format, Given, NotAnAccelerogram, Source
from simulators.excitation.recorded.reading import (
    blocks_from,
    fixed_width,
    numbers,
    require_count,
    require_peak,
    unit_factor,
)

_FIRST = re.compile(
    r"\s*(raw|uncorrected|corrected)\s+(accel|veloc|displ)\w*\.?.*\(Format\s+v", re.I
)
_SAMPLES = re.compile(
    r"\s*(\d+)\s+(.*?)\s*pts,.*units=\s*([^(]+?)\.?\s*\(\s*(\d+)\),?\s*Format=\s*\((\d*)[EFI](\d+)",
    re.I,
)
_REALS = re.compile(r"\s*100 Real-header.*lines,\s*Format=\s*\(\d+[FE](\d+)", re.I)
_COMPONENT = re.compile(r"Sta\w*\s+Cha?n?:?\s*\S+?:\s*([^(]+?)\s*(?:\(|Location|$)", re.I)
_CODE = re.compile(r"<SCNL>\s*\w+\.(\w{3})\.")
_LONGEST_TEXT = 200  # lines above the samples
_UNKNOWN = (-999.0, 0.0)


class Cosmos(Format):
    """Volumes 1 and 2 of COSMOS."""

    name = "COSMOS"

    def recognises(self, source: Source) -> bool:
        return bool(source.lines) and _FIRST.match(source.lines[0]) is not None

    def read(self, source: Source, given: Given) -> list[Channel]:
        blocks = blocks_from(_FIRST, source.lines)
        kinds = [_kind(block[0]) for block in blocks]
        channels = [
            _channel(block) for block, kind in zip(blocks, kinds, strict=True) if kind == "accel"
        ]
        if kinds and not channels:
            words = {"raw": "raw counts of a digitiser", "veloc": "velocity"}
            held = sorted({words.get(kind, "displacement") for kind in kinds})
            raise NotAnAccelerogram(f"holds {' and '.join(held)}, not acceleration")
        return channels


def _kind(line: str) -> str:
    """Return "raw", or what the series is: "accel", "veloc", "displ"."""
    found = _FIRST.match(line)
    assert found is not None
    return "raw" if found[1].casefold() == "raw" else found[2].casefold()


def _channel(lines: Sequence[str]) -> Channel:
    at = next((i for i, line in enumerate(lines[:_LONGEST_TEXT]) if _SAMPLES.match(line)), None)
    found = _SAMPLES.match(lines[at]) if at is not None else None
    if at is None or found is None:
        raise ValueError("no line states points, unit and format of the acceleration")
    reals = _reals(lines[:at])
    count = int(found[1])
    a_line = int(found[5] or 1)
    end = at + 1 + ceil(count / a_line)
    samples = numbers(lines[:end], at + 1, fixed_width(int(found[6])))
    require_count(count, len(samples))
    unit = found[3].strip()
    if unit.casefold().startswith("count"):
        raise NotAnAccelerogram("holds raw counts of a digitiser, not acceleration")
    interval = None if reals[61] in _UNKNOWN else 1e-3 * float(reals[61])
    _require_length(count, interval, float(reals[62]))
    if reals[63] not in _UNKNOWN:
        require_peak(abs(float(reals[63])), float(np.abs(samples).max()), unit, 2e-6)
    unit_factor(unit)
    return Channel(
        samples,
        component=_component(lines[:at]),
        unit=unit,
        unit_source="line above the samples",
        interval=interval,
        interval_source="real 62 of the header",
        facts={"event": lines[1].strip(), "station": lines[4].strip()},
    )


def _reals(lines: Sequence[str]) -> np.ndarray:
    """Return the 100 reals of the header."""
    for at, line in enumerate(lines):
        found = _REALS.match(line)
        if found:
            values = numbers(lines[: at + 101], at + 1, _real_fields(int(found[1])))[:100]
            if len(values) == 100:
                return values
    raise ValueError("the header must have 100 reals")


def _real_fields(width: int) -> Callable[[str], list[str]]:
    """Splitter of lines of reals; lines of text, which follow them, have none."""
    split = fixed_width(width)
    return lambda line: split(line) if re.fullmatch(r"[-+.\dEe\s]+", line) else []


def _require_length(count: int, interval: float | None, length: float) -> None:
    """Raise a ValueError unless the samples take the stated length (s), which is rounded."""
    if interval is None or length in _UNKNOWN:
        return
    if abs(count * interval - length) > 2.0 * interval + 0.01 * length:
        raise ValueError(
            f"the header states {length:g} s, {count} samples at {interval:g} s take "
            f"{count * interval:g} s"
        )


def _component(lines: Sequence[str]) -> str:
    """Return the direction, or the code of the channel where the direction is not stated."""
    named = next((match for line in lines if (match := _COMPONENT.search(line))), None)
    if named and named[1].casefold() not in ("other", "unknown", ""):
        return named[1]
    code = next((match for line in lines if (match := _CODE.search(line))), None)
    return code[1] if code else ""
