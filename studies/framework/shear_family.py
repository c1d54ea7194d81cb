"""Records of the family of buildings that the studies families and transfer are about: the recipe
`shear_family`, and records of single buildings of it.
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
EVERY = 2
"""Samples of the recipe, of which the networks see one."""
INTERVAL = 0.04
"""Of those, s."""
PARAMETERS = ["mass", "stiffness", "yield_displacement", "exponent", "damping_factor"]
"""What of a building networks are told."""
OTHERS = 1_000_000
"""Added to a seed for what no training of the family has."""


def make_family(path: Path, counts: Mapping[str, int], duration: float, seed: int = 0) -> Path:
    """Write the family unless it is there, so many buildings in each part."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        total = sum(counts.values())
        shares = {f"split.{part}": counts.get(part, 0) / total for part in partition.PARTS}
        changes = {"records": total, "seed": seed, "keep_every": EVERY}
        generate(RECIPE, path, changes | shares | {"motion.duration": duration})
    return path


def make_building(path: Path, train: int, scored: int, duration: float, seed: int) -> Path:
    """Write records of one building unless they are there: its validation, test and train records,
    in this order, so that fewer of the last are the first of more.
    """
    if path.exists():
        return path
    total = 2 * scored + train
    words = [f"records={total}", f"seed={seed + OTHERS}", f"motion.duration={duration}"]
    recipe = load_recipe(RECIPE, [*words, "sampling=independent"])
    assert isinstance(recipe, ResponseRecipe)
    drawn = recipe.make(0, total)
    own = {name: drawn[name].isel(record=[0] * total) for name in PARAMETERS}
    values = {name: each.values.reshape(total, -1) for name, each in own.items()}
    motions = [BaseMotion(each, recipe.motion.interval) for each in drawn.base_acceleration.values]
    response = solve(structure_of(recipe, values), motions, outputs=("drift",), dtype=np.float32)
    dataset = response.isel(time=slice(None, None, EVERY)).assign(own)
    parts = np.repeat([1, 2, 0], [scored, scored, train])
    dataset["split"] = partition.label(parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_dataset(dataset.assign_attrs(provenance(recipe)), path)
    return path


def data_of(path: Path, batch: int, seed: int) -> dict[str, object]:
    """Section `data` of a configuration: drifts from the acceleration of the base, and what a
    network is told of a building.
    """
    return {
        "path": str(path),
        "inputs": ["base_acceleration"],
        "targets": ["drift"],
        "parameters": PARAMETERS,
        "batch_size": batch,
        "seed": seed,
    }
