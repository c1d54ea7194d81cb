"""Names of files on the command line: an empty one, as of an unset variable, is refused."""

import pytest

from surrogate.cli.main import main


@pytest.mark.parametrize(
    "words",
    [
        ["generate", "xor", "--out", ""],
        ["import", "data.csv", "--out", " "],
        ["import", "", "--out", "data.h5"],
        ["join", "data", "--out", ""],
        ["inspect", "data.h5", "--picture", ""],
        ["inspect", ""],
        ["check", ""],
    ],
)
def test_an_empty_name_is_refused(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "does not name a file or folder" in line
    assert list(tmp_path.iterdir()) == []
