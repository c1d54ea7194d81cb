"""Commands in the docs use options that exist."""

import os
import re
import shlex
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from surrogate.cli.main import main
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.networks import LSTM
from tests.helpers.checkpoints import save, untrained

DOCS = Path(__file__).resolve().parents[1] / "docs"
OWN = ("card", "ensemble", "export", "respond")


def commands():
    """Words of every `surrogate ...` line of the pages on what comes after a training."""
    text = "".join(
        (DOCS / name).read_text(encoding="utf-8") for name in ("after_training.md", "export.md")
    )
    blocks = re.findall(r"^```bash\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [
        shlex.split(line)[1:]
        for block in blocks
        for line in block.splitlines()
        if line.startswith("surrogate ")
    ]


@pytest.mark.parametrize("words", [words for words in commands() if words[0] in OWN], ids=" ".join)
def test_commands_of_the_docs_can_be_parsed(words):
    parsed = import_module(f"surrogate.cli.{words[0]}")._parser().parse_args(words[1:])
    assert parsed.overwrite is False


def test_every_command_is_shown():
    assert {words[0] for words in commands()} == {*OWN, "fit", "test", "predict"}


def typed(page):
    """Names that the one Python example of a page leaves behind for a reader who types it."""
    text = (DOCS / page).read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    names: dict = {}
    exec(compile(code, f"docs/{page}", "exec"), names)
    return names


def test_the_example_of_the_page_on_lengths_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = typed("lengths.md")
    assert names["second"].sizes["time"] == 120
    assert bool(names["second"]["base_acceleration"].notnull().all())


def test_the_commands_of_the_page_on_joining_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = (DOCS / "joining.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```bash\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    for line in block.splitlines():
        assert main(shlex.split(line)[1:]) == 0
    told = capsys.readouterr().out
    (stated,) = re.findall("`(train .*?)`", text)
    assert f"40 + 40 records: {stated}\n" in told
    assert Path("data/both.card.md").exists()


def test_the_example_of_the_page_on_risk_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = typed("risk.md")
    assert names["low"] < names["curve"].median < names["high"]
    assert names["estimate"].crude_runs > names["estimate"].runs
    assert Path("fragility.xml").exists()
    assert Path("fragility.png").exists()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Lightning 2.6 with jsonargparse 4.53
def test_the_example_of_the_page_on_what_comes_after_a_training_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    push = ChannelGroup("push", "kN", "force at the top", "", 1)
    shake = ChannelGroup("shake", "m s-2", "acceleration", "", 1)
    ratio = ChannelGroup("damping_ratio", "1", "damping", "", 1, constant=True)
    sway = ChannelGroup("sway", "m", "of the roof", "", 1)
    statistics = {
        "input_mean": [0.0, 0.0, 0.04],
        "input_scale": [2.0, 1.0, 0.02],
        "input_peak": [10.0, 5.0, 0.1],
        "target_mean": [0.0],
        "target_scale": [0.01],
    }
    interface = Interface((push, shake, ratio), (sway,), 0.02)
    save(untrained(partial(LSTM, hidden=4), interface, statistics), tmp_path / "frame.ckpt")
    response = typed("after_training.md")["response"]
    assert response["sway"].shape == (3, 500)
    np.testing.assert_allclose(response["damping_ratio"], [0.02, 0.03, 0.05], rtol=1e-6)
    assert not np.array_equal(response["sway"][0], response["sway"][1])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Lightning 2.6 with jsonargparse 4.53
def test_the_example_of_the_page_on_classes_learns(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert typed("classes.md")["result"].metrics["validation/loss"] < 0.35


def commands_on_risk():
    text = (DOCS / "risk.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```bash\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


LITTLE_ON_RISK = {
    "records=400 ": "records=60 ",
    "records=40 ": "records=20 ",
    "records=20000 ": "records=400 motion.duration=6 ",
    "--runs 200 --standard-error 0.1": "--runs 60",
    "records=5000 ": "records=250 ",
    "records=10000 ": "records=300 motion.duration=4 ",
    "--limit 0.04 ": "--limit 0.01 --start 20 --step 10 ",
    "trainer.max_epochs=100": "trainer.max_epochs=1",
    "trainer.max_epochs=40": "trainer.max_epochs=1",
    "--runs 300 ": "--runs 30 ",
    "records=50 ": "records=16 motion.duration=4 ",
    "seed=7 ": "seed=7 motion.duration=4 ",
    "--limit 0.05": "--limit 0.02",
    "--standard-error 0.05": "--standard-error 0.001",
    "surrogate fit ": "surrogate fit --trainer.max_epochs=1 --trainer.enable_progress_bar=false ",
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Lightning 2.6 with jsonargparse 4.53
def test_the_commands_of_the_page_on_risk_run(tmp_path, monkeypatch, shared_data):
    """As they stand, on fewer records."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECORDS", str(shared_data / "records"))
    for name in ("trained", "configs"):
        (tmp_path / name).symlink_to(DOCS.parent / name)
    for line in commands_on_risk():
        for words, fewer in LITTLE_ON_RISK.items():
            line = line.replace(words, fewer)
        program, *arguments = shlex.split(os.path.expandvars(line))
        assert program == "surrogate"
        more = ["--repetitions", "20"] if arguments[0] == "fragility" else []
        assert main([*arguments, *more]) == 0, line
    made = {path.name for path in (tmp_path / "runs").iterdir()}
    assert {"ida", "fragility_corrected", "fragility_cloud", "probability"} <= made
    assert (tmp_path / "runs/round_1_seed_1/best.ckpt").exists()
    assert (tmp_path / "runs/loop/path.csv").exists()
    assert (tmp_path / "runs/fragility_calibrated/fragility.csv").exists()
    assert (tmp_path / "runs/fragility_corrected/fragility.xml").exists()
