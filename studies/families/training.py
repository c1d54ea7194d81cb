"""One training on the family, and the scores of the surrogate that comes out."""

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from lightning.pytorch import Callback, LightningModule, Trainer

from datasets import generate
from studies.families.contenders import CONTENDERS, spec
from surrogate import inference
from surrogate.data import examples
from surrogate.evaluation import metrics
from surrogate.training.module import Surrogate
from surrogate.training.run import run_training

RECIPE = "shear_family"
EVERY = 2  # samples of the recipe, of which the networks see one
INTERVAL = 0.04  # s, between those
PARAMETERS = ["mass", "stiffness", "yield_displacement", "exponent", "damping_factor"]
CLIP = 1.0
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
    surrogate = fit(configuration(settings, training, path, epochs), folder / "runs", watch)
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


def make_family(settings: Any, folder: Path) -> Path:
    """The file of all buildings, made unless it is there."""
    parts = {
        "train": settings.buildings,
        "validation": settings.validation,
        "test": settings.unseen,
    }
    total = sum(parts.values())
    path = folder / "data" / "family.h5"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        changes = {
            "records": total,
            "motion.duration": settings.duration,
            "keep_every": EVERY,
        }
        shares = {f"split.{name}": count / total for name, count in parts.items()}
        generate(RECIPE, path, changes | shares)
    return path


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
    fit(configuration(settings, training, path, TIMED), folder / "runs", watch)
    return watch.times[-1] - watch.times[-2]


def configuration(settings: Any, training: Training, path: Path, epochs: int) -> dict[str, Any]:
    """What `run_training` takes."""
    samples = round(settings.duration / INTERVAL) + 1
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
        "data": {
            "path": str(path),
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "parameters": PARAMETERS,
            "batch_size": settings.batch,
            "seed": training.seed,
        },
        "model": model,
        "optimizer": {"class_path": "surrogate.optim.optimizers.MuonAdamW"},
        "lr_scheduler": {
            "class_path": "torch.optim.lr_scheduler.OneCycleLR",
            "init_args": {"max_lr": training.rate, "cycle_momentum": False},
        },
        "trainer": {
            "accelerator": settings.accelerator,
            "devices": 1,
            "max_epochs": epochs,
            "gradient_clip_val": CLIP,
            "logger": False,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }


def fit(config: dict[str, Any], folder: Path, watch: Stopwatch) -> Surrogate:
    """Train, and load the weights of the lowest validation loss.

    A training that diverges counts with the epochs before.
    """
    network = config["model"]["network"]["class_path"].rpartition(".")[2]
    epochs = config["trainer"]["max_epochs"]
    own = folder / f"{network} {epochs} {time.time_ns()}"
    best = own / "best.ckpt"
    try:
        result = run_training(config, (watch,), {"run": str(own)})
    except ValueError as error:
        if not best.exists():
            raise ValueError(f"the training of {network} failed: {error}") from error
    else:
        if result.interrupted:
            raise KeyboardInterrupt
    return inference.load(best)


def errors(surrogate: Surrogate, path: Path, part: str) -> dict[str, np.ndarray]:
    """NRMSE and error of the peak of each building of a part, means over the storeys."""
    found = examples.read_part(surrogate.interface, path, part)
    answer = inference.respond(surrogate, found.input)
    nrmse = metrics.normalized_root_mean_square_error(answer, found.target)
    return {
        "nrmse": nrmse.mean(axis=1),
        "peak_error": np.abs(metrics.peak_error(answer, found.target)).mean(axis=1),
    }
