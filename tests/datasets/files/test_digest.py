"""The checksum of the content: zlib's CRC-32, in whatever blocks the values come."""

import zlib

import numpy as np
import pytest

from datasets.files import digest


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int8])
@pytest.mark.parametrize("cuts", [[], [1], [2, 5]])
def test_the_crc_is_that_of_zlib_over_the_bytes_in_order(dtype, cuts):
    values = np.random.default_rng(0).normal(scale=30.0, size=(7, 4, 3)).astype(dtype)
    assert digest.crc(np.split(values, cuts)) == zlib.crc32(values.tobytes())


def test_the_crc_of_no_values_is_zero():
    assert digest.crc([np.empty((0, 3))]) == 0
