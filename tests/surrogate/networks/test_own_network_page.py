"""The page on own networks works as it stands, from nothing to an answer."""

import re
import shlex
import sys
from pathlib import Path

import pytest
import torch

import datasets
from surrogate import load
from surrogate.cli.main import main

PAGE = Path(__file__).resolve().parents[3] / "docs" / "own_network.md"
MOTION = "time,base_acceleration (m/s^2)\n" + "".join(
    f"{0.02 * n:.2f},{(-1) ** (n // 9)}\n" for n in range(101)
)
BLOCKS = dict(
    re.findall(r"^```(\w+)\n(.*?)^```", PAGE.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "my_networks", raising=False)
    (tmp_path / "my_networks.py").write_text(BLOCKS["python"])
    (tmp_path / "my_gru.yaml").write_text(BLOCKS["yaml"])
    (tmp_path / "motion.csv").write_text(MOTION)
    yield tmp_path
    sys.modules.pop("my_networks", None)


@pytest.mark.filterwarnings("ignore")
def test_every_command_of_the_page_runs(here, capsys):
    commands = [shlex.split(line)[1:] for line in BLOCKS["bash"].splitlines()]
    assert [words[0] for words in commands] == ["generate", "fit", "respond", "card", "export"]
    for words in commands:
        assert main(words) == 0, (words, capsys.readouterr().err)
    assert datasets.open_dataset("response.h5")["drift"].sizes["storey"] == 5
    assert "my_networks.MyGRU" in Path("card.md").read_text()
    assert Path("my_gru.pt2").stat().st_size > 0
    capsys.readouterr()
    untrusted = [word for word in commands[-1] if word not in ("--trust", "my_networks")]
    assert main([*untrusted, "--overwrite"]) == 2
    assert "--trust my_networks" in capsys.readouterr().err

    network = load("run/best.ckpt", trust=["my_networks"]).network
    torch.manual_seed(0)
    input = torch.randn(2, 30, 1)
    first, state = network.stream(input[:, :10])
    rest, _ = network.stream(input[:, 10:], state)
    torch.testing.assert_close(torch.cat([first, rest], dim=1), network(input))
