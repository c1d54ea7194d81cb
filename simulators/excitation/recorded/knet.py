"""K-NET and KiK-net ASCII of the Japanese NIED: 17 lines of header, then counts with a scale factor
and an offset.

The acceleration in gal is (count - mean count of the record) x scale factor; NIED states the
maximum acceleration after the same subtraction. KiK-net numbers its directions NS, EW, UD from 1 to
3 in the borehole, from 4 to 6 at the surface.
"""

import re
from collections.abc import Sequence

import numpy as np

from simulators.excitation.recorded.format import Channel, Format, Given, NotAnAccelerogram, Source
from simulators.excitation.recorded.reading import (
    number,
    numbers,
    require_count,
    require_layout,
    require_peak,
)

_KEYS = (
    "Origin Time",
    "Lat",
    "Lon",
    "Depth",
    "Mag",
    "Station Code",
    "Station Lat",
    "Station Lon",
    "Station Height",
    "Record Time",
    "Sampling Freq",
    "Duration Time",
    "Dir",
    "Scale Factor",
    "Max",
    "Last Correction",
    "Memo",
)
_COMPONENTS = {"1": "NS1", "2": "EW1", "3": "UD1", "4": "NS2", "5": "EW2", "6": "UD2"}


class KNet(Format):
    """ASCII files of K-NET and KiK-net."""

    name = "K-NET"

    def recognises(self, source: Source) -> bool:
        lines = source.lines[: len(_KEYS)]
        first = bool(lines) and re.match(r"Origin Time(?!,)", lines[0]) is not None
        return first or any(line.startswith("Scale Factor") for line in lines)

    def read(self, source: Source, given: Given) -> list[Channel]:
        lines = source.lines
        _require_acceleration(lines)
        header = _header(lines)
        rate = number(re.sub(r"(?i)\s*hz", "", header["Sampling Freq"]), "Sampling Freq")
        duration = number(header["Duration Time"], "Duration Time")
        if rate <= 0.0:
            raise ValueError(f"Sampling Freq must be positive, got {rate:g} Hz")
        counts = numbers(lines, len(_KEYS))
        require_count(duration * rate, len(counts))
        require_layout(lines, len(_KEYS), source.closed)
        gal = (counts - counts.mean()) * _scale(header["Scale Factor"])
        resolution = 10.0 ** -len(header["Max"].partition(".")[2])  # few digits of a weak peak
        require_peak(abs(number(header["Max"], "Max. Acc.")), np.abs(gal).max(), "gal", resolution)
        return [
            Channel(
                gal,
                component=_COMPONENTS.get(header["Dir"], header["Dir"]),
                unit="gal",
                unit_source="Scale Factor of the header",
                interval=1.0 / rate,
                interval_source="Sampling Freq of the header",
                facts=_facts(header),
            )
        ]


def _require_acceleration(lines: Sequence[str]) -> None:
    """Raise a NotAnAccelerogram for a record of velocity, which has the same keys."""
    for line in lines[: len(_KEYS)]:
        found = re.search(r"kine|cm/s\b(?!/)|\bvel(ocity)?\b|\bdisp", line, re.I)
        if found and line.startswith(("Max", "Scale Factor", "Memo")):
            quantity = "displacement" if found[0].casefold() == "disp" else "velocity"
            raise NotAnAccelerogram(
                f"holds {quantity}, not acceleration: its header states {line.strip()!r}"
            )


def _header(lines: Sequence[str]) -> dict[str, str]:
    """Values by key; a key with its unit fills 18 columns, or ends with a tab."""
    if len(lines) < len(_KEYS):
        raise ValueError(f"the header has {len(_KEYS)} lines, the file only {len(lines)}")
    for at, key in enumerate(_KEYS):
        if not lines[at].startswith(key):
            raise ValueError(
                f"line {at + 1} of the header must state {key!r}, it is {lines[at].strip()!r}"
            )
    return {
        key: (line.partition("\t")[2] if "\t" in line else line[18:]).strip()
        for key, line in zip(_KEYS, lines, strict=False)
    }


def _scale(text: str) -> float:
    """Gal per count, from a text like 3920(gal)/6182761."""
    gal, _, counts = re.sub(r"(?i)\(gal\)", "", text).partition("/")
    factor = number(gal, "Scale Factor") / (number(counts, "Scale Factor") or np.inf)
    if factor <= 0.0:
        raise ValueError(f"Scale Factor must be positive, got {text!r}")
    return factor


def _facts(header: dict[str, str]) -> dict[str, str]:
    return {
        "event": f"{header['Lat']} N {header['Lon']} E",
        "date": header["Origin Time"],
        "magnitude": header["Mag"],
        "station": header["Station Code"],
        "peak": f"{header['Max']} gal",
    }
