"""The page on damage over time: its example finds the storey and the record that it says."""

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
