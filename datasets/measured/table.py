"""Columns of numbers under titles such as ``time (s), force [N]``, as spreadsheets, loggers and
Fortran write them.

The titles are the line that holds all names asked for; above it may stand lines of text, below it a
line of units. Without titles, or where two are alike, the columns are 1, 2, ... Cells are those of
`datasets.measured.cells`. Times of the calendar and of the day become seconds from the first.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from datasets.measured.arrays import Array, Content
from datasets.measured.cells import (
    MISSING,
    cells_of,
    delimiter_of,
    is_row,
    is_value,
    number_in,
    time_reader,
)
from datasets.measured.packed import seconds
from simulators.excitation.recorded.factors import require_no_factor, require_plain_unit
from simulators.excitation.recorded.header import stated_interval
from simulators.excitation.recorded.reading import read_source
from simulators.excitation.recorded.rows import cut_number

LONGEST_HEADER = 100  # lines
COMMENT = ("#", "%", "!", "//")
DAY = 86400.0  # s
_UNIT = re.compile(r"\s*[(\[]\s*([^)\]]*?)\s*[)\]]\s*$")


@dataclass(frozen=True)
class Row:
    """A line of a table: its number in the file, counted from 1, and its cells."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Table:
    """Titles of columns, their units, and the rows of numbers under them."""

    path: Path
    titles: list[str]
    units: list[str | None]
    rows: list[Row]

    def column(self, name: str) -> Array:
        """Return the column of a title, or of a number counted from 1.

        Raises
        ------
        ValueError
            For a cell that is missing or no number, with its line; for a title that stands twice.
        """
        places = [at for at, title in enumerate(self.titles) if title == name]
        if len(places) > 1:
            numbers = " and ".join(str(at + 1) for at in places)
            raise ValueError(
                f"{self.path}: {name!r} is the title of columns {numbers}: choose one by its number"
            )
        at = places[0] if places else int(name) - 1
        try:
            require_plain_unit(self.titles[at])
        except ValueError as error:
            raise ValueError(f"{self.path}: {error}") from None
        if places and name.isdigit() and name != str(at + 1) and int(name) <= len(self.titles):
            raise ValueError(
                f"{self.path}: {name!r} is the title of column {at + 1} and the number of another: "
                "give the columns other titles"
            )
        cells = [row.cells[at] if at < len(row.cells) else "" for row in self.rows]
        kind = time_reader(cells[0])
        if kind is not None:
            return Array(self._times(name, at, kind), "s")
        return Array(self._numbers(name, at), self.units[at])

    def _numbers(self, name: str, at: int) -> np.ndarray:
        values = np.empty(len(self.rows))
        for number, row in enumerate(self.rows):
            text = row.cells[at].strip() if at < len(row.cells) else ""
            value = number_in(text)
            if value is None:
                what = "is missing" if text.lower() in MISSING else f"is not a number: {text!r}"
                raise ValueError(f"{self.path}: line {row.line}: {name} {what}")
            values[number] = value
        cut = cut_number([row.cells[at].strip() for row in self.rows])
        if cut is not None:
            raise ValueError(
                f"{self.path}: line {self.rows[cut].line}: {name} is cut short, "
                f"{self.rows[cut].cells[at]!r}: all other numbers have more decimals"
            )
        return values

    def _times(self, name: str, at: int, kind: Callable[[str], object]) -> np.ndarray:
        found = []
        for row in self.rows:
            try:
                found.append(kind(row.cells[at].strip()))
            except (ValueError, IndexError):
                raise ValueError(
                    f"{self.path}: line {row.line}: {name} is not a time like that of line "
                    f"{self.rows[0].line}"
                ) from None
        times = np.array(found)
        if times.dtype.kind == "M":
            return seconds(times)
        midnights = np.cumsum(np.diff(times, prepend=times[0]) < -0.5 * DAY)
        return times - times[0] + DAY * midnights


def content(path: Path, wanted: Sequence[str]) -> Content:
    """Return the columns of a table, in which the titles `wanted` are looked for.

    Raises
    ------
    ValueError
        When there are no rows of numbers, or no line that holds all titles.
    """
    try:
        lines = list(read_source(path).lines)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    if not lines:
        raise ValueError(f"{path} is not a MAT, HDF5, netCDF, NumPy or text file")
    table = _table(path, lines, wanted)
    above = lines[: table.rows[0].line - 1]
    try:
        require_no_factor(above)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    numbers = [str(number + 1) for number in range(len(table.titles))]
    return Content(
        path,
        "table",
        _Names(table.titles, numbers),
        table.column,
        lambda names: stated_interval(above),
        _break(lines, table.rows),
    )


