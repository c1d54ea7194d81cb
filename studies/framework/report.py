"""HTML that needs no network: the report of a study, and the gallery of all."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from datasets.files.disk import new_file
from studies.framework.claim import Verdict
from studies.framework.run import load

TEMPLATES = Path(__file__).parent / "templates"
REPORT = "report.html"
GALLERY = "index.html"


def write_report(folder: Path, statement: str, verdicts: Sequence[Verdict]) -> Path:
    """Report of the study in a folder, with its figures embedded.

    Parameters
    ----------
    folder : Path
        With run.json and figures.
    statement : str
        Docstring of the study.
    verdicts : sequence of Verdict

    Returns
    -------
    Path
        Of the report.
    """
    record = load(folder)
    summary, _, text = statement.partition("\n")
    pictures = [
        (caption, _embed(folder / f"{name}.png")) for name, caption in record["pictures"].items()
    ]
    rows = [verdict.row() for verdict in verdicts]
    return _render(
        REPORT,
        folder,
        record=record,
        summary=summary,
        text=text.strip(),
        pictures=pictures,
        rows=rows,
    )


def write_gallery(
    folders: Sequence[Path], out: Path, summaries: dict[str, str], held: dict[str, str]
) -> Path:
    """Index of the reports in `folders`: one picture and one sentence each.

    Parameters
    ----------
    folders : sequence of Path
        Of studies whose report has been written.
    out : Path
        Folder of the index, above theirs.
    summaries, held : dict of str to str
        For each study its sentence, and how many of its claims held.
    """
    entries = []
    for folder in folders:
        record = load(folder)
        picture = _embed(folder / f"{next(iter(record['pictures']))}.png")
        link = f"{folder.relative_to(out).as_posix()}/{REPORT}"
        entries.append((record, summaries[record["name"]], held[record["name"]], picture, link))
    return _render(GALLERY, out, entries=entries)


def _embed(path: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()


def _render(template: str, folder: Path, **content: Any) -> Path:
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    text = environment.get_template(template).render(**content)
    with new_file(folder / template, overwrite=True) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")
    return folder / template
