"""Streams of records are those that NumPy's own seed sequence gives."""

import numpy as np
import pytest

from datasets.recipes.streams import record_streams


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "seed", [0, 1, 2**32 - 1, 2**32, 2**64 + 3, 2**128 - 1, 2**128, 2**200 + 12345]
)
@pytest.mark.parametrize("first", [0, 999, 2**31 - 1, 2**32 - 3, 2**32 - 2, 2**32 + 5])
def test_streams_are_those_of_numpy(seed, first):
    for record, stream in enumerate(record_streams(seed, first, 3), start=first):
        expected = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(record,)))
        assert stream.bit_generator.state == expected.bit_generator.state
        np.testing.assert_array_equal(stream.standard_normal(5), expected.standard_normal(5))


def test_many_records_at_once():
    drawn = [stream.random() for stream in record_streams(7, 100, 500)]
    assert drawn == [
        np.random.default_rng(np.random.SeedSequence(7, spawn_key=(r,))).random()
        for r in range(100, 600)
    ]
