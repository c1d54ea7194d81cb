"""Arrays of numbers in MAT files of level 5, compressed or not.

SciPy's reader stops at the last array that it is asked for, so that it takes a truncated file for a
whole one, and a damaged one can crash the process. Here every length is checked before it is used.

A file is a header of 128 bytes and elements: a tag (type, number of bytes), the bytes, and padding
to a multiple of 8. An array is an element of elements: flags with its class, dimensions, name, real
part. MathWorks, MAT-File Format, chapter 1.
"""

import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

HEADER, ENDIANNESS = 128, 126  # bytes, position
COMPRESSED, MATRIX = 15, 14
INTEGERS, NAME, FLAGS = 5, 1, 6
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
OTHER_CLASSES = {1: "cell", 2: "struct", 3: "object", 4: "char", 5: "sparse"}
COMPLEX, LOGICAL = 0x08, 0x02


class Array(NamedTuple):
    """An array of a file: its numbers, None where it holds something else, and the name of its
    class.
    """

    values: np.ndarray | None
    kind: str


class _Element(NamedTuple):
    kind: int
    data: memoryview


def read_matlab(path: Path) -> dict[str, Array]:
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
        name, array = _array(element.data, order)
        arrays[name] = array
    return {
        name: array for name, array in arrays.items() if name
    }  # the nameless one describes objects


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


def _array(content: memoryview, order: str) -> tuple[str, Array]:
    elements = _elements(content, order)
    flags, dims, name = (next(elements, _Element(0, content[:0])) for _ in range(3))
    if (flags.kind, dims.kind, name.kind) != (FLAGS, INTEGERS, NAME):
        raise ValueError("an array lacks its flags, dimensions or name")
    title = bytes(name.data).decode("ascii", "replace")
    word, _ = _words(flags.data, order)
    kind, marks = word & 0xFF, word >> 8 & 0xFF
    if kind not in CLASSES or marks & COMPLEX:
        return title, Array(
            None, "complex" if kind in CLASSES else OTHER_CLASSES.get(kind, f"number {kind}")
        )
    shape = tuple(np.frombuffer(dims.data[: len(dims.data) // 4 * 4], order + "i4").tolist())
    real = next(elements, _Element(0, content[:0]))
    if real.kind not in STORED or len(shape) < 2 or min(shape) < 0:
        raise ValueError(
            f"array {title} has the dimensions {shape} and numbers of type {real.kind}"
        )
    stored = np.dtype(order + STORED[real.kind])
    if math.prod(shape) * stored.itemsize != len(real.data):
        raise ValueError(
            f"array {title} has {len(real.data)} bytes of numbers, its shape {shape} needs others"
        )
    values = np.frombuffer(real.data, stored).astype(CLASSES[kind]).reshape(shape, order="F")
    return title, Array(values, "logical" if marks & LOGICAL else values.dtype.name)


def _words(data: memoryview, order: str) -> tuple[int, int]:
    if len(data) != 8:
        raise ValueError("a tag is cut")
    return struct.unpack(f"{order}2I", data)
