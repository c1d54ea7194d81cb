"""What workers run: a few shards of a recipe, or one record of a shard whose records take long.

The arguments of a task are plain, and it can be run any number of times, in any order, anywhere.
"""

import importlib.metadata
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from datasets.files.costs import Run
from datasets.files.provenance import SOURCES
from datasets.files.store import shard_name, write_dataset
from datasets.generation import pieces
from datasets.generation.behind import one_behind
from datasets.generation.claiming import RECIPE_NAME
from datasets.generation.sources import sources_hash
from datasets.generation.trust import trusted
from datasets.recipes.catalogue import read_recipe
from datasets.recipes.recipe import Recipe

Begin = Callable[..., None]
"""Makes a call, or has it made, see `one_behind`."""
SECONDS_TO_APPEAR = 30.0  # for a new file on a network file system
SOFTWARE = ("structural-surrogates", "numpy", "scipy", "numba", "xarray", "h5py", "h5netcdf")


@dataclass(frozen=True)
class Made:
    """What a task has done.

    Parameters
    ----------
    first, count : int
        Its records.
    fresh : bool
        Whether they were computed; False where a whole file was there.
    runs : tuple of Run
        What they cost, where that is worth knowing.
    """

    first: int
    count: int
    fresh: bool
    runs: tuple[Run, ...] = ()


def make_shards(text: str, numbers: Sequence[int], folder: str, sources: str) -> list[Made]:
    """Make shards of the recipe given as YAML, unless they are there and whole.

    While one shard is written and made safe on the disk, the next one is computed.

    Parameters
    ----------
    text : str
        The recipe.
    numbers : sequence of int
    folder : str
        Absolute; whoever asks for the shards has put the recipe there.
    sources : str
        What `sources_hash` is where the shards are asked for.

    Raises
    ------
    ValueError
        Where this process has other sources, or does not see the folder.
    """
    _require_same(Path(folder), sources)
    recipe = _parsed(text)
    with one_behind() as begin:
        return [_make_shard(recipe, number, Path(folder), begin) for number in numbers]


def make_record(text: str, record: int, folder: str, sources: str) -> list[Made]:
    """Make the file of one record of the recipe given as YAML; arguments as of `make_shards`."""
    _require_same(Path(folder), sources)
    recipe = _parsed(text)
    return [_make(recipe, record, 1, pieces.place(Path(folder), record), _now)]


def provenance(recipe: Recipe) -> dict[str, str | int]:
    """Return the attributes that tell where generated data come from."""
    return {
        "recipe": recipe.to_yaml(),
        "recipe_hash": recipe.hash,
        "seed": recipe.seed,
        "software": _software(),
        SOURCES: sources_hash(),
    }


def _require_same(folder: Path, sources: str) -> None:
    """Raise ValueError where this process would make other numbers, or put them elsewhere."""
    own = sources_hash()
    if own != sources:
        raise ValueError(
            f"the worker on {platform.node()} has another version of this package (sources {own}, "
            f"here {sources}): install the same one for all workers"
        )
    waiting = time.monotonic() + SECONDS_TO_APPEAR
    while not (folder / RECIPE_NAME).is_file():
        if time.monotonic() > waiting:
            raise ValueError(
                f"the worker on {platform.node()} does not see {folder}: choose --out on a file "
                "system that all workers share"
            )
        time.sleep(0.5)


def _make_shard(recipe: Recipe, number: int, folder: Path, begin: Begin) -> Made:
    first, count = recipe.bounds(number)
    return _make(recipe, first, count, folder / shard_name(number, recipe.shards), begin)


def _make(recipe: Recipe, first: int, count: int, path: Path, begin: Begin) -> Made:
    """Compute records, and begin to write them."""
    if trusted(path, recipe, first):
        return Made(first, count, fresh=False)
    dataset, runs = recipe.run(first, count)
    dataset = dataset.assign_attrs(provenance(recipe), first_record=first)
    begin(write_dataset, dataset, path, overwrite=True, compression=recipe.compression)
    return Made(first, count, True, tuple(runs))


def _now(call: Callable[..., None], *arguments: Any, **options: Any) -> None:
    call(*arguments, **options)


@lru_cache(maxsize=1)
def _software() -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in SOFTWARE)


@lru_cache(maxsize=1)
def _parsed(text: str) -> Recipe:
    return read_recipe(text, "recipe", trust=True)
