"""What a recipe gives to a training: its own validation and test records, and fresh ones.

The validation and test parts are the records that `surrogate generate` writes of the recipe, to the
last bit: a score is the same on either. Fresh records draw from another seed, so that no dataset of
the recipe, however long, has one of them.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import xarray as xr

from datasets.contract import partition
from datasets.files.memory import require_memory
from datasets.generation.tasks import provenance
from datasets.recipes.catalogue import load_recipe, read_recipe
from datasets.recipes.recipe import Recipe
from surrogate.data.saying import say

MANY = 20_000
"""Records that take seconds to make: more are told."""
AT_ONCE = 1000
"""Records that are made at once to look for those of a part."""


def unending(source: str, overrides: Sequence[str]) -> Recipe:
    """The recipe of a file or a name; ValueError where its records cannot go on for ever."""
    recipe = load_recipe(source, overrides)
    try:
        recipe.require_unending()
    except ValueError as error:
        raise ValueError(f"recipe {source}: {error}") from None
    return recipe


def fresh(recipe: Recipe) -> Recipe:
    """The recipe with the seed that fresh records draw from.

    `surrogate generate RECIPE seed=...` with this seed writes them to a file.
    """
    digest = hashlib.sha256(f"endless {recipe.seed}".encode()).digest()
    seed = int.from_bytes(digest[:8], "big") >> 1  # a seed has 63 bits
    return read_recipe(recipe.to_yaml(), "recipe", [f"seed={seed}"], trust=True)


def training_share(recipe: Recipe) -> int:
    """Number of the recipe's own training records, at least 1."""
    return max(1, round(recipe.records * recipe.split.get("train", 1.0)))


def drawn(recipe: Recipe, stated: Recipe, first: int, count: int) -> xr.Dataset:
    """Records by their numbers, labelled as those of the recipe `stated`."""
    return recipe.drawn(first, count).assign_attrs(provenance(stated))


def parts(recipe: Recipe, names: Sequence[str]) -> dict[str, tuple[xr.Dataset, np.ndarray]]:
    """Records of parts of a recipe's dataset, and their numbers; without parts that it lacks."""
    wanted = [name for name in names if name in recipe.split]
    found: dict[str, list[tuple[xr.Dataset, np.ndarray]]] = {name: [] for name in wanted}
    if wanted:
        _require_room(recipe, wanted)
    for first in range(0, recipe.records if wanted else 0, AT_ONCE):
        dataset = recipe.make(first, min(AT_ONCE, recipe.records - first))
        for name, blocks in found.items():
            chosen = partition.members(dataset, name)
            if len(chosen):
                blocks.append((dataset.isel(record=chosen), first + chosen))
    return {name: _joined(recipe, blocks) for name, blocks in found.items() if blocks}


def _require_room(recipe: Recipe, names: Sequence[str]) -> None:
    """Say what takes long; raise ValueError where the parts of a recipe have no room in memory."""
    remedy = "state fewer records by data.overrides, or name files of these parts"
    parts = " and ".join(names)
    if recipe.records > MANY:
        say(f"note: {recipe.records} records are made to find the {parts} records: {remedy}")
    share = sum(recipe.split[name] for name in names)
    size = recipe.drawn(0, 1).nbytes * recipe.records * share
    require_memory(f"the {parts} records of the recipe", size, remedy)


def _joined(
    recipe: Recipe, blocks: Sequence[tuple[xr.Dataset, np.ndarray]]
) -> tuple[xr.Dataset, np.ndarray]:
    whole = xr.concat(
        [dataset for dataset, _ in blocks],
        "record",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="override",
    )
    numbers = np.concatenate([number for _, number in blocks])
    return whole.assign_attrs(provenance(recipe)), numbers
