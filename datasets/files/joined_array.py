"""A variable of several datasets, one after another along the records, that is read in pieces."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from datasets.contract import lengths


class JoinedArray(BackendArray):
    """One variable whose records continue from dataset to dataset; only what is asked for is read.

    Parameters
    ----------
    pieces : sequence of Variable
        The variable in each dataset, lazy or not; they differ in the number of records alone, and
        series in that of samples too.
    length : int, optional
        Samples of every record: shorter pieces are padded behind their ends. None for what is no
        series.
    """

    def __init__(self, pieces: Sequence[xr.Variable], length: int | None = None):
        self.pieces = list(pieces)
        self.length = length
        self.bounds = np.cumsum([0, *(len(piece) for piece in pieces)])
        rest = pieces[0].shape[1:]
        samples = () if length is None else (length,)
        self.shape = (int(self.bounds[-1]), *samples, *rest[len(samples) :])
        self.dtype = np.result_type(*(piece.dtype for piece in pieces))

    def __getitem__(self, key: indexing.ExplicitIndexer) -> np.ndarray:
        return indexing.explicit_indexing_adapter(
            key, self.shape, indexing.IndexingSupport.OUTER, self._read
        )

    def _read(self, key: tuple) -> np.ndarray:
        records = np.arange(self.shape[0])[key[0]]
        values = self._read_records(np.atleast_1d(records))
        for axis in range(len(self.shape) - 1, 0, -1):  # from the last: a number drops its axis
            values = values[(slice(None),) * axis + (key[axis],)]
        return values if np.ndim(records) else values[0]

    def _read_records(self, records: np.ndarray) -> np.ndarray:
        values = np.empty((len(records), *self.shape[1:]), self.dtype)
        owner = np.searchsorted(self.bounds, records, side="right") - 1
        for number in np.unique(owner):
            mine = owner == number
            piece = self.pieces[number]
            read = piece[records[mine] - self.bounds[number]].values
            if self.length is None:
                values[mine] = read
            else:
                values[mine, : read.shape[1]] = read
                if read.shape[1] < self.length:
                    values[mine, read.shape[1] :] = lengths.PADDING
        return values


def concatenated(pieces: Sequence[xr.Variable], length: int | None = None) -> xr.Variable:
    """Return a variable of several datasets as one lazy variable, with the attributes of the first.

    Parameters are those of `JoinedArray`.
    """
    whole = indexing.LazilyIndexedArray(JoinedArray(pieces, length))
    return xr.Variable(pieces[0].dims, whole, pieces[0].attrs)
