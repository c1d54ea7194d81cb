"""A dataset file is written whole or not at all.

Every chunk holds whole records, with HDF5's Fletcher-32 checksum on it. The attribute ``checksum``
tells two files of like content from others (`datasets.files.digest`). The whole file is sealed
besides (`datasets.files.seal`).
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr

from datasets.contract import lengths
from datasets.contract.schema import SCHEMA_VERSION, leading_dim, validate
from datasets.contract.values import ValueCheck
from datasets.files import digest
from datasets.files.disk import UnfailingFile, new_file
from datasets.files.netcdf import NetCDFWriter
from datasets.files.seal import seal

CHUNK_BYTES = 2**17
SMALL_RECORD_BYTES = 2**11
COMPRESSION = {
    "none": {},
    "lzf": {"compression": "lzf", "shuffle": True},
    "gzip": {"compression": "gzip", "compression_opts": 4, "shuffle": True},
}
# Written here; a dataset in memory needs none of them.
FILE_ATTRIBUTES = (
    "schema_version",
    "created",
    "checksum",
)


def write_dataset(
    dataset: xr.Dataset, path: str | Path, overwrite: bool = False, *, compression: str = "none"
) -> None:
    """Write a dataset of the contract to one file, whole or not at all.

    Parameters
    ----------
    dataset : xarray.Dataset
        In memory or lazy; a lazy one passes through in blocks.
    path : str or Path
        File to make, in a folder that exists.
    overwrite : bool
        Replace an existing file; it stays until the new one is complete.
    compression : {"none", "lzf", "gzip"}
        Filter for every chunk.

    Raises
    ------
    ValueError
        For a breach of the contract, or a value that is not finite; nothing is left behind.
    FileExistsError
        When the file exists and `overwrite` is false.
    """
    validate(dataset)
    lengths.check(dataset)
    if not dataset.sizes[leading_dim(dataset)]:
        raise ValueError(f"{path}: a dataset of no {leading_dim(dataset)}s cannot be written")
    if compression not in COMPRESSION:
        raise ValueError(f"compression is {compression!r}, must be one of {', '.join(COMPRESSION)}")
    with new_file(path, overwrite) as temporary, UnfailingFile(temporary, "wb+") as disk:
        with NetCDFWriter(disk, {str(dim): size for dim, size in dataset.sizes.items()}) as file:
            _write_content(dataset, file, COMPRESSION[compression], disk)
        disk.raise_error()
        seal(disk)
        disk.raise_error()


def creation_time() -> str:
    """Return the time in UTC, or that of SOURCE_DATE_EPOCH, which makes whole files
    reproducible.
    """
    seconds = float(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _write_content(
    dataset: xr.Dataset, file: NetCDFWriter, filters: dict, disk: UnfailingFile
) -> None:
    extra = [str(name) for name in dataset.coords if name not in dataset.dims]
    attrs = {name: value for name, value in dataset.attrs.items() if name not in FILE_ATTRIBUTES}
    attrs["schema_version"] = SCHEMA_VERSION
    if extra:
        attrs["coordinates"] = " ".join(extra)
    sums = {}
    expected = ValueCheck.of(dataset)
    for name, variable in dataset.variables.items():
        storage: dict[str, Any] = {}
        if variable.ndim:
            storage = {"chunks": _chunks(variable, bool(filters)), "fletcher32": True, **filters}
        dims = _names(variable)
        dtype = variable.dtype.newbyteorder("=")
        with file.variable(str(name), dims, dtype, variable.attrs, **storage) as target:
            sums[name] = digest.crc(_checked_and_written(str(name), variable, target, expected))
        disk.raise_error()
    checksum = digest.combine(dataset.drop_attrs(deep=False).assign_attrs(attrs), sums)
    file.write_attributes(attrs | {"created": creation_time(), "checksum": checksum})


def _checked_and_written(
    name: str, variable: xr.Variable, target: h5py.Dataset, expected: ValueCheck
) -> Iterator[np.ndarray]:
    from datasets.files.chunks import write_chunks  # loads Numba, which costs readers half a second

    first = 0
    dims = _names(variable)
    for values in digest.blocks(variable, together=target.chunks[0] if variable.ndim else 1):
        expected.check(name, values, dims, first)
        if not variable.ndim:
            target[()] = values
        elif target.compression:
            target[first : first + len(values)] = values
        else:
            write_chunks(target, first, values)
        first += len(values) if variable.ndim else 0
        yield values


def _names(variable: xr.Variable) -> tuple[str, ...]:
    return tuple(str(dim) for dim in variable.dims)


def _chunks(variable: xr.Variable, compressed: bool) -> tuple[int, ...]:
    """Return whole records per chunk: many, as each chunk costs HDF5 time, but one where a reader
    must unpack it.
    """
    record_bytes = max(1, variable.nbytes // max(1, len(variable)))
    # A parameter or a label always shares its chunk.
    alone = compressed and record_bytes > SMALL_RECORD_BYTES
    together = 1 if alone else max(1, CHUNK_BYTES // record_bytes)
    return (max(1, min(together, len(variable))), *(max(1, n) for n in variable.shape[1:]))
