"""Variables of MAT files of level 4 and 5 under names that lead into cells and structures.

``record.acceleration`` is a field, ``trials{2}`` a cell counted from 1. A path that leads to the
same field of several elements, or to all cells, gives a record for each. A row or a column is a
series: MATLAB knows no arrays of one axis.
"""

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from datasets.measured.arrays import Array, Content, stacked
from datasets.measured.matlab import Variable, read_matlab

_STEP = re.compile(r"([^.{}()]+)|[{(](\d+)[})]")


def content(path: Path) -> Content:
    """Return what a MAT file of level 5 holds.

    Raises
    ------
    ValueError
        When the file is truncated or damaged.
    """
    try:
        variables = read_matlab(path)
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}") from None
    return _content(path, "MAT 5", variables)


def content_of_level_4(path: Path) -> Content:
    """Return what a MAT file of level 4 holds, which has plain matrices only.

    Raises
    ------
    ValueError
        When the file is truncated or damaged.
    """
    from scipy.io import loadmat

    try:
        found = loadmat(path)
    except Exception as error:  # of a reader that trusts what the file says
        raise ValueError(f"{path} is damaged: {error}") from None
    numbers = {name: values for name, values in found.items() if isinstance(values, np.ndarray)}
    kinds = {
        name: Variable(values if values.dtype.kind in "fiu" else None, values.dtype.name)
        for name, values in numbers.items()
    }
    return _content(path, "MAT 4", kinds)


def is_level_4(head: bytes) -> bool:
    """Tell whether a file begins as a matrix of level 4, which has no mark of its own.

    It has the type, the numbers of rows and columns, whether it is complex, and the length of the
    name that follows.
    """
    for order in "<>" if len(head) >= 20 else "":
        kind, rows, columns, is_complex, length = struct.unpack(f"{order}5i", head[:20])
        name = head[20 : 20 + length] if 1 < length <= 64 else b""
        has_name = name.endswith(b"\0") and name[:-1].replace(b"_", b"").isalnum()
        known = kind in range(0, 60) or kind in range(1000, 1060)
        if known and min(rows, columns) >= 0 and is_complex in (0, 1) and has_name:
            return True
    return False


def _content(path: Path, kind: str, variables: dict[str, Variable]) -> Content:
    names = [name for title, variable in variables.items() for name in _paths(title, variable)]
    return Content(path, kind, _WithIndices(names), lambda name: _read(path, name, variables))


class _WithIndices(list[str]):
    """Names of which an element may be chosen by ``{2}`` or ``(2)`` behind a part."""

    def __contains__(self, name: object) -> bool:
        plain = re.sub(r"[{(]\d+[})]", "", str(name))
        return super().__contains__(name) or (plain != name and super().__contains__(plain))


def _paths(title: str, variable: Variable) -> Iterator[str]:
    """Yield the names under which the numbers of a variable are found."""
    if variable.cells:
        yield from dict.fromkeys(n for cell in variable.cells for n in _paths(title, cell))
    elif variable.fields:
        for field, members in variable.fields.items():
            paths = (n for member in members for n in _paths(f"{title}.{field}", member))
            yield from dict.fromkeys(paths)
    else:
        yield title


def _read(path: Path, name: str, variables: dict[str, Variable]) -> Array:
    first, *steps = _steps(name)
    try:
        found = [variables[first]]
        for step in steps:
            found = _followed(found, step)
    except (KeyError, IndexError):
        raise ValueError(f"{path} has no array {name!r}: an index in it is too large") from None
    found = list(_leaves(found))
    for variable in found:
        if variable.values is None:
            raise ValueError(f"{path}: {name} is of the class {variable.kind}, must be numbers")
    arrays = {str(number): _array(variable) for number, variable in enumerate(found, 1)}
    return arrays["1"] if len(arrays) == 1 else stacked(path, name, arrays)


def _steps(name: str) -> list[str]:
    """Return the parts of a name; an index is a part that begins with #."""
    return [field or f"#{index}" for field, index in _STEP.findall(name)]


def _followed(found: list[Variable], step: str) -> list[Variable]:
    if not step.startswith("#"):
        structures = _structures(found)
        return [member for structure in structures for member in structure.fields[step]]
    at = int(step[1:]) - 1
    if at < 0:
        raise IndexError
    if len(found) == 1 and found[0].cells:
        return [found[0].cells[at]]
    if len(found) == 1 and found[0].fields:
        one: dict[str, tuple[Variable, ...]] = {}
        for field, members in found[0].fields.items():
            one[field] = (members[at],)
        return [Variable(None, "struct", (), one)]
    return [found[at]]


def _structures(found: list[Variable]) -> Iterator[Variable]:
    for variable in found:
        if variable.cells:
            yield from _structures(list(variable.cells))
        else:
            yield variable


def _leaves(found: list[Variable]) -> Iterator[Variable]:
    for variable in found:
        if variable.cells:
            yield from _leaves(list(variable.cells))
        else:
            yield variable


def _array(variable: Variable) -> Array:
    values = np.asarray(variable.values)
    if variable.kind == "logical":
        values = values.astype(bool)
    is_series = max(values.shape, default=0) == values.size
    return Array(values.ravel() if is_series else values)
