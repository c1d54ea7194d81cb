"""A page for each study from its committed results: what it states, its pictures, its verdicts."""

import csv
from pathlib import Path

from studies.framework import catalogue
from studies.framework.run import VERDICTS, finished, load

FOLDER = "studies/results"


def pages() -> dict[str, str]:
    """Markdown of each study's page by its place in the site.

    A study whose folder has a README.md of its own keeps it as a second page.
    """
    folders = [folder for folder in sorted(catalogue.COMMITTED.iterdir()) if finished(folder)]
    return {_place(folder): _page(folder) for folder in folders}


def _place(folder: Path) -> str:
    name = "study.md" if (folder / "README.md").exists() else "README.md"
    return f"{FOLDER}/{folder.name}/{name}"


def _page(folder: Path) -> str:
    record = load(folder)
    _, _, text = catalogue.statement(folder.name).partition("\n\n")
    blocks = [
        f"# {record['title']}",
        f"**{catalogue.summary(folder.name)}**",
        text,
        f"`{record['command']}` measured it in {record['minutes']:.1f} minutes of one thread.",
        *(
            f"![{record['title']}]({name}.png)\n\n{caption}"
            for name, caption in record["pictures"].items()
        ),
        _verdicts(folder / VERDICTS),
    ]
    return "\n\n".join(blocks) + "\n"


def _verdicts(path: Path) -> str:
    lines = ["| claim | source | measured | demanded | verdict |", "|---|---|---|---|---|"]
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            measured = f"{row['quantity']}: {row['measured']}"
            cells = (row["claim"], row["source"], measured, row["demanded"], row["verdict"])
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines)
