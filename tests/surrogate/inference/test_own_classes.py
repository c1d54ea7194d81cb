"""Checkpoints of a network of an own module: refused with the reason, answered with `--trust`."""

import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

import datasets
from surrogate import inference
from surrogate.cli.main import main
from surrogate.networks import LSTM
from tests.helpers.checkpoints import save, untrained
from tests.helpers.make_records import write_records

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"  # Lightning 2.6 with jsonargparse 4.53
)
MODULE = "own_frames"
SINGLE = {
    "respond": ["--record", "r.h5", "--part", "test", "--out", "a.h5"],
    "card": ["--data", "test=r.h5", "--out", "a.md"],
    "export": ["--out", "a.ckpt"],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two checkpoints whose class lies in a module of the working folder, and records."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    code = "from surrogate.networks import LSTM\n\n\nclass Frame(LSTM):\n    pass\n"
    Path(f"{MODULE}.py").write_text(code)
    for seed in range(2):
        path = save(untrained(partial(LSTM, hidden=4), seed=seed), Path(f"{seed}.ckpt"))
        content = inference.read(path)
        content["hyper_parameters"]["network"]["class_path"] = f"{MODULE}.Frame"
        torch.save(content, path)
    write_records(tmp_path / "r.h5", records=24, samples=30)
    yield tmp_path
    sys.modules.pop(MODULE, None)


def refused(capsys, words):
    """One line that names the class and the remedy; nothing is imported."""
    assert main(words) == 2
    error = capsys.readouterr().err
    assert f"names {MODULE}.Frame" in error
    assert f"allow it by --trust {MODULE}" in error
    assert len(error.splitlines()) == 1
    assert MODULE not in sys.modules


@pytest.mark.parametrize("command", SINGLE)
def test_a_single_checkpoint_needs_trust(folder, capsys, command):
    words = [command, "--checkpoint", "0.ckpt", *SINGLE[command]]
    before = set(folder.iterdir())
    refused(capsys, words)
    assert set(folder.iterdir()) == before
    assert main([*words, "--trust", MODULE]) == 0
    assert Path(SINGLE[command][-1]).stat().st_size > 0


def test_an_ensemble_is_made_and_asked_with_trust(folder, capsys):
    words = ["ensemble", "--checkpoint", "0.ckpt", "1.ckpt", "--data", "r.h5", "--out", "e.ckpt"]
    refused(capsys, words)
    assert not Path("e.ckpt").exists()
    assert main([*words, "--trust", MODULE]) == 0
    sys.modules.pop(MODULE)
    capsys.readouterr()
    asked = ["respond", "--checkpoint", "e.ckpt", *SINGLE["respond"]]
    refused(capsys, asked)
    assert main([*asked, "--trust", MODULE]) == 0
    part = datasets.open_dataset("a.h5")
    stiffness = np.repeat(part["stiffness"].values[:, None], part.sizes["time"], axis=1)
    input = np.concatenate([part["base_acceleration"].values[..., None], stiffness], axis=2)
    members = [inference.load(name, trust=[MODULE]) for name in ("0.ckpt", "1.ckpt")]
    mean = np.mean([inference.respond(member, input) for member in members], axis=0)
    np.testing.assert_allclose(part["drift"], mean, rtol=1e-4, atol=1e-8)


def test_a_trusted_module_that_is_not_there_is_told(folder, capsys):
    Path(f"{MODULE}.py").unlink()
    words = ["export", "--checkpoint", "0.ckpt", *SINGLE["export"], "--trust", MODULE]
    assert main(words) == 2
    error = capsys.readouterr().err
    assert MODULE in error
    assert len(error.splitlines()) == 1
