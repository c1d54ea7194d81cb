"""A folder that one process at a time may write to, on systems with and without flock."""

import errno
import os
import shutil

import pytest

from datasets.files import locking
from datasets.files.lazy import open_shard
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


@pytest.mark.skipif(locking.fcntl is None, reason="needs a system with flock")
def test_a_file_system_without_locks_is_told(tmp_path, monkeypatch, capsys):
    """As of network file systems that are mounted without their lock daemon."""

    def refused(handle, how):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(locking.fcntl, "flock", refused)
    with exclusive(tmp_path, "taken"):
        told = capsys.readouterr().err
    assert told.startswith(f"warning: {tmp_path} lies on a file system without locks (No locks")


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP])
def test_hdf5_without_locks_is_told_with_its_remedy(tmp_path, code):
    """It is no damage, which was what an error of HDF5 was taken for."""
    path = tmp_path / "data.h5"
    path.touch()

    def refused(path):
        raise OSError(code, f"Unable to synchronously open file (unable to lock file, {code})")

    with (
        pytest.raises(ValueError, match=r"no file locks \(.*\): set HDF5_USE_FILE_LOCKING=FALSE"),
        open_shard(path, refused),
    ):
        pass
