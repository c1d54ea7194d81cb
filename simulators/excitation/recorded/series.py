"""One component written several numbers a line, without a header or under lines of text.

The header may state number of samples, interval and unit; the caller gives what it does not.
"""

import numpy as np

from simulators.excitation.recorded.factors import notes_on_size, require_no_factor
from simulators.excitation.recorded.format import Channel, Format, Given, NotAnAccelerogram, Source
from simulators.excitation.recorded.header import (
    require_no_other_quantity,
    stated_count,
    stated_interval,
    stated_units,
)
from simulators.excitation.recorded.leading import without_leading
from simulators.excitation.recorded.rows import require_unbroken, rows_of, value_of
from simulators.excitation.recorded.table import is_series


class Series(Format):
    """Numbers read line by line, as one series."""

    name = "SERIES"
    generic = True

    def recognises(self, source: Source) -> bool:
        rows = rows_of(source.lines)
        return rows is not None and is_series(rows)

    def read(self, source: Source, given: Given) -> list[Channel]:
        rows = rows_of(source.lines)
        if rows is None:
            raise NotAnAccelerogram("no two lines hold numbers only")
        rows, leading = without_leading(rows)
        values = np.array(
            [
                value_of(cell, f"line {line}")
                for row, line in zip(rows.cells, rows.numbers, strict=True)
                for cell in row
            ]
        )
        count = leading.count or stated_count(rows.header)
        if count is None:
            require_unbroken(rows)
        if count is not None and count != values.size:
            raise ValueError(f"the header states {count} samples, the file holds {values.size}")
        require_no_factor(rows.header)
        stated = stated_interval(rows.header)
        units = stated_units(rows.header)
        if not units:
            require_no_other_quantity(rows.header)
        if len(units) > 1:
            raise ValueError(f"the header states two units, {units[0][0]!r} and {units[1][0]!r}")
        return [
            Channel(
                values,
                unit=units[0][0] if units else None,
                unit_source=f"stated: {' '.join(units[0][1].split())[:60]!r}" if units else "",
                interval=leading.interval or (stated.value if stated else None),
                interval_source=stated.source if stated else f"line {leading.line}",
                interval_rounding=stated.rounding if stated else 0.0,
                facts={"header": rows.header[-1].strip() if rows.header else None},
                notes=notes_on_size(rows.header),
            )
        ]
