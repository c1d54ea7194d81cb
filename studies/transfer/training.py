"""The trainings: on the family, and on a building from there or from nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from studies.transfer.buildings import PARAMETERS, make_building, make_family
from surrogate import inference
from surrogate.data import examples
from surrogate.evaluation import metrics
from surrogate.training.module import Surrogate
from surrogate.training.run import run_training

STARTS = ("tuned", "nothing")
BATCH = 32
FEW = 5  # records in a batch of the building
EPOCH = 80  # records in an epoch of the building
INTERVAL = 0.04  # s


@dataclass(frozen=True)
class Training:
    """A training on records of one building.

    Attributes
    ----------
    start : str
        Of STARTS.
    records : int
    rate : float
        Highest learning rate of the one cycle.
    seed : int
        Of the building, its motions, the weights and the order of the batches.
    """

    start: str
    records: int
    rate: float
    seed: int

    def __str__(self) -> str:
        return f"{self.start}, {self.records} records, rate {self.rate}, building {self.seed}"


def pretrain(settings: Any, folder: Path, seed: int) -> xr.Dataset:
    """Train on the family; `untuned`, the NRMSE on the test records of the one building."""
    path = make_family(_family(folder, seed), settings.buildings, settings.duration, seed)
    config = _config(settings, path, settings.rate, settings.epochs, seed)
    surrogate = _fit(config, _run(folder, seed))
    return xr.Dataset({"untuned": _error(surrogate, _building(settings, folder, seed), "test")})


def run(settings: Any, folder: Path, training: Training) -> xr.Dataset:
    """Train on a building; `validation` and `test`, the NRMSE on records of it."""
    path = _building(settings, folder, training.seed)
    own = folder / "data" / f"building {training.seed}, {training.records} records.h5"
    fewer = make_building(own, training.records, settings.scored, settings.duration, training.seed)
    config = _config(settings, fewer, training.rate, settings.passes, training.seed)
    config["data"] |= {"batch_size": FEW, "windows_per_epoch": EPOCH}
    if training.start == "tuned":
        config |= {"init_from": str(_run(folder, training.seed) / "best.ckpt")}
        config |= {"init_scaling": True}
    surrogate = _fit(config, folder / "runs" / str(training))
    return xr.Dataset({part: _error(surrogate, path, part) for part in ("validation", "test")})


def _family(folder: Path, seed: int) -> Path:
    return folder / "data" / f"family {seed}.h5"


def _run(folder: Path, seed: int) -> Path:
    return folder / "runs" / f"family {seed}"


def _building(settings: Any, folder: Path, seed: int) -> Path:
    """All records of the one building."""
    path = folder / "data" / f"building {seed}.h5"
    return make_building(path, settings.records[-1], settings.scored, settings.duration, seed)


def _config(settings: Any, path: Path, rate: float, epochs: int, seed: int) -> dict[str, Any]:
    """What `run_training` takes."""
    memory = {"longest_memory": round(settings.duration / INTERVAL)}
    return {
        "seed_everything": seed,
        "data": {
            "path": str(path),
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "parameters": PARAMETERS,
            "batch_size": BATCH,
            "seed": seed,
        },
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
        "optimizer": {"class_path": "surrogate.optim.optimizers.MuonAdamW"},
        "lr_scheduler": {
            "class_path": "torch.optim.lr_scheduler.OneCycleLR",
            "init_args": {"max_lr": rate, "cycle_momentum": False},
        },
        "trainer": {
            "accelerator": settings.accelerator,
            "devices": 1,
            "max_epochs": epochs,
            "gradient_clip_val": 1.0,
            "logger": False,
            "enable_progress_bar": False,
            "enable_model_summary": False,
        },
    }


def _fit(config: dict[str, Any], folder: Path) -> Surrogate:
    """Train, or go on, and load the weights of the lowest validation loss.

    A training that diverges counts with the epochs before.
    """
    begun = (folder / "last.ckpt").exists()
    if begun:  # it goes on with the weights that it has
        config = {key: value for key, value in config.items() if not key.startswith("init_")}
    overrides = {"run": str(folder)} | ({"ckpt_path": "last"} if begun else {})
    best = folder / "best.ckpt"
    try:
        result = run_training(config, overrides=overrides)
    except ValueError as error:
        if not best.exists():
            raise ValueError(f"the training {folder.name} failed: {error}") from error
    else:
        if result.interrupted:
            raise KeyboardInterrupt
    return inference.load(best)


def _error(surrogate: Surrogate, path: Path, part: str) -> float:
    """Mean NRMSE over the records of a part and the storeys."""
    found = examples.read_part(surrogate.interface, path, part)
    answer = inference.respond(surrogate, found.input)
    return float(metrics.normalized_root_mean_square_error(answer, found.target).mean())
