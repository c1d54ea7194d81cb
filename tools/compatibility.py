"""Tables of the optimizers and initialisers that work with each network, from the outcomes that the
tests check; `python tools/compatibility.py` writes the docs.
"""

from pathlib import Path

import torch

from tests.surrogate.optim import test_initializers as initializers
from tests.surrogate.optim import test_optimizers as optimizers

DOCS = Path(__file__).parents[1] / "docs" / "compatibility.md"
HEADER = """# Which optimizer and initialiser work with which network

Made by `python tools/compatibility.py` with every optimizer and initialiser of torch {version},
found by inspection, on every network; a test fails when this page is out of date. See
`surrogate/optim/optimizers.py` and `surrogate/optim/initializers.py`. Initialisers set weights and
biases; the poles and residues of StateSpace and Modal start as in their papers.

"""


def page() -> str:
    """Both tables and the sentences that they refer to."""
    notes: list[str] = []
    tables = [
        "## Optimizers on architectures\n",
        *table(
            optimizers.EVERY,
            optimizers.ARCHITECTURES,
            lambda row, column: trains(row, column, notes),
        ),
        "\n## Initialisers on layers\n",
        *table(
            initializers.functions(),
            initializers.NETWORKS,
            lambda row, column: fills(row, column, notes),
        ),
    ]
    sentences = [f"{number}. {note}" for number, note in enumerate(notes, start=1)]
    return (
        HEADER.format(version=torch_version())
        + "\n".join([*tables, "\n## Notes\n", *sentences])
        + "\n"
    )


def torch_version() -> str:
    """Major and minor number of the installed torch, which may add to the tables."""
    return ".".join(torch.__version__.split(".")[:2])


def table(rows, columns, cell) -> list[str]:
    """Lines of a Markdown table."""
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    return lines + [
        f"| {row} | " + " | ".join(cell(row, column) for column in columns) + " |" for row in rows
    ]


def trains(name: str, architecture: str, notes: list[str]) -> str:
    """Whether an optimizer lowers the loss of a network in a few steps."""
    result = optimizers.outcome(name, architecture)
    return (
        refused(result, notes)
        if isinstance(result, str)
        else "trains"
        if result[-1] < result[0]
        else "does not"
    )


def fills(name: str, layer: str, notes: list[str]) -> str:
    """How many of the weights of a network an initialiser is defined for."""
    result = initializers.outcome(initializers.NETWORKS[layer](2, 3), name)
    if isinstance(result, str):
        return refused(result, notes)
    weights = [what for parameter, what in result.items() if "weight" in parameter]
    filled = sum(not what.startswith("left") for what in weights)
    return "all" if filled == len(weights) else f"{filled} of {len(weights)}"


def refused(sentence: str, notes: list[str]) -> str:
    """Number of the note with this sentence."""
    sentence = sentence.split(". ")[0]
    if sentence not in notes:
        notes.append(sentence)
    return f"refused ({notes.index(sentence) + 1})"


if __name__ == "__main__":
    DOCS.write_text(page())
