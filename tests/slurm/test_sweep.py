"""A sweep as the jobs of an array on a real SLURM: they share one journal."""

import subprocess
import time
from pathlib import Path

import pytest
import yaml
from optuna.trial import TrialState

from surrogate.sweep import journal, owners
from tests.helpers.make_records import write_records

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning"),
]
SCRIPT = Path(__file__).resolve().parents[2] / "configs/cluster/sweep.sbatch"


def test_two_jobs_share_a_sweep(slurm_node, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = {
        "data": {
            "path": str(write_records(tmp_path / "records.h5")),
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "window": 80,
            "windows_per_epoch": 400,
        },
        "model": {"network": {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 2}}},
        "optimizer": {"class_path": "torch.optim.Adam", "init_args": {"lr": 1e-2}},
        "trainer": {
            "accelerator": "cpu",
            "max_epochs": 4,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }
    Path("config.yaml").write_text(yaml.safe_dump(config))
    space = {"optimizer.init_args.lr": {"low": 1e-4, "high": 1e-1, "log": True}}
    Path("space.yaml").write_text(yaml.safe_dump({"config": "config.yaml", "space": space}))
    command = ["sbatch", "--parsable", "--array=0-1", "--output=%a.out", str(SCRIPT)]
    command += ["space.yaml", "--out", "out", "--trials", "8"]
    job = subprocess.run(command, env=slurm_node, capture_output=True, text=True, check=True)
    limit = time.monotonic() + 400
    queue = ["squeue", "--noheader", f"--job={job.stdout.strip()}"]
    while subprocess.run(queue, env=slurm_node, capture_output=True, check=True).stdout:
        assert time.monotonic() < limit
        time.sleep(1.0)
    logs = "".join(path.read_text() for path in sorted(tmp_path.glob("*.out")))
    trials = journal.open_study(tmp_path / "out").trials
    assert sum(trial.state in journal.DONE for trial in trials) == 8, logs
    assert not any(trial.state == TrialState.RUNNING for trial in trials)
    assert len({trial.user_attrs[journal.OWNER] for trial in trials}) == 2
    assert not list((tmp_path / "out" / owners.FOLDER).iterdir())
    assert (tmp_path / "out/report.md").is_file()
