"""What Windows lacks is not needed: the commands run with it taken away."""

import os
import subprocess
import sys

import pytest

from datasets.files.memory import require_memory

WITHOUT = """\
import os, signal, sys

import torch  # on Linux it uses some of it itself

sys.modules["fcntl"] = None
for name in ("pread", "getuid", "sched_getaffinity", "fork"):
    delattr(os, name)
del signal.SIGUSR1

from surrogate.cli.main import main

words = ["motion.duration=1", "records=12", "records_per_shard=4", "split={train: 1.0}"]
assert main(["generate", "five_storey", *words, "--out", "data"]) == 0
assert main(["check", "data"]) == 0
assert main(["inspect", "data"]) == 0

import numpy as np
from datasets.files.window_reader import WindowReader

reader = WindowReader("data")
records = np.array([7, 2])
starts = np.array([3, 10])
for _ in range(2):  # through HDF5, then from the places that it has told
    windows = reader.read(["drift"], records, starts, 20)
    whole = reader.dataset["drift"].values
    assert np.array_equal(windows, [whole[7, 3:23], whole[2, 10:30]])
from simulators.solvers.compilation_cache import _temporary_folder

print("temporary", _temporary_folder())
print("sound")
"""


def test_commands_do_without_what_windows_lacks(tmp_path):
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "TMPDIR": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stdout.endswith("sound\n"), ended.stderr[-2000:]
    assert sorted(path.name for path in tmp_path.glob("*.lock")) == []


def test_a_system_that_does_not_tell_its_memory_refuses_nothing(monkeypatch):
    with pytest.raises(ValueError, match="an array would take 1,000,000,000 GB"):
        require_memory("an array", 1e18)
    monkeypatch.delattr(os, "sysconf")
    require_memory("an array", 1e18)
