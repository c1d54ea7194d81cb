"""Records of the family of buildings that the studies families and transfer are about: the recipe
`shear_family` with motions made at the interval at which they are kept, and records of single
buildings.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from datasets import generate, write_dataset
from datasets.contract import partition
from datasets.generation.generate import provenance
from datasets.recipes.catalogue import load_recipe
from datasets.recipes.responses import ResponseRecipe
from simulators.excitation.motion import BaseMotion
from simulators.solvers.solve import solve
from surrogate.data.structures import structure_of

RECIPE = "shear_family"
INTERVAL = 0.04  # s
PARAMETERS = ["mass", "stiffness", "yield_displacement", "exponent", "damping_factor"]
"""What of a building networks are told."""


def samples(duration: float) -> int:
    """Of a record of so many seconds."""
    return round(duration / INTERVAL) + 1


def make_family(path: Path, counts: Mapping[str, int], duration: float, seed: int = 0) -> Path:
    """Write the family unless it is there, so many buildings in each part."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        total = sum(counts.values())
        shares = {f"split.{part}": counts.get(part, 0) / total for part in partition.PARTS}
        changes = {"records": total, "seed": seed}
        motion = {"motion.duration": duration, "motion.interval": INTERVAL}
        generate(RECIPE, path, changes | shares | motion)
    return path


def draw_building(seed: int) -> dict[str, np.ndarray]:
    """Parameters of one building of the family, each of shape (component,)."""
    drawn = _recipe(1, 1.0, seed).make(0, 1)
    return {name: drawn[name].values[0].reshape(-1) for name in PARAMETERS}


def make_building(
    path: Path,
    building: Mapping[str, np.ndarray],
    counts: Mapping[str, int],
    duration: float,
    seed: int,
) -> Path:
    """Write records of one building unless they are there, under motions that the seed draws.

    The motions of a part follow those of the parts before it in `counts`, so that fewer records of
    the last part are the first of more.
    """
    if path.exists():
        return path
    total = sum(counts.values())
    recipe = _recipe(total, duration, seed)
    drawn = recipe.make(0, total)
    values = {name: np.repeat(value[None], total, axis=0) for name, value in building.items()}
    motions = [BaseMotion(each, recipe.motion.interval) for each in drawn.base_acceleration.values]
    response = solve(structure_of(recipe, values), motions, outputs=("drift",), dtype=np.float32)
    own = {
        name: (drawn[name].dims, values[name].reshape(drawn[name].shape), drawn[name].attrs)
        for name in building
    }
    numbers = [partition.PARTS.index(part) for part in counts]
    parts = np.repeat(numbers, list(counts.values()))
    dataset = response.assign(own)
    dataset["split"] = partition.label(parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_dataset(dataset.assign_attrs(provenance(recipe)), path)
    return path


def _recipe(records: int, duration: float, seed: int) -> ResponseRecipe:
    """The family with records that are drawn one by one."""
    words = [
        f"records={records}",
        f"seed={seed}",
        f"motion.duration={duration}",
        f"motion.interval={INTERVAL}",
        "sampling=independent",
    ]
    recipe = load_recipe(RECIPE, words)
    assert isinstance(recipe, ResponseRecipe)
    return recipe


def data_of(path: Path, seed: int, **options: object) -> dict[str, object]:
    """Section `data` of a configuration: drifts from the acceleration of the base, and what a
    network is told of a building.
    """
    return {
        "path": str(path),
        "inputs": ["base_acceleration"],
        "targets": ["drift"],
        "parameters": PARAMETERS,
        "seed": seed,
        **options,
    }
