"""The other surrogate of the frame: an LSTM that is trained on the histories of the same runs."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import xarray as xr

import datasets
from datasets.contract.schema import HEIGHT, VARIABLES, time_axis
from simulators.excitation.load import BaseMotions
from studies.frame_fragility import frame
from surrogate import inference
from surrogate.risk.asking.predicted import Predicted
from surrogate.risk.asking.quantity import Quantity
from surrogate.training.run import run_training


@dataclass(frozen=True, eq=False)
class Network:
    """What answers in the place of the frame.

    Parameters
    ----------
    content : bytes
        Of a checkpoint.
    """

    content: bytes

    def demand(self, motions: BaseMotions) -> np.ndarray:
        """Return the largest drift ratio, shape (record,)."""
        heights = {HEIGHT: xr.Variable("storey", frame.HEIGHTS)}
        return self._predicted.demands(motions.acceleration, {}, heights)

    @cached_property
    def _predicted(self) -> Predicted:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "network.ckpt"
            path.write_bytes(self.content)
            return Predicted(inference.load(path), Quantity())


def trained(runs: xr.Dataset, seed: int, epochs: int) -> xr.Dataset:
    """Return the checkpoint of a training on runs of `studies.frame_fragility.stick`.

    Returns
    -------
    xarray.Dataset
        `checkpoint(byte)`.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "runs.h5"
        datasets.write_dataset(_records(runs, seed), path)
        found = run_training(_config(path, Path(folder) / "run", epochs)).checkpoint
        assert found is not None
        content = np.frombuffer(found.read_bytes(), np.uint8)
    return xr.Dataset({"checkpoint": ("byte", content)})


def _records(runs: xr.Dataset, seed: int) -> xr.Dataset:
    """Return the runs that did not collapse as a dataset of the contract."""
    own = frame.motions(seed, 0, runs.sizes["run"])
    known = np.isfinite(runs["peak"].values).all(axis=1)
    acceleration = own.motions.acceleration * runs["scale"].values[:, None]
    drift = runs["drift"].values[known]
    named = {
        "base_acceleration": (("record", "time"), acceleration[known].astype(np.float32)),
        "drift": (("record", "time", "storey"), drift),
    }
    variables = {name: (*own, VARIABLES[name].attrs) for name, own in named.items()}
    time = time_axis(drift.shape[1], own.motions.interval)
    return xr.Dataset(variables).assign_coords(time=time)


def _config(data: Path, run: Path, epochs: int) -> dict[str, Any]:
    """Return what `run_training` takes: that of configs/steel_frame_lstm.yaml, for few records."""
    return {
        "seed_everything": 1,
        "run": str(run),
        "data": {
            "path": str(data),
            "inputs": ["base_acceleration"],
            "targets": ["drift"],
            "batch_size": 10,
            "truncation": 501,
        },
        "model": {
            "network": {
                "class_path": "surrogate.networks.LSTM",
                "init_args": {"hidden": 64, "odd": True},
            },
            "initialize": {
                "class_path": "surrogate.optim.initializers.Initialize",
                "init_args": {"longest_memory": 1000},
            },
        },
        "optimizer": {"class_path": "surrogate.optim.optimizers.MuonAdamW"},
        "lr_scheduler": {
            "class_path": "torch.optim.lr_scheduler.OneCycleLR",
            "init_args": {"max_lr": 1e-2, "cycle_momentum": False},
        },
        "trainer": {
            "accelerator": "cpu",
            "max_epochs": epochs,
            "gradient_clip_val": 1.0,
            "enable_progress_bar": False,
        },
    }
