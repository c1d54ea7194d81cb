"""Text files of AFAD, Turkey (until 2020 of its national network): key : value, three columns.

    STRONG GROUND MOTION RECORDS OF TURKIYE
    NUMBER OF DATA          : 28683
    SAMPLING INTERVAL (sec) : 0.01
    RAW PGA VALUES (gal)    : (N-S) 13.200332 (E-W) 12.163827 (U-D) 9.840572
           N-S          E-W          U-D
        0.000909     -0.000191    -0.000092

The unit of the columns is that of the peaks, which are compared with the samples.
"""

import re
from collections.abc import Sequence

import numpy as np

from simulators.excitation.recorded.format import Channel, Format, Given, Source
from simulators.excitation.recorded.reading import number, numbers, require_count, require_peak
from simulators.excitation.sampling import rounding_of

_KEY = re.compile(r"\s*([A-Z][A-Z ()a-z]*?)\s*:\s*(.*)")
_PEAKS = re.compile(r"\(\s*([^)]+?)\s*\)\s*([-\d.]+)")
_LONGEST_HEADER = 40  # lines


class Afad(Format):
    """Records of the Turkish network."""

    name = "AFAD"

    def recognises(self, source: Source) -> bool:
        return any("STRONG GROUND MOTION RECORDS" in line for line in source.lines[:3])

    def read(self, source: Source, given: Given) -> list[Channel]:
        lines = source.lines
        header = _header(lines)
        at = next(
            (i for i, line in enumerate(lines[:_LONGEST_HEADER]) if _names(line) is not None), None
        )
        if at is None:
            raise ValueError("no line names the columns (N-S, E-W, U-D)")
        names = _names(lines[at]) or []
        unit, unit_source, peaks = _peaks(header)
        interval = _stated(header, "SAMPLING INTERVAL")
        values = numbers(lines, at + 1)
        if len(values) % len(names):
            raise ValueError(
                f"{len(names)} columns are named, the file holds {len(values)} numbers"
            )
        table = values.reshape(-1, len(names))
        require_count(number(_stated(header, "NUMBER OF DATA"), "NUMBER OF DATA"), len(table))
        for name, samples in zip(names, table.T, strict=True):
            if name in peaks:
                require_peak(peaks[name], float(np.abs(samples).max()), unit or "", 1e-6)
        return [
            Channel(
                samples,
                component=name,
                unit=unit,
                unit_source=unit_source,
                interval=number(interval, "SAMPLING INTERVAL"),
                interval_source="SAMPLING INTERVAL of the header",
                interval_rounding=rounding_of(interval),
                facts={
                    "event": header.get("EARTHQUAKE DATE"),
                    "magnitude": header.get("EARTHQUAKE MAGNITUDE"),
                    "station": header.get("PLACE"),
                },
            )
            for name, samples in zip(names, table.T, strict=True)
        ]


def _header(lines: Sequence[str]) -> dict[str, str]:
    """Values by key, without what stands in brackets in the key."""
    matches = [match for line in lines[:_LONGEST_HEADER] if (match := _KEY.match(line))]
    found = {re.sub(r"\s*\(.*", "", match[1]): match[2].strip() for match in matches}
    units = {match[1]: match[2] for match in matches if "PGA" in match[1]}
    for key, value in units.items():
        inside = re.search(r"\(([^)]+)\)", key)
        found["PGA"] = value
        found["PGA unit"] = inside[1] if inside else ""
    return found


def _names(line: str) -> list[str] | None:
    """Names of the columns, None for a line that is none of names."""
    words = line.split()
    known = {"N-S", "E-W", "U-D", "NS", "EW", "UD"}
    return words if words and all(word.upper() in known for word in words) else None


def _stated(header: dict[str, str], key: str) -> str:
    if not header.get(key):
        raise ValueError(f"the header states no {key}")
    return header[key]


def _peaks(header: dict[str, str]) -> tuple[str | None, str, dict[str, float]]:
    """Unit of the peaks, where it stands, and the peaks by component."""
    unit = header.get("PGA unit") or None
    peaks = {name: abs(float(text)) for name, text in _PEAKS.findall(header.get("PGA", ""))}
    return unit, "PGA VALUES of the header", peaks
