"""The kernel's cache: found where it can be written, made anew where it is damaged."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from simulators.solvers.compilation_cache import ForgivingCache, writable_folder

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
from numba import njit
from simulators.solvers.compilation_cache import ForgivingCache

def twice(x):
    return 2 * x

compiled = njit(cache=True)(twice)
compiled._cache = ForgivingCache(twice)
print(compiled(21), compiled.stats.cache_hits)
"""


def test_the_first_folder_that_can_be_written_to(tmp_path):
    (tmp_path / "file").write_text("")
    candidates = [tmp_path / "file" / "below", tmp_path / "second", tmp_path / "third"]
    assert writable_folder(candidates) == tmp_path / "second"
    assert not (tmp_path / "third").exists()


def test_a_private_temporary_folder_where_none_can_and_a_word(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "file").write_text("")
    folder = writable_folder([tmp_path / "file" / "below"])
    assert folder.is_relative_to(tmp_path)
    assert folder.stat().st_mode & 0o077 == 0
    assert writable_folder([tmp_path / "file" / "below"]) == folder
    assert "NUMBA_CACHE_DIR chooses a folder that lasts" in caplog.text
    folder.chmod(0o777)  # anybody could have put a program there
    assert writable_folder([tmp_path / "file" / "below"]) != folder


@pytest.fixture
def program(tmp_path):
    """A folder with a program, written once: its time is part of the index of older numbas."""
    (tmp_path / "program.py").write_text(PROGRAM)
    return tmp_path


def run(folder):
    paths = {"NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": str(ROOT)}
    result = subprocess.run(
        [sys.executable, folder / "program.py"],
        capture_output=True,
        text=True,
        env=os.environ | paths,
    )
    assert result.returncode == 0, result.stderr
    value, hits = result.stdout.strip().split(" ", 1)
    assert int(value) == 42
    return "1" in hits


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("kept", [0.0, 0.5])
def test_a_cut_cache_is_made_anew(program, ending, kept):
    assert not run(program)
    assert run(program)
    (file,) = (program / "cache").rglob(f"*.{ending}")
    file.write_bytes(file.read_bytes()[: int(kept * file.stat().st_size)])
    assert not run(program)
    assert run(program)


def test_a_cache_that_cannot_be_written_is_done_without(monkeypatch, caplog):
    cache = ForgivingCache(writable_folder)

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "flush", full)
    monkeypatch.setattr(cache, "_load_overload", lambda *_: 1 / 0)
    assert cache.load_overload(None, type("Context", (), {"refresh": lambda self: None})()) is None
    assert "No space left on device" in caplog.text


EXAMPLE = """
import numpy as np
from simulators import BaseMotion, BoucWen, shear_building, solve

motion = BaseMotion(np.sin(np.arange(200) / 10.0), 0.02)
law = BoucWen([1e5, 1e5], 0.1, [50.0, 5e3], [50.0, 5e3], [1.0, 2.0])
response = solve(shear_building([300.0, 300.0], law, 100.0), motion, tolerance=1e-3)
print(float(abs(response.drift).max()))
"""


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        # The compiled numbers of two exponents, which the plan goes on to call by their old ones.
        ("solvers/dispatch.py", "(BOUC_WEN, SQUARE): Square", "(BOUC_WEN, SQUARE): Cube"),
        ("hysteresis/bouc_wen.py", "gamma * abs(z)", "2.0 * gamma * abs(z)"),
    ],
)
def test_a_change_in_any_source_is_seen_at_once(tmp_path, file, old, new):
    """In a copy of the package, whose kernel has been compiled and kept before."""
    shutil.copytree(
        ROOT / "simulators", tmp_path / "simulators", ignore=shutil.ignore_patterns("__pycache__")
    )
    before = example(tmp_path)
    assert example(tmp_path) == before
    source = tmp_path / "simulators" / file
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new))
    after = example(tmp_path)
    assert abs(after - before) > 1e-3 * before


def example(folder):
    """Largest drift by the copy of the package in a folder, in a process of its own."""
    paths = {"PYTHONPATH": str(folder), "NUMBA_CACHE_DIR": str(folder / "cache")}
    result = subprocess.run(
        [sys.executable, "-c", EXAMPLE],
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | paths,
    )
    assert result.returncode == 0, result.stderr
    return float(result.stdout)
