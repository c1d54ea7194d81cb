"""Records of a recipe as they are asked: their motions, which may be scaled, and their structures.

A recipe determines the motion and the structure of each of its records. Here they are taken without
the response, so that whatever answers them, a simulator or a surrogate, is asked the same.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from datasets.contract import lengths
from datasets.recipes.catalogue import load_recipe
from datasets.recipes.responses import ResponseRecipe
from datasets.recipes.running import Request
from datasets.recipes.simulated import SimulatorRecipe
from simulators.excitation.load import BaseMotions
from simulators.excitation.motion import BaseMotion, ExternalForce
from simulators.structures.structure import Structure

AskedRecipe = ResponseRecipe | SimulatorRecipe
BLOCK_SAMPLES = 2**20
"""Samples of the motions that are held and answered at once."""
BLOCK_RUNS = 32
"""Runs of a program that is not ours between two times that answers are kept."""


@dataclass(frozen=True, eq=False)
class Asked:
    """Some records of a recipe.

    Attributes
    ----------
    recipe : ResponseRecipe or SimulatorRecipe
    motions : BaseMotions
        One a record, continued by zeros to the longest.
    samples : ndarray of int, shape (record,)
        Samples of each motion without those zeros.
    parameters : dict of str to ndarray, shape (record, ...)
        What varies from record to record.
    structure : Structure or None
        Of a recipe with a structure; with a record axis where it varies.
    requests : tuple of Request
        Of a recipe with a simulator, one a record.
    """

    recipe: AskedRecipe
    motions: BaseMotions
    samples: np.ndarray
    parameters: dict[str, np.ndarray]
    structure: Structure | None = None
    requests: tuple[Request, ...] = ()

    @property
    def records(self) -> int:
        """Number of records."""
        return len(self.samples)

    def under(self, motions: BaseMotions) -> "Asked":
        """Return the same records under other motions, such as their own scaled."""
        return replace(self, motions=motions)

    def take(self, chosen: np.ndarray) -> "Asked":
        """Return some of the records, by their places."""
        return Asked(
            self.recipe,
            BaseMotions(self.motions.acceleration[chosen], self.motions.interval),
            self.samples[chosen],
            {name: values[chosen] for name, values in self.parameters.items()},
            None if self.structure is None else self.structure.rows(chosen),
            tuple(self.requests[place] for place in chosen) if self.requests else (),
        )

    def motion(self, record: int) -> BaseMotion:
        """Return the motion of one record, without the zeros behind it."""
        own = self.motions.acceleration[record, : self.samples[record]]
        return BaseMotion(own, self.motions.interval)


def recipe_to_ask(
    source: str, overrides: Sequence[str] = (), folder: str | Path | None = None
) -> AskedRecipe:
    """Read a recipe whose records are asked for demands.

    Parameters
    ----------
    source : str
        YAML file, or name of a packaged recipe.
    overrides : sequence of str
        KEY=VALUE words.
    folder : path-like, optional
        Accelerograms that take the place of the recipe's motions, each once and with its own
        length, at the recipe's interval.

    Raises
    ------
    FileNotFoundError, ValueError
        As `load_recipe`; for a recipe of functions, of external forces or of two directions.
    """
    words = list(overrides)
    if folder is not None:
        words = [*_recorded(source, overrides, folder), *overrides]
    recipe = load_recipe(source, words)
    if not isinstance(recipe, ResponseRecipe | SimulatorRecipe):
        raise ValueError(f"{source} describes a function: demands are asked of structures")
    if isinstance(recipe, SimulatorRecipe) and recipe.built.directions != 1:
        raise ValueError(
            f"{source}: its simulator takes {recipe.built.directions} base motions a record, and "
            "the intensity of a record is that of one"
        )
    _ = asked(recipe, 0, 1)
    return recipe


def asked(recipe: AskedRecipe, first: int, count: int) -> Asked:
    """Return the records first ... first + count - 1 of a recipe.

    ValueError for external forces, which have no intensity.
    """
    if isinstance(recipe, SimulatorRecipe):
        requests = tuple(recipe.requests(first, count))
        own = {name: [one.parameters[name] for one in requests] for name in requests[0].parameters}
        motions, samples = _in_one_array([one.motions[0] for one in requests])
        parameters = {name: np.array(values) for name, values in own.items()}
        return Asked(recipe, motions, samples, parameters, requests=requests)
    structure, drawn, variables = recipe.inputs(first, count)
    parameters = {name: np.asarray(variable.values) for name, variable in variables.items()}
    motions, samples = _in_one_array(drawn)
    return Asked(recipe, motions, samples, parameters, structure)


def asked_at(recipe: AskedRecipe, numbers: Iterable[int]) -> list[Asked]:
    """Return some records of a recipe by their numbers, in their order.

    Together where one structure, or a simulator, answers them all; one by one where each has a
    structure of its own.
    """
    single = [asked(recipe, int(number), 1) for number in numbers]
    if any(one.structure is not None and one.structure.records is not None for one in single):
        return single
    motions, samples = _in_one_array([one.motion(0) for one in single])
    parameters = {
        name: np.concatenate([one.parameters[name] for one in single])
        for name in single[0].parameters
    }
    requests = tuple(request for one in single for request in one.requests)
    return [Asked(recipe, motions, samples, parameters, single[0].structure, requests)]


def blocks(recipe: AskedRecipe, records: int | None = None) -> list[tuple[int, int]]:
    """Return the first record and the number of records of blocks that are asked at once."""
    total = recipe.records if records is None else records
    step = max(1, BLOCK_SAMPLES // recipe.motion.longest)
    if isinstance(recipe, SimulatorRecipe):
        step = min(step, BLOCK_RUNS)
    return [(first, min(step, total - first)) for first in range(0, total, step)]


def events(recipe: AskedRecipe) -> np.ndarray | None:
    """Return the earthquake of each record, None where the recipe does not name them."""
    names = recipe.motion.groups(recipe.records)
    return None if names is None else np.array(names)


def _recorded(source: str, overrides: Sequence[str], folder: str | Path) -> list[str]:
    """Return the words that make a recipe take each accelerogram of a folder once.

    Overrides of the motion are for the accelerograms, not for the motions whose place they take.
    """
    of_others = [word for word in overrides if not word.startswith("motion.")]
    recipe = load_recipe(source, of_others)
    if not isinstance(recipe, ResponseRecipe | SimulatorRecipe):
        return []
    content = recipe.model_dump(mode="json")
    motion = {
        "process": "Recorded",
        "folder": str(folder),
        "interval": recipe.motion.interval,
    }
    kept = {key: value for key, value in content["vary"].items() if not key.startswith("motion.")}
    words = [f"motion={json.dumps(motion)}", f"vary={json.dumps(kept)}", "split={train: 1.0}"]
    one = load_recipe(source, [*words, "records=1"])
    assert isinstance(one, ResponseRecipe | SimulatorRecipe)
    return [*words, f"records={len(one.motion.paths)}"]


def _in_one_array(
    motions: BaseMotions | Iterable[BaseMotion | ExternalForce],
) -> tuple[BaseMotions, np.ndarray]:
    """Return motions in one array, and their own lengths."""
    if isinstance(motions, BaseMotions):
        records, samples = motions.acceleration.shape
        return motions, np.full(records, samples)
    histories = []
    for motion in motions:
        if not isinstance(motion, BaseMotion):
            raise ValueError("motion: base motions are asked, this process makes external forces")
        histories.append(motion.acceleration)
    own = np.array([len(history) for history in histories])
    return BaseMotions(lengths.filled(lengths.padded(histories), own), motion.interval), own
