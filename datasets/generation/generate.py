"""From a recipe to files, in shards, on any `concurrent.futures.Executor`.

Every shard depends on the recipe and its own number only. A shard gets its name when it is complete
and on the disk, so that a run may be stopped at any moment, by any means; the same command goes on,
and trusts a present shard only if its recipe and its checksum hold. A single file is joined from
shards that lie beside it in ``NAME.parts`` until then.
"""

import importlib.metadata
import itertools
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from functools import lru_cache
from pathlib import Path

from datasets.contract.schema import leading_dim
from datasets.files.disk import remove_folder, sweep
from datasets.files.lazy import open_shard
from datasets.files.seal import verify_seal
from datasets.files.store import open_dataset, shard_name, write_dataset
from datasets.generation.claiming import claimed
from datasets.generation.progress import Progress
from datasets.recipes.catalogue import read_recipe
from datasets.recipes.recipe import Recipe

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
    with claimed(out, recipe, overwrite) as folder:
        if folder is not None:
            make_shards(recipe, folder, executor, workers)
            finish(recipe, folder, Path(out))
    return Path(out)


def make_shards(recipe: Recipe, folder: Path, executor: Executor, workers: int = 1) -> None:
    """Make what is missing of the shards of a recipe in a folder that `claimed` has given."""
    sweep(folder)
    try:
        _submit_all(recipe, folder, executor, workers)
    finally:
        sweep(folder)


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
    if folder != out:
        sweep(out.parent, f".{out.name}.")
        write_dataset(dataset, out, overwrite=True, compression=recipe.compression)
        remove_folder(folder)


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


def _submit_all(recipe: Recipe, folder: Path, executor: Executor, workers: int) -> None:
    text = recipe.to_yaml()
    numbers = iter(range(recipe.shards))
    running: set[Future] = set()
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


@lru_cache(maxsize=1)
def _software() -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in SOFTWARE)


@lru_cache(maxsize=1)
def _parsed(text: str) -> Recipe:
    return read_recipe(text, "recipe", trust=True)


def _trusted(path: Path, recipe: Recipe, first: int) -> bool:
    """Tell whether a shard is there, holds these records of this recipe, and is undamaged."""
    try:
        if not verify_seal(path):
            return False
        with open_shard(path) as file:
            stated = [file.attrs.get("recipe_hash"), file.attrs.get("first_record")]
            return stated == [recipe.hash, first]
    except (ValueError, FileNotFoundError):
        return False
