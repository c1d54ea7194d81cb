"""The trainings: on the family, and on a building from there or from nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr

from studies.framework import shear_family
from studies.framework.surrogates import errors, fit, one_cycle, trainer
from surrogate.training.module import Surrogate

STARTS = ("tuned", "nothing")
BATCH = 32
FEW = 5  # records in a batch of the building
EPOCH = 80  # records in an epoch of the building


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
    path = make_family(settings, folder, seed)
    config = _config(settings, path, settings.rate, settings.epochs, seed)
    surrogate = fit(config, _run(folder, seed))
    return xr.Dataset({"untuned": _error(surrogate, make_building(settings, folder, seed), "test")})


def run(settings: Any, folder: Path, training: Training) -> xr.Dataset:
    """Train on a building; `validation` and `test`, the NRMSE on records of it."""
    path = make_building(settings, folder, training.seed)
    fewer = make_building(settings, folder, training.seed, training.records)
    config = _config(settings, fewer, training.rate, settings.passes, training.seed)
    config["data"] |= {"batch_size": FEW, "windows_per_epoch": EPOCH}
    if training.start == "tuned":
        config |= {"init_from": str(_run(folder, training.seed) / "best.ckpt")}
        config |= {"init_scaling": True}
    surrogate = fit(config, folder / "runs" / str(training))
    return xr.Dataset({part: _error(surrogate, path, part) for part in ("validation", "test")})


def make_family(settings: Any, folder: Path, seed: int) -> Path:
    """The family of a seed, a twentieth of it for validation."""
    path = folder / "data" / f"family {seed}.h5"
    counts = {"train": settings.buildings, "validation": max(1, settings.buildings // 20)}
    return shear_family.make_family(path, counts, settings.duration, seed)


def make_building(settings: Any, folder: Path, seed: int, records: int | None = None) -> Path:
    """Records of the one building of a seed, which is not among the family: so many for the
    training, all by default.
    """
    count = records or settings.records[-1]
    path = folder / "data" / f"building {seed}, {count} records.h5"
    return shear_family.make_building(path, count, settings.scored, settings.duration, seed)


def prepare(settings: Any, folder: Path, training: Training) -> None:
    """Write the records that a training on a building reads."""
    make_building(settings, folder, training.seed)
    make_building(settings, folder, training.seed, training.records)


def _run(folder: Path, seed: int) -> Path:
    return folder / "runs" / f"family {seed}"


def _error(surrogate: Surrogate, path: Path, part: str) -> float:
    """Mean NRMSE over the records of a part and the storeys."""
    return float(errors(surrogate, path, part)["nrmse"].mean())


def _config(settings: Any, path: Path, rate: float, epochs: int, seed: int) -> dict[str, Any]:
    """What `run_training` takes."""
    memory = {"longest_memory": round(settings.duration / shear_family.INTERVAL)}
    return {
        "seed_everything": seed,
        "data": shear_family.data_of(path, BATCH, seed),
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
        **one_cycle(rate),
        "trainer": trainer(settings.accelerator, epochs),
    }
