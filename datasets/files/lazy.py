"""An array over all shards that reads only what is asked for.

Each read opens the shard that it needs and closes it again: nothing to inherit across processes,
nothing to leak, and an error knows the shard's name. Opening costs about 0.3 ms.
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from xarray.backends import BackendArray
from xarray.core import indexing

NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP)
"""What network file systems without file locks answer to HDF5, which locks what it opens."""

_SPARSEST = 16
"""Records that are read for each one asked for: a read of its own takes as long as some twenty
records of a thousand samples.
"""


class ShardedArray(BackendArray):
    """One variable, its first axis continued from shard to shard.

    Parameters
    ----------
    name : str
        Variable in the files.
    paths : list of Path
        Shards in record order.
    bounds : ndarray of int, shape (shard + 1,)
        First record of each shard, and the number of all records.
    shape : tuple of int
        Of the whole array.
    dtype : numpy.dtype
        Of the whole array.
    """

    def __init__(
        self,
        name: str,
        paths: list[Path],
        bounds: np.ndarray,
        shape: tuple[int, ...],
        dtype: np.dtype,
    ):
        self.name = name
        self.paths = paths
        self.bounds = bounds
        self.shape = shape
        self.dtype = dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> np.ndarray:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read
        )

    def _read(self, key: tuple) -> np.ndarray:
        records = np.arange(self.shape[0])[key[0]]
        # h5py takes integers and slices that run forward; any other key waits until its whole axis
        # has been read.
        direct = tuple(k if _is_direct(k) else slice(None) for k in key[1:])
        values = self._read_records(np.atleast_1d(records), direct)
        waiting = [k for k in key[1:] if not isinstance(k, int | np.integer)]
        for axis, k in enumerate(waiting, start=1):
            if not _is_direct(k):
                values = values[(slice(None),) * axis + (k,)]
        return values if np.ndim(records) else values[0]

    def _read_records(self, records: np.ndarray, rest: tuple) -> np.ndarray:
        """Read records in the order asked for; `rest` indexes the other axes."""
        shard = np.searchsorted(self.bounds, records, side="right") - 1
        local = records - self.bounds[shard]
        groups = np.split(np.arange(len(records)), np.flatnonzero(np.diff(shard)) + 1)
        parts = [
            self._read_shard(shard[group[0]], local[group], rest) for group in groups if len(group)
        ]
        if parts:
            return np.concatenate(parts) if len(parts) > 1 else parts[0]
        return np.empty((0, *self.shape[1:]), self.dtype)[(slice(None), *rest)]

    def _read_shard(self, shard: int, records: np.ndarray, rest: tuple) -> np.ndarray:
        runs = np.split(records, np.flatnonzero(np.diff(records) != 1) + 1)
        first = int(records.min())
        last = int(records.max())
        with open_shard(self.paths[shard]) as file:
            variable = file[self.name]
            if len(runs) > 1 and last - first < _SPARSEST * len(records):
                return variable[(slice(first, last + 1), *rest)][records - first]
            parts = [variable[(slice(int(run[0]), int(run[-1]) + 1), *rest)] for run in runs]
        return np.concatenate(parts) if len(parts) > 1 else parts[0]


class open_shard:
    """Open a file for reading; what goes wrong inside the block is reported with the file's name.

    Parameters
    ----------
    path : Path
    opener : callable
        h5py's by default.

    Raises
    ------
    FileNotFoundError
        When the file is not there.
    ValueError
        When it is not an HDF5 file, is truncated or fails its checksums.
    """

    def __init__(self, path: Path, opener: Callable[[Path], Any] = h5py.File):
        self.path = path
        self.opener = opener

    def __enter__(self) -> Any:
        if self.path.exists() and not self.path.is_file():  # reading a pipe would wait for ever
            raise ValueError(f"{self.path} is not a file")
        try:
            self.file = self.opener(self.path)
        except BaseException as error:
            self._raise(error)
            raise
        return self.file

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: object) -> None:
        self.file.close()
        self._raise(error)

    def _raise(self, error: BaseException | None) -> None:
        if isinstance(error, FileNotFoundError):
            raise FileNotFoundError(f"{self.path} is missing") from None
        if isinstance(error, PermissionError | IsADirectoryError):
            raise ValueError(f"{self.path} cannot be read: {error.strerror}") from None
        if isinstance(error, BlockingIOError):
            raise ValueError(
                f"{self.path} is being written by another program, which has locked it: wait for "
                "its end"
            ) from None
        if isinstance(error, OSError) and error.errno in NO_LOCKS:
            raise ValueError(
                f"{self.path} cannot be locked, its file system has no file locks "
                f"({os.strerror(error.errno)}): set HDF5_USE_FILE_LOCKING=FALSE"
            ) from None
        # h5py raises OSError, RuntimeError or KeyError for what HDF5 finds broken.
        if isinstance(error, OSError | RuntimeError | KeyError):
            raise ValueError(f"{self.path} is damaged or not an HDF5 file: {error}") from None


def _is_direct(key: object) -> bool:
    return isinstance(key, int | np.integer) or (isinstance(key, slice) and (key.step or 1) > 0)
