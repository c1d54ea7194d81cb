"""Exported ensembles: one file with mean and spread, equal to those in Python."""

import json
from functools import partial

import numpy as np
import onnxruntime
import pytest
import torch

import surrogate
from surrogate import export, inference, networks
from surrogate.cli.main import main
from surrogate.data.examples import Examples
from surrogate.inference import ensemble
from tests.helpers.checkpoints import STATISTICS, save, untrained

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
KINDS = (
    partial(networks.LSTM, hidden=4),
    partial(networks.NeuralStateSpace, states=3, hidden=4),  # runs by a scan
    partial(networks.CNN, channels=[4], kernel=3),
)


def inputs(records, samples):
    noise = np.random.default_rng(7).standard_normal((records, samples, 3))
    scaled = np.array(STATISTICS["input_mean"]) + np.array(STATISTICS["input_scale"]) * noise
    return scaled.astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An ensemble of three kinds of networks, and one of the first kind alone, calibrated."""
    folder = tmp_path_factory.mktemp("export")
    for name, kinds in (("mixed", KINDS), ("alike", [KINDS[0]] * 3)):
        made = [untrained(kind, seed=seed) for seed, kind in enumerate(kinds)]
        paths = [save(one, folder / f"{name}{n}.ckpt") for n, one in enumerate(made)]
        members = surrogate.ensemble(paths)
        input = inputs(12, 20)
        mean, _ = members.respond(input)
        part = Examples(input, mean + 1e-3, np.arange(12))
        ensemble.save(members.calibrated(part), paths, folder / f"{name}.ckpt")
    return folder


@pytest.mark.parametrize("name", ["mixed", "alike"])
def test_an_onnx_model_gives_mean_and_spread(folder, tmp_path, name):
    path = tmp_path / "all.onnx"
    assert export.write(folder / f"{name}.ckpt", path) < export.LARGEST_DEVIATION
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    members = surrogate.ensemble(folder / f"{name}.ckpt")
    scale = STATISTICS["target_scale"]
    for records, samples in ((1, 50), (3, 7)):
        input = inputs(records, samples)
        found = session.run(["output", "spread"], {"input": input})
        for values, expected in zip(found, members.respond(input), strict=True):
            np.testing.assert_allclose((values - expected) / scale, 0.0, atol=1e-5)
    facts = session.get_modelmeta().custom_metadata_map
    assert facts["members"] == "3"
    assert [each["name"] for each in json.loads(facts["targets"])] == ["drift 1", "drift 2"]


def test_a_program_gives_mean_and_spread(folder, tmp_path):
    path = tmp_path / "all.pt2"
    assert export.write(folder / "alike.ckpt", path) < export.LARGEST_DEVIATION
    program = torch.export.load(path).module()
    input = inputs(2, 23)
    members = surrogate.ensemble(folder / "alike.ckpt")
    scale = STATISTICS["target_scale"]
    for values, expected in zip(
        program(torch.from_numpy(input)), members.respond(input), strict=True
    ):
        np.testing.assert_allclose((values.numpy() - expected) / scale, 0.0, atol=1e-5)


def test_a_checkpoint_keeps_members_and_calibration(folder, tmp_path, capsys):
    path = tmp_path / "again.ckpt"
    assert main(["export", "--checkpoint", str(folder / "mixed.ckpt"), "--out", str(path)]) == 0
    assert "0 standard deviations from the checkpoint" in capsys.readouterr().out
    before = surrogate.ensemble(folder / "mixed.ckpt")
    after = surrogate.ensemble(path)
    assert np.array_equal(after.scores, before.scores)
    assert np.array_equal(after.respond(inputs(2, 9)), before.respond(inputs(2, 9)))


def test_a_file_that_gives_another_spread_is_refused(folder, tmp_path, monkeypatch):
    def write(members, checkpoint, path):
        path.write_bytes(b"")

        def run(input):
            mean, spread = members.respond(input)
            return mean, 1.01 * spread

        return run

    monkeypatch.setitem(export.ENSEMBLE_WRITERS, ".onnx", write)
    with pytest.raises(ValueError, match="deviates from its checkpoint by"):
        export.write(folder / "alike.ckpt", tmp_path / "all.onnx")
    assert not (tmp_path / "all.onnx").exists()


def test_a_member_alone_is_exported_as_before(folder, tmp_path):
    export.write(folder / "alike0.ckpt", tmp_path / "one.onnx")
    session = onnxruntime.InferenceSession(
        tmp_path / "one.onnx", providers=["CPUExecutionProvider"]
    )
    assert [output.name for output in session.get_outputs()] == ["output"]
    (found,) = session.run(None, {"input": inputs(2, 9)})
    expected = inference.respond(inference.load(folder / "alike0.ckpt"), inputs(2, 9))
    np.testing.assert_allclose(found, expected, atol=1e-7)
