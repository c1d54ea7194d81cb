"""What a cross-validation does: the settings of its trainings, and the records of each fold.

The parts train and validation of the dataset are pooled and divided into k folds; its test part is
left alone. Fold i is scored by a training that does not see it. Where the configuration validates
its training, fold i + 1 takes that part, so that no best epoch is chosen on what is scored.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

import datasets
from datasets.contract import partition
from datasets.contract.schema import leading_dim
from surrogate.data import parts as parting
from surrogate.data.folds import RECORDS, Division, divide, event_variable
from surrogate.training.run import understood

POOLED = ("train", "validation")
OTHER_FILES = ("data.validation_path", "data.test_path")


@dataclass(frozen=True)
class Job:
    """What a worker has to know.

    Attributes
    ----------
    folder : Path
        Of the cross-validation.
    config : str
        Path of a configuration of `surrogate fit`.
    overrides : mapping of str to Any
        Further settings by their dotted key, for all trainings.
    """

    folder: Path
    config: str
    overrides: Mapping[str, Any]

    @property
    def settings(self) -> dict[str, Any]:
        """What overrides the configuration in every fold; a training has one device."""
        own_files = dict.fromkeys(OTHER_FILES)
        return {"trainer.devices": 1, **self.overrides, **own_files}

    def run_folder(self, number: int) -> Path:
        """Where a fold keeps its split, checkpoints, log and test report."""
        return self.folder / "folds" / f"{number:02d}"


@dataclass(frozen=True, eq=False)
class Plan:
    """Which records a fold holds out, and what is the same in all of them.

    Attributes
    ----------
    data : str
        Path of the dataset.
    pooled : list of str
        Parts of it that are divided; empty where it tells none apart.
    division : Division
    validates : bool
        Whether the next fold validates the training of each.
    settings : dict
        Of the trainings, defaults included.
    notes : list of str
        What a user should know.
    """

    data: str
    pooled: list[str]
    division: Division
    validates: bool
    settings: dict[str, Any]
    notes: list[str]

    def parts(self, number: int) -> dict[str, np.ndarray]:
        """Return the records of each part in one fold, as `surrogate.data.split_file` takes them.

        Parameters
        ----------
        number : int
            Of the fold, from 0.
        """
        folds = self.division.folds
        validation = (number + 1) % len(folds) if self.validates else None
        trained = [own for n, own in enumerate(folds) if n not in (number, validation)]
        found = {"train": np.sort(np.concatenate(trained)), "test": folds[number]}
        return found if validation is None else found | {"validation": folds[validation]}

    def stated(self) -> dict[str, Any]:
        """Return what makes it the same cross-validation, as plain values."""
        return {
            "data": self.data,
            "digest": _digest(Path(self.data)),
            "by": self.division.by,
            "folds": [own.tolist() for own in self.division.folds],
            "validates": self.validates,
            "settings": self.settings,
        }


def plan(
    job: Job,
    folds: int | None,
    by: str = RECORDS,
    pooled: Sequence[str] = POOLED,
    seed: int = 0,
) -> Plan:
    """Return the plan of a cross-validation.

    Parameters
    ----------
    job : Job
    folds : int or None
        None holds out one record, or one event, at a time.
    by : str
        ``records``, ``events``, or a variable of the dataset whose equal values stay together.
    pooled : sequence of str
        Parts of the dataset that are divided.
    seed : int
        Of the division.

    Raises
    ------
    ValueError
        For settings that `surrogate fit` does not take, a recipe in place of a dataset, and a
        division that is not possible.
    FileNotFoundError
        Without the configuration or the dataset.
    """
    stated = understood(job.config, job.overrides)
    data = stated["data"]
    if data.get("recipe") is not None:
        raise ValueError(
            f"data.recipe = {data['recipe']} draws new records for ever: generate a dataset and "
            "name it by --data.path, whose records can be held out"
        )
    if data.get("split_file") is not None:
        raise ValueError("data.split_file: the folds say which records are in each part: drop it")
    dataset = datasets.open_dataset(data["path"])
    names = _present(dataset, pooled)
    numbers = _pooled(dataset, data["path"], names)
    division = divide(dataset, numbers, folds, by, data["targets"][0], seed)
    validates = _validates(dataset, data)
    if validates and len(division.folds) < 3:
        raise ValueError(
            "folds = 2: the configuration validates its training, for which a third fold is needed"
        )
    notes = [*_notes(dataset, division, names), *_told(data, stated)]
    settings = {key: value for key, value in stated.items() if key not in ("run", "overwrite")}
    return Plan(data["path"], names, division, validates, settings, notes)


def _present(dataset: xr.Dataset, pooled: Sequence[str]) -> list[str]:
    """Names that the dataset has for the parts; none where it tells no parts apart."""
    names = partition.names(dataset)
    found = [parting.stored_name(names, part) for part in pooled]
    if names and not any(found):
        raise ValueError(f"parts {', '.join(pooled)}: the dataset has {', '.join(names)}")
    return [name for name in found if name is not None]


def _pooled(dataset: xr.Dataset, path: str, names: Sequence[str]) -> np.ndarray:
    if not names:
        return np.arange(dataset.sizes[leading_dim(dataset)])
    numbers = np.concatenate([partition.members(dataset, name) for name in names])
    if not len(numbers):
        raise ValueError(f"{path} has no record in its parts {', '.join(names)}")
    return np.sort(numbers)


def _validates(dataset: xr.Dataset, data: Mapping[str, Any]) -> bool:
    """Whether a training by the configuration alone has validation records."""
    if data.get("validation_path") is not None:
        return True
    return parting.members(dataset, "validation", own_file=False) is not None


def _notes(dataset: xr.Dataset, division: Division, names: Sequence[str]) -> list[str]:
    notes = []
    left = [name for name in partition.names(dataset) if name not in names] if names else []
    if left:
        notes.append(f"left out of all folds: {', '.join(left)}")
    event = event_variable(dataset)
    if division.by == RECORDS and event is not None:
        notes.append(
            f"records of one {event} lie in several folds, which flatters the score: --by events "
            "keeps them together"
        )
    return notes


def _told(data: Mapping[str, Any], stated: Mapping[str, Any]) -> list[str]:
    notes = []
    others = [key for key in ("validation_path", "test_path") if data.get(key) is not None]
    if others:
        names = ", ".join(f"data.{key}" for key in others)
        notes.append(f"records of {names} are not used: the folds are of data.path alone")
    if stated.get("init_from") is not None:
        notes.append(
            f"every training begins from {stated['init_from']}: if that has seen the records, no "
            "fold is unseen"
        )
    return notes


def _digest(path: Path) -> str:
    """SHA-256 over the files of a dataset."""
    files = sorted(path.glob("*")) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for each in files:
        if each.is_file():
            with each.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
