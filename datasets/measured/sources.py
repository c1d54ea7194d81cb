"""Arrays in the files of others: MATLAB, HDF5, netCDF, NumPy, tables of text.

Every reader returns the arrays asked for by name, each with the unit that the file states, or None.
A format is one module with a function from a path to its `Content`, and a line in `open_content`.
"""

import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from datasets.measured import hdf5, mat, netcdf3, numpy_files, table
from datasets.measured.arrays import Arrays, Content

HEAD = 128  # bytes by which a kind is recognised


def read_arrays(path: Path, names: Iterable[str]) -> Arrays:
    """Read arrays by name from a file, whose kind is recognised by its content.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When the file is damaged or lacks a name; the message lists those that it has.
    """
    wanted = list(names)
    return open_content(path, wanted).arrays(wanted)


def open_content(path: Path, wanted: Sequence[str] = ()) -> Content:
    """Return what a file holds; in a table, the line of the titles `wanted` is looked for.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When the file is damaged, or none.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe would wait for ever
        raise ValueError(f"{path} is not a file: give the name of one")
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"MATLAB 7.3"):
        return hdf5.content(path, matlab=True)
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return hdf5.content(path)
    if head.startswith(b"MATLAB 5.0"):
        return mat.content(path)
    if head.startswith(b"CDF") and head[3:4] in b"\x01\x02\x05":
        return netcdf3.content(path)
    if head.startswith((b"PK\x03\x04", b"\x93NUMPY")):
        return numpy_files.content(path)
    if mat.is_level_4(head):
        return mat.content_of_level_4(path)
    return table.content(path, wanted)
