"""The table of all studies in studies/README.md, made from the committed results: python -m
studies.framework.readme
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from studies.framework import catalogue
from studies.framework.claim import NOT_REPRODUCED
from studies.framework.run import VERDICTS, finished, load
from studies.framework.sources import CHAPTER, REFERENCE

README = catalogue.STUDIES / "README.md"
HEAD = f"""# Studies

Claims, each with the script that measures it. `surrogate study NAME --preset cpu` measures one and
writes its figures, its numbers and a report; `surrogate study all` measures all and builds a
gallery; `surrogate study list` names them. A claim has *held* when its number lay within the
demanded range for every seed, *failed* when for none, and is *not reproduced* when it depends on
the seed. Measured: the median, with the range over the seeds. Minutes are those of one thread.

Many claims are those of one chapter, cited by its sections as *{CHAPTER}*:
{REFERENCE}.

This page is made from `studies/results/` by `python -m studies.framework.readme`; a test asserts
that it is up to date.
"""
COLUMNS = ("figure", "command", "minutes", "claim", "measured")


def render(results: Path = catalogue.COMMITTED) -> str:
    """The page for the results in a folder."""
    studies = [load(folder) for folder in sorted(results.iterdir()) if finished(folder)]
    table: list[Sequence[str]] = [COLUMNS, ("---",) * len(COLUMNS)]
    for record in studies:
        table += _rows(record, results / record["name"])
    return HEAD + "\n" + "\n".join(f"| {' | '.join(row)} |" for row in table) + "\n"


def _rows(record: dict[str, Any], folder: Path) -> list[tuple[str, ...]]:
    """A row for each claim; the first shows the study."""
    with (folder / VERDICTS).open(encoding="utf-8", newline="") as file:
        claims = [_claim(row) for row in csv.DictReader(file)]
    picture = f"[![{record['title']}](results/{folder.name}/{next(iter(record['pictures']))}.png)]"
    first = (
        f"{picture}(results/{folder.name})",
        f"`{record['command']}`",
        f"{record['minutes']:.1f}",
    )
    return [(first if number == 0 else ("", "", "")) + claim for number, claim in enumerate(claims)]


def _claim(row: dict[str, str]) -> tuple[str, str]:
    seeds = ""
    if row["verdict"] == NOT_REPRODUCED:
        seeds = f" ({row['holding']} of {row['values']} {row['over']})"
    measured = f"{row['quantity']}: {row['measured']}, demanded {row['demanded']}"
    claim = f"{row['claim']} *{row['source']}*"
    return _cell(claim), _cell(f"**{row['verdict']}**{seeds}: {measured}")


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


if __name__ == "__main__":
    README.write_text(render(), encoding="utf-8")
    print(f"written to {README.name}")
