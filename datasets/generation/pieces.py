"""Shards that grow as their records finish: each record is a file of its own until all are there.

A shard of a simulator's recipe may hold many records of which each takes minutes. They are made one
by one, in the folder ``records`` beside the shards, and joined when the last one is there: a run
that is killed loses the records under way and no other. The joined shard has the bytes of one that
was made at once.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

import xarray as xr

from datasets.contract import failures
from datasets.files.lazy import open_shard
from datasets.files.store import open_dataset, shard_name, write_dataset
from datasets.generation.trust import trusted
from datasets.recipes.recipe import Recipe

FOLDER = "records"


def place(folder: Path, record: int) -> Path:
    """Return the file of one record."""
    return folder / FOLDER / f"record-{record:09d}.h5"


def join(recipe: Recipe, folder: Path, number: int) -> None:
    """Make a shard of the files of its records, which are then removed."""
    first, count = recipe.bounds(number)
    paths = [place(folder, record) for record in range(first, first + count)]
    whole = _joined([open_dataset(path).load() for path in paths]).assign_attrs(first_record=first)
    with open_shard(paths[0]) as file:
        # The order of variables is a part of the bytes.
        whole = whole[[name for name in file if name in whole.variables]]
    path = folder / shard_name(number, recipe.shards)
    write_dataset(whole, path, overwrite=True, compression=recipe.compression)
    for path in paths:
        path.unlink()


def tidy(folder: Path) -> None:
    """Remove the files of single records, once all shards are there."""
    if (folder / FOLDER).is_dir():
        shutil.rmtree(folder / FOLDER)


def forget_failed(recipe: Recipe, folder: Path) -> int:
    """Remove the records that failed, so that they are made again; the others are kept.

    A shard of which all records failed is removed; another one is taken apart into the files of its
    sound records.

    Returns
    -------
    int
        Number of records that were removed.
    """
    return sum(_forget(recipe, folder, number) for number in range(recipe.shards))


def unpack(recipe: Recipe, dataset: xr.Dataset, folder: Path) -> None:
    """Write the shards of a single file into a folder, as they were before they were joined."""
    for number in range(recipe.shards):
        first, count = recipe.bounds(number)
        path = folder / shard_name(number, recipe.shards)
        if not trusted(path, recipe, first):
            _write(recipe, dataset.isel(record=slice(first, first + count)).load(), path, first)


def _forget(recipe: Recipe, folder: Path, number: int) -> int:
    path = folder / shard_name(number, recipe.shards)
    if not trusted(path, recipe, recipe.bounds(number)[0]):
        return _forget_single(recipe, folder, number)
    dataset = open_dataset(path).load()
    failed = failures.mask(dataset)
    if failed.any():
        first, _ = recipe.bounds(number)
        for i in (~failed).nonzero()[0].tolist():
            one = dataset.isel(record=slice(i, i + 1))
            _write(recipe, one, place(folder, first + i), first + i)
        path.unlink()
    return int(failed.sum())


def _forget_single(recipe: Recipe, folder: Path, number: int) -> int:
    first, count = recipe.bounds(number)
    removed = 0
    for record in range(first, first + count):
        path = place(folder, record)
        if trusted(path, recipe, record) and failures.mask(open_dataset(path)).any():
            path.unlink()
            removed += 1
    return removed


def _write(recipe: Recipe, dataset: xr.Dataset, path: Path, first: int) -> None:
    labelled = dataset.assign_attrs(first_record=first)
    write_dataset(labelled, path, overwrite=True, compression=recipe.compression)


def _joined(datasets: Iterable[xr.Dataset]) -> xr.Dataset:
    return xr.concat(
        datasets,
        "record",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="override",
        combine_attrs="override",
    )
