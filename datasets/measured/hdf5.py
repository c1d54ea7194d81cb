"""Arrays in HDF5 files, netCDF-4 and MATLAB's 7.3 among them, as the program that wrote them shows
them.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from datasets.contract import renamed
from datasets.files.lazy import open_shard
from datasets.files.memory import require_memory
from datasets.measured.arrays import Array, Content, known_axes, natural, stacked, unit_of
from datasets.measured.packed import decoded
from simulators.excitation.recorded.header import Stated, stated_interval

MATLAB_OTHERS = (b"char", b"string", b"function_handle")  # stored as numbers that are none
_OF_SAMPLING = re.compile(r"dt|delta(_?t)?|fs|time_?step|sampl\w*", re.I)
MATLAB_OBJECTS = "#refs#"  # where MATLAB keeps what cells refer to


def content(path: Path, matlab: bool = False) -> Content:
    """Return what an HDF5 file holds; `matlab` turns the axes back that MATLAB has turned round.

    Raises
    ------
    ValueError
        When the file is damaged.
    """
    names: list[str] = []
    attributes: dict[str, list[str]] = {}

    def note(name: str, item: h5py.Dataset | h5py.Group) -> None:
        attributes[name] = _statements(item)
        if isinstance(item, h5py.Dataset) and not name.startswith(MATLAB_OBJECTS):
            names.append(name)

    with open_shard(path) as file:
        of_all = _statements(file)
        file.visititems(note)
        version = file.attrs.get("schema_version")
    shown = [name.replace("/", ".") if matlab else name for name in names]
    if renamed.is_old(version):  # an old dataset of this package
        shown = [renamed.NEW_NAME if name == renamed.OLD_NAME else name for name in shown]
    places = dict(zip(shown, names, strict=True))
    kind = "MAT 7.3" if matlab else "HDF5"

    def stated(wanted: Sequence[str]) -> Stated | None:
        own = [line for name in wanted if name in places for line in attributes[places[name]]]
        return stated_interval([*of_all, *own])

    return Content(path, kind, shown, lambda name: _read(path, name, places[name], matlab), stated)


def _statements(item: h5py.Dataset | h5py.Group) -> list[str]:
    """Return the attributes that may state a sampling interval as lines of text."""
    named = [name for name in item.attrs if _OF_SAMPLING.fullmatch(name)]
    values = {name: np.asarray(item.attrs[name]) for name in named}
    single = {name: value.item() for name, value in values.items() if value.size == 1}
    texts = {
        name: value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        for name, value in single.items()
    }
    return [f"{name} = {text}" for name, text in texts.items()]


def _read(path: Path, name: str, place: str, matlab: bool) -> Array:
    with open_shard(path) as file:
        dataset = file[place]
        if dataset.dtype == h5py.ref_dtype:
            cells = {str(number): file[ref] for number, ref in enumerate(dataset[()].ravel(), 1)}
            return _cells(path, name, cells)
        return _turned(_array(path, name, dataset), matlab)


def _cells(path: Path, name: str, cells: dict[str, Any]) -> Array:
    """Return the cells of MATLAB as records."""
    for number, cell in cells.items():
        if not isinstance(cell, h5py.Dataset) or cell.dtype.kind not in "fiu":
            raise ValueError(f"{path}: {name} holds something else than numbers in cell {number}")
    ordered = sorted(cells, key=natural)
    arrays = {n: _turned(_array(path, name, cells[n]), matlab=True) for n in ordered}
    return next(iter(arrays.values())) if len(arrays) == 1 else stacked(path, name, arrays)


def _array(path: Path, name: str, dataset: h5py.Dataset) -> Array:
    if dataset.is_virtual or dataset.external:
        raise ValueError(
            f"{path}: {name} lies in other files, which may be missing: copy it into one file "
            "(h5repack does)"
        )
    require_memory(f"{path}: {name}", dataset.size * dataset.dtype.itemsize)
    stored = dataset[()]
    if "MATLAB_empty" in dataset.attrs:
        stored = np.empty(0)
    kind = dataset.attrs.get("MATLAB_class", b"double")
    if kind == b"logical":
        stored = stored.astype(bool)
    elif kind in MATLAB_OTHERS:
        raise ValueError(f"{path}: {name} is of the class {kind.decode()}, must be numbers")
    if isinstance(stored, np.ndarray | np.generic) and stored.dtype.kind in "fiu":
        values = decoded(np.asarray(stored), dict(dataset.attrs))
    else:
        values = np.asarray(stored)
    unit = unit_of(dataset.attrs.items())
    if unit and " since " in unit:
        unit = "s"
    return Array(values, unit, known_axes(_dims(dataset)) if dataset.ndim else None)


def _turned(array: Array, matlab: bool) -> Array:
    if not matlab:
        return array
    values = array.values.T
    return Array(values.ravel() if max(values.shape, default=0) == values.size else values)


def _dims(dataset: h5py.Dataset) -> list[str]:
    """Return the names of the dimensions of a netCDF variable, "" where there is none."""
    if dataset.attrs.get("CLASS") == b"DIMENSION_SCALE":
        return [dataset.name.rpartition("/")[2]]
    return [scales[0].name.rpartition("/")[2] if len(scales) else "" for scales in dataset.dims]
