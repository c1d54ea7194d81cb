"""What a file may say of itself: its version, where its numbers lie, how many they can be.

Looked at before a number is read. HDF5 follows links and external storage to any file of the
machine, reads zeros for what is missing, and stores what was never written in no space at all.
"""

import math
import os
from collections.abc import Iterator
from pathlib import Path

import h5py

from datasets.contract.schema import SCHEMA_VERSION

MOST_COMPRESSED = 1100  # deflate reaches 1032 : 1


def require_version(path: Path, version: object) -> None:
    """Raise for a file of a later version of the contract, whose meaning is not known.

    Raises
    ------
    ValueError
        With both versions.
    """
    major = str(version).partition(".")[0]
    if not major.isdigit() or int(major) > int(SCHEMA_VERSION.partition(".")[0]):
        raise ValueError(
            f"{path} has the schema version {version}, this package reads up to {SCHEMA_VERSION}: "
            "update it, or make the dataset anew"
        )


def require_own_content(path: Path, file: h5py.File) -> None:
    """Raise for a variable of an open file that lies elsewhere, or states an impossible size.

    Raises
    ------
    ValueError
        Naming the file and the variable.
    """
    size = os.stat(path).st_size
    for name in file:
        if file.id.links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
            raise ValueError(f"{path}: {name} is a link to elsewhere: copy what it leads to")
    for name in _datasets(file):
        require_own(path, name, h5py.h5d.open(file.id, name.encode()), size)


def require_own(path: Path, name: str, variable: h5py.h5d.DatasetID, size: int) -> None:
    """Raise for a variable that is virtual, external, or larger than `size` bytes can hold.

    Raises
    ------
    ValueError
        Naming the file and the variable.
    """
    properties = variable.get_create_plist()
    if properties.get_layout() == h5py.h5d.VIRTUAL or properties.get_external_count():
        raise ValueError(
            f"{path}: {name} lies in other files, which no checksum of this one covers: copy it "
            "into one file (h5repack does)"
        )
    stated = math.prod(variable.shape) * variable.dtype.itemsize
    most = size * (MOST_COMPRESSED if _is_compressed(properties) else 1)
    if stated > most and not _is_dimension(variable):
        raise ValueError(
            f"{path}: {name} of shape {variable.shape} needs {stated:.3g} bytes, the file has "
            f"{size:.3g}: its values were never written, or the file is damaged"
        )


def unwritten(file: h5py.File) -> Iterator[tuple[str, int, int]]:
    """Yield each variable of which chunks were never written, the number of those there, and of
    all.
    """
    for name in _datasets(file):
        variable = file[name]
        if variable.chunks is None:
            continue
        pairs = zip(variable.shape, variable.chunks, strict=True)
        wanted = math.prod(-(-length // chunk) for length, chunk in pairs)
        found = variable.id.get_num_chunks()
        if found != wanted:
            yield name, found, wanted


def _datasets(file: h5py.File) -> list[str]:
    return [name for name in file if file.get(name, getclass=True) is h5py.Dataset]


def _is_compressed(properties: h5py.h5p.PropDCID) -> bool:
    plain = {h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_SHUFFLE}
    numbers = {properties.get_filter(n)[0] for n in range(properties.get_nfilters())}
    return bool(numbers - plain)


def _is_dimension(variable: h5py.h5d.DatasetID) -> bool:
    """Tell whether it only stands for a dimension, as netCDF-4 has it, and is never read."""
    dataset = h5py.Dataset(variable)
    mark = dataset.attrs.get("NAME", b"")
    return isinstance(mark, bytes) and mark.startswith(b"This is a netCDF dimension but not")
