"""The datasets that a joined one is made from: opened, compared, and named in its provenance."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import xarray as xr
import yaml

from datasets.contract import partition, recipe_texts
from datasets.contract.schema import leading_dim, sampling_interval
from datasets.files.store import open_dataset, shards

RECIPE = "recipe"
RECIPE_HASH = "recipe_hash"
SOURCES = "joined_from"
"""Attribute of a joined file: the sources as YAML, in the order of their records."""
OF_ONE_FILE = ("schema_version", "created", "checksum", "first_record", "coordinates")
"""Attributes that say nothing of the records of a joined file."""


@dataclass(frozen=True, eq=False)
class Source:
    """A dataset that is joined with others.

    Parameters
    ----------
    path : Path
        One file, or a folder of shards.
    files : tuple of Path
        Its files.
    dataset : Dataset
        As `open_dataset` returns it.
    """

    path: Path
    files: tuple[Path, ...]
    dataset: xr.Dataset

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open a dataset lazily; errors as of `open_dataset`."""
        return cls(Path(path), tuple(shards(path)), open_dataset(path))

    @property
    def count(self) -> int:
        """Number of its records, or samples of a function."""
        return int(self.dataset.sizes[leading_dim(self.dataset)])

    @property
    def interval(self) -> float:
        """Sampling interval of its records (s)."""
        return sampling_interval(self.dataset)

    @property
    def parts(self) -> dict[str, int]:
        """Number of the records of each part, by its name."""
        names = partition.names(self.dataset)
        return {name: len(partition.members(self.dataset, name)) for name in names}

    def description(self, first: int, kept: Sequence[str]) -> dict[str, Any]:
        """Return what a joined file says of this source.

        Parameters
        ----------
        first : int
            Number of its first record in the joined file.
        kept : sequence of str
            Attributes that the joined file has itself.
        """
        described: dict[str, Any] = {"name": self.path.name, "first": first, "count": self.count}
        if self.parts:
            described["parts"] = self.parts
        described["checksums"] = [_checksum(file) for file in self.files]
        left = [name for name in self.dataset.attrs if name not in (*kept, *OF_ONE_FILE)]
        return described | {str(name): _plain(self.dataset.attrs[name]) for name in left}


def attributes(sources: Sequence[Source]) -> dict[str, Any]:
    """Return the attributes of a joined file: those on which all sources agree, and the sources.

    The recipes stand one after another, as documents of one YAML text, where all have one.
    """
    first = sources[0].dataset.attrs
    every = [source.dataset.attrs for source in sources]
    common = {
        name: value
        for name, value in first.items()
        if name not in (*OF_ONE_FILE, RECIPE, RECIPE_HASH, SOURCES)
        and all(_has(a, name, value) for a in every)
    }
    if all(RECIPE in attrs for attrs in every):
        common[RECIPE] = recipe_texts.joined([str(attrs[RECIPE]) for attrs in every])
    begins = np.cumsum([0, *(source.count for source in sources)]).tolist()
    pairs = zip(sources, begins, strict=False)
    described = [source.description(begin, list(common)) for source, begin in pairs]
    return common | {SOURCES: yaml.safe_dump(described, sort_keys=False)}


def _has(attrs: dict[str, Any], name: str, value: Any) -> bool:
    return name in attrs and bool(np.array_equal(attrs[name], value))


def _checksum(file: Path) -> str:
    return str(open_dataset(file).attrs.get("checksum", "none"))


def _plain(value: object) -> object:
    """Return an attribute as YAML knows it."""
    if isinstance(value, np.ndarray | np.generic):
        values = np.ravel(value).tolist()
        return values[0] if len(values) == 1 else values
    return value
