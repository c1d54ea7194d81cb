"""Arrays in the files of others: MATLAB, HDF5, tables of text.

Every reader returns the arrays asked for by name, each with the unit that the file states, or None.
Axes come in the order in which the program that wrote the file shows them: MATLAB's 7.3 files are
turned round again.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import h5py
import numpy as np

from datasets.contract import renamed
from datasets.files.lazy import open_shard
from datasets.measured.matlab import read_matlab

Arrays = dict[str, tuple[np.ndarray, str | None]]

_UNIT = re.compile(r"\s*[(\[]\s*([^)\]]*?)\s*[)\]]\s*$")


def read_arrays(path: Path, names: Iterable[str]) -> Arrays:
    """Read arrays by name from a file, whose kind is recognised by its content.

    Raises
    ------
    FileNotFoundError
        When there is no such file.
    ValueError
        When the file is damaged or lacks a name; the message lists those that it has.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist")
    with path.open("rb") as file:
        head = file.read(16)
    return _reader(head)(path, list(dict.fromkeys(names)))


def _reader(head: bytes) -> Callable[[Path, list[str]], Arrays]:
    if head.startswith(b"MATLAB 7.3"):
        return lambda path, names: _read_hdf5(path, names, reversed_axes=True)
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return _read_hdf5
    return _read_matlab if head.startswith(b"MATLAB 5.0") else _read_table


def _read_hdf5(path: Path, names: list[str], reversed_axes: bool = False) -> Arrays:
    with open_shard(path) as file:
        present: list[str] = []
        file.visititems(
            lambda name, item: present.append(name) if isinstance(item, h5py.Dataset) else None
        )
        stored = {_present_name(file, name): name for name in present}
        _require(path, names, list(stored))
        arrays = {name: _read_array(file[stored[name]]) for name in names}
    if reversed_axes:
        arrays = {name: (values.T, unit) for name, (values, unit) in arrays.items()}
    return {name: (_numeric(path, name, values), unit) for name, (values, unit) in arrays.items()}


def _present_name(file: h5py.File, name: str) -> str:
    """Name of today of an array in a file, which may be an old dataset of this package."""
    old = name == renamed.OLD_NAME and renamed.is_old(file.attrs.get("schema_version"))
    return renamed.NEW_NAME if old else name


def _read_array(array: h5py.Dataset) -> tuple[np.ndarray, str | None]:
    return array[()], _text(array.attrs.get("units"))


def _read_matlab(path: Path, names: list[str]) -> Arrays:
    try:
        arrays = read_matlab(path)
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}") from None
    _require(path, names, list(arrays))
    for name in names:
        if arrays[name].values is None:
            raise ValueError(f"{path}: {name} is of the class {arrays[name].kind}, must be numbers")
    return {name: (_numeric(path, name, arrays[name].values), None) for name in names}


def _read_table(path: Path, names: list[str]) -> Arrays:
    """Read columns of numbers under titles such as ``time (s), force [N]``; without titles they are
    1, 2, ...
    """
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise ValueError(f"{path} is no MAT, HDF5 or text file") from None
    if not lines:
        raise ValueError(f"{path} is empty")
    delimiter = next((sign for sign in ",;\t" if sign in lines[0]), None)
    titles = [title.strip() for title in lines[0].lstrip("#% ").split(delimiter)]
    if _are_numbers(titles):
        titles = [str(number) for number in range(1, len(titles) + 1)]
    else:
        lines = lines[1:]
    if not lines:
        raise ValueError(f"{path} has no numbers under its titles")
    try:
        table = np.loadtxt(lines, delimiter=delimiter, ndmin=2)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    if table.shape[1:] != (len(titles),):
        raise ValueError(f"{path} has {len(titles)} titles over {table.shape[-1]} columns")
    columns = {_UNIT.sub("", title): (table[:, i], _unit(title)) for i, title in enumerate(titles)}
    _require(path, names, list(columns))
    return {name: columns[name] for name in names}


def _require(path: Path, names: list[str], present: list[str]) -> None:
    for name in names:
        if name not in present:
            raise ValueError(
                f"{path} has no array {name!r}: choose from {', '.join(present) or 'nothing'}"
            )


def _numeric(path: Path, name: str, values: object) -> np.ndarray:
    array = np.asarray(values)
    if array.dtype.kind not in "fiu" or array.size == 0:
        raise ValueError(f"{path}: {name} is {array.dtype} of shape {array.shape}, must be numbers")
    return array


def _are_numbers(titles: list[str]) -> bool:
    try:
        return bool([float(title) for title in titles])
    except ValueError:
        return False


def _unit(title: str) -> str | None:
    match = _UNIT.search(title)
    return match[1] if match else None


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else None
