"""Flags of several files: each word has one number for all of them."""

import numpy as np
import pytest
import xarray as xr

from datasets.contract import flags


def variable(values, words, numbers=None, kind=np.int8):
    numbers = range(len(words)) if numbers is None else numbers
    named = {"flag_values": np.array(list(numbers), kind), "flag_meanings": " ".join(words)}
    return xr.Variable("record", np.array(values, kind), {"units": "1", **named})


def words_of(found):
    known = dict(zip(found.attrs["flag_values"], found.attrs["flag_meanings"].split(), strict=True))
    return [known[value] for value in found.values]


def test_a_word_has_one_number_whatever_each_file_calls_it():
    first = variable([0, 1, 0], ["train", "test"])
    second = variable([7, 3, 3, 5], ["test", "validation", "train"], [3, 5, 7])
    found = flags.concatenated([first, second])
    assert words_of(found) == ["train", "test", "train", "train", "test", "test", "validation"]
    assert found.attrs["flag_meanings"] == "train test validation"  # those of the first stay
    assert found.attrs["units"] == "1"
    assert found.dtype == np.int8
    np.testing.assert_array_equal(found.attrs["flag_values"], [0, 1, 2])


def test_more_words_than_a_type_can_count_get_a_larger_one():
    first = variable([0, 99], [f"a{n}" for n in range(100)])
    second = variable([0, 99], [f"b{n}" for n in range(100)])
    found = flags.concatenated([first, second])
    assert words_of(found) == ["a0", "a99", "b0", "b99"]
    assert found.dtype == np.int32


def test_a_value_without_a_word_is_refused():
    with pytest.raises(ValueError, match="the value 2 has no word in flag_meanings"):
        flags.concatenated([variable([0], ["train"]), variable([2], ["train", "test"])])
    with pytest.raises(ValueError, match="flag_meanings has 1 words for 2 flag_values"):
        flags.concatenated([variable([0], ["train"], [0, 1])] * 2)
