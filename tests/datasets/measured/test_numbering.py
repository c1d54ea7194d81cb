"""Parts from numbers of records that a file holds."""

import numpy as np
import pytest

from datasets.measured.numbering import numbered


@pytest.mark.parametrize("first", [0, 1])
def test_numbers_from_zero_or_one(first):
    parts = {"train": np.array([2.0, 0.0]) + first, "test": np.array([1]) + first}
    assert numbered(parts, 3, first).values.tolist() == [0, 1, 0]


def test_marks_are_no_numbers():
    train = np.array([True, True, False, True])
    assert numbered({"train": train, "test": ~train}, 4).values.tolist() == [0, 0, 1, 0]
    with pytest.raises(ValueError, match="part train marks 4 records, there are 5"):
        numbered({"train": train, "test": ~train}, 5)


@pytest.mark.parametrize(
    ("members", "first", "message"),
    [
        ([0, 1, 2], 1, r"record 0, must hold numbers from 1 to 3: --zero-based counts from 0"),
        ([1, 2, 3], 0, r"record 3, must hold numbers from 0 to 2"),
        ([1, 2.5, 3], 1, r"part train holds 2.5, not a whole number"),
        ([1, 2], 1, r"record 3 is in none of the parts train"),
    ],
)
def test_what_is_no_record_is_refused(members, first, message):
    with pytest.raises(ValueError, match=message):
        numbered({"train": np.array(members)}, 3, first)
