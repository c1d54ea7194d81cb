"""PEER strong-motion database, AT2: a header that ends with the line of NPTS and DT, then samples
in units of g.

PEER NGA STRONG MOTION DATABASE RECORD
Loma Prieta, 10/18/1989, Gilroy - Gavilan Coll., 67         event, date, station, component
ACCELERATION TIME SERIES IN UNITS OF G
NPTS=   7999, DT=   .0050 SEC,                        or, in older files:   7999   0.0050   NPTS, DT
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
    unit_factor,
)

NAME = "AT2"
_LONGEST_HEADER = 10  # lines
_KEYED = re.compile(r"NPTS\s*=\s*([^\s,]+)[\s,]*DT\s*=\s*([^\s,]+?)(?:SEC|[\s,]|$)", re.I)
_PLAIN = re.compile(r"\s*([^\s,]+)[\s,]+([^\s,]+)[\s,]+NPTS", re.I)


def recognises(lines: list[str]) -> bool:
    return any(re.search(r"\bNPTS\b", line, re.I) for line in lines[:_LONGEST_HEADER])


def parse(lines: list[str]) -> BaseMotion:
    at = next(
        (
            at
            for at, line in enumerate(lines[:_LONGEST_HEADER])
            if re.search(r"\bNPTS\b", line, re.I)
        ),
        None,
    )
    if at is None:
        raise ValueError(f"none of the first {_LONGEST_HEADER} lines states NPTS and DT")
    count, interval = _grid(lines[at])
    factor = _factor(" ".join(lines[:at]))
    samples = numbers(lines, at + 1)
    require_count(count, len(samples))
    require_layout(lines, at + 1)
    _require_no_spike(samples * factor)
    return recorded_motion(NAME, samples * factor, interval, **_facts(lines[max(at - 2, 0)]))


def _grid(line: str) -> tuple[float, float]:
    """Number of samples and sampling interval (s)."""
    found = _KEYED.search(line) or _PLAIN.match(line)
    if found is None:
        raise ValueError(f"cannot read NPTS and DT from {line.strip()!r}")
    return number(found[1], "NPTS"), number(found[2], "DT")


def _require_no_spike(acceleration: np.ndarray) -> None:
    """Raise a ValueError for one sample a hundred times larger than all others; this header states
    no peak to compare.

    No motion that an instrument has sampled has one, but an exponent that lost its sign makes it.
    """
    size = np.abs(acceleration)
    if len(size) > 100:
        second, largest = np.partition(size, -2)[-2:]
        if largest > 100.0 * second:
            raise ValueError(
                f"sample {size.argmax()} is {largest:g} m/s^2, 100 times as much as any other"
            )


def _factor(header: str) -> float:
    quantity = re.search(r"\b(VELOCITY|DISPLACEMENT)\s+TIME", header, re.I)
    if quantity:
        raise ValueError(f"holds {quantity[1].casefold()}, not acceleration")
    unit = re.search(r"UNITS?\s+OF\s+(\S+)", header, re.I)
    if unit is None:
        raise ValueError("the header states no unit (ACCELERATION TIME SERIES IN UNITS OF G)")
    return unit_factor(unit[1])


def _facts(line: str) -> dict[str, str | None]:
    """Event, date, station and component, where the line has all of them."""
    date = re.search(r"\d+/\d+/\d+", line)
    fields = [
        field for field in (line.replace(date[0], "") if date else line).split(",") if field.strip()
    ]
    if len(fields) < 3:
        return {"event": line}
    return {
        "event": fields[0],
        "date": date and date[0],
        "station": ",".join(fields[1:-1]),
        "component": fields[-1],
    }
