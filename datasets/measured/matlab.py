"""Arrays of numbers in MAT files of level 5, compressed or not.

SciPy's reader stops at the last array that it is asked for, so that it takes a truncated file for a
whole one, and a damaged one can crash the process. Here every length is checked before it is used.

A file is a header of 128 bytes and elements: a tag (type, number of bytes), the bytes, and padding
to a multiple of 8. An array is an element of elements: flags with its class, dimensions, name, real
part; a cell array has its cells in place of the last, a structure the length and the names of its
fields and the field of each. MathWorks, MAT-File Format, chapter 1.
"""

import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

HEADER = 128  # bytes
ENDIANNESS = 126  # position
COMPRESSED = 15
MATRIX = 14
INTEGERS = 5
NAME = 1
FLAGS = 6
STORED = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
CLASSES = {
    6: "f8",
    7: "f4",
    8: "i1",
    9: "u1",
    10: "i2",
    11: "u2",
    12: "i4",
    13: "u4",
    14: "i8",
    15: "u8",
}
CELL = 1
STRUCT = 2
OTHER_CLASSES = {1: "cell", 2: "struct", 3: "object", 4: "char", 5: "sparse"}
COMPLEX = 0x08
LOGICAL = 0x02
DEEPEST = 16  # cells and structures within one another


class Variable(NamedTuple):
    """What a name of a file stands for: numbers, cells, a structure, or something else.

    Attributes
    ----------
    values : ndarray or None
        None where it holds no numbers.
    kind : str
        Name of its class.
    cells : tuple of Variable
        Of a cell array, in MATLAB's order.
    fields : dict of str to tuple of Variable
        Of a structure: a field of each of its elements, which are several in a structure array.
    """

    values: np.ndarray | None
    kind: str
    cells: tuple["Variable", ...] = ()
    fields: dict[str, tuple["Variable", ...]] = {}  # noqa: RUF012 - never changed


class _Element(NamedTuple):
    kind: int
    data: memoryview


def read_matlab(path: Path) -> dict[str, Variable]:
    """Return the arrays of a file by name.

    Raises
    ------
    ValueError
        When the file is truncated or damaged; one line without the name of the file.
    """
    content = memoryview(path.read_bytes())
    if len(content) < HEADER:
        raise ValueError("its header is cut")
    order = "<" if content[ENDIANNESS:HEADER] == b"IM" else ">"
    arrays = {}
    for element in _elements(content[HEADER:], order, padded=False):
        if element.kind == COMPRESSED:
            (element,) = _elements(_decompressed(element.data), order)
        if element.kind != MATRIX:
            raise ValueError(f"an element of type {element.kind} stands where an array must be")
        name, array = _variable(element.data, order)
        arrays[name] = array
    # the nameless one describes objects
    return {name: array for name, array in arrays.items() if name}


def _elements(content: memoryview, order: str, padded: bool = True) -> Iterator[_Element]:
    position = 0
    while position < len(content):
        kind, size = _words(content[position : position + 8], order)
        start = position + 8
        if (
            kind >> 16
        ):  # the small format: size and type in one word, at most 4 bytes of data in the other
            kind, size, start = kind & 0xFFFF, kind >> 16, position + 4
            if size > 4:
                raise ValueError("a tag is damaged")
            position += 8
        else:
            position = start + size + (-size % 8 if padded else 0)
        if max(position, start + size) > len(content):
            raise ValueError(f"{len(content) - start} bytes are left where {size} must be")
        yield _Element(kind, content[start : start + size])


def _decompressed(data: memoryview) -> memoryview:
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(data)
    except zlib.error as error:
        raise ValueError(f"an array cannot be decompressed: {error}") from None
    if not unpacker.eof:
        raise ValueError("a compressed array is cut")
    return memoryview(content)


def _variable(content: memoryview, order: str, depth: int = 0) -> tuple[str, Variable]:
    """Return the name of an array, "" within another one, and what it stands for."""
    if depth > DEEPEST:
        raise ValueError(f"cells and structures lie more than {DEEPEST} deep in one another")
    if not content:  # an empty cell
        return "", Variable(np.empty((0, 0)), "float64")
    elements = _elements(content, order)
    flags = _next(elements, FLAGS)
    dims = _next(elements, INTEGERS)
    title = bytes(_next(elements, NAME)).decode("ascii", "replace")
    word, _ = _words(flags, order)
    kind = word & 0xFF
    marks = word >> 8 & 0xFF
    shape = tuple(np.frombuffer(dims[: len(dims) // 4 * 4], order + "i4").tolist())
    if kind == CELL:
        return title, Variable(None, "cell", _cells(elements, order, math.prod(shape), depth))
    if kind == STRUCT:
        return title, Variable(
            None, "struct", (), _fields(elements, order, math.prod(shape), depth)
        )
    if kind not in CLASSES or marks & COMPLEX:
        other = "complex" if kind in CLASSES else OTHER_CLASSES.get(kind, f"number {kind}")
        return title, Variable(None, other)
    values = _numbers(next(elements, _Element(0, content[:0])), title, shape, order)
    if marks & LOGICAL:
        return title, Variable(values.astype(CLASSES[kind]), "logical")
    values = values.astype(CLASSES[kind])
    return title, Variable(values, values.dtype.name)


def _next(elements: Iterator[_Element], kind: int) -> memoryview:
    element = next(elements, None)
    if element is None or element.kind != kind:
        raise ValueError("an array lacks its flags, dimensions or name")
    return element.data


def _numbers(real: _Element, title: str, shape: tuple[int, ...], order: str) -> np.ndarray:
    if real.kind not in STORED or len(shape) < 2 or min(shape) < 0:
        raise ValueError(
            f"array {title} has the dimensions {shape} and numbers of type {real.kind}"
        )
    stored = np.dtype(order + STORED[real.kind])
    if math.prod(shape) * stored.itemsize != len(real.data):
        raise ValueError(
            f"array {title} has {len(real.data)} bytes of numbers, its shape {shape} needs others"
        )
    return np.frombuffer(real.data, stored).reshape(shape, order="F")


def _cells(
    elements: Iterator[_Element], order: str, count: int, depth: int
) -> tuple[Variable, ...]:
    """Return the rest of the elements, which must be `count` arrays."""
    cells = []
    for element in elements:
        if element.kind != MATRIX:
            raise ValueError(f"an element of type {element.kind} stands where a cell must be")
        cells.append(_variable(element.data, order, depth + 1)[1])
    if len(cells) != count:
        raise ValueError(f"{len(cells)} cells are there where {count} must be")
    return tuple(cells)


def _fields(
    elements: Iterator[_Element], order: str, count: int, depth: int
) -> dict[str, tuple[Variable, ...]]:
    lengths = np.frombuffer(_next(elements, INTEGERS), order + "i4")
    names = bytes(_next(elements, NAME))
    if lengths.size != 1 or not 0 < lengths[0] <= len(names) + 1:
        raise ValueError("a structure has names of no length")
    width = int(lengths[0])
    titles = [
        names[at : at + width].partition(b"\0")[0].decode("ascii", "replace")
        for at in range(0, len(names), width)
    ]
    cells = _cells(elements, order, count * len(titles), depth)
    return {title: cells[number :: len(titles)] for number, title in enumerate(titles)}


def _words(data: memoryview, order: str) -> tuple[int, int]:
    if len(data) != 8:
        raise ValueError("a tag is cut")
    return struct.unpack(f"{order}2I", data)
