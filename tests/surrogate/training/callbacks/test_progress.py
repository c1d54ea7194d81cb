"""The bar of a training: one line, which counts the steps of all epochs and shows the losses of the
last.
"""

import sys

import pytest

from surrogate.training import bundled_steps
from surrogate.training.callbacks import progress
from surrogate.training.callbacks.progress import TrainingBar
from tests.helpers.make_records import write_records
from tests.helpers.train import fit

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return str(write_records(tmp_path_factory.mktemp("data") / "records.h5"))


@pytest.fixture
def terminal(monkeypatch, capsys):
    """Standard error as that of a wide terminal; older tqdms look for its width here."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("LINES", "50")
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _: True, raising=False)


def bar_of(capsys):
    """What is shown, without the last word on a fit as short as these."""
    lines = capsys.readouterr().err.splitlines(keepends=True)
    return "".join(line for line in lines if "the fit explains nothing" not in line)


def test_a_log_file_gets_plain_lines(path, capsys):
    """A bar would fill it with carriage returns."""
    fit(path, epochs=4, callbacks=[TrainingBar()], trainer={"enable_progress_bar": True})
    shown = bar_of(capsys)
    assert "\r" not in shown
    (line,) = shown.splitlines()
    assert line.startswith("epoch 4, step 12: ")
    assert "train/loss=" in line


def test_slow_steps_get_lines_within_their_epoch(path, capsys, monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    monkeypatch.setattr(bundled_steps, "PAUSE", 0.0)
    fit(path, epochs=2, callbacks=[TrainingBar()], trainer={"enable_progress_bar": True})
    shown = bar_of(capsys).splitlines()
    assert shown[0] == "epoch 1, step 1"  # no losses are known yet
    lines = [line.partition(":")[0] for line in shown]
    assert lines == [f"epoch {1 + (step - 1) // 3}, step {step}" for step in range(1, 7)]


def test_the_bar_counts_the_steps_of_all_epochs(path, terminal, capsys):
    fit(path, epochs=4, callbacks=[TrainingBar()], trainer={"enable_progress_bar": True})
    shown = bar_of(capsys)
    assert "12/12" in shown
    assert shown.count("\n") == 1
    last = shown.rsplit("\r", 1)[-1]
    assert last.startswith("epoch 4: 100%")
    assert "train/loss=" in last
    assert "validation/loss=" in last
    assert "v_num" not in last


def test_accumulated_batches_are_one_step(path, terminal, capsys):
    trainer = {"enable_progress_bar": True, "accumulate_grad_batches": 3}
    fit(path, epochs=4, callbacks=[TrainingBar()], trainer=trainer)
    assert "4/4" in capsys.readouterr().err


def test_the_other_processes_show_nothing(path, capsys):
    bar = TrainingBar()
    bar.disable()
    fit(path, callbacks=[bar], trainer={"enable_progress_bar": True})
    assert "step" not in capsys.readouterr().err
