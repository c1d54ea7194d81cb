"""One training, and the scores of the surrogate that comes out."""

import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import xarray as xr

from studies.framework.device import CPU
from studies.framework.surrogates import Course, by_rule, fit, trainer
from studies.sequence_models import motions
from studies.sequence_models.contenders import CONTENDERS, LONGEST_MEMORY, STOREYS, count, spec
from surrogate import inference
from surrogate.evaluation import metrics
from surrogate.training.module import Surrogate


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
        (course,),
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
        **by_rule(training.rate, settings.patience),
        "trainer": trainer(settings.accelerator, settings.epochs),
    }


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
