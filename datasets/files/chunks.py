"""Uncompressed chunks with HDF5's Fletcher-32 checksum, made here and handed to HDF5 as they are
stored.

The file is that of HDF5's own way, to the byte, in a third of the time: HDF5 copies every chunk
twice and sums it word by word. This module loads Numba, which readers of datasets do without.
"""

from typing import Any

import h5py
import numba
import numpy as np

_RUN = 256  # words summed in 32 bits before they can overflow
_MODULUS = 2**16 - 1


def write_chunks(target: h5py.Dataset, first: int, values: np.ndarray) -> None:
    """Write values along the first axis of a dataset from `first` on, in chunks of whole records.

    Parameters
    ----------
    target : h5py.Dataset
        Chunked along its first axis alone, with the filter Fletcher-32 and no other.
    first : int
        Where the values begin, at the beginning of a chunk.
    values : ndarray, shape (record, ...)
        C-contiguous, in the type of `target`; whole chunks, unless they are the last of the
        dataset.
    """
    rows = target.chunks[0]
    rest = (0,) * (target.ndim - 1)
    content = values.reshape(-1).view(np.uint8)
    size = len(content) // len(values) * rows
    stored = np.zeros(size + 4, np.uint8)  # a chunk and its checksum
    for number, start in enumerate(range(0, len(content), size)):
        part = content[start : start + size]
        stored[: len(part)] = part
        stored[len(part) :] = 0  # what a last chunk lacks
        stored[size:] = np.frombuffer(fletcher32(stored[:size]).to_bytes(4, "little"), np.uint8)
        target.id.write_direct_chunk((first + number * rows, *rest), stored)


@numba.njit
def _reduced(value: Any) -> Any:
    return (value - 1) % _MODULUS + 1 if value else 0


@numba.njit(cache=True)
def fletcher32(content: np.ndarray) -> int:
    """Checksum of bytes as HDF5 defines it: that of Fletcher over 16-bit words, high byte first.

    Modulo 2^16 - 1 the exchange of the bytes of a word is a product with 256, and sums may have it
    at their end. A sum that is not zero is never stated as zero.
    """
    words = content[: len(content) // 2 * 2].view(np.uint16)
    low = high = 0
    for start in range(0, len(words), _RUN):
        run = words[start : start + _RUN]
        plain = np.uint32(0)
        weighted = np.uint32(0)
        for i in range(len(run)):
            plain += np.uint32(run[i])
            weighted += np.uint32(run[i]) * np.uint32(len(run) - i)
        high = _reduced(high + len(run) * low + weighted)
        low = _reduced(low + plain)
    if len(content) % 2:
        low += content[-1]
        high += low
    return _reduced(256 * high) << 16 | _reduced(256 * low)
