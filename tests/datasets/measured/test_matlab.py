"""The reader of MAT files against SciPy, which writes them, and against files that are not
whole.
"""

import random
import struct

import numpy as np
import pytest
import scipy.io
import scipy.sparse

from datasets.measured.matlab import read_matlab

GENERATOR = np.random.default_rng(0)
NUMBERS = {
    "double": GENERATOR.standard_normal((3, 5)),
    "single": GENERATOR.standard_normal((2, 3, 4)).astype(np.float32),
    "scalar": np.array([[7.5]]),
    "row": np.arange(4.0)[None],
    "column": np.arange(9.0)[:, None],
    "empty": np.zeros((0, 3)),
    "a_name_that_is_longer_than_others": np.array([[1, 2]], dtype=np.int16),
    **{
        f"x{dtype}": np.arange(5, dtype=dtype)[None]
        for dtype in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")
    },
}
OTHERS = {
    "words": np.array(["abc", "de"]),
    "cells": np.array([[1.0], "two"], dtype=object),
    "record": {"a": 1.0},
    "few": scipy.sparse.eye_array(5).tocsc(),
    "phase": np.array([[1j]]),
}
KINDS = {"words": "char", "cells": "cell", "record": "struct", "few": "sparse", "phase": "complex"}


@pytest.mark.parametrize("compressed", [False, True])
def test_numbers_are_those_that_scipy_reads(tmp_path, compressed):
    path = tmp_path / "numbers.mat"
    scipy.io.savemat(path, NUMBERS | OTHERS, do_compression=compressed, long_field_names=True)
    found, expected = read_matlab(path), scipy.io.loadmat(path)
    assert list(found) == [*NUMBERS, *OTHERS]
    for name in NUMBERS:
        np.testing.assert_array_equal(found[name].values, expected[name])
        assert found[name].values.dtype == expected[name].dtype
    assert {name: found[name].kind for name in OTHERS} == KINDS
    assert all(found[name].values is None for name in OTHERS)


def test_integers_stored_in_fewer_bytes_are_of_their_class(tmp_path):
    # MATLAB itself stores doubles that are small whole numbers as bytes.
    body = (
        struct.pack("<4I", 6, 8, 6, 0)
        + struct.pack("<2I2i", 5, 8, 1, 3)
        + struct.pack("<2H4s", 1, 1, b"u")
    )
    body += struct.pack("<2H4B", 2, 3, 1, 2, 250, 0)
    head = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    (tmp_path / "small.mat").write_bytes(head + struct.pack("<2I", 14, len(body)) + body)
    values = read_matlab(tmp_path / "small.mat")["u"].values
    assert values.dtype == np.float64
    assert (
        values.tolist()
        == [[1.0, 2.0, 250.0]]
        == scipy.io.loadmat(tmp_path / "small.mat")["u"].tolist()
    )


def test_the_other_byte_order(tmp_path):
    body = struct.pack(">4I", 6, 8, 6, 0) + struct.pack(">2I2i", 5, 8, 1, 2)
    body += struct.pack(">2H4s", 1, 1, b"u") + struct.pack(">2I2d", 9, 16, 3.0, 4.0)
    head = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x01\x00MI"
    (tmp_path / "swapped.mat").write_bytes(head + struct.pack(">2I", 14, len(body)) + body)
    assert read_matlab(tmp_path / "swapped.mat")["u"].values.tolist() == [[3.0, 4.0]]


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("last", [*OTHERS, "double"])
def test_a_file_is_read_whole_or_refused(tmp_path, compressed, last):
    path = tmp_path / "cut.mat"
    scipy.io.savemat(path, {"first": NUMBERS["double"]}, do_compression=compressed)
    alone = path.stat().st_size  # a cut here leaves a whole file of one array
    scipy.io.savemat(
        path,
        {"first": NUMBERS["double"], "last": (NUMBERS | OTHERS)[last]},
        do_compression=compressed,
    )
    whole = path.read_bytes()
    for end in {*range(0, 128, 16), *range(129, len(whole))} - {alone}:
        path.write_bytes(whole[:end])
        with pytest.raises(ValueError, match=r"\w"):
            read_matlab(path)


@pytest.mark.parametrize("compressed", [False, True])
def test_a_damaged_file_is_read_or_refused_and_crashes_nothing(tmp_path, compressed):
    path, generator = tmp_path / "spoilt.mat", random.Random(0)
    scipy.io.savemat(path, NUMBERS | OTHERS, do_compression=compressed)
    whole, refused = path.read_bytes(), 0
    for _ in range(600):
        spoilt = bytearray(whole)
        for _ in range(generator.choice([1, 1, 4])):
            spoilt[generator.randrange(128, len(whole))] = generator.randrange(256)
        path.write_bytes(spoilt)
        try:
            read_matlab(path)
        except ValueError:
            refused += 1
    assert refused > 60
