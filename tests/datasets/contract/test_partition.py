"""Parts of a dataset: exact counts, no record twice, the same for every user."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.contract import partition


@given(records=st.integers(1, 500), share=st.floats(0, 1), seed=st.integers(0, 2**32))
def test_counts_are_exact_and_add_up(records, share, seed):
    parts = partition.draw(records, {"train": share, "test": 1 - share}, seed)
    assert len(parts) == records
    assert abs((parts == 0).sum() - share * records) < 1
    np.testing.assert_array_equal(
        parts, partition.draw(records, {"train": share, "test": 1 - share}, seed)
    )


def test_another_seed_gives_another_split():
    fractions = {"train": 0.5, "test": 0.5}
    assert np.any(partition.draw(100, fractions, 0) != partition.draw(100, fractions, 1))


def test_no_record_is_in_two_parts(small_dataset):
    dataset = small_dataset(50)
    members = [partition.members(dataset, name) for name in partition.names(dataset)]
    assert [len(m) for m in members] == [30, 10, 10]
    np.testing.assert_array_equal(np.sort(np.concatenate(members)), np.arange(50))


def test_a_part_is_selected_by_name(small_dataset):
    dataset = small_dataset(50)
    chosen = partition.select(dataset, "test")
    np.testing.assert_array_equal(
        chosen["drift"], dataset["drift"][partition.members(dataset, "test")]
    )
    with pytest.raises(
        ValueError, match="part 'tset' is not in the dataset, which has train, validation, test"
    ):
        partition.select(dataset, "tset")


@pytest.mark.parametrize("fractions", [{}, {"train": 0.5}, {"train": 1.5, "test": -0.5}])
def test_fractions_must_add_up(fractions):
    with pytest.raises(ValueError, match="split fractions must be >= 0 and add up to 1"):
        partition.draw(10, fractions, 0)


def test_names_are_one_word():
    with pytest.raises(ValueError, match="one word each, got 'my part'"):
        partition.label([0], ["my part"])
