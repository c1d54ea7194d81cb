"""The trainings: on the family, and on a building from there or from nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import xarray as xr

from studies.framework import device, shear_family
from studies.framework.device import CPU
from studies.framework.surrogates import (
    LEVENBERG_MARQUARDT,
    Course,
    by_rule,
    errors,
    fit,
    trainer,
)

TUNED = "tuned"
NOTHING = "nothing"
GREY = "grey box, tuned"
STARTS = (TUNED, NOTHING, GREY)
FEW = 5
"""Records in a batch of the building."""
EPOCH = 80
"""Records in an epoch of the building, the same ones again where they are fewer."""
MOST_VALIDATED = 1000
"""Buildings of the validation part, a twentieth where that is fewer: a grey box takes a second for
50.
"""
OTHERS = 1_000_000
"""Added to a seed for what no training of the family has."""


@dataclass(frozen=True)
class Family:
    """A training on the family.

    Attributes
    ----------
    seed : int
        Of the buildings, their motions, the weights and the order of the batches.
    grey : bool
        Whether the equation of motion is known (`ShearFamily`).
    """

    seed: int
    grey: bool = False

    def __str__(self) -> str:
        return f"{'grey ' if self.grey else ''}family {self.seed}"


@dataclass(frozen=True)
class Training:
    """A training on records of one building.

    Attributes
    ----------
    start : str
        Of STARTS.
    records : int
    rate : float
        Learning rate at the start.
    seed : int
        Of the building, its motions, the weights and the order of the batches.
    """

    start: str
    records: int
    rate: float
    seed: int

    def __str__(self) -> str:
        return f"{self.start}, {self.records} records, rate {self.rate}, building {self.seed}"

    @property
    def grey(self) -> bool:
        """Whether the equation of motion is known."""
        return self.start == GREY


def pretrain(settings: Any, folder: Path, family: Family) -> xr.Dataset:
    """Train on the family; `untuned`, the NRMSE on the test records of the one building, and how
    the training went.
    """
    path = make_family(settings, folder, family)
    torch.set_num_threads(1)
    config = _on_family(settings, path, family)
    limit = settings.newton_seconds if family.grey else settings.seconds
    course = Course(config["optimizer"]["init_args"]["lr"], limit)
    surrogate = fit(config, folder / "runs" / str(family), (course,))
    building = make_building(settings, folder, family.seed)
    error = errors(surrogate, building, "test")["nrmse"].mean()
    return xr.Dataset(
        {
            "untuned": error,
            "family_converged": float(course.converged),
            "family_epochs": course.epochs,
            "family_device": CPU if family.grey else device.model(settings.device),
        }
    )


def run(settings: Any, folder: Path, training: Training) -> xr.Dataset:
    """Train on a building; `validation` and `test`, the NRMSE on records of it."""
    path = make_building(settings, folder, training.seed)
    fewer = make_building(settings, folder, training.seed, training.records)
    torch.set_num_threads(1)
    config = _on_building(settings, fewer, training)
    if training.start != NOTHING:
        family = folder / "runs" / str(Family(training.seed, training.grey))
        config |= {"init_from": str(family / "best.ckpt"), "init_scaling": True}
    limit = settings.newton_seconds if training.grey else settings.few_seconds
    course = Course(training.rate, limit)
    surrogate = fit(config, folder / "runs" / str(training), (course,))
    scores = {
        part: errors(surrogate, path, part)["nrmse"].mean() for part in ("validation", "test")
    }
    return xr.Dataset(
        scores
        | {
            "converged": float(course.converged),
            "diverged": float(course.diverged),
            "epochs": course.epochs,
        }
    )


def make_family(settings: Any, folder: Path, family: Family) -> Path:
    """The family of a seed, and a validation part."""
    path = folder / "data" / f"family {family.seed}.h5"
    validation = min(max(1, settings.buildings // 20), MOST_VALIDATED)
    counts = {"train": settings.buildings, "validation": validation}
    return shear_family.make_family(path, counts, settings.duration, family.seed)


def make_building(settings: Any, folder: Path, seed: int, records: int | None = None) -> Path:
    """Records of the one building of a seed, which is not among the family: those for the training
    last, all of them by default.
    """
    count = records or settings.records[-1]
    path = folder / "data" / f"building {seed}, {count} records.h5"
    counts = {"validation": settings.scored, "test": settings.scored, "train": count}
    building = shear_family.draw_building(seed + OTHERS)
    return shear_family.make_building(path, building, counts, settings.duration, seed + OTHERS)


def prepare(settings: Any, folder: Path, training: Training) -> None:
    """Write the records that a training on a building reads."""
    make_building(settings, folder, training.seed)
    make_building(settings, folder, training.seed, training.records)


def _on_family(settings: Any, path: Path, family: Family) -> dict[str, Any]:
    """What `run_training` takes."""
    if not family.grey:
        data = shear_family.data_of(path, family.seed, batch_size=settings.batch)
        how = trainer(settings.accelerator, settings.epochs)
        config = _black_box(settings, data, how, family.seed)
        return config | by_rule(settings.rate, settings.patience)
    few = min(settings.newton_batch, settings.buildings)
    data = shear_family.data_of(path, family.seed, batch_size=few, windows_per_epoch=2 * few)
    return _grey_box(settings, data, 1.0, settings.newton_epochs, family.seed)


def _on_building(settings: Any, path: Path, training: Training) -> dict[str, Any]:
    """What `run_training` takes."""
    if training.grey:
        few = min(training.records, settings.newton_batch)
        data = shear_family.data_of(path, training.seed, batch_size=few)
        epochs = settings.few_newton_epochs
        return _grey_box(settings, data, training.rate, epochs, training.seed)
    data = shear_family.data_of(path, training.seed, batch_size=FEW, windows_per_epoch=EPOCH)
    config = _black_box(settings, data, trainer(CPU, settings.few_epochs), training.seed)
    return config | by_rule(training.rate, settings.few_patience)


def _black_box(
    settings: Any, data: dict[str, object], how: dict[str, Any], seed: int
) -> dict[str, Any]:
    """An odd FiLM-LSTM, without its optimizer; `how` is the section `trainer`."""
    memory = {"longest_memory": shear_family.samples(settings.duration)}
    return {
        "seed_everything": seed,
        "data": data,
        "model": {
            "network": {
                "class_path": "surrogate.networks.FiLMLSTM",
                "init_args": {"hidden": settings.hidden, "odd": True},
            },
            "initialize": {
                "class_path": "surrogate.optim.initializers.Initialize",
                "init_args": memory,
            },
            "loss": {"class_path": "surrogate.training.losses.RelativeSquaredError"},
        },
        "trainer": how,
    }


def _grey_box(
    settings: Any, data: dict[str, object], rate: float, epochs: int, seed: int
) -> dict[str, Any]:
    """A `ShearFamily`, on the CPU."""
    network = {"hidden": settings.grey_hidden, "known": ["exponent"]}
    return {
        "seed_everything": seed,
        "data": data,
        "model": {
            "network": {"class_path": "surrogate.networks.ShearFamily", "init_args": network}
        },
        **by_rule(rate, settings.newton_patience, LEVENBERG_MARQUARDT),
        "trainer": trainer(CPU, epochs, clip=None),
    }
