"""A folder that one process at a time may write to."""

import pytest

from datasets.files.locking import exclusive


def test_a_second_lock_is_refused_until_the_first_ends(tmp_path):
    first = exclusive(tmp_path, "taken")
    refused = pytest.raises(FileExistsError, match="taken")
    with first, refused, exclusive(tmp_path, "taken"):
        pass
    with exclusive(tmp_path, "taken"):
        pass


def test_an_error_of_the_work_inside_is_not_taken_for_a_lock(tmp_path):
    with pytest.raises(BlockingIOError), exclusive(tmp_path, "taken"):
        raise BlockingIOError
