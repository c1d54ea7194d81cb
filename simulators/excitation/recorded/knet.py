"""K-NET and KiK-net ASCII of the Japanese NIED: 17 lines of header, then counts with a scale factor
and an offset.

The acceleration in gal is (count - mean count of the record) x scale factor; NIED states the
maximum acceleration after the same subtraction. KiK-net numbers its directions NS, EW, UD from 1 to
3 in the borehole, from 4 to 6 at the surface.
"""

import re

import numpy as np

from simulators.excitation.motion import BaseMotion
from simulators.excitation.recorded.reading import (
    number,
    numbers,
    recorded_motion,
    require_count,
    require_layout,
    require_peak,
)

NAME = "K-NET"
_GAL = 1e-2
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


def recognises(lines: list[str]) -> bool:
    return lines[0].startswith("Origin Time") or any(
        line.startswith("Scale Factor") for line in lines[: len(_KEYS)]
    )


def parse(lines: list[str]) -> BaseMotion:
    header = _header(lines)
    rate = number(re.sub(r"(?i)\s*hz", "", header["Sampling Freq"]), "Sampling Freq")
    duration = number(header["Duration Time"], "Duration Time")
    if rate <= 0.0:
        raise ValueError(f"Sampling Freq must be positive, got {rate:g} Hz")
    counts = numbers(lines, len(_KEYS))
    require_count(duration * rate, len(counts))
    require_layout(lines, len(_KEYS))
    gal = (counts - counts.mean()) * _scale(header["Scale Factor"])
    resolution = 10.0 ** -len(header["Max"].partition(".")[2])  # few digits of a weak record's peak
    require_peak(abs(number(header["Max"], "Max. Acc.")), np.abs(gal).max(), "gal", resolution)
    return recorded_motion(NAME, gal * _GAL, 1.0 / rate, **_facts(header))


def _header(lines: list[str]) -> dict[str, str]:
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
        "component": _COMPONENTS.get(header["Dir"], header["Dir"]),
        "peak": f"{header['Max']} gal",
    }
