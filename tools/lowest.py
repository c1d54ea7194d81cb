"""The lowest versions that pyproject.toml allows, as a constraints file for pip.

python tools/lowest.py > lowest.txt

`make test-lowest` installs them in an environment of their own and runs the tests there: a bound
that nobody has tried is a guess.
"""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
EXTRAS = ("cluster", "sweep", "bayes", "export", "seismology")


def pins(project: dict) -> list[str]:
    """`name==version` for each direct dependency that states a lower bound.

    Parameters
    ----------
    project : dict
        Content of pyproject.toml.

    Raises
    ------
    ValueError
        For a dependency without a lower bound.
    """
    stated = list(project["project"]["dependencies"])
    for extra in EXTRAS:
        stated += project["project"]["optional-dependencies"][extra]
    return [_pin(requirement) for requirement in stated]


def _pin(requirement: str) -> str:
    found = re.match(r"([\w.-]+)(?:\[[^\]]*\])?\s*>=\s*([\w.]+)", requirement)
    if found is None:
        raise ValueError(f"dependency {requirement!r} has no lower bound: write NAME>=VERSION")
    name, version = found.groups()
    return f"{name}=={version}"


if __name__ == "__main__":
    print("\n".join(pins(tomllib.loads(PROJECT.read_text(encoding="utf-8")))))
