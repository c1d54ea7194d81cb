"""A number of samples and an interval that stand alone above a column of numbers.

    200                 200  0.01               200
    0.000000            0.000000                0.01
    0.005599     or     0.005599         or     0.000000

Such a line is written unlike the numbers below it. It is taken as a count only if it counts them;
what is neither count nor interval is refused, since it is no acceleration either.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from simulators.excitation.recorded.format import LONGEST_INTERVAL
from simulators.excitation.recorded.rows import Rows, value_of

_MOST = 2  # lines
_FEW = 10  # lines, among which a number may count the others by chance


@dataclass(frozen=True)
class Leading:
    """What lines of numbers above the others state, and the numbers of these lines."""

    count: int | None = None
    interval: float | None = None
    interval_text: str = ""
    line: int = 0


def without_leading(rows: Rows) -> tuple[Rows, Leading]:
    """Return a table without the lines that state count and interval, and what they state.

    Raises
    ------
    ValueError
        For a line above the others that is written unlike them, and is neither.
    """
    first = _odd_lines(rows)
    if first == 0:
        return rows, Leading()
    body = replace(rows, cells=rows.cells[first:], numbers=rows.numbers[first:])
    values = (
        body.width if len(body.cells[0]) > 3 else 1
    )  # numbers a line, where they are one series
    counts = {len(body.cells), sum(len(row) for row in body.cells) if values > 1 else 0}
    count: int | None = None
    interval: float | None = None
    text = ""
    for row in rows.cells[:first]:
        for cell in row:
            value = value_of(cell, "")
            if count is None and value in counts:
                count = int(value)
            elif interval is None and 0.0 < value <= LONGEST_INTERVAL:
                interval = value
                text = cell
            else:
                raise ValueError(
                    f"line {rows.numbers[0]}, {' '.join(row)!r}, is written unlike the "
                    f"{len(body.cells)} lines of numbers below it, and neither counts them nor is "
                    "a sampling interval: remove it"
                )
    if count is None and interval is not None:
        raise ValueError(
            f"line {rows.numbers[0]}, {text!r}, is written unlike the numbers below it: remove it, "
            "and give interval (--interval) if it is one"
        )
    return body, Leading(count, interval, text, rows.numbers[0])


def _odd_lines(rows: Rows) -> int:
    """Return how many lines at the top, two at most, are written unlike all below them.

    Among whole numbers a first one that counts the others is taken as their count.
    """
    for first in range(_MOST, 0, -1):
        below = rows.cells[first:-1]
        if len(below) < 3:
            continue
        for form in (_decimals, _points):  # as many decimals each, or at least a point
            usual = max((form(row) for row in below), key=min)  # of a line without zeros
            if not all(_fit(form(row), usual) for row in below):
                continue
            if not any(_fit(form(row), usual) for row in rows.cells[:first]):
                return first
    if len(rows.cells) > _FEW and rows.width == 1 and rows.cells[0][0] == str(len(rows.cells) - 1):
        return 1
    return 0


def _decimals(row: Sequence[str]) -> tuple[int, ...]:
    """Return the number of decimals of each number of a line; of zeros, which may have any, -1."""
    mantissas = [cell.casefold().partition("e")[0] for cell in row]
    return tuple(
        len(mantissa.partition(".")[2]) if mantissa.strip("+-0.") else -1 for mantissa in mantissas
    )


def _points(row: Sequence[str]) -> tuple[int, ...]:
    """Return whether each number of a line has a point or an exponent; of zeros -1."""
    return tuple(
        1 if "e" in cell.casefold() else min(decimals, 1)
        for cell, decimals in zip(row, _decimals(row), strict=True)
    )


def _fit(form: tuple[int, ...], usual: tuple[int, ...]) -> bool:
    """Whether two lines are written alike."""
    if len(form) != len(usual):
        return False
    return all(own == other or -1 in (own, other) for own, other in zip(form, usual, strict=True))
