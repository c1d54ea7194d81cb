"""The checksum of a file's content, by which two runs are compared.

A CRC-32 of the variables with names, shapes and attributes, and of the file's attributes but the
time of creation. ISA-L computes that of zlib, several times as fast.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import xarray as xr
from isal import isal_zlib

from datasets.files.lazy import open_shard

# Read and written at once: memory stays bounded whatever the size of the dataset
BLOCK_BYTES = 32 * 2**20


def checksum(path: str | Path) -> str:
    """Compute the checksum of a file's content anew, reading all of it.

    Raises
    ------
    ValueError
        When a part of the file cannot be read, or fails HDF5's own checksums.
    """
    path = Path(path)
    # open_shard names the file whatever goes wrong.
    with (
        open_shard(path),
        xr.open_dataset(path, engine="h5netcdf", decode_cf=False, cache=False) as dataset,
    ):
        sums = {name: crc(blocks(variable)) for name, variable in dataset.variables.items()}
        return combine(dataset, sums)


def blocks(variable: xr.Variable, together: int = 1) -> Iterator[np.ndarray]:
    """Yield the values in native byte order, a bounded number of records at a time: a multiple of
    `together`.
    """
    native = variable.dtype.newbyteorder("=")
    if variable.ndim == 0:
        yield np.asarray(variable.values, native)
        return
    step = together * max(1, BLOCK_BYTES * len(variable) // max(1, variable.nbytes * together))
    for first in range(0, len(variable), step):
        yield np.ascontiguousarray(variable[first : first + step].values, native)


def crc(values: Iterable[np.ndarray]) -> int:
    """Return the CRC-32 of all blocks."""
    value = 0
    for block in values:
        value = isal_zlib.crc32(block.data, value)
    return value


def combine(dataset: xr.Dataset, sums: dict) -> str:
    """Return a CRC-32 over names, shapes, types, attributes and the CRC-32 of the values."""
    content = {
        str(name): [v.dims, v.shape, v.dtype.newbyteorder("=").str, _plain(v.attrs), sums[name]]
        for name, v in dataset.variables.items()
    }
    text = json.dumps([content, _plain(dataset.attrs)], sort_keys=True)
    return f"crc32:{isal_zlib.crc32(text.encode()):08x}"


def _plain(attrs: dict) -> dict:
    """Return attributes as lists: HDF5 does not tell an array of one element from a number."""
    return {
        str(k): np.ravel(v).tolist() for k, v in attrs.items() if k not in ("created", "checksum")
    }
