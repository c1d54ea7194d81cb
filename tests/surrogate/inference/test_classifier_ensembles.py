"""Ensembles of classifiers: the mean is that of the probabilities, also in a test and on a card."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml

import surrogate
from surrogate import inference
from surrogate.card import page
from surrogate.cli.main import main
from surrogate.data.examples import read_part
from surrogate.inference import ensemble
from surrogate.networks import MLP
from surrogate.training.module import Surrogate
from tests.helpers.checkpoints import save

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Lightning 2.6, jsonargparse 4.53
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
    pytest.mark.filterwarnings("ignore:`isinstance"),  # Lightning 2.6 with torch 2.13
]
MEMBERS = ("0.ckpt", "1.ckpt", "2.ckpt")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Three untrained classifiers of XOR and their ensemble."""
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "xor", "--out", "xor.h5", "--workers=1"]) == 0
    records = surrogate.Records("xor.h5", ["x"], ["label"])
    records.setup("fit")
    for seed, name in enumerate(MEMBERS):
        torch.manual_seed(seed)
        made = Surrogate(partial(MLP, hidden=[4]), scale_targets=False)
        made.build_for(records)
        save(made.eval(), Path(name))
    whole = surrogate.ensemble(MEMBERS)
    ensemble.save(whole, MEMBERS, tmp_path / "all.ckpt")
    return tmp_path


def expected(part):
    """Mean probability of each class, from the scores of each member."""
    scores = np.stack([inference.respond(inference.load(name), part.input) for name in MEMBERS])
    each = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return (each / each.sum(axis=-1, keepdims=True)).mean(axis=0)


def test_the_mean_is_that_of_the_probabilities(folder):
    members = surrogate.ensemble("all.ckpt")
    part = read_part(members.interface, Path("xor.h5"), "test")
    mean, _ = members.respond(part.input)
    np.testing.assert_allclose(np.exp(mean), expected(part), rtol=1e-5)
    joined = inference.respond(members.joined(), part.input)
    np.testing.assert_allclose(joined, mean, rtol=1e-5, atol=1e-6)


def test_a_test_and_a_card_have_the_accuracy_of_the_mean(folder, capsys):
    part = read_part(surrogate.ensemble("all.ckpt").interface, Path("xor.h5"), "test")
    probability = expected(part)
    label = part.target[:, 0].astype(int)
    accuracy = np.mean(probability.argmax(axis=1) == label)
    entropy = -np.log(probability[np.arange(len(label)), label]).mean()
    config = {
        "data": {"path": "xor.h5", "inputs": ["x"], "targets": ["label"]},
        "model": {"network": "surrogate.networks.MLP"},
        "trainer": {"accelerator": "cpu", "enable_progress_bar": False},
    }
    Path("c.yaml").write_text(yaml.safe_dump(config))
    words = ["--config", "c.yaml", "--ckpt_path", "all.ckpt", "--run", "run"]
    assert main(["test", *words]) == 0
    found = json.loads(Path("run/test/summary.json").read_text())["metrics"]
    assert found["accuracy"] == pytest.approx(accuracy)
    assert found["cross_entropy"] == pytest.approx(entropy, rel=1e-4)
    assert main(["card", "--checkpoint", "all.ckpt", "--data", "t=xor.h5", "--out", "a.md"]) == 0
    stated = page.read_facts(Path("a.md"))["sets"]["t"]["metrics"]
    assert stated["accuracy"]["all"]["mean"] == pytest.approx(accuracy)
    assert stated["cross_entropy"]["all"]["mean"] == pytest.approx(entropy, rel=1e-4)
    assert main(["card", "--verify", "a.md"]) == 0


def test_what_takes_no_classifiers_says_so(folder, capsys):
    words = ["--data", "xor.h5", "--out", "b.ckpt"]
    assert main(["ensemble", "--checkpoint", *MEMBERS, *words]) == 2
    assert "bands are for records in time" in capsys.readouterr().err
    for name in ("a.onnx", "a.pt2"):
        assert main(["export", "--checkpoint", "all.ckpt", "--out", name]) == 2
        error = capsys.readouterr().err
        assert f"an ensemble of classifiers can be exported to .ckpt alone, got {name}" in error
        assert len(error.splitlines()) == 1
        assert not Path(name).exists()
    assert main(["export", "--checkpoint", "all.ckpt", "--out", "small.ckpt"]) == 0
