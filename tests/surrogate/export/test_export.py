"""Exported surrogates: equal to their checkpoints for any number of records and samples, or refused
with a sentence.
"""

import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

import surrogate.export.onnx_graph
from surrogate import export, inference, networks
from surrogate.cli.main import main
from surrogate.data.channels import ChannelGroup, Interface
from tests.helpers.checkpoints import STATISTICS, save, untrained
from tools import exporting

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
PAGE = exporting.DOCS.read_text()
DOCUMENTED = exporting.cells(PAGE)


def inputs(records, samples):
    noise = np.random.default_rng(7).standard_normal((records, samples, 3))
    return (
        np.array(STATISTICS["input_mean"]) + np.array(STATISTICS["input_scale"]) * noise
    ).astype(np.float32)


def run_onnx(path, input):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(["output"], {"input": input})[0]


@pytest.mark.parametrize("name", exporting.NETWORKS)
def test_every_network_goes_into_onnx_or_is_refused_as_documented(name, tmp_path):
    assert exporting.outcome(name, ".onnx", tmp_path) == DOCUMENTED[name, ".onnx"]


@pytest.mark.parametrize("name", ["NeuralStateSpace", "LSTM, bidirectional"])
def test_networks_go_into_torch_export_as_documented(name, tmp_path):
    assert exporting.outcome(name, ".pt2", tmp_path) == DOCUMENTED[name, ".pt2"]


@pytest.mark.slow
@pytest.mark.parametrize("name", exporting.NETWORKS)
@pytest.mark.parametrize("suffix", [".pt2", ".ckpt"])
def test_every_network_in_the_other_formats_as_documented(name, suffix, tmp_path):
    assert exporting.outcome(name, suffix, tmp_path) == DOCUMENTED[name, suffix]


def test_the_table_has_every_network_for_records():
    named = {name.split(",")[0] for name, _ in DOCUMENTED}
    assert named == set(networks.__all__) - {
        "ImageAutoencoder",
        "ImageClassifier",
        "ImageDecoder",
        "ConditionedNetwork",
        "SequenceNetwork",
    }


@pytest.mark.parametrize("name", ["LSTM", "RNN", "StateSpace", "WindowMLP"])
def test_onnx_runtime_agrees_for_other_numbers_and_lengths(name, tmp_path):
    """Beyond what the export itself tries, and longer."""
    model = untrained(exporting.NETWORKS[name])
    export.write(save(model, tmp_path / "a.ckpt"), tmp_path / "a.onnx")
    for records, samples in ((1, 1), (1, 700), (6, 3)):
        expected = inference.respond(model, inputs(records, samples))
        found = run_onnx(tmp_path / "a.onnx", inputs(records, samples))
        assert found.shape == expected.shape
        assert np.abs((found - expected) / STATISTICS["target_scale"]).max() < 1e-5


def test_the_file_says_what_goes_in_and_out(tmp_path):
    export.write(
        save(untrained(exporting.NETWORKS["LSTM"]), tmp_path / "a.ckpt"), tmp_path / "a.onnx"
    )
    facts = onnxruntime.InferenceSession(tmp_path / "a.onnx").get_modelmeta().custom_metadata_map
    assert json.loads(facts["interval"]) == {"value": 0.02, "units": "s"}
    named = [
        (channel["name"], channel["units"], channel["constant"])
        for channel in json.loads(facts["inputs"])
    ]
    assert named == [
        ("base_acceleration", "m s-2", False),
        ("stiffness 1", "N m-1", True),
        ("stiffness 2", "N m-1", True),
    ]
    assert [channel["name"] for channel in json.loads(facts["targets"])] == ["drift 1", "drift 2"]
    assert json.loads(facts["trained_peak"]) == STATISTICS["input_peak"]


def test_a_program_carries_its_description_and_takes_any_size(tmp_path):
    model = untrained(exporting.NETWORKS["CNN"])
    export.write(save(model, tmp_path / "a.ckpt"), tmp_path / "a.pt2")
    files = {"description.json": ""}
    program = torch.export.load(tmp_path / "a.pt2", extra_files=files).module()
    assert json.loads(json.loads(files["description.json"])["interval"])["value"] == 0.02
    for records, samples in ((1, 5), (3, 90)):
        found = program(torch.from_numpy(inputs(records, samples))).numpy()
        np.testing.assert_allclose(
            found, inference.respond(model, inputs(records, samples)), atol=1e-7
        )


@pytest.mark.parametrize("suffix", [".onnx", ".pt2"])
def test_a_function_has_no_time(tmp_path, suffix):
    x, y = ChannelGroup("x", "1", "point", "input", 2), ChannelGroup("y", "1", "value", "output", 1)
    numbers = {name: [1.0] * (2 if "input" in name else 1) for name in STATISTICS}
    model = untrained(exporting.NETWORKS["MLP"], Interface((x,), (y,), None), numbers)
    assert export.write(save(model, tmp_path / "a.ckpt"), tmp_path / f"a{suffix}") < 1e-5


