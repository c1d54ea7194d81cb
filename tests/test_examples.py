"""Examples in docstrings: every public class has one, and all that there are run as they stand."""

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

import datasets
import simulators
import surrogate
from surrogate import networks
from surrogate.training import losses

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("simulators", "datasets", "surrogate", "studies")
FACES = (simulators, datasets, surrogate, networks, losses)
BY_CLASS_PATH = (  # what a config names by its class path
    "surrogate.optim.initializers",
    "surrogate.optim.levenberg_marquardt",
    "surrogate.optim.optimizers",
    "surrogate.optim.pretraining",
    "surrogate.optim.schedulers",
)


def public_classes():
    """The classes of the faces, and those that are defined in modules named by class path."""
    for face in FACES:
        yield from (getattr(face, name) for name in face.__all__)
    for module in map(importlib.import_module, BY_CLASS_PATH):
        for name, member in vars(module).items():
            if not name.startswith("_") and getattr(member, "__module__", None) == module.__name__:
                yield member


def modules_with_examples():
    """Names of the modules whose source has a doctest prompt."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if ">>> " in path.read_text(encoding="utf-8"):
                parts = path.relative_to(ROOT).with_suffix("").parts
                yield ".".join(part for part in parts if part != "__init__")


CLASSES = [member for member in public_classes() if inspect.isclass(member)]


@pytest.mark.parametrize("member", CLASSES, ids=lambda member: member.__qualname__)
def test_public_class_has_an_example(member):
    assert ">>> " in (member.__doc__ or ""), f"{member.__module__}.{member.__qualname__}"


@pytest.mark.parametrize("name", list(modules_with_examples()))
def test_examples_run(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
