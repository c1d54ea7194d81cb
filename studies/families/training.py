"""One training on the family, and the scores of the surrogate that comes out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import xarray as xr

from studies.families.contenders import CONTENDERS, spec
from studies.framework import shear_family
from studies.framework.device import CPU
from studies.framework.surrogates import (
    LEVENBERG_MARQUARDT,
    Course,
    by_rule,
    errors,
    fit,
    trainer,
)

BATCH_OF_NEWTON = 50
STEPS_OF_NEWTON = 2
"""Of an epoch, each on other buildings."""


@dataclass(frozen=True)
class Training:
    """What is trained.

    Attributes
    ----------
    network : str
        Of CONTENDERS.
    seed : int
        Of the weights and of the order of the batches.
    """

    network: str
    seed: int

    def __str__(self) -> str:
        return f"{self.network}, seed {self.seed}"


def run(settings: Any, folder: Path, training: Training) -> xr.Dataset:
    """Train and score.

    Parameters
    ----------
    settings : Families
    folder : Path
        Of the records and of the runs.
    training : Training

    Returns
    -------
    Dataset
        `nrmse` and `peak_error` of each unseen building, `validation`, the mean NRMSE of that part;
        `parameters`, `epochs`, `seconds`, the `rate` at the start, `converged` and `diverged`,
        whether the rule or a loss that is no number ended the training, and whether it was
        `accelerated`.
    """
    path = make_family(settings, folder, training)
    torch.set_num_threads(1)  # networks of this size only lose by more
    contender = CONTENDERS[training.network]
    limit = settings.newton_seconds if contender.newton else settings.seconds
    course = Course(contender.rate, limit)
    config = configuration(settings, training, path)
    surrogate = fit(config, folder / "runs" / str(training), (course,))
    unseen = errors(surrogate, path, "test")
    accelerated = config["trainer"]["accelerator"] != CPU and settings.device.type != CPU
    return xr.Dataset(
        {name: ("building", values) for name, values in unseen.items()}
        | {
            "validation": errors(surrogate, path, "validation")["nrmse"].mean(),
            "parameters": sum(each.numel() for each in surrogate.network.parameters()),
            "epochs": course.epochs,
            "seconds": course.spent,
            "rate": contender.rate,
            "converged": float(course.converged),
            "diverged": float(course.diverged),
            "accelerated": float(accelerated),
        }
    )


def make_family(settings: Any, folder: Path, training: Training | None = None) -> Path:
    """The file of all buildings, which all trainings share, made unless it is there."""
    counts = {
        "train": settings.buildings,
        "validation": settings.validation,
        "test": settings.unseen,
    }
    return shear_family.make_family(folder / "data" / "family.h5", counts, settings.duration)


def configuration(settings: Any, training: Training, path: Path) -> dict[str, Any]:
    """What `run_training` takes."""
    contender = CONTENDERS[training.network]
    samples = shear_family.samples(settings.duration)
    config: dict[str, Any] = {
        "seed_everything": training.seed,
        "model": {"network": spec(training.network, settings.width, samples)},
    }
    if contender.newton:
        few = min(BATCH_OF_NEWTON, settings.buildings)
        options = {"batch_size": few, "windows_per_epoch": STEPS_OF_NEWTON * few}
        return config | {
            "data": shear_family.data_of(path, training.seed, **options),
            **by_rule(contender.rate, settings.newton_patience, LEVENBERG_MARQUARDT),
            "trainer": trainer(CPU, settings.newton_epochs, clip=None),
        }
    # A stiff building counts as much as one whose drifts are ten times larger.
    config["model"]["loss"] = {"class_path": "surrogate.training.losses.RelativeSquaredError"}
    if contender.cells:
        config["model"]["initialize"] = {
            "class_path": "surrogate.optim.initializers.Initialize",
            "init_args": {"longest_memory": samples},
        }
    return config | {
        "data": shear_family.data_of(path, training.seed, batch_size=settings.batch),
        **by_rule(contender.rate, settings.patience),
        "trainer": trainer(settings.accelerator, settings.epochs),
    }
