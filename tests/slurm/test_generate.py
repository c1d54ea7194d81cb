"""`surrogate generate --slurm` on a real SLURM: the same bytes, whatever happens to its jobs."""

import signal
import subprocess
import sys
import time

import pytest

from datasets.generation.executors import InProcess
from datasets.generation.generate import generate
from datasets.recipes.catalogue import load_recipe

pytest.importorskip("dask_jobqueue")
pytestmark = pytest.mark.slurm
WORDS = ["motion.duration=10", "records=400", "records_per_shard=10"]


@pytest.fixture
def started(slurm_node, tmp_path):
    """Starts the command in a folder; gives its process."""

    def start(*options):
        command = [sys.executable, "-m", "surrogate", "generate", "five_storey", *WORDS]
        command += ["--out", "out", "--no-card", "--slurm", "1", "--slurm-option", "interface=lo"]
        return subprocess.Popen(
            [*command, "memory=1GB", *options],
            cwd=tmp_path,
            env=slurm_node,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def undisturbed(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    folder = tmp_path / "undisturbed"
    generate(load_recipe("five_storey", WORDS), folder, InProcess())
    return contents(folder)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def jobs(environment):
    command = ["squeue", "--noheader", "--format=%A"]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    ).stdout.split()


def wait_for(found, seconds=120):
    limit = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < limit
        time.sleep(0.1)


def no_job_is_left(environment):
    wait_for(lambda: not jobs(environment), 30)


def begun(folder):
    wait_for(lambda: len(list((folder / "out").glob("shard-*"))) > 1)


def test_it_is_the_same_as_without_slurm(started, undisturbed, slurm_node, tmp_path):
    run = started()
    errors = run.communicate(timeout=300)[1]
    assert run.returncode == 0, errors
    assert "1 SLURM job of 1 worker, 0.93 GiB for each" in errors
    assert contents(tmp_path / "out") == undisturbed
    no_job_is_left(slurm_node)


def test_a_cancelled_job_is_replaced(started, undisturbed, slurm_node, tmp_path):
    run = started()
    begun(tmp_path)
    subprocess.run(["scancel", *jobs(slurm_node)], env=slurm_node, check=True)
    errors = run.communicate(timeout=300)[1]
    assert run.returncode == 0, errors
    assert contents(tmp_path / "out") == undisturbed


def test_ctrl_c_leaves_no_job_and_the_command_goes_on(started, undisturbed, slurm_node, tmp_path):
    run = started()
    begun(tmp_path)
    run.send_signal(signal.SIGINT)
    errors = run.communicate(timeout=120)[1]
    assert run.returncode == 130
    assert errors.splitlines()[-1] == "error: stopped: run the same command again to continue"
    assert "Traceback" not in errors
    no_job_is_left(slurm_node)
    again = started()
    assert again.communicate(timeout=300) is not None
    assert again.returncode == 0
    assert contents(tmp_path / "out") == undisturbed


def test_jobs_that_end_before_their_worker_joins_are_told(started, slurm_node):
    """A Python that is not there, as on nodes without the environment."""
    run = started("python=/absent/python")
    errors = run.communicate(timeout=300)[1]
    assert run.returncode == 1
    assert "Traceback" not in errors
    assert errors.count("continuing with new workers") == 4
    assert "ended before its worker joined; its log" in errors
    assert "/absent/python" in errors.splitlines()[-1]
    no_job_is_left(slurm_node)
