"""Chunks made here are those of HDF5, to the byte."""

import io

import h5py
import numpy as np
import pytest

from datasets.files.chunks import fletcher32, write_chunks


def _file(write, shape, chunks, dtype):
    file = io.BytesIO()
    with h5py.File(file, "w", libver="v110", track_order=True) as h5:
        write(h5.create_dataset("x", shape, dtype, chunks=chunks, fletcher32=True))
    return file.getvalue()


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int8])
@pytest.mark.parametrize(
    ("shape", "chunks"), [((10, 7, 3), (4, 7, 3)), ((60, 701), (7, 701)), ((13,), (5,))]
)
def test_file_is_that_of_hdf5(shape, chunks, dtype):
    values = np.random.default_rng(0).normal(scale=50.0, size=shape).astype(dtype)
    values[: chunks[0]] = 0  # a chunk whose sum is zero
    expected = _file(lambda target: target.write_direct(values), shape, chunks, dtype)
    assert _file(lambda target: write_chunks(target, 0, values), shape, chunks, dtype) == expected
    middle = 2 * chunks[0]

    def in_parts(target):
        write_chunks(target, 0, values[:middle])
        write_chunks(target, middle, values[middle:])

    assert _file(in_parts, shape, chunks, dtype) == expected


@pytest.mark.parametrize("count", [1, 2, 3, 511, 512, 513, 4001])
@pytest.mark.parametrize("byte", [0, 255, None])
def test_checksum_follows_its_definition(count, byte):
    content = np.random.default_rng(count).integers(0, 256, count).astype(np.uint8)
    if byte is not None:
        content[:] = byte
    words = [
        int.from_bytes(content[i : i + 2].tobytes().ljust(2, b"\0"), "big")
        for i in range(0, count, 2)
    ]
    low, high = sum(words), sum(int(partial) for partial in np.cumsum(words))
    reduced = [value and (value - 1) % 65535 + 1 for value in (low, high)]
    assert fletcher32(content) == reduced[1] << 16 | reduced[0]


def test_changed_byte_is_noticed_by_hdf5(tmp_path):
    values = np.random.default_rng(0).normal(size=(8, 100)).astype(np.float32)
    content = bytearray(
        _file(lambda target: write_chunks(target, 0, values), values.shape, (4, 100), np.float32)
    )
    content[content.index(values[5].tobytes()) + 3] ^= 1
    with h5py.File(io.BytesIO(content)) as h5, pytest.raises(OSError, match=r"[Cc]hecksum|filter"):
        h5["x"][...]
