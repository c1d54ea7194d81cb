"""The page on damage over time: its example finds the storey and the record that it says."""

import csv
import os
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from surrogate.cli.main import main

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Lightning, jsonargparse
PAGE = (Path(__file__).resolve().parents[1] / "docs" / "damage.md").read_text(encoding="utf-8")


def block(language):
    (code,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    return code


def numbers(sentence):
    return [float(number) for number in re.findall(r"([\d.]+)%", sentence)]


def test_the_example_finds_what_the_page_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(block("python"), "docs/damage.md", "exec"), {})
    program, *words = shlex.split(block("bash"))
    assert program == "surrogate"
    assert main(words) == 0
    stated = block("text").strip()
    told = next(line for line in capsys.readouterr().out.splitlines() if " falls by " in line)
    assert re.sub(r"[\d.]+%", "", told) == re.sub(r"[\d.]+%", "", stated)
    np.testing.assert_allclose(numbers(told), numbers(stated), atol=0.2)


def test_the_hotel_is_softer_in_stronger_motions(tmp_path, monkeypatch, capsys, shared_data):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAN_BERNARDINO", str(shared_data / "san_bernardino"))
    for line in block("console").splitlines():
        program, *words = shlex.split(os.path.expandvars(line))
        assert program == "surrogate"
        assert main(words) == 0
    assert "frequency 1 is lower in stronger motions" in capsys.readouterr().out
    with Path("runs/hotel/track.csv").open() as file:
        rows = list(csv.DictReader(file))
    found = [float(row["frequency 1 Hz"]) for row in rows]
    assert min(found) == pytest.approx(0.86, abs=0.005)
    assert max(found) == pytest.approx(0.93, abs=0.005)
