"""Where Hugging Face's `datasets` is found first, every command says so in one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from surrogate.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """A folder with another package of that name, which must not even be run."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "datasets").mkdir()
    (folder / "datasets/__init__.py").write_text("raise RuntimeError('was imported')")
    return folder


@pytest.mark.parametrize("name", [*COMMANDS, "study", "--help", ""])
def test_a_command_says_which_package_was_found(other, name):
    result = subprocess.run(
        [sys.executable, "-m", "surrogate", *([name] if name else [])],
        capture_output=True,
        text=True,
        cwd=other,
        env={**os.environ, "PYTHONPATH": f"{other}{os.pathsep}{ROOT}"},
        check=False,
    )
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"error: the package `datasets` found at {other / 'datasets'} is not")
    assert "pip uninstall datasets" in line
    assert result.stdout == ""
