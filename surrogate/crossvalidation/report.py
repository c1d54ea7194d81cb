"""What a cross-validation has found: report.md and folds.csv in its folder."""

import csv
import html
from collections.abc import Iterable
from pathlib import Path

from datasets.files.disk import new_file
from surrogate.crossvalidation.plan import Plan
from surrogate.evaluation.crossvalidated import NAME, CrossValidation

REPORT = "report.md"
TABLE = "folds.csv"


def write(folder: Path, found: CrossValidation, planned: Plan) -> str:
    """Write both files; return a small table and where they are."""
    with (
        new_file(folder / TABLE, overwrite=True) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        csv.writer(file, lineterminator="\n").writerows(_rows(found))
    with new_file(folder / REPORT, overwrite=True) as temporary:
        temporary.write_text("\n".join(_page(found, planned)) + "\n", encoding="utf-8")
    return f"{_summary(found)}\n\nwritten to {folder}: {REPORT}, {TABLE}, {NAME}"


def _summary(found: CrossValidation) -> str:
    head = f"{len(found.folds)} folds of {found.records} records"
    lines = [f"{head:<28}{'mean':>12}{'spread':>12}"]
    for metric in found.metrics:
        lines.append(f"{metric:<28}{found.mean(metric):>12.4g}{found.spread(metric):>12.4g}")
    return "\n".join(lines)


def _rows(found: CrossValidation) -> Iterable[list[object]]:
    yield ["fold", "name", "records", *found.metrics]
    for fold in found.folds:
        values = [fold.metrics[metric] for metric in found.metrics]
        yield [fold.number + 1, fold.name, fold.records, *values]


def _page(found: CrossValidation, planned: Plan) -> Iterable[str]:
    kind = "records at random" if found.by == "records" else f"groups of {found.by}"
    yield from (
        "# Cross-validation",
        "",
        f"{found.records} records of `{found.data}`"
        f"{' (' + ', '.join(found.parts) + ')' if found.parts else ''} in {len(found.folds)} "
        f"folds, {kind}.",
        "Each fold is predicted by a training that has not seen it"
        + (", and whose best epoch another fold has chosen." if planned.validates else "."),
        *(f"Note: {html.escape(note, quote=False)}." for note in planned.notes),
        "",
        "| metric | mean of the folds | spread between folds |",
        "|---|---|---|",
        *(f"| {m} | {found.mean(m):.4g} | {found.spread(m):.4g} |" for m in found.metrics),
        "",
        "The spread tells how much the folds differ; it is no standard error of the mean, since "
        "the trainings share records.",
        "",
        "## Folds",
        "",
        "| fold | held out | records | " + " | ".join(found.metrics) + " |",
        "|---" * (3 + len(found.metrics)) + "|",
    )
    for fold in found.folds:
        values = " | ".join(f"{fold.metrics[metric]:.4g}" for metric in found.metrics)
        name = html.escape(fold.name, quote=False) or "-"
        yield f"| {fold.number + 1} | {name} | {fold.records} | {values} |"
