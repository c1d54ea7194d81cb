"""Lines of a table parted into cells: separators, decimal commas, quotes, times of day."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulators.excitation.recorded.reading import number, stuck_numbers

LONGEST_HEADER = 100
"""Lines of text that may stand above the numbers."""

_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(?:[eEdD][-+]?\d+)?")
_GROUPED = {
    ",": re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?"),
    ".": re.compile(r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?"),
}
"""Numbers whose thousands a sign parts."""
_DECIMAL = {
    ",": re.compile(r"[-+]?(?:\d*|\d{1,3}(?:\.\d{3})+),\d*(?:[eEdD][-+]?\d+)?"),
    ".": re.compile(r"[-+]?(?:\d*|\d{1,3}(?:,\d{3})+)\.\d*(?:[eEdD][-+]?\d+)?"),
}
"""Numbers with a decimal sign."""
_CLOCK = re.compile(r"(?:.*[T ])?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)Z?")
_ANY_DIGITS = re.compile(r"[-+]?0*\.?0*|.*[^-+.\d].*")
"""Zeros, which may be written with any digits, and what is no plain decimal number."""
_FEW = 20  # numbers, among which digits may be lost by chance
_LOST_DIGITS = 2
_MOST_CUT = 2  # numbers
_COMMENT = ("#", "%", "!", "//")


@dataclass(frozen=True)
class Rows:
    """Numbers of a file and the text above them.

    Parameters
    ----------
    header : list of str
        Lines above the numbers, without blank ones.
    cells : list of list of str
        Cells of each line of numbers, as written, but for decimal commas.
    numbers : list of int
        Number of each of these lines in the file, counted from one.
    separator : str
        What parts the cells: ";", "," or a tab; a blank for any white space.
    """

    header: list[str]
    cells: list[list[str]]
    numbers: list[int]
    separator: str

    @property
    def width(self) -> int:
        """Largest number of cells in a line."""
        return max(len(row) for row in self.cells)

    def column(self, at: int) -> np.ndarray:
        """Numbers of one column, shape (row,); clock times in seconds from the first.

        Raises
        ------
        ValueError
            For a cell that is absent or no number; the message names its line.
        """
        values = [
            value_of(row[at] if at < len(row) else "", f"line {line}")
            for row, line in zip(self.cells, self.numbers, strict=True)
        ]
        column = np.array(values)
        if is_clock(self.cells[0][at]):
            days = np.cumsum(np.diff(column, prepend=column[0]) < -43_200.0)  # midnight passed
            return column + 86_400.0 * days - column[0]
        return column


@lru_cache(maxsize=2)  # recognised and read, it is parted once
def rows_of(lines: tuple[str, ...]) -> Rows | None:
    """Return the numbers of a table and the text above them; None where it has no two rows."""
    separator = _separator(lines)
    first = next(
        (at for at, line in enumerate(lines[:LONGEST_HEADER]) if is_row(cells_of(line, separator))),
        None,
    )
    if first is None:
        return None
    kept = [at for at in range(first, len(lines)) if lines[at].strip()]
    cells = [cells_of(lines[at], separator) for at in kept]
    if len(cells) < 2 or not is_row(cells[1]):
        return None
    header = [line for line in lines[:first] if line.strip()]
    return Rows(header, cells, [at + 1 for at in kept], separator)


def cells_of(line: str, separator: str) -> list[str]:
    """Return the cells of a line of numbers."""
    line = line.strip().replace("\N{MINUS SIGN}", "-")
    if separator == "," and '"' in line:  # commas in quotes part no cells
        return ungrouped(next(csv.reader([line.rstrip(", ")], skipinitialspace=True)))
    line = line.replace('"', "")
    if separator == "decimal comma":
        return line.replace(",", ".").split()
    if separator == ";":  # then a comma is the decimal sign of many languages
        return ungrouped(line.rstrip("; ").split(";"))
    if separator == "\t":
        cells = [cell.strip() for cell in line.split("\t")]
        return [
            cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell for cell in cells
        ]
    if separator == ",":
        return [cell.strip() for cell in line.rstrip(", ").split(",")]
    plain = line.split()
    if len(plain) > 1 and is_clock(" ".join(plain[:2])) and not is_clock(plain[0]):
        return [plain[1], *plain[2:]]  # a date before the time
    return plain if is_row(plain) else stuck_numbers(line)


def ungrouped(cells: Sequence[str]) -> list[str]:
    """Return the cells of a line with decimal points, and with nothing between thousands.

    A sign is the decimal one where it cannot part thousands: "0,5" makes 1234 of "1.234" beside it,
    "0.5" of "1,234". Where nothing tells, each is taken as a decimal sign.
    """
    cells = [cell.strip() for cell in cells]
    comma = any(_is_decimal(cell, ",") for cell in cells)
    point = any(_is_decimal(cell, ".") for cell in cells)
    if comma != point:
        other = "." if comma else ","
        cells = [cell.replace(other, "") if _parts(other, cell) else cell for cell in cells]
    return [cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell for cell in cells]


def _is_decimal(cell: str, sign: str) -> bool:
    """Whether a number has a decimal sign that cannot be one between thousands."""
    return _DECIMAL[sign].fullmatch(cell) is not None and _GROUPED[sign].fullmatch(cell) is None


def _parts(sign: str, cell: str) -> bool:
    """Whether a sign parts the thousands of a number."""
    return _GROUPED[sign].fullmatch(cell) is not None


def is_row(cells: Sequence[str]) -> bool:
    """Whether all cells are numbers; the first may be a time of day."""
    if not cells:
        return False
    try:
        for cell in cells:
            value_of(cell, "")
    except ValueError:
        return False
    return True


def require_unbroken(rows: Rows) -> None:
    """Raise a ValueError for a blank line amid numbers that have no times.

    A lost sample would shift all that follow, and what follows may be another component. Blank
    lines after every line, or every few, part nothing.
    """
    steps = np.diff(rows.numbers)
    broken = np.flatnonzero(steps > 1)
    regular = len(broken) > 1 and len(set(np.diff(broken))) == 1
    if len(broken) and not regular:
        line = rows.numbers[broken[0]] + 1
        raise ValueError(
            f"line {line} is blank, where a sample may be missing or another component begin: "
            "remove it, or part the file"
        )


def cut_number(texts: Sequence[str]) -> int | None:
    """Return which number of a column has lost digits, None where none has for certain.

    All others but one must have the same decimals, and it at least two less: a program that leaves
    out zeros at the end would leave out one of them more often.
    """
    decimals = np.array(
        [-1 if _ANY_DIGITS.fullmatch(text) else len(text.partition(".")[2]) for text in texts]
    )
    stated = decimals[decimals >= 0]
    if len(stated) < _FEW or stated.max() - stated.min() < _LOST_DIGITS:
        return None
    odd = np.flatnonzero((decimals >= 0) & (decimals < stated.max()))
    return int(odd[0]) if 0 < len(odd) <= _MOST_CUT else None


def is_clock(cell: str) -> bool:
    """Whether a cell is a time of day, after a date or not."""
    return _CLOCK.fullmatch(cell.strip()) is not None


def value_of(cell: str, name: str) -> float:
    """Return the number of a cell; a time of day in seconds. ValueError that names it otherwise."""
    clock = _CLOCK.fullmatch(cell.strip())
    if clock:
        return 3600.0 * int(clock[1]) + 60.0 * int(clock[2]) + float(clock[3])
    return number(cell, name)


def is_comment(line: str) -> bool:
    """Whether a line is marked as a comment."""
    return line.lstrip().startswith(_COMMENT)


def _separator(lines: Sequence[str]) -> str:
    """Return the sign between cells that most lines below the header have."""
    sample = [line.strip() for line in lines[-LONGEST_HEADER:] if line.strip()]
    for sign in (";", "\t"):
        if sum(sign in line for line in sample) > len(sample) // 2:
            return sign
    with_commas = [line for line in sample if "," in line]
    if len(with_commas) <= len(sample) // 2:
        return " "
    words = [word for line in with_commas for word in line.split()]
    if all(_DECIMAL_COMMA.fullmatch(word) for word in words) and _are_decimals(words):
        return "decimal comma"
    return ","


def _are_decimals(words: Sequence[str]) -> bool:
    """Whether words like 0,005599 are numbers with decimals rather than pairs of whole numbers.

    What follows the comma starts with a zero, as no whole number does, or has always the length of
    a fixed number of decimals while what stands before it does not rise as a time would.
    """
    tails = [word.partition(",")[2] for word in words]
    if any(len(tail) > 1 and tail.startswith("0") for tail in tails):
        return True
    heads = [int(word.partition(",")[0].lstrip("+-") or 0) for word in words]
    return len({len(tail) for tail in tails}) == 1 and len(set(heads)) <= len(heads) // 2
