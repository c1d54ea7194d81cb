"""From a recipe to files, in shards, on any `concurrent.futures.Executor`.

Every shard depends on the recipe and its own number only. A shard gets its name when it is complete
and on the disk, so that a run may be stopped at any moment, by any means; the same command goes on,
and trusts a present shard only if its recipe and its checksum hold. A single file is joined from
shards that lie beside it in ``NAME.parts`` until then.
"""

import os
import shutil
import sys
from concurrent.futures import Executor
from pathlib import Path

from datasets.contract.schema import leading_dim
from datasets.files import costs
from datasets.files.disk import remove_folder, sweep
from datasets.files.provenance import are_mixed
from datasets.files.shards import shards
from datasets.files.store import open_dataset, write_dataset
from datasets.generation import pieces
from datasets.generation.claiming import claimed
from datasets.generation.scheduling import Schedule
from datasets.generation.tasks import provenance as provenance
from datasets.recipes.recipe import Recipe


def generate(
    recipe: Recipe,
    out: str | Path,
    executor: Executor,
    workers: int = 1,
    overwrite: bool = False,
    retry_failed: bool = False,
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
    retry_failed : bool
        Run the records that failed again, and no other.

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
    with claimed(out, recipe, overwrite, retry_failed) as folder:
        if folder is not None:
            if retry_failed:
                forget_failed(recipe, folder, Path(out))
            make_shards(recipe, folder, executor, workers)
            finish(recipe, folder, Path(out))
    return Path(out)


def forget_failed(recipe: Recipe, folder: Path, out: Path) -> int:
    """Remove the records that failed, so that the run makes them again; return how many.

    The files of the others stay as they are. They draw from their own seeds: what is made again is
    what it would have been.

    Parameters
    ----------
    recipe : Recipe
    folder : Path
        What `claimed` has given.
    out : Path
        The dataset; a complete single file is taken apart first, and replaced when all is done.
    """
    if folder != out and out.is_file():
        pieces.unpack(recipe, open_dataset(out), folder)
        if costs.place(out).is_file():
            shutil.copyfile(costs.place(out), folder / costs.NAME)
    return pieces.forget_failed(recipe, folder)


def make_shards(recipe: Recipe, folder: Path, executor: Executor, workers: int = 1) -> None:
    """Make what is missing of the shards of a recipe in a folder that `claimed` has given."""
    _sweep(folder)
    try:
        Schedule(recipe, folder).run(executor, workers)
    finally:
        _sweep(folder)


def finish(recipe: Recipe, folder: Path, out: Path) -> None:
    """Open the whole dataset, so that success is told of what is there, and join a single file.

    Raises
    ------
    OSError
        When a shard has vanished, or holds something else, since it was made.
    ValueError
        When the recipe does not accept the dataset; its shards stay.
    """
    try:
        dataset = open_dataset(folder)
    except (ValueError, FileNotFoundError) as error:
        raise OSError(
            f"{error}, although this run has made it: another program has changed it"
        ) from None
    found = dataset.sizes[leading_dim(dataset)]
    if found != recipe.records:
        raise OSError(f"{folder} holds {found} records, must hold {recipe.records}")
    recipe.accept(dataset)
    if are_mixed(shards(folder)):
        print(
            f"warning: {out}: different versions of the code have made its shards; --overwrite "
            "makes all of them anew",
            file=sys.stderr,
        )
    if folder != out:
        sweep(out.parent, f".{out.name}.")
        write_dataset(dataset, out, overwrite=True, compression=recipe.compression)
        if (folder / costs.NAME).is_file():
            os.replace(folder / costs.NAME, costs.place(out))
        remove_folder(folder)


def _sweep(folder: Path) -> None:
    sweep(folder)
    sweep(folder / pieces.FOLDER)
