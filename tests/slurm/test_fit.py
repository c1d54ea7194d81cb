"""Trainings on a real SLURM: a time limit, a signal, a requeue, two tasks; a sweep as two jobs."""

import subprocess
import time
from pathlib import Path

import pytest
import torch
import yaml

from tests.helpers.make_records import write_records

pytestmark = pytest.mark.slurm
ROOT = Path(__file__).resolve().parents[2]
CPU_BATCH = ROOT / "configs/cluster/fit_cpu.sbatch"
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"}


@pytest.fixture
def folder(tmp_path):
    """A folder with data and the configuration of a training of some seconds."""
    write_records(tmp_path / "records.h5")
    config = {
        "seed_everything": 1,
        "data": {
            "path": "records.h5",
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "window": 80,
            "batch_size": 4,
            "windows_per_epoch": 2000,
        },
        "model": {
            "network": {
                "class_path": "surrogate.networks.LSTM",
                "init_args": {"hidden": 4, "recurrent_dropout": 0.1},
            }
        },
        "trainer": {
            "max_epochs": 12,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    return tmp_path


def submitted(script, *words, environment, options=()):
    """Number of a job that has been submitted."""
    done = subprocess.run(
        ["sbatch", "--parsable", "--output=%j.out", *options, str(script), *words],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def state(job, environment):
    text = subprocess.run(
        ["scontrol", "--oneliner", "show", "job", job],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return dict(word.split("=", 1) for word in text.split() if "=" in word)


def ended(job, environment, seconds=400):
    """What SLURM says of a job that has ended."""
    limit = time.monotonic() + seconds
    while (found := state(job, environment))["JobState"] not in ENDED:
        assert time.monotonic() < limit, found
        time.sleep(0.5)
    return found


def lives(run):
    """How often the training of a run has begun."""
    return len(list(run.glob("log/version_*/config.yaml")))


def weights(path):
    return torch.load(path, weights_only=True)["state_dict"]


def same(one, other):
    return all(torch.equal(value, other[name]) for name, value in one.items())


def test_a_job_of_a_short_time_comes_again_and_ends_as_an_undisturbed_one(
    folder, slurm_node, monkeypatch
):
    """SLURM signals a minute before the limit; here by hand, once there is a checkpoint."""
    monkeypatch.chdir(folder)
    words = ["--config", "config.yaml", "--run"]
    job = submitted(CPU_BATCH, *words, "cut", environment=slurm_node)
    for restarts in (1, 2):
        limit = time.monotonic() + 200
        while not (Path("cut/last.ckpt").exists() and lives(Path("cut")) == restarts):
            assert time.monotonic() < limit, Path(f"{job}.out").read_text()
            time.sleep(0.2)
        time.sleep(1.0)
        subprocess.run(["scancel", "--signal=USR1", job], env=slurm_node, check=True)
        while int(state(job, slurm_node)["Restarts"]) < restarts:
            assert time.monotonic() < limit, Path(f"{job}.out").read_text()
            time.sleep(0.2)
    assert ended(job, slurm_node)["JobState"] == "COMPLETED"
    whole = submitted(CPU_BATCH, *words, "whole", environment=slurm_node)
    assert ended(whole, slurm_node)["JobState"] == "COMPLETED"
    assert same(weights("cut/last.ckpt"), weights("whole/last.ckpt"))


def test_a_job_that_may_not_come_again_fails_and_names_its_checkpoint(
    folder, slurm_node, monkeypatch
):
    monkeypatch.chdir(folder)
    words = ["--config", "config.yaml", "--run", "cut"]
    options = ["--no-requeue"]
    job = submitted(CPU_BATCH, *words, environment=slurm_node, options=options)
    limit = time.monotonic() + 200
    while not Path("cut/last.ckpt").exists():
        assert time.monotonic() < limit
        time.sleep(0.2)
    subprocess.run(["scancel", "--signal=USR1", job], env=slurm_node, check=True)
    assert ended(job, slurm_node)["JobState"] == "FAILED"
    told = Path(f"{job}.out").read_text()
    assert "the job does not come again: scontrol requeue" in told
    assert "--ckpt_path last continues from" in told
    assert "interrupted.ckpt" in told


def test_two_tasks_of_srun_train_together(folder, slurm_node, monkeypatch):
    monkeypatch.chdir(folder)
    words = ["--config", "config.yaml", "--run", "two", "--trainer.max_epochs", "2"]
    options = ["--ntasks-per-node=2", "--overcommit"]
    job = submitted(CPU_BATCH, *words, environment=slurm_node, options=options)
    assert ended(job, slurm_node)["JobState"] == "COMPLETED", Path(f"{job}.out").read_text()
    state_of_two = torch.load("two/last.ckpt", weights_only=True)
    assert state_of_two["global_step"] == 2 * 2000 // 2 // 4
