"""Options of SLURM jobs, and jobs that end before their worker has joined."""

import subprocess
import sys
from concurrent.futures import BrokenExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from datasets.generation import slurm_jobs
from datasets.generation.slurm_jobs import Watch, checked, worker_memory

pytest.importorskip("distributed")
ROOT = Path(__file__).resolve().parents[3]


def test_every_process_of_a_job_has_its_memory():
    assert checked({})["memory"] == "4GB"
    assert checked({"cores": 16}) == {"cores": 16, "processes": 16, "memory": "64GB"}
    assert checked({"cores": 16, "processes": 2})["memory"] == "8GB"
    assert worker_memory(checked({"cores": 16, "memory": "4GiB"})) == "256.00 MiB"


def test_what_is_asked_for_is_said(capsys):
    slurm_jobs.say(2, checked({"cores": 16, "memory": "4GiB"}))
    assert capsys.readouterr().err == "2 SLURM jobs of 16 workers, 256.00 MiB for each\n"


@pytest.fixture
def watch():
    """A watch over the jobs 7 and 8; `workers` are those that the scheduler knows."""
    workers = {}
    cluster = SimpleNamespace(
        workers={"slurm-0": SimpleNamespace(job_id="7"), "slurm-1": SimpleNamespace(job_id="8")}
    )
    client = SimpleNamespace(nthreads=lambda: workers)
    settings = checked({"walltime": "00:10:00", "cores": 2})
    made = Watch(cluster, client, settings)
    made.workers = workers
    return made


def queue(monkeypatch, *jobs):
    monkeypatch.setattr(slurm_jobs, "in_queue", lambda: None if jobs == (None,) else set(jobs))


def test_jobs_that_never_joined_are_told_by_their_log(watch, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    queue(monkeypatch)
    with pytest.raises(BrokenExecutor, match="job 8 ended before its worker joined, and left no"):
        watch.look()
    (tmp_path / "slurm-8.out").write_text("starting\nbash: /absent/python: not found\n\n")
    with pytest.raises(BrokenExecutor) as told:
        watch.look()
    assert "ends with: bash: /absent/python: not found" in str(told.value)
    assert "within walltime=00:10:00, and within the 3.73 GiB of a worker" in str(told.value)
    assert "records_per_shard" in str(told.value)


@pytest.mark.parametrize("jobs", [("7",), ("8", "9"), (None,)], ids=str)
def test_jobs_that_wait_or_are_not_known_are_left(watch, monkeypatch, jobs):
    queue(monkeypatch, *jobs)
    watch.look()


def test_workers_that_have_joined_are_replaced_by_dask(watch, monkeypatch):
    queue(monkeypatch)
    watch.workers["tcp://1"] = 1
    watch.look()
    watch.workers.clear()  # at its walltime
    watch.look()


def test_a_queue_that_does_not_answer_says_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert slurm_jobs.in_queue() is None


def test_dask_jobqueue_leaves_ctrl_c_alone():
    """Its import would make Ctrl-C end a command with code 0."""
    text = (
        "import signal; from datasets.generation import clusters; clusters._jobqueue(); "
        "print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    )
    done = subprocess.run([sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "True\n", done.stderr
