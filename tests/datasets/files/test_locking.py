"""A folder that one process at a time may write to, on systems with and without flock."""

import shutil

import pytest

from datasets.files import locking
from datasets.files.locking import exclusive


@pytest.fixture(params=["flock", "a file beside it"])
def folder(request, monkeypatch, tmp_path):
    if request.param != "flock":
        monkeypatch.setattr(locking, "fcntl", None)
    made = tmp_path / "data"
    made.mkdir()
    return made


def test_a_second_lock_is_refused_until_the_first_ends(folder):
    first = exclusive(folder, "taken")
    refused = pytest.raises(FileExistsError, match="taken")
    with first, refused, exclusive(folder, "taken"):
        pass
    with exclusive(folder, "taken"):
        assert list(folder.iterdir()) == []


def test_an_error_of_the_work_inside_is_not_taken_for_a_lock(folder):
    with pytest.raises(BlockingIOError), exclusive(folder, "taken"):
        raise BlockingIOError


def test_a_folder_that_is_gone_is_told(folder):
    shutil.rmtree(folder)
    with pytest.raises(FileNotFoundError), exclusive(folder, "taken"):
        pass
