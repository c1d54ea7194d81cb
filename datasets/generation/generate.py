"""From a recipe to files, in shards, on any `concurrent.futures.Executor`.

Every shard depends on the recipe and its own number only. A shard gets its name when it is complete
and on the disk, so that a run may be stopped at any moment, by any means; the same command goes on,
and trusts a present shard only if its recipe and its checksum hold. A single file is joined from
shards that lie beside it in ``NAME.parts`` until then.
"""

import contextlib
import fcntl
import importlib.metadata
import itertools
import os
import re
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from functools import lru_cache
from pathlib import Path

from datasets.contract.schema import leading_dim
from datasets.files.disk import (
    check_destination,
    new_file,
    refuse_to_overwrite,
    remove_folder,
    sweep,
)
from datasets.files.lazy import open_shard
from datasets.files.seal import verify_seal
from datasets.files.store import SUFFIXES, open_dataset, shard_name, write_dataset
from datasets.generation.progress import Progress
from datasets.recipes.catalogue import read_recipe
from datasets.recipes.recipe import Recipe

RECIPE_NAME = "recipe.yaml"
SOFTWARE = ("structural-surrogates", "numpy", "scipy", "numba", "xarray", "h5py", "h5netcdf")
IN_FLIGHT = 4  # shards submitted for each worker: enough to keep all busy, few enough to stop soon


def generate(
    recipe: Recipe, out: str | Path, executor: Executor, workers: int = 1, overwrite: bool = False
) -> Path:
    """Make the dataset of a recipe, or what is missing of it.

    Parameters
    ----------
    recipe : Recipe
        What to make.
    out : str or Path
        A folder for shards, or a single file when the name ends in .h5, .hdf5 or .nc.
    executor : concurrent.futures.Executor
        Runs the shards: processes of this machine, a cluster.
    workers : int
        Shards that the executor runs at once.
    overwrite : bool
        Replace a complete file, or a dataset of another recipe.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    FileExistsError
        When `out` is something else than an unfinished dataset of this recipe, and `overwrite` is
        false.
    """
    out = Path(out)
    if is_complete(out, recipe) and not overwrite:
        return out
    folder = claim(out, recipe, overwrite)
    with _locked(folder):
        sweep(folder)
        try:
            _make_shards(recipe, folder, executor, workers)
        finally:
            sweep(folder)
        if folder != out:
            sweep(out.parent, f".{out.name}.")
            write_dataset(open_dataset(folder), out, overwrite=True, compression=recipe.compression)
            remove_folder(folder)
    return out


def make_shard(text: str, number: int, folder: str) -> int:
    """Make one shard of the recipe given as YAML, unless it is there and whole; return the number
    of its records.

    This is what workers run: its arguments are plain, and it can be run any number of times, in any
    order, anywhere.
    """
    recipe = _parsed(text)
    first, count = recipe.bounds(number)
    path = Path(folder) / shard_name(number, recipe.shards)
    if not _trusted(path, recipe, first):
        dataset = recipe.make(first, count).assign_attrs(provenance(recipe), first_record=first)
        write_dataset(dataset, path, overwrite=True, compression=recipe.compression)
    return count


def provenance(recipe: Recipe) -> dict[str, str | int]:
    """Return the attributes that tell where generated data come from."""
    return {
        "recipe": recipe.to_yaml(),
        "recipe_hash": recipe.hash,
        "seed": recipe.seed,
        "software": _software(),
    }


def _make_shards(recipe: Recipe, folder: Path, executor: Executor, workers: int) -> None:
    text, numbers, running = recipe.to_yaml(), iter(range(recipe.shards)), set()
    with Progress(recipe.records) as progress:
        try:
            while True:
                for number in itertools.islice(numbers, IN_FLIGHT * workers - len(running)):
                    running.add(executor.submit(make_shard, text, number, str(folder)))
                if not running:
                    return
                done, running = wait(running, return_when=FIRST_COMPLETED)
                progress.update(sum(future.result() for future in done))
        finally:
            for future in running:
                future.cancel()


def is_complete(out: Path, recipe: Recipe) -> bool:
    """Tell whether a single file holds the whole dataset of the recipe, undamaged."""
    if out.suffix not in SUFFIXES or not out.is_file() or _parts(out).exists():
        return False
    try:
        dataset = open_dataset(out) if verify_seal(out) else None
    except (ValueError, FileNotFoundError):
        return False
    if dataset is None or dataset.attrs.get("recipe_hash") != recipe.hash:
        return False
    return dataset.sizes[leading_dim(dataset)] == recipe.records


def claim(out: Path, recipe: Recipe, overwrite: bool) -> Path:
    """Return the folder of the shards after making it this recipe's own; arguments and errors as
    for `generate`.
    """
    single = _is_file_name(out)
    folder = _parts(out) if single else out
    if single:
        check_destination(out, overwrite or folder.exists())
    description = folder / RECIPE_NAME
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(
            f"{folder} is a file, a dataset in shards needs a folder (or a name ending in .h5)"
        )
    if folder.is_dir():
        sweep(
            folder, f".{RECIPE_NAME}."
        )  # of a run that was killed before it could claim the folder
    if folder.is_dir() and any(folder.iterdir()):
        if not description.is_file():
            raise FileExistsError(
                f"{folder} holds other files than a dataset: choose another --out"
            )
        if description.read_text(encoding="utf-8") == recipe.to_yaml():
            return folder
        present = list(folder.glob("shard-*.h5"))
        if present:
            refuse_to_overwrite(folder, overwrite)
        for path in [*present, description]:
            path.unlink()
    with new_file(description) as temporary:
        temporary.write_text(recipe.to_yaml(), encoding="utf-8")
    return folder


def _parts(out: Path) -> Path:
    return out.with_name(f"{out.name}.parts")


def _is_file_name(out: Path) -> bool:
    """Tell a single file from a folder of shards; a name that looks like another kind of file is
    neither.
    """
    if (
        out.suffix not in SUFFIXES
        and re.fullmatch(r"\.[A-Za-z]\w*", out.suffix)
        and not out.is_dir()
    ):
        allowed = ", ".join(SUFFIXES)
        raise ValueError(
            f"{out}: a dataset is one file that ends in {allowed}, or a folder, named without "
            f"{out.suffix}"
        )
    return out.suffix in SUFFIXES


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep a second run out of the folder; the lock ends with the process, however it ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise FileExistsError(f"{folder} is being written by another run") from None
    except OSError:  # a file system without locks
        pass
    try:
        yield
    finally:
        os.close(handle)


@lru_cache(maxsize=1)
def _software() -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in SOFTWARE)


@lru_cache(maxsize=1)
def _parsed(text: str) -> Recipe:
    return read_recipe(text, "recipe")


def _trusted(path: Path, recipe: Recipe, first: int) -> bool:
    """Tell whether a shard is there, holds these records of this recipe, and is undamaged."""
    try:
        if not verify_seal(path):
            return False
        with open_shard(path) as file:
            return [file.attrs.get("recipe_hash"), file.attrs.get("first_record")] == [
                recipe.hash,
                first,
            ]
    except (ValueError, FileNotFoundError):
        return False
