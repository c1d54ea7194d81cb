"""Surrogates of several seeds that are trained on the runs so far, each from where it stood."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from surrogate import inference
from surrogate.risk.asking.answering import Answering
from surrogate.risk.asking.asked import AskedRecipe
from surrogate.risk.asking.kept import Kept, digests
from surrogate.risk.asking.population import answers
from surrogate.risk.asking.predicted import EXCITATION, Predicted, require_told
from surrogate.risk.asking.quantity import Quantity
from surrogate.sweep import logged
from surrogate.training import run_folder
from surrogate.training.run import understood

OTHER_FILES = ("data.validation_path", "data.test_path")
OWN = ("data.path", "data.split_file", "data.recipe", *OTHER_FILES, "run", "seed_everything")
"""Settings that the loop makes itself."""


@dataclass(frozen=True, eq=False)
class Answers:
    """What surrogates say of all records.

    Attributes
    ----------
    middle : ndarray, shape (record,)
        Mean of the members' ln D.
    spread : ndarray, shape (record,)
        Standard deviation of the members' ln D.
    beyond : float
        Share of the records beyond the training.
    """

    middle: np.ndarray
    spread: np.ndarray
    beyond: float


@dataclass(frozen=True, eq=False)
class Members:
    """How the surrogates of a stage are trained and asked.

    Parameters
    ----------
    config : Path
        Of `surrogate fit`.
    settings, further : mapping of str to Any
        Overrides by their dotted key: of all trainings, and of those that go on from the weights of
        the stage before.
    seeds : tuple of int
    trust : sequence of str
        Modules whose classes a checkpoint may name.

    Raises
    ------
    ValueError
        For settings that `surrogate fit` does not take, or that are the loop's own, and for seeds
        that are there twice or negative.
    FileNotFoundError
        Without the configuration.
    """

    config: Path
    settings: Mapping[str, Any]
    further: Mapping[str, Any]
    seeds: tuple[int, ...]
    trust: Sequence[str] = ()

    def __post_init__(self) -> None:
        if len(set(self.seeds)) != len(self.seeds) or not self.seeds or min(self.seeds) < 0:
            raise ValueError(
                f"seeds = {' '.join(map(str, self.seeds))}: must be whole numbers >= 0, each once"
            )
        for own in (self.settings, self.further):
            taken = [key for key in own if key in OWN]
            if taken:
                raise ValueError(f"{taken[0]}: the loop sets it itself, leave it out")
        data = self.stated()["first"]["data"]
        for key in ("recipe", "split_file"):
            if data.get(key) is not None:
                raise ValueError(
                    f"data.{key} of {self.config}: the loop makes the data, leave it out"
                )

    def stated(self) -> dict[str, Any]:
        """Return all settings as plain values, defaults included."""
        own = {"trainer.devices": 1, **self.settings, "data.path": "the runs"}
        found = {"first": understood(self.config, own)}
        found["further"] = understood(self.config, own | dict(self.further))
        for one in found.values():
            del one["run"], one["seed_everything"], one["data"]["path"]
        return found | {"seeds": list(self.seeds)}

    def require(self, recipe: AskedRecipe, quantity: Quantity) -> None:
        """Raise ValueError where surrogates of these settings could not tell the demands."""
        stated = self.stated()
        for data in (stated["first"]["data"], stated["further"]["data"]):
            expected = {"inputs": EXCITATION, "targets": quantity.variable}
            for key, variable in expected.items():
                if variable not in data[key]:
                    raise ValueError(
                        f"data.{key} of {self.config} = {', '.join(data[key])}: the surrogates are "
                        f"asked for {quantity.name} by base motions, name {variable} there"
                    )
            require_told(recipe, data["parameters"])

    def train(self, folder: Path, data: Path, before: Path | None, kept: Kept) -> list[Path]:
        """Train the members of a stage, or go on where that stopped, and return their checkpoints.

        Parameters
        ----------
        folder : Path
            Of the stage.
        data : Path
            Dataset of the runs so far.
        before : Path or None
            Folder of the stage before, from whose weights the trainings begin.
        kept : Kept
            Where the digests of finished checkpoints are kept.

        Raises
        ------
        ValueError
            Where a training fails, and for a checkpoint that was changed since.
        """
        return [self._trained(seed, folder, data, before, kept) for seed in self.seeds]

    def answers(
        self,
        checkpoints: Sequence[Path],
        recipe: AskedRecipe,
        quantity: Quantity,
        kept: Kept,
        done: Callable[[int], None],
    ) -> Answers:
        """Ask the members for the demands of all records."""
        loaded = [inference.load(one, self.trust) for one in checkpoints]
        predicted = [Predicted(one, quantity) for one in loaded]
        predicted[0].require(recipe)
        asking = [Answering(None, one) for one in predicted]
        middle, spread, beyond = answers(recipe, asking, kept, done)
        return Answers(np.log(middle), spread, float(beyond.mean()))

    def _trained(
        self, seed: int, folder: Path, data: Path, before: Path | None, kept: Kept
    ) -> Path:
        run = folder / f"seed-{seed}"
        name = f"trained-{seed}"
        if not kept.has(name):
            self._train(seed, run, data, before)
        checkpoint = run_folder.trained(run)
        if checkpoint is None:
            raise ValueError(f"{run} has lost its checkpoint: remove {folder}, and train again")
        (digest,) = digests([checkpoint])
        stated = kept.block(name, lambda: np.frombuffer(bytes.fromhex(digest), np.uint8))
        if stated.tobytes().hex() != digest:
            raise ValueError(
                f"{checkpoint} was changed since it was trained: remove {folder}, and the same "
                "command trains again"
            )
        return checkpoint

    def _train(self, seed: int, run: Path, data: Path, before: Path | None) -> None:
        own = {"trainer.devices": 1, **self.settings}
        if before is not None:
            own |= self.further
        own |= dict.fromkeys(OTHER_FILES)
        own |= {"data.path": str(data), "seed_everything": seed}
        if run_folder.latest(run) is not None:
            own["ckpt_path"] = "last"
        elif before is not None:
            own["init_from"] = str(run_folder.trained(before / f"seed-{seed}"))
        error = logged.fit(str(self.config), own, run)
        if error is not None:
            raise ValueError(f"the training in {run} failed: {error} (see {run / logged.LOG})")
