"""Table of numbers (CSV): time and acceleration, or acceleration alone, parted by commas,
semicolons or blanks.

Lines of text may come first. The last of them states the unit of the acceleration, which is the
last column, in brackets, after an underscore or a blank, or alone: "time (s), acceleration
(m/s^2)", "t; a [g]", "time_s,acceleration_cm_s2", "s, gal"; or any of them does, as "# units: g".
Times are in seconds.
"""

import re

import numpy as np

from simulators.excitation.motion import BaseMotion
from simulators.excitation.recorded.reading import number, numbers, recorded_motion, unit_factor

NAME = "CSV"
_LONGEST_HEADER = 50  # lines
_LONGEST_INTERVAL = 1.0  # s; longer ones are times in another unit
_UNEVEN = 0.1  # share of the interval that the rounding of printed times may take

_BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]")
_DECLARED = re.compile(r"\bunits?\b\s*(?:of\b|[:=])?\s*([^\s,;]+)", re.I)
_OTHER_TIMES = re.compile(
    r"\s*([mnuµ]s(ec)?|milli-?s\w*|micro-?s\w*|min(utes?)?|h(ours?)?|samples?|index)\.?\s*", re.I
)
_SECONDS = re.compile(r"\s*s(ec(onds?)?)?\.?\s*", re.I)


def recognises(lines: list[str]) -> bool:
    start = _first_row(lines)
    return start is not None and all(
        _is_row(line) and len(_fields(line)) <= 2 for line in lines[start : start + 2]
    )


def parse(lines: list[str], interval: float | None = None, unit: str | None = None) -> BaseMotion:
    start = _first_row(lines)
    if start is None:
        raise ValueError(f"none of the first {_LONGEST_HEADER} lines holds numbers only")
    columns = _columns(lines, start)
    header = lines[start - 1] if start else ""
    factor = _factor(lines[:start], unit)
    _require_last_digits(lines[start:])
    values = numbers(lines, start, _fields).reshape(-1, columns)
    if columns == 2:
        if interval is not None:
            raise ValueError(
                f"interval must not be given for a table with a column of times, got {interval}"
            )
        _require_seconds(header)
        interval = _interval(values[:, 0])
    elif interval is None:
        raise ValueError("the table has no column of times: give its interval in seconds")
    return recorded_motion(NAME, values[:, -1] * factor, interval, _LONGEST_INTERVAL, header=header)


def _fields(line: str) -> list[str]:
    if ";" in line:  # then a comma is the decimal sign of many languages
        return line.replace(",", ".").strip().rstrip(";").split(";")
    return line.strip().rstrip(",").split("," if "," in line else None)


def _is_row(line: str) -> bool:
    try:
        return bool([number(field, "") for field in _fields(line)])
    except ValueError:
        return False


def _first_row(lines: list[str]) -> int | None:
    return next((at for at, line in enumerate(lines[:_LONGEST_HEADER]) if _is_row(line)), None)


def _columns(lines: list[str], start: int) -> int:
    columns = len(_fields(lines[start]))
    if columns > 2:
        raise ValueError(
            "a table must have the columns time and acceleration, or acceleration alone; it has "
            f"{columns}"
        )
    for at in range(start, len(lines)):
        if len(_fields(lines[at])) not in (0, columns):
            raise ValueError(
                f"line {at + 1} must have {columns} numbers like the first row, it is "
                f"{lines[at].strip()!r}"
            )
    return columns


def _require_last_digits(rows: list[str]) -> None:
    """Raise a ValueError if the last number has fewer decimals than all others have."""
    decimals = [len(_fields(row)[-1].strip().partition(".")[2]) for row in rows if row.strip()]
    if len(decimals) > 3 and len(set(decimals[:-1])) == 1 and decimals[-1] < decimals[0]:
        raise ValueError(f"the last number, {_fields(rows[-1])[-1].strip()!r}, is cut short")


def _factor(header: list[str], unit: str | None) -> float:
    """Factor to m s-2 of the unit that the header or the caller states."""
    stated = _stated_unit(header[-1]) if header else None
    declared = (
        match[1] for line in header for match in _DECLARED.finditer(line) if _is_unit(match[1])
    )
    stated = stated or next(declared, None)
    if unit is None and stated is None:
        raise ValueError(
            "the table states no unit of acceleration: give unit, e.g. 'g', 'gal', 'm/s^2'"
        )
    if unit is None or stated is None:
        return unit_factor(unit or stated)
    if unit_factor(unit) != unit_factor(stated):
        raise ValueError(f"unit must be that of the table, {stated!r}, got {unit!r}")
    return unit_factor(stated)


def _stated_unit(header: str) -> str | None:
    brackets = _BRACKETS.findall(header)
    if brackets:
        return None if _SECONDS.fullmatch(brackets[-1]) else brackets[-1]
    return next((tail for tail in _tails(re.split(r"[,;\t]", header)[-1]) if _is_unit(tail)), None)


def _tails(name: str) -> list[str]:
    """The name of a column, and what follows each underscore or blank in it."""
    name = name.strip()
    return [name, *(name[match.end() :] for match in re.finditer(r"[_ ]+", name))]


def _is_unit(text: str) -> bool:
    try:
        return unit_factor(text) > 0.0
    except ValueError:
        return False


def _require_seconds(header: str) -> None:
    """Raise a ValueError if the header states another unit of time."""
    brackets = _BRACKETS.findall(header)
    stated = (
        brackets[:1]
        if len(brackets) > 1
        else _tails(re.split(r"[,;\t]", header)[0].lstrip("#"))[-1:]
    )
    for unit in stated:
        if _OTHER_TIMES.fullmatch(unit) or (len(brackets) > 1 and not _SECONDS.fullmatch(unit)):
            raise ValueError(f"times must be in s, the header states {unit!r}")


def _interval(time: np.ndarray) -> float:
    """Sampling interval (s) of times that rise evenly, to the rounding of their digits."""
    uniform, interval = np.linspace(time[0], time[-1], len(time), retstep=True)
    worst = int(np.abs(time - uniform).argmax())
    if not interval > 0.0 or abs(time[worst] - uniform[worst]) > _UNEVEN * interval:
        raise ValueError(
            f"times must rise evenly, but sample {worst} of {len(time)} is at {time[worst]:g} s"
        )
    return float(f"{interval:.12g}")
