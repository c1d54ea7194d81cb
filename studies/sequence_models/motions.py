"""The records: drawn by the package's recipe of the five-storey building, and earthquakes that the
user brings.
"""

from functools import cache
from pathlib import Path

import numpy as np

from datasets import open_dataset, write_dataset
from datasets.generation.generate import provenance
from datasets.measured.accelerograms import find, read_at
from datasets.recipes.catalogue import load_recipe
from simulators.excitation.motion import BaseMotion
from simulators.solvers.solve import solve
from simulators.structures.presets import five_storey

INTERVAL = 0.02  # s, of the recipe
EVERY = 2  # the networks see every second sample
STRENGTH = 3.0  # m s-2, root mean square of the motions: the building clearly yields
STRONGER = 2.0  # factor on the test motions
PEAK = 6.0  # m s-2, of earthquakes: the building yields
# of no training
VALIDATION_SEED = 10_001
TEST_SEED = 10_002
CASES = {
    "validation": ("validation", VALIDATION_SEED, 1.0),
    "test": ("test", TEST_SEED, 1.0),
    "strong": ("test", TEST_SEED, STRONGER),
}
"""Part, seed and factor of the motions."""


def make(
    path: Path, part: str, records: int, seed: int, duration: float, scale: float = 1.0
) -> Path:
    """Write a file of one part, unless it is there. The first records do not depend on their
    number.
    """
    words = [f"records={records}", f"seed={seed}", f"split={{{part}: 1.0}}", f"keep_every={EVERY}"]
    motion = [f"root_mean_square={STRENGTH}", f"duration={duration}", f"scale={scale}"]
    recipe = load_recipe("five_storey", [*words, *(f"motion.{word}" for word in motion)])
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_dataset(recipe.make(0, records).assign_attrs(provenance(recipe)), path)
    return path


def make_cases(folder: Path, records: int, duration: float) -> dict[str, Path]:
    """The files on which every network is scored: validation, test, and the test motions made
    stronger.
    """
    return {
        case: make(folder / f"{case}.h5", part, records, seed, duration, scale)
        for case, (part, seed, scale) in CASES.items()
    }


def load(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Base acceleration, shape (record, time, 1), and drift, shape (record, time, storey)."""
    with open_dataset(path) as data:
        return data.base_acceleration.values[..., None], data.drift.values


@cache
def earthquakes(folder: Path | None) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Name of each record, and base acceleration and drift as in `load`, whole; none without a
    folder.
    """
    return {path.name: _shaken(path) for path in find(folder)} if folder else {}


def _shaken(path: Path) -> tuple[np.ndarray, np.ndarray]:
    recorded = read_at(path, INTERVAL).scale_to_peak(PEAK)
    motion = BaseMotion(recorded.acceleration.astype(np.float32), INTERVAL, recorded.origin)
    response = solve(five_storey(), motion, outputs=("drift",))
    return motion.acceleration[None, ::EVERY, None], response.drift.values[:, ::EVERY]
