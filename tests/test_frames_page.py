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
    "fit": ["--trainer.max_epochs=1", "--trainer.enable_progress_bar=false"],
    "test": ["--trainer.enable_progress_bar=false"],
}


@pytest.mark.slow
def test_the_commands_run(tmp_path, monkeypatch, shared_data, capsys):
    try:
        load_opensees()
    except ImportError as failure:
        pytest.skip(str(failure))
    page = (ROOT / "docs" / "frames.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```bash\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "p695").symlink_to(shared_data / "p695")
    *commands, last = [shlex.split(line) for line in block.splitlines()]
    for program, command, *words in commands:
        assert program == "surrogate"
        assert main([command, *words, *LITTLE.get(command, [])]) == 0
    assert last[:3] == ["python", "-m", "benchmarks.frames"]
    capsys.readouterr()
    frames.main(last[3:])
    *_, row = capsys.readouterr().out.splitlines()
    assert row.split()[0] == "runs/steel_frame_lstm/best.ckpt"
    scores = [float(value) for value in row.split()[1:]]
    assert len(scores) == len(frames.TITLES)
    assert all(score > 0.0 for score in scores)
