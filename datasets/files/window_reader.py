"""Windows of records straight from the shards, for training on more than memory holds.

HDF5 stores a chunk without compression as the plain bytes of its record. The first time that a
record is wanted, HDF5 reads it, verifies its checksum, and says where these bytes lie; from then on
a window is one read from its place in the file. Compressed chunks always go through HDF5. Damage is
an error in either case.

No file stays open between two calls: there is nothing to share by accident when a process forks.
"""

import io
import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from datasets.contract.renamed import stored_name
from datasets.files.lazy import open_shard
from datasets.files.store import open_with_bounds


class WindowReader:
    """Reads windows of variables along ``(record, time, ...)``, all their channels side by side.

    A copy of it in another process, forked or spawned, reads on its own and trusts the records that
    this one has read.

    Parameters
    ----------
    path : str or Path
        A dataset: file or folder of shards.

    Attributes
    ----------
    dataset : xarray.Dataset
        As `datasets.open_dataset` gives it.

    Raises
    ------
    FileNotFoundError, ValueError
        As `datasets.open_dataset`.
    """

    def __init__(self, path: str | Path):
        self.dataset, self._paths, self._bounds = open_with_bounds(path)
        series = {
            str(name): v
            for name, v in self.dataset.variables.items()
            if v.dims[:2] == ("record", "time")
        }
        # Bytes of a file that replaces another would be read at the places of the old one.
        self._identities = [_identity(os.stat(path)) for path in self._paths]
        self._types = {name: v.dtype for name, v in series.items()}
        self._widths = {name: math.prod(v.shape[2:]) for name, v in series.items()}
        # Byte of the file at which a record begins, 0 if not known.
        self._places: dict[str, np.ndarray] = {}
        # Whether HDF5 has read the record, and its place is known.
        self._verified: dict[str, np.ndarray] = {}

    def __len__(self) -> int:
        """Number of records."""
        return int(self._bounds[-1])

    def channels(self, names: Sequence[str]) -> int:
        """Number of channels that variables have together."""
        return sum(self._widths[name] for name in names)

    def read(
        self, names: Sequence[str], records: np.ndarray, starts: np.ndarray, length: int
    ) -> np.ndarray:
        """Read windows.

        Parameters
        ----------
        names : sequence of str
            Variables, whose channels follow one another.
        records, starts : ndarray of int, shape (window,)
            Record of each window, and its first sample.
        length : int
            Samples of a window.

        Returns
        -------
        ndarray of float32, shape (window, length, channel)

        Raises
        ------
        IndexError
            When a window lies outside its record.
        FileNotFoundError, ValueError
            When a shard is missing, damaged, or replaced since it was opened; the message names it.
        """
        records = np.asarray(records)
        starts = np.asarray(starts)
        samples = self.dataset.sizes["time"]
        record_exists = (records >= 0) & (records < len(self))
        window_fits = (starts >= 0) & (starts + length <= samples)
        if not (record_exists & window_fits).all():
            raise IndexError(
                f"a window of {length} samples lies outside {len(self)} records of {samples} "
                "samples"
            )
        ends = np.cumsum([self._widths[name] for name in names])
        if not len(ends):
            return np.empty((len(records), length, 0), dtype=np.float32)
        windows = np.empty((len(records), length, ends[-1]), dtype=np.float32)
        for name, values in zip(names, np.split(windows, ends[:-1], axis=-1), strict=True):
            self._fill(_Windows(name, records, starts, values))
        return windows

    def _fill(self, windows: "_Windows") -> None:
        if windows.name not in self._places:
            self._places[windows.name] = np.zeros(len(self), dtype=np.int64)
            self._verified[windows.name] = np.zeros(len(self), dtype=bool)
        for shard, members in self._by_shard(windows.records):
            verified = self._verified[windows.name][windows.records[members]]
            if verified.any():
                self._copy_bytes(shard, windows, members[verified])
            if not verified.all():
                self._read_verified(shard, windows, members[~verified])

    def _by_shard(self, records: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """Yield the number of each shard that is needed, and which of the `records` it holds."""
        shard = np.searchsorted(self._bounds, records, side="right") - 1
        order = np.argsort(shard, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(shard[order])) + 1)
        return ((int(shard[group[0]]), group) for group in groups if len(group))

    def _copy_bytes(self, shard: int, windows: "_Windows", members: np.ndarray) -> None:
        """Read windows of verified records from their places."""
        dtype = self._types[windows.name]
        length, width = windows.values.shape[1:]
        row = width * dtype.itemsize  # bytes of a sample
        places = self._places[windows.name][windows.records[members]]
        offsets = places + windows.starts[members] * row
        with open_shard(self._paths[shard], io.FileIO) as file:
            self._require_unchanged(shard, os.fstat(file.fileno()))
            for member, offset in zip(members.tolist(), offsets.tolist(), strict=True):
                file.seek(offset)  # the file is this call's own; Windows has no os.pread
                content = file.read(length * row)
                if len(content) < length * row:
                    raise OSError("it ends within a record")
                windows.values[member] = np.frombuffer(content, dtype).reshape(length, width)

    def _read_verified(self, shard: int, windows: "_Windows", members: np.ndarray) -> None:
        """Read windows through HDF5."""
        records = windows.records[members]
        length = windows.values.shape[1]
        first, end = self._bounds[shard : shard + 2]
        with open_shard(self._paths[shard]) as file:
            self._require_unchanged(shard, os.stat(self._paths[shard]))
            variable = file[stored_name(self.dataset, windows.name)]
            for member, record in zip(members.tolist(), (records - first).tolist(), strict=True):
                values = variable[record]  # all of it: the checksum is that of the whole record
                start = windows.starts[member]
                windows.values[member] = values[start : start + length].reshape(length, -1)
            places = self._places[windows.name][first:end]
            if not places.any():
                places[:] = _places(variable)
            self._verified[windows.name][records] = places[records - first] > 0

    def _require_unchanged(self, shard: int, found: os.stat_result) -> None:
        if _identity(found) != self._identities[shard]:
            raise ValueError(
                f"{self._paths[shard]} is damaged or has been replaced: it has changed since it "
                "was opened, start again"
            )


def _identity(found: os.stat_result) -> tuple[int, int, int]:
    """What tells a file from one that takes its place."""
    return found.st_ino, found.st_size, found.st_mtime_ns


class _Windows(NamedTuple):
    """Windows of one variable: window i begins at sample starts[i] of records[i] and is to be read
    into values[i].
    """

    name: str
    records: np.ndarray
    starts: np.ndarray
    values: np.ndarray  # (window, length, channel)


def _places(variable: h5py.Dataset) -> np.ndarray:
    """Byte of the file at which each record begins; 0 where the file does not hold whole records as
    plain bytes.
    """
    places = np.zeros(len(variable), dtype=np.int64)
    properties = variable.id.get_create_plist()
    filters = {properties.get_filter(number)[0] for number in range(properties.get_nfilters())}
    is_plain = filters <= {h5py.h5z.FILTER_FLETCHER32} and not variable.file.userblock_size
    if is_plain and variable.chunks and variable.chunks[1:] == variable.shape[1:]:
        record_bytes = variable.dtype.itemsize * math.prod(variable.shape[1:])
        within = np.arange(variable.chunks[0]) * record_bytes

        def note(chunk: h5py.h5d.StoreInfo) -> None:
            members = slice(chunk.chunk_offset[0], chunk.chunk_offset[0] + len(within))
            places[members] = chunk.byte_offset + within[: len(places[members])]

        variable.id.chunk_iter(note)
    return places
