"""Engineering Strong-Motion database (ESM) and ITACA, ASCII (DYNA): lines of KEY: value, then the
samples.
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
    unit_factor,
)

_KEY_AND_VALUE = re.compile(r"\s*([A-Z][^:]*):(.*)")
_OWN_KEYS = re.compile(r"\s*(EVENT_ID|STATION_CODE|SAMPLING_INTERVAL_S|NDATA)\s*:")


class Esm(Format):
    """ASCII files of ESM and ITACA; those that AFAD gives out today are alike."""

    name = "ESM"

    def recognises(self, source: Source) -> bool:
        return any(_OWN_KEYS.match(line) for line in source.lines[:50])

    def read(self, source: Source, given: Given) -> list[Channel]:
        lines = source.lines
        header, length = _header(lines)
        quantity = _stated(header, "DATA_TYPE")
        if quantity.casefold() != "acceleration":
            raise NotAnAccelerogram(f"holds {quantity.casefold()}, not acceleration")
        unit = _stated(header, "UNITS")
        interval = number(_stated(header, "SAMPLING_INTERVAL_S"), "SAMPLING_INTERVAL_S")
        samples = numbers(lines, length)
        require_count(number(_stated(header, "NDATA"), "NDATA"), len(samples))
        require_layout(lines, length, source.closed)
        _require_duration(header.get("DURATION_S"), len(samples), interval)
        peak = header.get("PGA_CM/S^2")
        if peak:
            found = 100.0 * unit_factor(unit) * np.abs(samples).max()
            require_peak(abs(number(peak, "PGA_CM/S^2")), found, "cm/s^2", 1e-6)
        return [
            Channel(
                samples,
                component=header.get("STREAM", ""),
                unit=unit,
                unit_source="UNITS of the header",
                interval=interval,
                interval_source="SAMPLING_INTERVAL_S of the header",
                facts=_facts(header),
            )
        ]


def _header(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """Values by key, and how many lines they take."""
    matches = []
    for line in lines:
        match = _KEY_AND_VALUE.match(line)
        if match is None:
            break
        matches.append(match)
    return {match[1].strip(): match[2].strip() for match in matches}, len(matches)


def _require_duration(stated: str | None, count: int, interval: float) -> None:
    """Raise a ValueError unless the interval is that of the stated duration, which is count or
    count - 1 of them.
    """
    if (
        stated
        and abs(number(stated, "DURATION_S") - count * interval)
        > 1.5 * interval + 0.005 * count * interval
    ):
        raise ValueError(
            f"the header states {stated} s, {count} samples at {interval:g} s take "
            f"{count * interval:g} s"
        )


def _stated(header: dict[str, str], key: str) -> str:
    if not header.get(key):
        raise ValueError(f"the header states no {key}")
    return header[key]


def _facts(header: dict[str, str]) -> dict[str, str | None]:
    return {
        "event": header.get("EVENT_NAME") or header.get("EVENT_ID"),
        "date": header.get("EVENT_DATE_YYYYMMDD"),
        "magnitude": header.get("MAGNITUDE_W") or header.get("MAGNITUDE_L"),
        "station": " ".join(
            header.get(key, "") for key in ("NETWORK", "STATION_CODE", "STATION_NAME")
        ),
        "peak": header.get("PGA_CM/S^2") and f"{header['PGA_CM/S^2']} cm/s^2",
        "processing": header.get("PROCESSING"),
    }
