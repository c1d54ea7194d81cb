"""The benchmark of the demo's LSTM runs: its step, and its trainings with their changes."""

import json

import pytest
import torch

from benchmarks import demo_training, lstm_step

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    pytest.mark.filterwarnings("ignore:`isinstance"),
]


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # which the script changes
    torch.set_num_threads(1)


def test_every_row_of_the_step_is_measured(monkeypatch, capsys):
    monkeypatch.setattr(lstm_step, "ROUNDS", 1)
    figures = lstm_step.measure(batch=2, samples=11)
    assert len(figures) == len(capsys.readouterr().out.splitlines()) == 13
    assert all(milliseconds > 0.0 for milliseconds in figures.values())


def test_a_variant_is_trained_and_its_time_to_the_goal_told(monkeypatch, capsys):
    monkeypatch.setattr(demo_training, "GOAL", 1e9)
    small = {"model.network.init_args.hidden": 4}
    monkeypatch.setattr(demo_training, "VARIANTS", {"small": small, "other": {}})
    little = ["--recipe-overrides", "records=20", "motion.duration=2"]
    demo_training.main(["file", "small", "--epochs", "2", *little])
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(found) == ["small"]
    assert len(found["small"]["curve"]) == 2
    assert 0.0 < found["small"]["minutes_to_goal"] < found["small"]["cpu_minutes"]


def test_an_unknown_variant_is_refused(capsys):
    with pytest.raises(SystemExit):
        demo_training.main(["file", "larger"])
    assert "expected some of demo, stack_2" in capsys.readouterr().err
