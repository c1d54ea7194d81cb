"""The page on identification: its commands and its example run, and find what they say."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from simulators import five_storey
from surrogate.cli.main import main
from surrogate.identification.matrix_file import read_matrices
from surrogate.networks.observation import channels
from tests.helpers import torsion

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # Lightning with jsonargparse 4.53
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # the data are in memory
]
PAGE = Path(__file__).resolve().parents[1] / "docs" / "identification.md"


def blocks(language):
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_the_commands_run_and_find_the_building(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recipe = next(block for block in blocks("yaml") if block.startswith("structure:"))
    Path("building.yaml").write_text(recipe)
    for line in "".join(blocks("bash")).splitlines():
        words = shlex.split(line)
        assert words[0] == "surrogate"
        assert main(words[1:]) == 0
    page = Path("runs/building/building.md").read_text()
    row = next(line for line in page.splitlines() if line.startswith("| 1 |"))
    frequency = float(row.split("|")[2].split("±")[0])
    assert frequency == pytest.approx(five_storey().frequencies[0], rel=0.01)
    assert "NRMSE on 3 other records" in page


def test_the_matrices_are_read(tmp_path):
    torsion.write(tmp_path, channels(["acceleration 1"], 4), records=3)
    own = tmp_path / "tower.yaml"
    own.write_text(next(block for block in blocks("yaml") if block.startswith("mass:")))
    np.testing.assert_allclose(read_matrices(own).locations, torsion.model().locations)


def test_the_example_finds_the_brace():
    (code,) = blocks("python")
    names: dict = {}
    exec(compile(code, str(PAGE), "exec"), names)
    deviation = names["known"].deviations[2]
    truth = names["truth"]["brace"]
    assert names["values"]["brace"] == pytest.approx(truth, rel=4.0 * deviation)
    assert deviation < 0.5