def _break(lines: Sequence[str], rows: Sequence[Row]) -> str:
    """Return where a line among the numbers is blank, or a comment with numbers, in words.

    Blank lines after every row, or every few, part nothing.
    """
    steps = np.diff([row.line for row in rows])
    broken = np.flatnonzero(steps > 1)
    if len(broken) > 1 and len(set(np.diff(broken))) == 1:
        return ""
    for at in broken.tolist():
        for number in range(rows[at].line, rows[at + 1].line - 1):
            text = lines[number].strip()
            if not text:
                return f"line {number + 1} is blank"
            if is_row(cells_of(text, delimiter_of(lines))):
                return f"line {number + 1} is a comment that holds numbers, {text[:40]!r}"
    return ""


class _Names(list[str]):
    """Titles of a table, by which alone it is described; the numbers of its columns will do too."""

    def __init__(self, titles: list[str], numbers: list[str]):
        super().__init__(dict.fromkeys(titles))
        self.numbers = numbers

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self.numbers


def _table(path: Path, lines: Sequence[str], wanted: Sequence[str]) -> Table:
    delimiter = delimiter_of(lines)
    top = [cells_of(line, delimiter) for line in lines[:LONGEST_HEADER]]
    first = next((n for n, cells in enumerate(top) if is_row(cells)), len(top))
    at = _header(top, wanted, first)
    header = [] if at is None else top[at]
    start = first if at is None else at + 1
    rows = [
        Row(number + 1, cells_of(lines[number], delimiter))
        for number in range(start, len(lines))
        if lines[number].strip() and not lines[number].lstrip().startswith(COMMENT)
    ]
    if rows and all(row.cells[-1:] == [""] for row in rows):  # a sign ends each line
        header = header[:-1] if header[-1:] == [""] else header
        rows = [Row(row.line, row.cells[:-1]) for row in rows]
    units: list[str] = []
    if rows and header and _are_units(rows[0].cells):
        units = [cell.strip("()[] ") for cell in rows[0].cells]
        rows = rows[1:]
    if not rows:
        raise ValueError(f"{path} has no numbers under its titles")
    if at is None:
        _require_no_numbers_as_titles(path, rows)
    return _titled(path, header, units, rows)


def _header(top: list[list[str]], wanted: Sequence[str], first: int) -> int | None:
    """Return the line of the titles: that which holds all names, or else the one above the numbers.

    A line of units may lie between, so that the upper of two lines of as many cells is taken.
    """
    names = [name for name in wanted if not name.isdigit()]
    if names:
        for at, cells in enumerate(top):
            titles = [_UNIT.sub("", cell) for cell in cells]
            if all(name in titles for name in names):
                return at
    if not 0 < first < len(top):
        return None
    width = len(top[first])
    above = [at for at in (first - 2, first - 1) if at >= 0 and len(top[at]) == width]
    return above[0] if above else None


def _are_units(cells: list[str]) -> bool:
    """Tell whether a line under the titles holds no numbers and is not one of missing values."""
    words = [cell for cell in cells if cell.lower() not in MISSING]
    return bool(words) and not any(is_value(cell) for cell in words)


def _require_no_numbers_as_titles(path: Path, rows: Sequence[Row]) -> None:
    """Raise a ValueError for a first row of 0, 1, 2, ... over numbers that all have decimals.

    A program that has no names for columns numbers them, and they would be taken for a sample.
    """
    first, *others = (row.cells for row in rows)
    counts = [[str(start + at) for at in range(len(first))] for start in (0, 1)]
    below = [cell for cells in others for cell in cells]
    if len(first) > 1 and first in counts and below and all(re.search("[.eE]", c) for c in below):
        raise ValueError(
            f"{path}: line {rows[0].line}, {' '.join(first)!r}, would be a sample, but looks like "
            "titles that are numbers: remove it, or give the columns names"
        )


def _titled(path: Path, header: list[str], units: list[str], rows: list[Row]) -> Table:
    width = len(rows[0].cells)
    if header and len(header) != width:
        raise ValueError(f"{path} has {len(header)} titles over {width} columns")
    ragged = next((row for row in rows if len(row.cells) != width), None)
    if ragged is not None:
        raise ValueError(
            f"{path}: line {ragged.line} has {len(ragged.cells)} cells, line {rows[0].line} has "
            f"{width}"
        )
    titles = [title_and_unit(title)[0] for title in header] or [str(n + 1) for n in range(width)]
    stated = [title_and_unit(title)[1] for title in header] or [None] * width
    if len(units) == width:
        _require_one_unit(path, stated, units)
        stated = [own or below or None for own, below in zip(stated, units, strict=True)]
    return Table(path, titles, stated, rows)


def _require_one_unit(path: Path, above: Sequence[str | None], below: Sequence[str]) -> None:
    """Raise a ValueError where a title and the line of units under it differ."""
    for title, unit in zip(above, below, strict=True):
        if title and unit and title.replace(" ", "") != unit.replace(" ", ""):
            raise ValueError(
                f"{path}: a title states the unit {title!r}, the line under it {unit!r}: correct it"
            )


def title_and_unit(title: str) -> tuple[str, str | None]:
    """Part a title such as ``force [kN]`` into the name and the unit, None where none is stated."""
    match = _UNIT.search(title)
    return _UNIT.sub("", title), match[1] if match else None
