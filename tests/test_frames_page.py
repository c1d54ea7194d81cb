"""The commands of the page on frames, on little data: from real earthquakes to scores."""

import re
import shlex
from pathlib import Path

import pytest

from benchmarks import frames
from simulators.external.opensees.model import load_opensees
from surrogate.cli.main import main

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
ROOT = Path(__file__).resolve().parents[1]
LITTLE = {
    "generate": ["records=44", "motion.duration=4", "--no-card"],
    "fit": [
        "--trainer.max_epochs=1",
        "--trainer.enable_progress_bar=false",
        "--data.batch_size=32",
    ],
    "test": ["--trainer.enable_progress_bar=false"],
}


@pytest.mark.slow
def test_the_commands_run(tmp_path, monkeypatch, shared_data, capsys):
    try:
        load_opensees()
    except ImportError as failure:
        pytest.skip(str(failure))
    page = (ROOT / "docs" / "frames.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "p695").symlink_to(shared_data / "p695")
    blocks = re.findall(r"^```(bash|python)\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    assert [language for language, _ in blocks] == ["bash", "python", "bash"]
    for language, block in blocks:
        if language == "python":
            exec(block, {})
        else:
            run_lines(block, capsys)


def run_lines(block, capsys):
    for line in block.splitlines():
        words = shlex.split(line)
        if words[0] == "surrogate":
            assert main([*words[1:], *LITTLE.get(words[1], [])]) == 0
        else:
            assert words[:3] == ["python", "-m", "benchmarks.frames"]
            check_table(words[3:], capsys)


def check_table(arguments, capsys):
    """A row of positive scores for each checkpoint."""
    capsys.readouterr()
    frames.main(arguments)
    checkpoints = arguments[1:]
    rows = capsys.readouterr().out.splitlines()[-len(checkpoints) :]
    for checkpoint, row in zip(checkpoints, rows, strict=True):
        assert row.split()[0] == checkpoint
        scores = [float(value) for value in row.split()[1:]]
        assert len(scores) == len(frames.TITLES)
        assert all(score > 0.0 for score in scores)
