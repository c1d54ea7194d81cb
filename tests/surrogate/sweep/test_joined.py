"""Several processes on one sweep, as the jobs of an array; and what schedulers tell them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from optuna.trial import TrialState

from surrogate.cli.main import main
from surrogate.sweep import devices, journal, owners
from tests.helpers.make_records import write_records

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning"),
]
ROOT = Path(__file__).resolve().parents[3]
SPACE = {"optimizer.init_args.lr": {"low": 1e-4, "high": 1e-1, "log": True}}


@pytest.fixture
def words(tmp_path):
    """The command of a sweep of small trainings, of two epochs unless more are asked for."""
    config = {
        "data": {
            "path": str(write_records(tmp_path / "records.h5")),
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
        },
        "model": {"network": {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 2}}},
        "optimizer": {"class_path": "torch.optim.Adam", "init_args": {"lr": 1e-2}},
        "trainer": {
            "accelerator": "cpu",
            "max_epochs": 2,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
    space = {"config": str(tmp_path / "config.yaml"), "space": SPACE}
    (tmp_path / "space.yaml").write_text(yaml.safe_dump(space))
    out = ["--out", str(tmp_path / "out"), "--processes", "1"]
    return ["sweep", str(tmp_path / "space.yaml"), *out]


def start(words, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "surrogate", *words],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | environment,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(condition, seconds=200.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def trials(folder):
    try:
        return journal.open_study(folder).trials
    except (FileNotFoundError, KeyError):  # not made yet
        return []


def test_two_processes_share_one_sweep(words, tmp_path):
    words += ["--join", "--trials", "6"]
    both = [start(words), start(words)]
    told = [process.communicate(timeout=300)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    found = trials(tmp_path / "out")
    assert sum(trial.state in journal.DONE for trial in found) == 6
    workers = {trial.user_attrs[journal.OWNER] for trial in found}
    assert len(workers) == 2
    rates = [trial.params["optimizer.init_args.lr"] for trial in found]
    assert len(set(rates)) == 6
    assert not list((tmp_path / "out" / owners.FOLDER).iterdir())


def test_who_does_not_join_is_refused_and_so_is_who_would_begin_anew(words, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    with owners.owned(tmp_path / "out"):
        assert main([*words, "--trials", "1"]) == 2
        assert "1 processes sweep in" in capsys.readouterr().err
    assert main([*words, "--trials", "1", "--join", "--overwrite"]) == 2
    assert "give --join or --overwrite, not both" in capsys.readouterr().err


def test_only_the_trials_of_the_dead_come_again(tmp_path):
    study = journal.resume(tmp_path, {})
    for owner in ("dead", "alive", None):
        trial = study.ask()
        trial.suggest_float("x", 0.0, 1.0)
        if owner:
            trial.set_user_attr(journal.OWNER, owner)
    study = journal.resume(tmp_path, {}, {"alive"})
    states = [trial.state for trial in study.trials]
    assert states == [TrialState.FAIL, TrialState.RUNNING, TrialState.RUNNING, TrialState.WAITING]
    assert study.trials[3].system_attrs["fixed_params"] == study.trials[0].params
    study = journal.resume(tmp_path, {})
    assert all(trial.state != TrialState.RUNNING for trial in study.trials)


def test_a_process_that_has_ended_is_no_owner(tmp_path):
    left = tmp_path / owners.FOLDER / "node-1"
    left.mkdir(parents=True)
    with owners.owned(tmp_path) as name:
        assert owners.living(tmp_path) == {name}
        assert not left.exists()
    assert owners.living(tmp_path) == set()


@pytest.mark.parametrize(
    ("visible", "found"), [("0,1", ["0", "1", "0"]), ("GPU-a,GPU-b", ["GPU-a", "GPU-b", "GPU-a"])]
)
def test_every_process_has_a_gpu_of_its_own(monkeypatch, visible, found):
    monkeypatch.setenv(devices.VISIBLE, visible)
    assert devices.of_processes(3) == found


@pytest.mark.parametrize("visible", ["", "3"])
def test_one_gpu_or_none_is_no_choice(monkeypatch, visible):
    monkeypatch.setenv(devices.VISIBLE, visible)
    assert devices.of_processes(3) == []


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="a signal that Windows lacks")
@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_job_whose_time_is_over_comes_again(words, tmp_path, processes):
    program = tmp_path / "bin/scontrol"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/scontrol.log\n')
    program.chmod(0o755)
    words[words.index("--processes") + 1] = processes
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    job = {"SLURM_JOB_ID": "42", "SLURM_JOB_NAME": "bash", "PATH": path}
    long = [*words, "--trials", "3", "--trainer.max_epochs=2000"]
    process = start(long, **job)

    def trains():
        assert process.poll() is None, process.communicate()[1]
        return any(trial.intermediate_values for trial in trials(tmp_path / "out"))

    wait_for(trains)
    process.send_signal(signal.SIGUSR1)
    told = process.communicate(timeout=120)[1]
    assert "Traceback" not in told
    assert set((tmp_path / "scontrol.log").read_text().split("\n")) == {"requeue 42", ""}
    assert process.returncode in (0, 130)
    assert not any(trial.state in journal.DONE for trial in trials(tmp_path / "out"))
