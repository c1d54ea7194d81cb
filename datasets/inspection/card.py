"""The card of a dataset: one page of Markdown with a picture, beside the data."""

import html
import re
from pathlib import Path

import xarray as xr

from datasets.contract import partition
from datasets.contract.schema import leading_dim
from datasets.files.disk import new_file, sweep
from datasets.files.store import open_dataset
from datasets.inspection import figure
from datasets.inspection.joined import source_lines
from datasets.inspection.summary import (
    class_lines,
    failure_lines,
    length_lines,
    printable,
    variable_rows,
    variation_lines,
)

TEMPLATE = """\
# {title}

![A few records]({picture})

{count} {dim}s; {parts}. Read them all, lazily and with units:

```python
import datasets

data = datasets.open_dataset("{path}")
```

`surrogate check {path}` verifies checksums, units and values; `surrogate inspect {path}` looks at
them anew.

## Variables

{table}

## Provenance

{provenance}
"""
PROVENANCE = (
    "recipe_hash",
    "seed",
    "source",
    "imported",
    "integrator",
    "tolerance",
    "software",
    "schema_version",
)


def write_card(path: str | Path) -> Path:
    """Write the card of the dataset at `path`, in its folder or beside its file, and return the
    card's path.
    """
    path = Path(path)
    card = path / "README.md" if path.is_dir() else path.with_suffix(".card.md")
    picture = path / "records.png" if path.is_dir() else path.with_suffix(".card.png")
    dataset = open_dataset(path)
    dim = leading_dim(dataset)
    title = f"{path.stem}, {dataset.sizes[dim]} {dim}s"
    for file in (card, picture):
        sweep(file.parent, f".{file.name}.")
    figure.save(dataset, picture, title, overwrite=True)
    with new_file(card, overwrite=True) as temporary:
        temporary.write_text(_text(dataset, title, path.name, picture.name), encoding="utf-8")
    return card


def _text(dataset: xr.Dataset, title: str, path: str, picture: str) -> str:
    dim = leading_dim(dataset)
    parts = [f"{len(partition.members(dataset, part))} {part}" for part in partition.names(dataset)]
    rows = [tuple(map(_plain, row)) for row in variable_rows(dataset)]
    table = [rows[0], ("---",) * len(rows[0]), *rows[1:]]
    lines = [
        f"- {name}: {_plain(str(dataset.attrs[name]))}"
        for name in PROVENANCE
        if name in dataset.attrs
    ]
    lines += [f"- joined from {_plain(line)}" for line in source_lines(dataset)]
    lines += [f"- classes of {_plain(line)}" for line in class_lines(dataset)]
    lines += [f"- lengths: {line}" for line in length_lines(dataset)]
    lines += [f"- varied: {_plain(line)}" for line in variation_lines(dataset)]
    lines += [f"- failed: {_plain(line)}" for line in failure_lines(dataset)]
    if "recipe" in dataset.attrs:
        lines += ["", *_fenced(printable(str(dataset.attrs["recipe"])).rstrip())]
    return TEMPLATE.format(
        title=_plain(title),
        picture=picture,
        count=dataset.sizes[dim],
        dim=dim,
        parts="parts: " + _plain(", ".join(parts)) if parts else "not divided into parts",
        path=path,
        table="\n".join("| " + " | ".join(row) + " |" for row in table),
        provenance="\n".join(lines),
    )


def _plain(text: str) -> str:
    """Return a text of the file as Markdown shows it: no tags, no cells, no control characters."""
    line = " ".join(printable(text).split())
    return html.escape(line, quote=False).replace("|", "\\|")


def _fenced(text: str) -> list[str]:
    """Return the lines of a block of code that holds the text, whatever backticks are in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}yaml", text, fence]
