"""Where the records of a joined dataset come from, in lines."""

from collections.abc import Mapping

import xarray as xr
import yaml

from datasets.files.join_sources import SOURCES
from datasets.recipes import safe_yaml

SAID = ("recipe_hash", "seed", "source", "imported", "integrator", "tolerance", "software")
"""Attributes of a source that stand in its line, where the sources differ in them."""
SHOWN = 80
"""Characters of an attribute."""


def source_lines(dataset: xr.Dataset) -> list[str]:
    """Return a line for each source of a joined dataset; none for any other.

    A file says of itself what it wants: what is no list of sources is shown as it stands.
    """
    if SOURCES not in dataset.attrs:
        return []
    text = str(dataset.attrs[SOURCES])
    try:
        sources = safe_yaml.load(text)
        return [_line(source) for source in sources]
    except (yaml.YAMLError, KeyError, TypeError, ValueError):
        return [" ".join(text.split())]


def _line(source: Mapping[str, object]) -> str:
    first = int(str(source["first"]))
    last = first + int(str(source["count"])) - 1
    words = [f"{source['name']}: {first} to {last}"]
    parts = source.get("parts")
    if isinstance(parts, Mapping):
        words += [f"{part} {count}" for part, count in parts.items()]
    words += [f"{name} {str(source[name])[:SHOWN]}" for name in SAID if name in source]
    return ", ".join(words)
