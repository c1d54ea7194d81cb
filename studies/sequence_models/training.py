"""One training, and the scores of the surrogate that comes out."""

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import xarray as xr
from lightning.pytorch import Callback, LightningModule, Trainer

from studies.framework.device import CPU
from studies.sequence_models import motions
from studies.sequence_models.contenders import CONTENDERS, LONGEST_MEMORY, STOREYS, count, spec
from surrogate import inference
from surrogate.evaluation import metrics
from surrogate.training.module import Surrogate
from surrogate.training.run import run_training

CLIP = 1.0
FALLEN = 0.02
"""Share by which the validation loss has to fall to count as falling."""
FACTOR = 1.0 / 3.0
"""Of the learning rate, where the validation loss no longer falls."""
LOWERED = 3
"""Times that the rate is lowered; where the loss does not fall then, the training ends."""


@dataclass(frozen=True)
class Training:
    """What is trained.

    Attributes
    ----------
    network : str
        Of CONTENDERS.
    size : int
        Most parameters.
    rate : float
        Learning rate at the start.
    seed : int
        Of the weights, of the order of the batches, and of the training motions.
    records : int
        Number of training records.
    physics : float, optional
        Factor of the residuals of the equation of motion and of the hysteretic law, which need the
        storey forces as further targets. None: drifts alone.
    """

    network: str
    size: int
    rate: float
    seed: int
    records: int
    physics: float | None = None

    def __str__(self) -> str:
        physics = "" if self.physics is None else f", physics {self.physics}"
        size = f"{self.size} parameters, {self.records} records"
        return f"{self.network}, {size}{physics}, rate {self.rate}, seed {self.seed}"


class Course(Callback):
    """Ends a training whose validation loss no longer falls at the lowest rate.

    Attributes
    ----------
    steps : int
        Of the optimizer.
    converged : bool
        Whether it ended by that rule, and not at the most epochs.
    """

    steps = 0
    converged = False

    def __init__(self, rate: float) -> None:
        self.last = rate * FACTOR ** (LOWERED + 0.5)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.optimizers[0].param_groups[0]["lr"] < self.last:
            self.converged = True
            trainer.should_stop = True

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.steps = trainer.global_step


def run(settings: Any, folder: Path, training: Training) -> xr.Dataset:
    """Train and score.

    Parameters
    ----------
    settings : SequenceModels
    folder : Path
        Of the records and of the runs.
    training : Training

    Returns
    -------
    Dataset
        See `score`, with `parameters`, `steps` and `converged` of its course, and whether it was
        `accelerated`.
    """
    own, cases = make_records(settings, folder, training)
    torch.set_num_threads(1)  # networks of this size only lose by more
    course = Course(training.rate)
    surrogate = fit(
        configuration(settings, training, own, cases["validation"]),
        folder / "runs" / str(training),
        course,
    )
    scores = score(surrogate, cases, settings.earthquakes)
    return scores.assign(
        parameters=count(surrogate.network),
        steps=course.steps,
        converged=float(course.converged),
        accelerated=float(settings.device.type != CPU),
    )


def make_records(settings: Any, folder: Path, training: Training) -> tuple[Path, dict[str, Path]]:
    """The file of the training records and those of the cases, written unless they are there."""
    data = folder / "data"
    own = data / f"train, {training.records} records, seed {training.seed}.h5"
    motions.make(own, "train", training.records, training.seed, settings.duration)
    return own, motions.make_cases(data, settings.test_records, settings.duration)


def configuration(
    settings: Any, training: Training, train: Path, validation: Path
) -> dict[str, Any]:
    """What `run_training` takes."""
    model: dict[str, Any] = {"network": spec(training.network, training.size)}
    if CONTENDERS[training.network].cells:
        arguments = {"longest_memory": LONGEST_MEMORY}
        model["initialize"] = {
            "class_path": "surrogate.optim.initializers.Initialize",
            "init_args": arguments,
        }
    if training.physics:
        factors = {"motion": training.physics, "law": training.physics}
        model["penalties"] = [
            {"class_path": "surrogate.training.losses.PhysicsPenalty", "init_args": factors}
        ]
    return {
        "seed_everything": training.seed,
        "data": {
            "path": str(train),
            "validation_path": str(validation),
            "inputs": ["base_acceleration"],
            "targets": ["drift"] if training.physics is None else ["drift", "restoring_force"],
            "batch_size": settings.batch,
            "windows_per_epoch": settings.records[-1],  # as many steps with few records as with all
            "seed": training.seed,
        },
        "model": model,
        "optimizer": {
            "class_path": "surrogate.optim.optimizers.MuonAdamW",
            "init_args": {"lr": training.rate},
        },
        "lr_scheduler": {
            "class_path": "torch.optim.lr_scheduler.ReduceLROnPlateau",
            "init_args": {
                "factor": FACTOR,
                "patience": settings.patience,
                "threshold": FALLEN,
            },
        },
        "trainer": {
            "accelerator": settings.accelerator,
            "devices": 1,
            "max_epochs": settings.epochs,
            "gradient_clip_val": CLIP,
            "logger": False,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }


def fit(config: dict[str, Any], folder: Path, *callbacks: Callback) -> Surrogate:
    """Train, or go on with a training that was stopped, and load the weights of the lowest
    validation loss.

    A training that diverges counts with the epochs before.
    """
    best = folder / "best.ckpt"
    settings = {"run": str(folder), "ckpt_path": "last"}
    try:
        result = run_training(config, callbacks, settings)
    except ValueError as error:
        if not best.exists():
            raise ValueError(f"the training {folder.name} failed: {error}") from error
    else:
        if result.interrupted:
            raise KeyboardInterrupt
    return inference.load(best)


def score(surrogate: Surrogate, cases: dict[str, Path], earthquakes: Path | None) -> xr.Dataset:
    """NRMSE and error of the peak, means over the storeys, of each record of each case and of each
    earthquake; NaN of all earthquakes for a network that cannot answer one so long.
    """
    found = [_errors(surrogate, *motions.load(path)) for path in cases.values()]
    nrmse = [one["nrmse"] for one in found]
    peak_error = [one["peak_error"] for one in found]
    scores = xr.Dataset(
        {"nrmse": (("case", "record"), nrmse), "peak_error": (("case", "record"), peak_error)},
        {"case": list(cases)},
    )
    shaken = motions.earthquakes(earthquakes)
    if shaken:
        scores["earthquake_nrmse"] = xr.DataArray(
            _through(surrogate, shaken), {"earthquake": list(shaken)}, "earthquake"
        )
    return scores


def _through(surrogate: Surrogate, shaken: dict[str, tuple[np.ndarray, np.ndarray]]) -> list[float]:
    """NRMSE of each earthquake."""
    try:
        return [float(_errors(surrogate, *pair)["nrmse"][0]) for pair in shaken.values()]
    except ValueError as error:
        print(f"earthquakes: left out, since {error}", file=sys.stderr)
        return [math.nan] * len(shaken)


def _errors(surrogate: Surrogate, input: np.ndarray, drift: np.ndarray) -> dict[str, np.ndarray]:
    prediction = inference.respond(surrogate, input)[..., :STOREYS]  # the drifts come first
    return {
        "nrmse": metrics.normalized_root_mean_square_error(prediction, drift).mean(1),
        "peak_error": abs(metrics.peak_error(prediction, drift)).mean(1),
    }
