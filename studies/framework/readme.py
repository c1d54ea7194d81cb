"""The page studies/README.md: python -m studies.framework.readme makes it from the results."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from studies.framework import catalogue
from studies.framework.run import SO_FAR, VERDICTS, finished, load
from studies.framework.sources import (
    CHAPTER,
    COURSE,
    DECKS,
    DESASSIS,
    LAURENT,
    LITERATURE,
    OURS,
    REFERENCE,
    SLIDES,
    origin,
)

README = catalogue.STUDIES / "README.md"
HEAD = """# Studies

Claims, each with the script that measures it. `surrogate study NAME` measures one and writes its
figures, its numbers and a report; `surrogate study all` measures all and builds a gallery;
`surrogate study list` names them. `--preset tiny` takes seconds, `--preset full` is for a GPU, and
`--accelerator gpu` trains there.

A claim has *held* when its number lay within the demanded range for every seed (or every start,
setting or combination that was tried), *failed* when for none; else the verdict says in how many it
held. Measured: the median, with the smallest and the largest. Minutes are those of one thread.

This page is made from `studies/results/` by `python -m studies.framework.readme`; a test asserts
that it is up to date.
"""
SECTIONS = {
    COURSE: f"""## What the course says

Sentences in our words, in the setting of the text where it tells one. *{CHAPTER}* is
{REFERENCE}.
*{SLIDES}* are the slides of its lecture; *{DESASSIS}* and *{LAURENT}* are
{DECKS}. Where the text leaves a choice open, the setting says what
was tried. A demanded bound is the text's own, or follows from it as the quantity says.
""",
    LITERATURE: """## What other publications say
""",
    OURS: """## What we add

No text makes these claims.
""",
}
OVERVIEW = ("figure", "study", "command", "minutes", "claims held")
COLUMNS = {
    COURSE: ("study", "place", "claim", "setting", "measured", "verdict"),
    LITERATURE: ("study", "claim", "source", "measured", "verdict"),
    OURS: ("study", "claim", "measured", "verdict"),
}


def render(results: Path = catalogue.COMMITTED) -> str:
    """The page for the results in a folder."""
    studies = [load(folder) for folder in sorted(results.iterdir()) if finished(folder)]
    claims = {record["name"]: _claims(results / record["name"]) for record in studies}
    overview = [_overview(record, claims[record["name"]]) for record in studies]
    parts = [HEAD, _table(OVERVIEW, overview)]
    for kind, head in SECTIONS.items():
        rows = [
            _claim(kind, record, row)
            for record in studies
            for row in claims[record["name"]]
            if origin(row["source"]) == kind
        ]
        parts += [head, _table(COLUMNS[kind], rows)]
    return "\n".join(parts)


def _claims(folder: Path) -> list[dict[str, str]]:
    with (folder / VERDICTS).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _overview(record: dict[str, Any], claims: list[dict[str, str]]) -> tuple[str, ...]:
    """Picture, title, command, time, and how many claims of each kind held."""
    name = record["name"]
    picture = f"[![{record['title']}](results/{name}/{next(iter(record['pictures']))}.png)]"
    return (
        f"{picture}(results/{name})",
        record["title"],
        f"`{record['command']}`",
        f"{record['minutes']:.1f}",
        ", ".join([*_held(claims), *(["measured in part"] if record.get(SO_FAR) else [])]),
    )


def _held(claims: list[dict[str, str]]) -> Iterator[str]:
    for kind in SECTIONS:
        own = [row for row in claims if origin(row["source"]) == kind]
        held = [row for row in own if row["holding"] == row["values"]]
        if own:
            yield f"{kind}: {len(held)} of {len(own)}"


def _claim(kind: str, record: dict[str, Any], row: dict[str, str]) -> tuple[str, ...]:
    """The row of a claim in the table of its kind."""
    cells = {
        "study": f"[{record['name']}](results/{record['name']})",
        "place": row["source"],
        "source": row["source"],
        "claim": row["claim"],
        "setting": row.get("setting", ""),
        "measured": f"{row['quantity']}: {row['measured']}, demanded {row['demanded']}",
        "verdict": f"**{row['verdict']}**",
    }
    return tuple(cells[column] for column in COLUMNS[kind])


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


if __name__ == "__main__":
    README.write_text(render(), encoding="utf-8")
    print(f"written to {README.name}")
