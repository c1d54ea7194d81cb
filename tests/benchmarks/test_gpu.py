"""The script of the GPU page runs on the processor too, covers every network, and says so where
there is no GPU.
"""

from dataclasses import replace

import pytest
import torch

from benchmarks.gpu import __main__ as command
from benchmarks.gpu import fits, subjects
from benchmarks.gpu.measured import QUICK, measure
from benchmarks.gpu.page import render
from surrogate import networks
from surrogate.optim.optimizers import optimizers

pytestmark = [
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:.*fp16 is not supported on CPU"),  # bf16 takes its place
]
BASES = ("SequenceNetwork", "ConditionedNetwork")


def test_every_network_is_a_subject():
    there = {name for name in networks.__all__ if name not in BASES}
    elsewhere = {*subjects.OF_IMAGES, *subjects.OF_RECORDINGS}
    assert set(subjects.NETWORKS) - {"BRNN", "LSTM, stack 4"} == there - elsewhere


def test_every_optimizer_is_a_subject():
    there = set(subjects.optimizer_factories())
    assert there == {*optimizers(), "MuonAdamW", "LevenbergMarquardt"}


def test_the_tables_are_filled(tmp_path):
    effort = replace(QUICK, device="cpu", steps=4, slow_steps=4, large=4, compiled=())
    little = ("records=20", "motion.duration=2")
    kept = []
    measured = measure(
        replace(effort, networks=("LSTM",), recipe=little),
        tmp_path,
        lambda so_far: kept.append(render(so_far)),
    )
    page = kept[-1]
    assert "| bf16-mixed |" in kept[3]  # what there was when the next row was measured
    (row,) = measured.networks
    assert row[0] == "LSTM"
    assert row[4] == 0.0  # the losses of one device are those of the same device
    refused = [row[0] for row in measured.optimizers if "refused" in str(row[-1])]
    assert refused == ["Muon", "SparseAdam"]
    trained = [row for row in measured.optimizers if row[0] not in refused]
    assert all(row[2] < row[1] for row in trained if row[0] != "RMSprop")
    assert all(row[2] == pytest.approx(1.0, abs=0.05) for row in measured.precisions)
    assert "Not measured: it takes 2 GPUs, the machine has 0." in page
    assert "| LSTM | 16-mixed |" in page
    assert [row[0] for row in measured.accuracies] == list(subjects.PRECISIONS)
    assert all(row[1] > 0.0 for row in measured.accuracies)


def test_a_step_is_compared_with_the_same_step():
    assert fits.difference([1.0, 2.0, 9.0], [1.0, 4.0, 1.0], steps=2) == 0.5


def raising(*files):
    """An error that is raised in the last of some files, each of which calls the next."""

    call = None
    for file in reversed(files):
        space = {"call": call}
        what = "call()" if call else "raise RuntimeError('called a synchronizing CUDA operation')"
        exec(compile(f"def step():\n    {what}", file, "exec"), space)
        call = space["step"]
    with pytest.raises(RuntimeError) as caught:
        call()
    return caught.value


def test_the_line_that_waits_is_named_and_not_the_loop():
    loop = str(fits.HERE / fits.LOOP)
    assert (fits.HERE / fits.LOOP).is_file()
    own = str(fits.HERE / "surrogate/optim/levenberg_marquardt.py")
    assert fits._place(raising(loop, own, "/lib/torch/linalg.py")) == (
        "levenberg_marquardt.py, step"
    )
    assert fits._place(raising(loop, "/lib/torch/optim/asgd.py")) == "asgd.py, step"


def test_a_fit_that_fails_is_ended_without_the_strict_mode(monkeypatch):
    modes = []
    monkeypatch.setattr(torch.cuda, "set_sync_debug_mode", modes.append)
    fits.Clock(steps=4, strict=True).on_exception(None, None, RuntimeError())
    assert modes == ["default"]
    fits.Clock(steps=4).on_exception(None, None, RuntimeError())
    assert modes == ["default"]


def test_without_a_gpu_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    page = tmp_path / "gpu.md"
    assert command.main(["--out", str(page)]) == 0
    assert "skipped" in capsys.readouterr().out
    assert not page.exists()


def test_an_unknown_network_is_refused(capsys):
    with pytest.raises(SystemExit):
        command.main(["--networks", "LTSM"])
    assert "expected some of MLP, WindowMLP" in capsys.readouterr().err
