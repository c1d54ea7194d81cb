"""The package as a whole: its own `datasets`, one-way layers, one roof for all commands, nothing
large in the tree.
"""

import importlib
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from surrogate.cli.main import COMMANDS, main

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("simulators", "datasets", "surrogate", "studies")


@pytest.mark.parametrize("name", PACKAGES)
def test_packages_come_from_this_repository(name):
    module = importlib.import_module(name)
    assert Path(module.__file__).resolve().parent == ROOT / name


def test_foreign_datasets_package_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "__init__.py").write_text("__version__ = '4.0'\n")
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-c", "import surrogate"]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode != 0
    assert "pip uninstall datasets" in run.stderr


def test_layers_import_one_way(monkeypatch):
    from importlinter.cli import lint_imports

    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0


@pytest.mark.parametrize(
    ("contract", "file", "forbidden"),
    [
        ("Data flows one way", "simulators/checks.py", "studies"),
        ("Rooms of simulators", "simulators/checks.py", "simulators.solvers"),
        ("Rooms of datasets", "datasets/contract/schema.py", "datasets.files"),
        ("Rooms of surrogate", "surrogate/data/channels.py", "surrogate.cli"),
        ("A study imports the framework", "studies/optimizers/scan.py", "studies.initializers"),
    ],
)
def test_each_contract_notices_a_forbidden_import(contract, file, forbidden, tmp_path):
    for name in PACKAGES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=everything_but_modules)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / file).open("a") as module:
        module.write(f"import {forbidden}\n")
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    (broken,) = [line for line in run.stdout.splitlines() if " BROKEN" in line]
    assert broken.startswith(contract)


def everything_but_modules(folder, names):
    """Names in a folder that are neither Python modules nor folders (for `shutil.copytree`)."""
    return [name for name in names if not name.endswith(".py") and not Path(folder, name).is_dir()]


@pytest.mark.parametrize("name", PACKAGES)
def test_packages_tell_type_checkers_that_they_are_annotated(name):
    assert (ROOT / name / "py.typed").is_file()


def test_type_checking_leaves_no_room_out():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
    assert set(settings["packages"]) == set(PACKAGES)
    assert not settings.get("ignore_errors", False)
    overrides = settings.get("overrides", [])
    assert not [each["module"] for each in overrides if each.get("ignore_errors")]
    files = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py")]
    assert not [path for path in files if "mypy: ignore-errors" in path.read_text()]


@pytest.mark.parametrize(
    "command", ["generate", "import", "inspect", "check", "join", "benchmark-data"]
)
def test_dataset_commands_load_no_torch(command):
    code = (
        f"import sys; from surrogate.cli.main import main\ntry: main(['{command}', "
        "'--help'])\nexcept SystemExit: pass\n"
    )
    code += "sys.exit('torch' in sys.modules or 'lightning' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_roof_lists_its_commands_and_refuses_others(capsys):
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    assert all(f"  {name} " in listed for name in (*COMMANDS, "study"))
    assert main(["fitt"]) == 2
    message = capsys.readouterr().err
    assert message.startswith("error: command = 'fitt': expected one of")
    assert message.count("\n") == 1


def test_tree_holds_nothing_large_and_no_machine_paths():
    run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if run.returncode:
        pytest.skip("needs a git checkout")
    files = [ROOT / name for name in run.stdout.split("\0") if name and (ROOT / name).is_file()]
    assert [f.name for f in files if f.stat().st_size > 200_000] == []
    marks = ("/work" + "/", "/home" + "/", "/root" + "/")
    texts = [f for f in files if f.suffix in {".py", ".md", ".toml", ".yaml", ".txt", ".cff", ""}]
    assert [
        f.name for f in texts if any(mark in f.read_text(errors="ignore") for mark in marks)
    ] == []
