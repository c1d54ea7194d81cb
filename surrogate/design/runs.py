"""True runs of a loop: datasets of the records chosen, their demands, and all of them as one file
to train on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

import datasets
from datasets.contract import failures, partition
from datasets.files.disk import new_file
from datasets.generation.tasks import provenance
from datasets.recipes.catalogue import of_places
from datasets.recipes.simulated import SimulatorRecipe
from surrogate.risk.asking.asked import AskedRecipe
from surrogate.risk.asking.quantity import Quantity
from surrogate.risk.asking.simulated import OF_THE_STRUCTURE

PARTS = {"train": 0.8, "validation": 0.2}
"""Of the runs: validation records choose the best epoch, and tell the error of the surrogate."""
DATA = "data.h5"
TRAINING = "training.h5"
NONE = failures.MEANINGS[0]


@dataclass(frozen=True, eq=False)
class Runs:
    """Where the true runs of a loop are made and kept.

    Parameters
    ----------
    recipe : ResponseRecipe or SimulatorRecipe
        Of all records.
    quantity : Quantity
    folder : Path
    workers : int
        Processes that make runs.

    Raises
    ------
    ValueError
        For a recipe that is itself a choice, whose records cannot be chosen from, or whose files
        would not keep the history that the quantity is taken from.
    """

    recipe: AskedRecipe
    quantity: Quantity
    folder: Path
    workers: int = 1

    def __post_init__(self) -> None:
        self.quantity.require(self.recipe)
        if self.recipe.chosen:
            raise ValueError("chosen: records are chosen from a recipe that draws them all")
        kept = _outputs(self.recipe)
        if self.quantity.variable not in kept:
            raise ValueError(
                f"outputs = {', '.join(kept)}: the demand is taken from "
                f"{self.quantity.variable}, add it to outputs of the recipe"
            )
        _ = self.chosen([0, 1])  # what cannot be chosen from is known before any run

    def chosen(self, places: Sequence[int] | np.ndarray) -> AskedRecipe:
        """Return the recipe of some records; ValueError where none can be chosen from it."""
        return of_places(self.recipe, places, split=PARTS)

    def make(self, number: int, places: np.ndarray) -> np.ndarray:
        """Make the runs of a stage, or what is missing of them, and return their demands.

        Returns
        -------
        ndarray, shape (run,)
            Infinite where the simulation did not converge.

        Raises
        ------
        ValueError
            Where a run failed by the machine's fault; the same call runs it again.
        """
        recipe = self.chosen(places)
        path = self._file(number, DATA)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = recipe.to_yaml()
        with new_file(path.parent / "recipe.yaml", overwrite=True) as temporary:
            temporary.write_text(text, encoding="utf-8")
        again = path.exists() and bool(_by_machine(datasets.open_dataset(path)).any())
        dataset = datasets.generate(recipe, path, workers=self.workers, retry_failed=again)
        return self._demands(dataset.load(), path)

    def training(self, number: int, stages: Sequence[np.ndarray]) -> tuple[Path, np.ndarray]:
        """Write the runs of the stages so far into one file for the training of a stage.

        Parameters
        ----------
        number : int
            Of the stage that the training is for.
        stages : sequence of ndarray of int
            Records of each stage before it.

        Returns
        -------
        path : Path
        validation : ndarray of int
            Records that no training learns from.
        """
        parts = [datasets.open_dataset(self._file(one, DATA)).load() for one in range(number)]
        labels = np.concatenate([_labels(part) for part in parts])
        names = [*PARTS, failures.PART] if failures.PART in labels else list(PARTS)
        own = [part.drop_vars("split") for part in parts]
        whole = xr.concat(own, "record", data_vars="minimal", coords="minimal", join="override")
        places = np.concatenate(stages)
        numbers = np.array([names.index(label) for label in labels])
        attrs = provenance(self.chosen(places))
        whole = whole.assign(split=partition.label(numbers, names)).assign_attrs(attrs)
        path = self._file(number, TRAINING)
        path.parent.mkdir(parents=True, exist_ok=True)
        datasets.write_dataset(whole, path, overwrite=True)
        return path, places[labels == "validation"]

    def _file(self, number: int, name: str) -> Path:
        return self.folder / f"round-{number:02d}" / name

    def _demands(self, dataset: xr.Dataset, path: Path) -> np.ndarray:
        by_machine = _by_machine(dataset)
        if by_machine.any():
            raise ValueError(
                f"{path}: {by_machine.sum()} runs failed by the machine's fault, which says "
                "nothing of the structure: the same command runs them again"
            )
        failed = _kinds(dataset) != NONE
        demands = np.full(len(failed), np.inf)
        demands[~failed] = self.quantity.of(dataset.isel(record=np.flatnonzero(~failed)))
        return demands


def _outputs(recipe: AskedRecipe) -> Sequence[str]:
    """Return the histories that the files of a recipe keep."""
    if isinstance(recipe, SimulatorRecipe):
        return [output.name for output in recipe.kept]
    return recipe.outputs


def _labels(dataset: xr.Dataset) -> np.ndarray:
    """Return the name of each record's part."""
    values = np.atleast_1d(dataset["split"].attrs["flag_values"])
    names = np.array(partition.names(dataset))
    return names[np.searchsorted(values, dataset["split"].values)]


def _by_machine(dataset: xr.Dataset) -> np.ndarray:
    """Return which runs failed for another reason than the structure's, shape (run,)."""
    return ~np.isin(_kinds(dataset), (NONE, *OF_THE_STRUCTURE))


def _kinds(dataset: xr.Dataset) -> np.ndarray:
    """Return how each run failed, in a word."""
    if "failed" not in dataset:
        return np.full(dataset.sizes["record"], NONE)
    return np.array(failures.MEANINGS)[dataset["failed"].values]
