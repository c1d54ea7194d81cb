"""What CONTRIBUTING.md, pre-commit and the hosted CI name exists."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MEMBERS = ("law", "network", "motion process", "accelerogram format", "study", "metric", "command")
PATH = re.compile(r"(?<![\w/])((?:[\w-]+/)+(?:[\w.-]+)?|[\w-]+\.(?:py|md|toml|yml))(?![\w/])")


def rows():
    """Cells of each row of the table of new members, by the member."""
    _, _, table = GUIDE.partition("| to add |")
    lines = table.partition("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {re.sub(r"^an? ", "", row[0]): row[1:] for row in cells}


def test_paths_of_the_guide_exist():
    quoted = [text for text in re.findall(r"`([^`\n]+)`", GUIDE) if " " not in text]
    paths = [text for text in quoted if PATH.fullmatch(text) and not text.startswith("site/")]
    inside = {"structures.py", "motions.py", "responses.py", "variation.py"}  # of datasets/recipes/
    folders = (ROOT, ROOT / "datasets" / "recipes")
    missing = [p for p in paths if not (folders[p in inside] / p).exists()]
    assert len(paths) > 30
    assert missing == []


@pytest.mark.parametrize("member", MEMBERS)
def test_every_member_has_its_place_and_its_tests(member):
    (place, _, tests) = next(row for name, row in rows().items() if member in name)
    assert PATH.search(place)
    assert (ROOT / tests.strip("`")).is_dir()


def test_targets_of_the_guide_are_in_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make ([\w-]+)", GUIDE))
    assert {"test", "docs"} <= targets
    assert [t for t in targets if not re.search(rf"^{t}:", makefile, re.MULTILINE)] == []


def test_modules_that_the_guide_runs_exist():
    for name in re.findall(r"`python -m ([\w.]+)`", GUIDE):
        assert (ROOT / name.replace(".", "/")).with_suffix(".py").exists(), name


def test_hooks_are_tools_of_the_environment():
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert shlex.split(hook["entry"])[0].startswith(".venv/bin/")


def test_both_ci_run_the_same_commands():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    hosted = [step["run"] for step in workflow["jobs"]["test"]["steps"] if "run" in step]
    own = re.findall(r"^make .*$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert hosted == own == ["make test", "make docs"]
