"""Files appear whole or not at all, and what cannot be made is known before any work."""

import errno
import os

import pytest

from datasets.files.disk import TEMPORARY_SUFFIX, UnfailingFile, check_destination, new_file, sweep
from surrogate.cli.main import main


def test_a_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "new" / "folder" / "file.txt"
    with new_file(path) as temporary:
        temporary.write_text("half")
        assert not path.exists()
        assert temporary.parent == path.parent
    assert path.read_text() == "half"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.txt"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    (tmp_path / "file.txt").write_text("old")

    def write():
        with new_file(tmp_path / "file.txt", overwrite=True) as temporary:
            temporary.write_text("half")
            raise OSError(errno.EIO, "the disk is on fire")

    with pytest.raises(OSError, match="on fire"):
        write()
    assert {entry.name: entry.read_text() for entry in tmp_path.iterdir()} == {"file.txt": "old"}


def test_destinations_that_are_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(
        FileExistsError, match="file exists: choose another name or pass --overwrite"
    ):
        check_destination(tmp_path / "file", False)
    with pytest.raises(ValueError, match=r"below/data\.h5 cannot be made: .*/file is a file"):
        check_destination(tmp_path / "file" / "below" / "data.h5", True)
    with pytest.raises(ValueError, match=r"data\.txt: the name of the file must end in \.h5, \.nc"):
        check_destination(tmp_path / "data.txt", True, [".h5", ".nc"])
    with pytest.raises(FileExistsError, match="is a folder"):
        check_destination(tmp_path, True)
    check_destination(tmp_path / "file", True)
    check_destination(tmp_path / "new" / "data.h5", False, [".h5"])
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_folder_without_permission_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)
    with pytest.raises(ValueError, match=f"cannot be made: no permission to write in {tmp_path}"):
        check_destination(tmp_path / "sub" / "data.h5", False)


def test_where_no_file_can_be_made_is_one_line(tmp_path):
    with (
        pytest.raises(ValueError, match=r"^/proc/none/data\.h5 cannot be made: no such file"),
        new_file("/proc/none/data.h5"),
    ):
        raise AssertionError("the block must not run")


def test_sweeping_takes_temporary_files_only(tmp_path):
    for name in (f".a.{TEMPORARY_SUFFIX}", f".b.{TEMPORARY_SUFFIX}", ".hidden", "data.h5"):
        (tmp_path / name).write_text("")
    sweep(tmp_path, ".a")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        f".b.{TEMPORARY_SUFFIX}",
        ".hidden",
        "data.h5",
    ]


def test_the_first_error_of_a_file_is_kept(tmp_path):
    full = tmp_path / "full"
    with UnfailingFile(full, "wb") as file:
        file.write(b"fits")
        file.raise_error()
        file._keep_error(os.write, -1, b"")  # a bad handle stands for a full disk
        assert file.write(b"lost") == 4
        with pytest.raises(OSError, match="Bad file descriptor") as caught:
            file.raise_error()
    assert caught.value.filename == str(full)
    assert full.read_bytes() == b"fits"


NOWHERE = [
    (
        ["generate", "radial", "records=3", "--out", "b.txt"],
        "b.txt: a dataset is one file that ends in .h5",
    ),
    (["generate", "radial", "records=3", "--out", "file/b"], "file is a file"),
    (["generate", "radial", "records=3", "--out", "file/b.h5"], "file is a file"),
    (
        ["generate", "radial", "records=3", "--out", "/proc/none/b.h5"],
        "cannot be made: no such file",
    ),
    (["import", "absent.csv", "--map", "force=1", "--out", "b.mat"], "must end in .h5"),
    (["join", "absent.h5", "--out", "b.txt"], "must end in .h5"),
    (["inspect", "absent.h5", "--picture", "b.jpg"], "must end in .png"),
]


@pytest.mark.parametrize(
    ("words", "message"), NOWHERE, ids=lambda value: value[-1] if isinstance(value, list) else ""
)
def test_commands_refuse_before_they_work(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    assert main(words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_folder_may_have_a_number_at_its_end_or_be_there_already(tmp_path):
    (tmp_path / "results.old").mkdir()
    for name in ("run-1.5", "results.old"):
        assert (
            main(["generate", "radial", "records=3", "--no-card", "--out", str(tmp_path / name)])
            == 0
        )
        assert (tmp_path / name / "recipe.yaml").is_file()
