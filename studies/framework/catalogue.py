"""Which studies there are: every module and package under studies/ but the framework."""

import ast
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from studies.framework.study import Study

STUDIES = Path(__file__).resolve().parents[1]
COMMITTED = STUDIES / "results"


def names() -> list[str]:
    """Names of all studies."""
    return [module.name for module in iter_modules([str(STUDIES)]) if module.name != "framework"]


def statement(name: str) -> str:
    """Docstring of a study, read without importing it."""
    path = STUDIES / f"{name}.py"
    path = path if path.exists() else STUDIES / name / "__init__.py"
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def summary(name: str) -> str:
    """First sentence of the docstring, which may take two lines."""
    return " ".join(statement(name).split("\n\n")[0].split())


def find(name: str) -> Study:
    """Import a study; ValueError for an unknown name."""
    if name not in names():
        raise ValueError(f"study = {name!r}: expected one of {', '.join(names())}, all, list")
    return import_module(f"studies.{name}").STUDY
