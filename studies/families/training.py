"""One training on the family, and the scores of the surrogate that comes out."""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import xarray as xr
from lightning.pytorch import Callback, LightningModule, Trainer

from studies.families.contenders import CONTENDERS, spec
from studies.framework import shear_family
from studies.framework.surrogates import errors, fit, one_cycle, trainer

TIMED = 2  # epochs, of which the first takes longer


@dataclass(frozen=True)
class Training:
    """What is trained.

    Attributes
    ----------
    network : str
        Of CONTENDERS.
    rate : float
        Highest learning rate of the one cycle.
    seed : int
        Of the weights and of the order of the batches.
    short : bool
        Whether it tries a rate only.
    """

    network: str
    rate: float
    seed: int
    short: bool = False

    def __str__(self) -> str:
        kind = "short" if self.short else "full"
        return f"{self.network}, {kind}, rate {self.rate}, seed {self.seed}"


class Stopwatch(Callback):
    """When each epoch ended, s; the first number is the start.

    On the processor the time of this thread, without what other programs take; elsewhere the wall
    clock.
    """

    def __init__(self, device: str = "cpu") -> None:
        self.clock = time.thread_time if device == "cpu" else time.monotonic
        self.times: list[float] = []

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.times = [self.clock()]

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.times.append(self.clock())

    @property
    def seconds(self) -> float:
        """Of the whole training."""
        return self.times[-1] - self.times[0]


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
        `nrmse` and `peak_error` of each unseen building, `validation`, the NRMSE of each building
        of that part; `parameters`, `epochs` and `seconds`.
    """
    path = make_family(settings, folder)
    watch = Stopwatch(settings.device.type)
    epochs = epochs_of(settings, path, folder, training)
    config = configuration(settings, training, path, epochs)
    surrogate = fit(config, folder / "runs" / f"{training} {time.time_ns()}", (watch,))
    unseen = errors(surrogate, path, "test")
    return xr.Dataset(
        {name: ("building", values) for name, values in unseen.items()}
        | {"validation": ("validated", errors(surrogate, path, "validation")["nrmse"])}
        | {
            "parameters": sum(each.numel() for each in surrogate.network.parameters()),
            "epochs": epochs,
            "seconds": watch.seconds,
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


def epochs_of(settings: Any, path: Path, folder: Path, training: Training) -> int:
    """How many epochs a training has: those of the settings, or as many as its seconds allow."""
    most = settings.epochs
    if settings.seconds is not None:
        epoch = epoch_seconds(settings, path, folder, training.network)
        most = min(most, int(settings.seconds / epoch))
    return max(1, most // settings.short if training.short else most)


@cache
def epoch_seconds(settings: Any, path: Path, folder: Path, network: str) -> float:
    """Time of an epoch on this machine."""
    watch = Stopwatch(settings.device.type)
    training = Training(network, settings.rates[0], seed=0, short=True)
    config = configuration(settings, training, path, TIMED)
    fit(config, folder / "runs" / f"{network} {time.time_ns()}", (watch,))
    return watch.times[-1] - watch.times[-2]


def configuration(settings: Any, training: Training, path: Path, epochs: int) -> dict[str, Any]:
    """What `run_training` takes."""
    samples = round(settings.duration / shear_family.INTERVAL) + 1
    model: dict[str, Any] = {
        "network": spec(training.network, settings.width, samples),
        # A stiff building counts as much as one whose drifts are ten times larger.
        "loss": {"class_path": "surrogate.training.losses.RelativeSquaredError"},
    }
    if CONTENDERS[training.network].cells:
        model["initialize"] = {
            "class_path": "surrogate.optim.initializers.Initialize",
            "init_args": {"longest_memory": samples},
        }
    return {
        "seed_everything": training.seed,
        "data": shear_family.data_of(path, settings.batch, training.seed),
        "model": model,
        **one_cycle(training.rate),
        "trainer": trainer(settings.accelerator, epochs),
    }
