"""Table of numbers (CSV): times and one or more components, or components alone, in columns.

Columns are parted by commas, semicolons, tabs or blanks. A unit is taken from where a unit stands:
in the title of its column, in a line of units under the titles, or declared, as "# units: g". Lines
above the numbers may state "dt = 0.01" and "npts = 200". A number of samples, and an interval, may
also stand alone in a line before the numbers. Row numbers are no times, and times without a unit
are taken as seconds only where that makes a record of 10 Hz and more.
"""

import re
from dataclasses import replace

from simulators.excitation.recorded.columns import Column, titles_of
from simulators.excitation.recorded.factors import (
    notes_on_size,
    require_no_factor,
    require_plain_unit,
)
from simulators.excitation.recorded.format import Channel, Format, Given, NotAnAccelerogram, Source
from simulators.excitation.recorded.header import (
    require_no_other_quantity,
    stated_count,
    stated_units,
)
from simulators.excitation.recorded.leading import without_leading
from simulators.excitation.recorded.reading import is_plain_zero, is_unit, unit_factor
from simulators.excitation.recorded.rows import Rows, cut_number, require_unbroken, rows_of
from simulators.excitation.recorded.times import Sampling, is_first_of_times, sampling_of

_OTHER_UNIT = re.compile(
    r"[(\[]\s*(counts?|m?v(olts?)?|[^)\]]*/\s*s[^)\]]*|[^)\]]*\bs\^?-\d[^)\]]*)\s*[)\]]", re.I
)
"""A unit in brackets that is none of acceleration, such as (counts), (m/s3) or (rad/s2)."""
_LONGEST_INTERVAL = 1.0  # s; what a column of seconds may say


class Table(Format):
    """Columns of text."""

    name = "CSV"
    generic = True

    def recognises(self, source: Source) -> bool:
        rows = rows_of(source.lines)
        return rows is not None and not is_series(rows)

    def read(self, source: Source, given: Given) -> list[Channel]:
        rows = rows_of(source.lines)
        if rows is None:
            raise NotAnAccelerogram(
                "not a table: expected at least two lines that hold numbers only"
            )
        rows, stated = without_leading(rows)
        _require_rectangle(rows)
        _require_last_digits(rows)
        _require_whole_numbers(rows)
        titles = titles_of(rows)
        _require_history(titles)
        require_no_factor(rows.header)
        sampling, first = sampling_of(rows, titles, stated, given)
        if first == 0 and stated.count is None and stated_count(rows.header) is None:
            require_unbroken(rows)
        _require_count(rows, stated.count)
        declared = stated_units(rows.header)
        if not declared and not any(title.unit for title in (titles or [])[first:]):
            require_no_other_quantity(rows.header)
        notes = (*sampling.notes, *notes_on_size(rows.header))
        sampling = replace(sampling, notes=notes)
        channels = [
            _channel(rows, titles[at] if titles else None, at, sampling, declared)
            for at in range(first, rows.width)
            if titles is None or not titles[at].is_other
        ]
        if not channels:
            raise NotAnAccelerogram(
                f"no column holds acceleration: {', '.join(title.title for title in titles or [])}"
            )
        return channels


def is_series(rows: Rows) -> bool:
    """Whether the numbers are one series, several in a line: no titles, no times, last line short.

    Two or three numbers a line could as well be components: then the last line must be short.
    """
    if rows.width == 1 or titles_of(rows) is not None or is_first_of_times(rows):
        return False
    lengths = [len(row) for row in rows.cells]
    short = lengths[-1] < rows.width
    alike = all(length == rows.width for length in lengths[1:-1])
    return alike and (short or rows.width > 3)