def test_a_plain_checkpoint_predicts_the_same_and_is_small(tmp_path):
    model = untrained(exporting.NETWORKS["LSTM"])
    source = save(model, tmp_path / "a.ckpt")
    content = torch.load(source) | {"optimizer_states": [torch.zeros(10_000)]}
    torch.save(content, source)
    export.write(source, tmp_path / "small.ckpt")
    assert (tmp_path / "small.ckpt").stat().st_size < source.stat().st_size - 30_000
    small = inference.load(tmp_path / "small.ckpt")
    assert np.array_equal(
        inference.respond(small, inputs(2, 30)), inference.respond(model, inputs(2, 30))
    )
    inference.require_training_state(source)
    with pytest.raises(ValueError, match="exported without the state of its training"):
        inference.require_training_state(tmp_path / "small.ckpt")


class Averaged(nn.Module):
    """Divides by the number of samples, which an exporter writes into the file: right for that
    length alone.
    """

    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)

    def forward(self, input):
        return self.linear(input.cumsum(1) / float(input.shape[1]))


def test_an_export_that_deviates_is_refused_and_leaves_nothing(tmp_path, monkeypatch):
    source = save(untrained(exporting.NETWORKS["MLP"]), tmp_path / "a.ckpt")
    monkeypatch.setitem(
        export.WRITERS, ".onnx", lambda *_: lambda input: np.full((*input.shape[:2], 2), 1e-3)
    )
    with pytest.raises(
        ValueError, match=r"the exported MLP deviates from its checkpoint by .* at most 1e-05"
    ):
        export.write(source, tmp_path / "a.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["a.ckpt"]


def test_an_export_that_takes_one_size_alone_is_refused(tmp_path, monkeypatch):
    def fixed(input):
        return input[:, :, :2] + np.zeros((1, 37, 1))

    source = save(untrained(exporting.NETWORKS["MLP"]), tmp_path / "a.ckpt")
    monkeypatch.setitem(export.WRITERS, ".onnx", lambda *_: fixed)
    with pytest.raises(
        ValueError,
        match="the exported MLP runs only on the number of records and samples",
    ):
        export.write(source, tmp_path / "a.onnx")


def test_a_network_that_depends_on_the_length_is_found_out(tmp_path):
    source = save(untrained(partial(Averaged)), tmp_path / "a.ckpt")
    with pytest.raises(ValueError, match="the exported Averaged deviates"):
        export.write(source, tmp_path / "a.onnx", trust=[__name__])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "a.tflite"], "a.tflite must end in one of .onnx, .pt2, .ckpt"),
        (["--out", "a.ckpt"], "a.ckpt exists: choose another name or pass --overwrite"),
        (
            ["--out", "a.onnx", "--checkpoint", "absent.ckpt"],
            "checkpoint absent.ckpt does not exist",
        ),
        (
            ["--out", "a.onnx", "--checkpoint", "notes.txt"],
            "notes.txt is not a checkpoint of this package",
        ),
        ([], "the following arguments are required: --out"),
        (["--out", "a.onnx", "--opset", "3"], "unrecognized arguments: --opset 3"),
    ],
)
def test_errors_of_the_user_are_one_line_and_leave_nothing(
    tmp_path, monkeypatch, capsys, arguments, message
):
    monkeypatch.chdir(tmp_path)
    save(untrained(exporting.NETWORKS["MLP"]), Path("a.ckpt"))
    Path("notes.txt").write_text("no checkpoint\n")
    assert main(["export", "--checkpoint", "a.ckpt", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert len(error.splitlines()) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"a.ckpt", "notes.txt"}


def test_export_without_its_packages_says_what_to_install(tmp_path, monkeypatch):
    def absent(name):
        raise ImportError(name=name)

    monkeypatch.setattr(surrogate.export.onnx_graph, "import_module", absent)
    with pytest.raises(
        ValueError, match=r"export to ONNX needs onnx: pip install -e '\.\[export\]'"
    ):
        export.write(
            save(untrained(exporting.NETWORKS["MLP"]), tmp_path / "a.ckpt"), tmp_path / "a.onnx"
        )


def test_the_example_of_the_docs_runs(tmp_path):
    export.write(
        save(untrained(exporting.NETWORKS["MLP"]), tmp_path / "a.ckpt"), tmp_path / "surrogate.onnx"
    )
    (example,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    run = subprocess.run(
        [sys.executable, "-c", example], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "(1, 2001, 2) ['drift 1 (m)', 'drift 2 (m)']" in run.stdout
