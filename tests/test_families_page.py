"""The commands and the example of the page on families of buildings, on little data."""

import re
import shlex
from pathlib import Path

import pytest
import torch

import datasets
from surrogate.cli.main import main

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Lightning with jsonargparse
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
]
ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "families.md").read_text(encoding="utf-8")
LITTLE = {
    "generate": ["records=12", "motion.duration=2"],
    "fit": ["--trainer.max_epochs=1", "--trainer.enable_progress_bar=false"],
    "test": ["--trainer.enable_progress_bar=false"],
}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_the_commands_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    for line in "".join(blocks("bash")).splitlines():
        program, command, *words = shlex.split(line)
        assert program == "surrogate"
        assert main([command, *words, *LITTLE.get(command, [])]) == 0, capsys.readouterr().err
    unseen = datasets.open_dataset("unseen.h5")
    assert "drift_reference" in unseen
    assert (datasets.open_dataset("other.h5").exponent == 2.5).all()
    assert Path("runs/tuned/best.ckpt").exists()


def test_the_example_runs():
    (example,) = blocks("python")
    names: dict = {}
    exec(compile(example, "docs/families.md", "exec"), names)
    torch.testing.assert_close(names["apart"], names["together"])
