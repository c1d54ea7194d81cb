"""Which sources have made a file: shards of one dataset must have the same."""

from collections.abc import Sequence
from pathlib import Path

from datasets.files.lazy import open_shard

SOURCES = "sources"
"""Attribute of a generated file: a hash of the sources that its numbers come from."""


def sources_of(path: Path) -> str:
    """Return the hash of the sources that have made a file, empty where it states none."""
    with open_shard(path) as file:
        return str(file.attrs.get(SOURCES, ""))


def are_mixed(paths: Sequence[Path]) -> bool:
    """Tell whether different sources have made the files."""
    stated = {sources_of(path) for path in paths}
    return len(stated - {""}) > 1
