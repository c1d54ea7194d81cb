"""What a run keeps of itself can be used again: its configuration, moved or after a resume, and the
report that names its checkpoint.
"""

import json
import shutil
from pathlib import Path

import pytest
import torch
import yaml

from surrogate.cli.main import main
from tests.helpers.make_records import write_records

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
torch.set_num_threads(1)  # networks of this size only lose by more
KEPT = "log/version_0/config.yaml"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run that was trained with `overwrite`, in the current folder."""
    monkeypatch.chdir(tmp_path)
    write_records(tmp_path / "records.h5")
    config = {
        "run": "run",
        "overwrite": True,
        "data": {"path": "records.h5", "inputs": ["base_acceleration"], "targets": ["drift"]},
        "model": {"network": {"class_path": "surrogate.networks.LSTM", "init_args": {"hidden": 4}}},
        "optimizer": {"class_path": "torch.optim.Adam", "init_args": {"lr": 1e-2}},
        "trainer": {
            "accelerator": "cpu",
            "max_epochs": 1,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }
    Path("own.yaml").write_text(yaml.safe_dump(config))
    assert main(["fit", "--config", "own.yaml"]) == 0
    return Path("run")


def report_of(folder):
    return json.loads((folder / "test/summary.json").read_text())


def test_the_kept_configuration_replaces_nothing(run, capsys):
    kept = yaml.safe_load((run / KEPT).read_text())
    assert kept["overwrite"] is False
    before = (run / "best.ckpt").read_bytes()
    assert main(["fit", "--config", str(run / KEPT)]) == 2
    assert "exists: name another --run or pass --overwrite" in capsys.readouterr().err
    assert (run / "best.ckpt").read_bytes() == before


def test_after_a_resume_the_best_state_is_tested(run, capsys):
    words = ["--ckpt_path", "last", "--trainer.max_epochs", "2"]
    assert main(["fit", "--config", "own.yaml", *words]) == 0
    kept = run / "log/version_1/config.yaml"
    assert yaml.safe_load(kept.read_text())["ckpt_path"] is None
    assert main(["test", "--config", str(kept)]) == 0
    assert report_of(run)["checkpoint"] == "run/best.ckpt"
    printed = capsys.readouterr().out
    assert "checkpoint run/best.ckpt, data records.h5" in printed
    assert "checkpoint run/best.ckpt" in (run / "test/summary.txt").read_text()


def test_last_in_a_configuration_is_for_fit_and_as_a_word_for_any_command(run, capsys):
    config = yaml.safe_load(Path("own.yaml").read_text()) | {"ckpt_path": "last"}
    Path("last.yaml").write_text(yaml.safe_dump(config))
    assert main(["test", "--config", "last.yaml"]) == 0
    assert report_of(run)["checkpoint"] == "run/best.ckpt"
    assert "ckpt_path = last of the configuration is for fit" in capsys.readouterr().err
    assert main(["test", "--config", "last.yaml", "--ckpt_path", "last"]) == 0
    assert report_of(run)["checkpoint"] == "run/last.ckpt"


@pytest.mark.parametrize("form", [["--config", "{}"], ["--config={}"]])
def test_a_moved_run_is_the_one_that_is_tested(run, form):
    shutil.move(run, "moved")
    assert main(["test", *(word.format(Path("moved", KEPT)) for word in form)]) == 0
    assert report_of(Path("moved"))["checkpoint"] == "moved/best.ckpt"
    assert not run.exists()


def test_a_named_folder_wins_over_that_of_the_kept_configuration(run):
    shutil.copytree(run, "copy")
    assert main(["test", "--config", str(run / KEPT), "--run", "copy"]) == 0
    assert report_of(Path("copy"))["checkpoint"] == "copy/best.ckpt"
    assert not (run / "test").exists()
