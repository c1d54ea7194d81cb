"""PEER strong-motion database, AT2: a header that ends with the line of NPTS and DT, then samples
in units of g.

PEER NGA STRONG MOTION DATABASE RECORD
Loma Prieta, 10/18/1989, Gilroy - Gavilan Coll., 67         event, date, station, component
ACCELERATION TIME SERIES IN UNITS OF G
NPTS=   7999, DT=   .0050 SEC,                        or, in older files:   7999   0.0050   NPTS, DT
"""

import re
from collections.abc import Sequence

import numpy as np

from simulators.excitation.recorded.components import is_component
from simulators.excitation.recorded.factors import notes_on_size, require_no_factor
from simulators.excitation.recorded.format import Channel, Format, Given, NotAnAccelerogram, Source
from simulators.excitation.recorded.header import stated_units
from simulators.excitation.recorded.reading import (
    is_time_unit,
    number,
    numbers,
    require_count,
    require_layout,
    seconds,
    stuck_numbers,
)
from simulators.excitation.sampling import rounding_of

_LONGEST_HEADER = 10  # lines
_KEYED = re.compile(
    r"NPTS\s*=\s*([^\s,]+)[\s,]*DT\s*=\s*([^\s,A-Z]*(?:[ED][-+]?\d+)?)\s*([A-Z]*)", re.I
)
_PLAIN = re.compile(r"\s*([^\s,]+)[\s,]+([^\s,]+)[\s,]+NPTS", re.I)
_NPTS = re.compile(r"\s*(NPTS\b|[\d.]+[\s,]+[\d.EeDd+-]+[\s,]+NPTS\b)", re.I)


class At2(Format):
    """AT2 files of the PEER strong-motion database."""

    name = "AT2"

    def recognises(self, source: Source) -> bool:
        return any(_NPTS.match(line) for line in source.lines[:_LONGEST_HEADER])

    def read(self, source: Source, given: Given) -> list[Channel]:
        lines = _without_end_mark(source.lines)
        at = next((i for i, line in enumerate(lines[:_LONGEST_HEADER]) if _NPTS.match(line)), None)
        if at is None:
            raise ValueError(f"none of the first {_LONGEST_HEADER} lines states NPTS and DT")
        count, interval, rounding = _grid(lines[at])
        require_no_factor(lines[:at])
        unit, unit_source = _unit(lines[:at])
        samples = numbers(lines, at + 1, stuck_numbers)
        require_count(count, len(samples))
        require_layout(lines, at + 1, source.closed)
        _require_no_spike(samples)
        facts = _facts(lines[max(at - 2, 0)])
        return [
            Channel(
                samples,
                component=facts.pop("component", "") or _component_of(source.name),
                unit=unit,
                unit_source=unit_source,
                interval=interval,
                interval_source=f"DT of the header, {lines[at].strip()!r}",
                interval_rounding=rounding,
                facts=facts,
                notes=notes_on_size(lines[:at]),
            )
        ]


def _without_end_mark(lines: Sequence[str]) -> Sequence[str]:
    """Lines without one such as "*** End data ***" at the end."""
    return lines[:-1] if re.match(r"\s*\*+\s*end", lines[-1], re.I) else lines


def _grid(line: str) -> tuple[float, float, float]:
    """Number of samples, sampling interval (s), and half a unit of its last digit (s)."""
    keyed, plain = _KEYED.search(line), _PLAIN.match(line)
    if keyed and keyed[2]:
        unit = keyed[3] or "s"
        if not is_time_unit(unit):
            raise ValueError(f"DT has the unit {unit!r}: must be one of time, such as SEC or MSEC")
        scale = seconds(unit)
        interval = number(keyed[2], "DT")
        return number(keyed[1], "NPTS"), scale * interval, scale * rounding_of(keyed[2])
    if plain:
        scale = 1e-3 if re.search(r"\bDT\W*m(illi)?s", line, re.I) else 1.0
        interval = number(plain[2], "DT")
        return number(plain[1], "NPTS"), scale * interval, scale * rounding_of(plain[2])
    raise ValueError(f"cannot read NPTS and DT from {line.strip()!r}")


def _unit(header: Sequence[str]) -> tuple[str | None, str]:
    """Unit that the header states in any of its sentences, and where."""
    quantity = re.search(r"\b(VELOCITY|DISPLACEMENT)\s+TIME", " ".join(header), re.I)
    if quantity:
        raise NotAnAccelerogram(f"holds {quantity[1].casefold()}, not acceleration")
    if re.search(r"\bSPECTR(AL|UM|A)\b", " ".join(header), re.I):
        raise NotAnAccelerogram("holds a spectrum, not a history: its header says so")
    named = re.search(r"UNITS?\s+OF\s+(\S+)", " ".join(header), re.I)
    found = stated_units(header)
    if len(found) == 1:
        return found[0][0], f"stated: {found[0][1].strip()!r}"
    if len(found) > 1:
        units = " and ".join(repr(unit) for unit, _ in found)
        raise ValueError(f"the header states two units, {units}: correct it")
    return (named[1], "UNITS of the header") if named else (None, "")


def _require_no_spike(samples: np.ndarray) -> None:
    """Raise a ValueError for one sample a hundred times larger than all others; this header states
    no peak to compare.

    No motion that an instrument has sampled has one, but an exponent that lost its sign makes it.
    """
    size = np.abs(samples)
    if len(size) > 100:
        second, largest = np.partition(size, -2)[-2:]
        if largest > 100.0 * second:
            raise ValueError(f"sample {size.argmax()} is {largest:g}, 100 times any other")


def _component_of(name: str) -> str:
    """Direction at the end of a name of a file, as in RSN1_HELENA_A-HMC180.AT2 or ..._A-UP.AT2."""
    stem = name.rpartition(".")[0]
    ending = re.search(r"(?:[-_.])(UP|DWN|DOWN|VER|VRT|V|Z|UD)$|(\d{3}|-[NEW])$", stem, re.I)
    found = (ending[1] or ending[2]).strip("-") if ending else ""
    return found if is_component(found) else ""


def _facts(line: str) -> dict[str, str]:
    """Event, date, station and component, where the line has all of them."""
    date = re.search(r"\d+/\d+/\d+", line)
    rest = line.replace(date[0], "") if date else line
    fields = [field for field in rest.split(",") if field.strip()]
    if len(fields) < 3:
        return {"event": line}
    return {
        "event": fields[0],
        "date": date[0] if date else "",
        "station": ",".join(fields[1:-1]),
        "component": fields[-1].strip(),
    }
