"""Commands in the docs use options that exist."""

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

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


def test_the_example_of_the_page_on_lengths_runs(tmp_path, monkeypatch):
    page = (DOCS / "lengths.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(compile(code, "docs/lengths.md", "exec"), names)  # what a reader types
    assert names["second"].sizes["time"] == 120
    assert bool(names["second"]["base_acceleration"].notnull().all())
