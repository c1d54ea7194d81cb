"""Engineering Strong-Motion database (ESM) and ITACA, ASCII (DYNA): lines of KEY: value, then the
samples.
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
    unit_factor,
)

NAME = "ESM"
_KEY_AND_VALUE = re.compile(r"\s*([A-Z][^:]*):(.*)")


def recognises(lines: list[str]) -> bool:
    return any(
        re.match(r"\s*(EVENT_ID|STATION_CODE|SAMPLING_INTERVAL_S|NDATA)\s*:", line)
        for line in lines[:50]
    )


def parse(lines: list[str]) -> BaseMotion:
    header, length = _header(lines)
    quantity = _stated(header, "DATA_TYPE")
    if quantity.casefold() != "acceleration":
        raise ValueError(f"holds {quantity.casefold()}, not acceleration")
    factor = unit_factor(_stated(header, "UNITS"))
    interval = number(_stated(header, "SAMPLING_INTERVAL_S"), "SAMPLING_INTERVAL_S")
    samples = numbers(lines, length)
    require_count(number(_stated(header, "NDATA"), "NDATA"), len(samples))
    require_layout(lines, length)
    _require_duration(header.get("DURATION_S"), len(samples), interval)
    peak = header.get("PGA_CM/S^2")
    if peak:
        require_peak(
            abs(number(peak, "PGA_CM/S^2")), 100.0 * factor * np.abs(samples).max(), "cm/s^2", 1e-6
        )
    return recorded_motion(NAME, samples * factor, interval, **_facts(header))


def _header(lines: list[str]) -> tuple[dict[str, str], int]:
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
        "component": header.get("STREAM"),
        "peak": header.get("PGA_CM/S^2") and f"{header['PGA_CM/S^2']} cm/s^2",
        "processing": header.get("PROCESSING"),
    }
