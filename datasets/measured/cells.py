"""Cells of a line of text: how they are parted, and whether they hold a number or a time.

Cells are parted by semicolons, tabs, commas or blanks; beside semicolons, tabs and blanks a comma
is a decimal sign.
"""

import csv
import re
from collections.abc import Callable, Sequence

import numpy as np

from simulators.excitation.recorded.rows import ungrouped

MISSING = ("", "-", "--", "?", "nan", "na", "n/a", "null", "none")
_BLANKS = re.compile(r"[^\s(\[]+(?:\s*[(\[][^)\]]*[)\]])?|\S+")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+(?:[eEdD][-+]?\d+)?")
_CALENDAR = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?Z?")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d):(\d\d(?:[.,]\d+)?)")


def delimiter_of(lines: Sequence[str]) -> str | None:
    """Return the sign between cells: the one that most of the last lines have."""
    filled = [line for line in lines[-50:] if line.strip()]
    tail = [line for line in filled if re.match(r"\s*[-+.\d]", line)] or filled
    for sign in (";", "\t", ","):
        having = sum(sign in line for line in tail)
        if sign == "," and _are_decimal(tail):
            return None
        if 2 * having > len(tail):
            return sign
    return None


def _are_decimal(lines: Sequence[str]) -> bool:
    """Tell whether commas in lines are decimal ones, blanks parting the numbers."""
    cells = [cell for line in lines for cell in line.split()]
    several = all(len(line.split()) > 1 for line in lines)
    return several and all("," in cell and _DECIMAL_COMMA.fullmatch(cell) for cell in cells)


def cells_of(line: str, delimiter: str | None) -> list[str]:
    """Return the cells of a line, without the sign of a comment before them."""
    plain = line.strip().lstrip("#%! ")
    if delimiter is None:
        return _BLANKS.findall(plain)  # a unit in brackets belongs to the title before it
    return ungrouped(next(csv.reader([plain], delimiter=delimiter, skipinitialspace=True), []))


def is_row(cells: list[str]) -> bool:
    """Tell whether all cells of a line are numbers or times, but for those that are missing."""
    values = [cell for cell in cells if cell.lower() not in MISSING]
    return bool(values) and all(is_value(cell) for cell in values)


def is_value(cell: str) -> bool:
    """Tell whether a cell holds a number or a time."""
    return number_in(cell) is not None or time_reader(cell) is not None


def number_in(text: str) -> float | None:
    """Return the number in a cell, None where it holds another thing."""
    if _NUMBER.fullmatch(text):
        return float(text.replace("d", "e").replace("D", "e"))
    if _DECIMAL_COMMA.fullmatch(text):
        return float(text.replace(",", ".").replace("d", "e").replace("D", "e"))
    return None


def time_reader(text: str) -> Callable[[str], object] | None:
    """Return what reads a time of the calendar or of the day, None for another cell."""
    if _CALENDAR.fullmatch(text):
        return _instant
    return _clock if _CLOCK.fullmatch(text) else None


def _instant(text: str) -> np.datetime64:
    if not _CALENDAR.fullmatch(text):
        raise ValueError(text)
    return np.datetime64(text.rstrip("Z").replace(" ", "T").replace(",", "."), "ns")


def _clock(text: str) -> float:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(text)
    hours, minutes, rest = match.groups()
    return 3600.0 * int(hours) + 60.0 * int(minutes) + float(rest.replace(",", "."))
