"""Spoilt and hostile files end in one line, and touch nothing outside the output."""

import os
import subprocess
from functools import partial

import pytest
import torch

from surrogate import card
from surrogate.card.facts import Set
from surrogate.cli.main import main
from surrogate.networks import LSTM
from tests.helpers.checkpoints import save, untrained
from tests.helpers.make_records import write_records
from tools.fuzz import fuzz, outcome
from tools.fuzz_subjects import RECIPE, RECORD
from tools.spoiling import BOMB
from tools.tripwire import Tripwire

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def sound(tmp_path):
    return save(untrained(partial(LSTM, hidden=4)), tmp_path / "sound.ckpt")


@pytest.mark.parametrize("seed", [3])
def test_no_spoilt_file_ends_in_a_traceback(tmp_path, seed):
    found = fuzz(tmp_path / "fuzz" / "work", 4, seed)
    for name, counts in found.items():
        assert counts["traceback"] == counts["wrong"] == 0, name
        assert sum(counts.values()) == 4, name
    assert sum(counts["one line"] for counts in found.values()) > 0


def test_the_tripwire_sees_programs_and_files_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    inside = tmp_path / "inside"
    inside.mkdir()
    tripwire = Tripwire(inside)
    with tripwire.set():
        (inside / "own.txt").write_text("allowed")
        assert tripwire.events == []
        (tmp_path / "other.txt").write_text("noticed")
        subprocess.run(["true"], check=True)
    assert any("other.txt" in event for event in tripwire.events)
    assert any(event.startswith("subprocess.Popen") for event in tripwire.events)
    (tmp_path / "later.txt").write_text("not set any more")
    assert not any("later.txt" in event for event in tripwire.events)


@pytest.mark.parametrize("recipe", [BOMB, "records: 10\x1b[2J", "motion: {folder: /}"])
def test_a_recipe_in_a_checkpoint_is_data(sound, tmp_path, recipe):
    content = torch.load(sound, weights_only=True)
    content["interface"]["recipe"] = recipe
    torch.save(content, tmp_path / "hostile.ckpt")
    (tmp_path / "record.csv").write_text(RECORD)
    words = ["respond", "--checkpoint", str(tmp_path / "hostile.ckpt")]
    words += ["--record", str(tmp_path / "record.csv"), "--out", str(tmp_path / "out.h5")]
    assert outcome(words)[0] in ("sound", "one line")
    result, text = outcome([*words, "--overwrite", "--reference"])
    assert result == "one line", text


def test_what_a_checkpoint_says_is_shown_and_not_obeyed(sound, tmp_path):
    content = torch.load(sound, weights_only=True)
    for group in (*content["interface"]["inputs"], *content["interface"]["targets"]):
        group["long_name"] = "\x1b[2J<script>alert(1)</script>"
    hostile = tmp_path / "hostile.ckpt"
    torch.save(content, hostile)
    data = write_records(tmp_path / "data.h5")
    card.write(tmp_path / "card.md", hostile, {"test": Set(str(data))})
    page = (tmp_path / "card.md").read_text()
    assert "\x1b" not in page
    assert "<script" not in page
    result, text = outcome(["card", "--verify", str(tmp_path / "card.md")])
    assert result in ("sound", "one line"), text


@pytest.mark.parametrize(
    "words",
    [
        ["respond", "--checkpoint", "PIPE", "--record", "record.csv", "--out", "out.h5"],
        ["respond", "--checkpoint", "sound.ckpt", "--record", "PIPE", "--out", "out.h5"],
        ["card", "--verify", "PIPE"],
        ["card", "--checkpoint", "PIPE", "--out", "card.md"],
        ["export", "--checkpoint", "PIPE", "--out", "out.pt2"],
        ["generate", "PIPE", "--out", "out.h5"],
        ["import", "PIPE", "--out", "out.h5"],
        ["check", "PIPE"],
        ["inspect", "PIPE"],
        ["join", "PIPE", "--out", "out.h5"],
        ["ensemble", "--checkpoint", "PIPE", "PIPE", "--data", "PIPE", "--out", "out.ckpt"],
        ["fit", "--config", "PIPE"],
        ["fit", "--config=PIPE"],
        ["fit", "--data.path", "PIPE", "--data.inputs", "[u]", "--data.targets", "[y]"],
        ["fit", "--ckpt_path", "PIPE", "--data.path", "PIPE"],
        ["test", "--config", "PIPE"],
        ["sweep", "PIPE", "--out", "out"],
        ["sweep", "space.yaml", "--config", "PIPE", "--out", "out"],
    ],
    ids=" ".join,
)
def test_a_pipe_does_not_hang(sound, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "record.csv").write_text(RECORD)
    (tmp_path / "config.yaml").write_text("data: {path: a.h5, inputs: [u], targets: [y]}\n")
    (tmp_path / "space.yaml").write_text(
        "config: config.yaml\nspace: {optimizer.init_args.lr: [0.1, 0.2]}\n"
    )
    os.mkfifo("pipe.h5")
    result, text = outcome([word.replace("PIPE", "pipe.h5") for word in words])
    assert result == "one line", text


def test_what_a_shell_has_opened_is_read(capsys):
    """`--config <(...)` of bash is the name of a pipe that has a writer."""
    reader, writer = os.pipe()
    os.write(writer, b"trainer: {max_epochs: 7}\n")
    os.close(writer)
    with pytest.raises(SystemExit) as stop:
        main(["fit", "--config", f"/dev/fd/{reader}", "--print_config"])
    os.close(reader)
    assert stop.value.code == 0
    assert "max_epochs: 7" in capsys.readouterr().out


def test_a_shard_larger_than_any_memory_is_refused(tmp_path):
    path = tmp_path / "huge.yaml"
    path.write_text(RECIPE.replace("records_per_shard: 10", "records_per_shard: 1000000000000"))
    result, text = outcome(["generate", str(path), "--out", str(tmp_path / "huge.h5")])
    assert result == "one line"
    assert "records_per_shard: must be less than or equal to" in text
    assert not (tmp_path / "huge.h5").exists()