def _channel(
    rows: Rows,
    title: Column | None,
    at: int,
    sampling: Sampling,
    declared: list[tuple[str, str]],
) -> Channel:
    """Return one column as a component."""
    unit, unit_source = _unit(title, declared)
    several = rows.width > 2
    component = title.component if title else ""
    if not component and title and several:
        component = title.name
    return Channel(
        rows.column(at),
        component=component or (f"column {at + 1}" if several else ""),
        unit=unit,
        unit_source=unit_source,
        interval=sampling.interval,
        interval_source=sampling.source,
        interval_rounding=sampling.rounding,
        longest_interval=_LONGEST_INTERVAL,
        facts={"header": rows.header[-1].strip() if rows.header else None},
        notes=sampling.notes,
    )


def _unit(title: Column | None, declared: list[tuple[str, str]]) -> tuple[str | None, str]:
    """Return the unit of a column and where it stands."""
    if title is not None:
        require_plain_unit(title.title)
    if title is not None and title.unit is not None:
        for unit, line in declared:
            if is_unit(title.unit) and is_unit(unit):
                _require_one_size(title, unit, line)
        return title.unit, f"title {title.title!r}"
    if title is not None and _OTHER_UNIT.search(title.title):
        raise NotAnAccelerogram(f"the column {title.title!r} holds no acceleration")
    if len(declared) > 1:
        units = " and ".join(repr(unit) for unit, _ in declared)
        raise ValueError(f"the header states two units, {units}: correct it")
    if declared:
        return declared[0][0], f"stated: {' '.join(declared[0][1].split())[:60]!r}"
    return None, ""


def _require_one_size(title: Column, unit: str, line: str) -> None:
    """Raise a ValueError where a title and a line above it state different units."""
    assert title.unit is not None
    if abs(unit_factor(title.unit) - unit_factor(unit)) > 1e-9 * unit_factor(unit):
        raise ValueError(
            f"the header states two units, {title.unit!r} in the title {title.title!r} and "
            f"{unit!r} in {line.strip()!r}: correct it"
        )


def _require_history(titles: list[Column] | None) -> None:
    """Raise `NotAnAccelerogram` for a spectrum, whose periods rise as evenly as times do."""
    for title in titles or []:
        if title.is_spectral:
            raise NotAnAccelerogram(
                f"holds a spectrum, not a history: its column {title.title!r} says so"
            )


def _require_rectangle(rows: Rows) -> None:
    """Raise a ValueError for a line with more or fewer cells than the first."""
    width = len(rows.cells[0])
    for cells, line in zip(rows.cells, rows.numbers, strict=True):
        if len(cells) != width:
            raise ValueError(
                f"line {line} must have {width} numbers like the first row, it has {len(cells)}: "
                f"{' '.join(cells)!r}"
            )


def _require_last_digits(rows: Rows) -> None:
    """Raise a ValueError if the last number has fewer decimals than all others have.

    A zero may be written as 0: no digits of it can be missing.
    """
    ends = [row[-1] for row in rows.cells]
    decimals = [len(end.partition(".")[2]) for end in ends if not is_plain_zero(end)]
    if is_plain_zero(ends[-1]) or len(decimals) < 4 or not re.fullmatch(r"[-+.\d]+", ends[-1]):
        return
    if len(set(decimals[:-1])) == 1 and decimals[-1] < decimals[0]:
        raise ValueError(f"the last number, {ends[-1]!r}, is cut short")


def _require_whole_numbers(rows: Rows) -> None:
    """Raise a ValueError for a number amid a column that has lost digits."""
    for at in range(rows.width):
        cut = cut_number([row[at] for row in rows.cells])
        if cut is not None:
            raise ValueError(
                f"line {rows.numbers[cut]}: {rows.cells[cut][at]!r} is cut short, all other "
                f"numbers of column {at + 1} have more decimals"
            )


def _require_count(rows: Rows, beside: int | None) -> None:
    """Raise a ValueError unless there are as many rows as the text above them states."""
    count = stated_count(rows.header) if beside is None else beside
    if count is not None and count != len(rows.cells):
        raise ValueError(f"the header states {count} samples, the file holds {len(rows.cells)}")
