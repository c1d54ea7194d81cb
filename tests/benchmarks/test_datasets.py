"""The benchmark of datasets runs, its readers agree, and its counting of memory sees every
process.
"""

import json
import subprocess
import sys

import numpy as np
import pytest

from benchmarks import datasets, generation


@pytest.mark.filterwarnings("ignore:.*does not have many workers")
def test_the_quick_benchmark_runs_and_ends_with_all_numbers(capsys):
    datasets.main(["--quick"])
    summary = json.loads(capsys.readouterr().out.splitlines()[-1])
    goals = {
        "generation_ratio_1e-04",
        "peak_memory_ratio",
        "windows_disk",
        "windows_ratio_xarray",
        "open_seconds",
    }
    assert goals <= set(summary)
    assert all(np.isfinite(value) and value > 0 for value in summary.values())


def test_memory_of_a_tree_of_processes_counts_all_of_it():
    """A child and a grandchild, each with 50 MB that it has written to."""
    memory = "import subprocess, sys; memory = bytearray(b'x') * 50_000_000; "
    child = memory + "print(flush=True); input()"
    nested = memory + f"subprocess.run([sys.executable, '-c', {child!r}])"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", nested], **pipes) as process:
        process.stdout.readline()
        found = generation._memory_of_tree(process.pid)
        process.communicate("\n")
    assert 100e6 < found < 200e6
