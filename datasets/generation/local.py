"""A dataset from a recipe on this machine, by one call from Python."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from datasets.files.store import open_dataset
from datasets.generation import executors
from datasets.generation import generate as shards
from datasets.recipes.catalogue import load_recipe
from datasets.recipes.recipe import Recipe


def generate(
    recipe: Recipe | str | Path,
    out: str | Path,
    overrides: Mapping[str, Any] | None = None,
    *,
    workers: int = 1,
    overwrite: bool = False,
    retry_failed: bool = False,
) -> xr.Dataset:
    """Make the dataset of a recipe, or what is missing of it, and open it.

    Parameters
    ----------
    recipe : Recipe, str or Path
        A recipe, a YAML file, or the name of a packaged recipe.
    out : str or Path
        A folder for shards, or a single file when the name ends in .h5, .hdf5 or .nc.
    overrides : mapping, optional
        Values by their dotted key, such as ``{"records": 100, "motion.duration": 20}``.
    workers : int
        Processes. More than one start a Python each, which a script must allow by the usual
        ``if __name__ == "__main__":``.
    overwrite : bool
        Replace a dataset of another recipe.
    retry_failed : bool
        Run the records that failed again, and no other.

    Returns
    -------
    Dataset
        The whole dataset, read lazily.

    Raises
    ------
    FileNotFoundError, ValueError
        For a recipe that is not there, a key or a value that is not understood.
    FileExistsError
        When `out` holds something else, and `overwrite` is false.
    """
    made = _recipe(recipe, overrides or {})
    with executors.local(min(workers, made.shards)) as (executor, tasks):
        path = shards.generate(made, out, executor, tasks, overwrite, retry_failed)
    return open_dataset(path)


def _recipe(recipe: Recipe | str | Path, overrides: Mapping[str, Any]) -> Recipe:
    if not isinstance(recipe, Recipe):
        return load_recipe(recipe, [f"{key}={value}" for key, value in overrides.items()])
    if overrides:
        raise ValueError("overrides are for a recipe that is read: pass them to load_recipe")
    return recipe
