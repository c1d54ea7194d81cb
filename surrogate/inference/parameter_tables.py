"""A table of structural parameters: a row for each file, or for each record of a dataset.

The first column has the names of the files, or the numbers of the records as a dataset counts them,
from 0. The others have the names of the channels, with a unit in brackets where it is another than
that of the surrogate: ``damping_ratio (%)``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from datasets.measured.cells import cells_of, delimiter_of, number_in
from datasets.measured.table import title_and_unit
from simulators.excitation.recorded.reading import read_source
from surrogate.data import channels
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference.histories import agreed, constant, factor

Numbers = Mapping[Path, Sequence[int]]
"""Numbers of the records of each file that is asked."""
MOST = 5  # names in a message


@dataclass(frozen=True, eq=False)
class ParameterTable:
    """Structural parameters by the name of a file, or by the number of a record.

    Parameters
    ----------
    path : Path
        Of the table.
    rows : mapping of str to int
        Row of each name or number.
    values : mapping of str to ndarray, shape (row, channel)
        By parameter, in the unit of the surrogate.
    units : mapping of str to str
        By parameter, the unit of the table in words.
    """

    path: Path
    rows: Mapping[str, int]
    values: Mapping[str, np.ndarray]
    units: Mapping[str, str]

    def require(self, asked: Numbers) -> None:
        """Raise ValueError for a file or record that the table does not have."""
        missing = [name for name in self._wanted(asked) if name not in self.rows]
        if missing:
            raise ValueError(
                f"--parameters {self.path} has no row for {_some(missing)}: it has "
                f"{_some(list(self.rows))}"
            )

    def unused(self, asked: Numbers) -> str:
        """The rows of no record that is asked, in words; empty where there are none."""
        wanted = self._wanted(asked)
        return _some([name for name in self.rows if name not in wanted])

    def of(self, path: Path, asked: Numbers) -> dict[str, np.ndarray]:
        """The parameters of the records of a file, each of shape (record, channel)."""
        rows = [self.rows[name] for name in self._names(path, asked)]
        return {name: values[rows] for name, values in self.values.items()}

    def _wanted(self, asked: Numbers) -> list[str]:
        """The names that the table must have, each once."""
        return list(dict.fromkeys(name for path in asked for name in self._names(path, asked)))

    def _names(self, path: Path, asked: Numbers) -> list[str]:
        """The name by which the table has each record of a file.

        Rows are records where all are numbers and a single file is asked; else they are files.
        """
        by_number = len(asked) == 1 and all(name.isdecimal() for name in self.rows)
        if by_number and path.name not in self.rows:
            return [str(number) for number in asked[path]]
        return [path.name] * len(asked[path])


def read(path: Path, interface: Interface, units: Mapping[str, str]) -> ParameterTable:
    """Read a table for the parameters of a surrogate.

    Parameters
    ----------
    path : Path
    interface : Interface
    units : mapping of str to str
        Of parameters whose column states none; without it they are in that of the surrogate.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the table, and what is wrong with it: a column that is no parameter of the surrogate,
        a parameter of which channels are missing, a row that stands twice, a cell that is no
        number, or a unit of another quantity.
    """
    titles, cells = _parts(path)
    columns = _columns(path, titles, interface)
    rows = _rows(path, cells)
    values = {}
    told = {}
    for group in _there(path, columns, interface):
        own = [columns[label] for label in group.labels]
        unit = _unit(path, group, own, units)
        numbers = np.array([[_number(path, row, column) for column in own] for row in cells])
        values[group.variable] = numbers * factor(group, unit or group.units)
        told[group.variable] = unit or f"{group.units}, which the table does not state"
    return ParameterTable(path, rows, values, told)


class _Column(NamedTuple):
    """A column: its place, its title and the unit there."""

    place: int
    title: str
    unit: str | None


def _parts(path: Path) -> tuple[list[str], list[list[str]]]:
    """Titles and rows of cells, all of one length."""
    try:
        lines = [line for line in read_source(path).lines if line.strip()]
    except ValueError as error:
        raise ValueError(f"--parameters {path}: {error}") from None
    delimiter = delimiter_of(lines)
    titles, *rows = [cells_of(line, delimiter) for line in lines] or [[]]
    if len(titles) < 2 or not rows:
        raise ValueError(
            f"--parameters {path} must have titles, a column of the names of files or the numbers "
            "of records, and one for each channel of a parameter"
        )
    for row in rows:
        if len(row) != len(titles):
            raise ValueError(
                f"--parameters {path}: the row of {row[0] if row else 'nothing'} has {len(row)} "
                f"cells, there are {len(titles)} titles"
            )
    return titles, rows


def _columns(path: Path, titles: Sequence[str], interface: Interface) -> dict[str, _Column]:
    """Columns after the first by the channel that they are of."""
    known = channels.labels(constant(interface))
    found: dict[str, _Column] = {}
    for place, title in enumerate(titles[1:], start=1):
        name, unit = title_and_unit(title)
        if name not in known:
            raise ValueError(
                f"--parameters {path} has the column {name!r}: the surrogate takes the parameters "
                f"{', '.join(known) or 'none'}"
            )
        if name in found:
            raise ValueError(f"--parameters {path} has the column {name!r} twice")
        found[name] = _Column(place, name, unit)
    return found


def _there(path: Path, columns: Mapping[str, _Column], interface: Interface) -> list[ChannelGroup]:
    """The parameters that a table has, with all their channels."""
    found = []
    for group in constant(interface):
        missing = [label for label in group.labels if label not in columns]
        if missing and len(missing) < group.channels:
            raise ValueError(
                f"--parameters {path} lacks the column {missing[0]!r} of {group.variable}, which "
                f"has {group.channels} channels"
            )
        if not missing:
            found.append(group)
    return found


def _rows(path: Path, cells: Sequence[Sequence[str]]) -> dict[str, int]:
    """Row of each name in the first column."""
    found: dict[str, int] = {}
    for number, (name, *_) in enumerate(cells):
        if name in found:
            raise ValueError(f"--parameters {path} has two rows for {name}")
        found[name] = number
    return found


def _unit(
    path: Path, group: ChannelGroup, columns: Sequence[_Column], units: Mapping[str, str]
) -> str | None:
    """The unit of a parameter: given, or that of its titles, or none."""
    stated = {column.unit for column in columns}
    if len(stated) > 1:
        raise ValueError(
            f"--parameters {path}: {group.variable} has several units: "
            f"{', '.join(str(unit) for unit in sorted(stated, key=str))}"
        )
    return agreed(group, units.get(group.variable), stated.pop())


def _number(path: Path, row: Sequence[str], column: _Column) -> float:
    value = number_in(row[column.place])
    if value is None or not np.isfinite(value):
        raise ValueError(
            f"--parameters {path}: {column.title} of {row[0]} must be a finite number, got "
            f"{row[column.place]!r}"
        )
    return value


def _some(names: Sequence[str]) -> str:
    """The first of some names, in words."""
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"{', '.join(names[:MOST])}{more}"
