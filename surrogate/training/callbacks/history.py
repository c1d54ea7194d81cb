"""What a training logs at the end of every epoch, as numbers for the program that called it."""

import math

import xarray as xr
from lightning.pytorch import Callback, LightningModule, Trainer

from surrogate.training.module import METRICS


class History(Callback):
    """Keeps the logged values of every epoch of a fit.

    Attributes
    ----------
    epochs : list of int
        Numbers of the epochs, from 0; a training that goes on begins with a later one.
    values : dict of str to list of float
        One value an epoch for each name of `surrogate.training.module.METRICS`; NaN where an epoch
        has none, such as the validation loss of an epoch without a validation.
    """

    def __init__(self) -> None:
        self.epochs: list[int] = []
        self.values: dict[str, list[float]] = {name: [] for name in METRICS}

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        # The module logs after the callbacks at the end of an epoch, so that its values are there
        # at the start of the next.
        self._keep(trainer, trainer.current_epoch - 1)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self._keep(trainer, trainer.current_epoch - 1)

    def _keep(self, trainer: Trainer, epoch: int) -> None:
        logged = trainer.callback_metrics
        if "train/loss" not in logged or epoch in self.epochs:
            return
        self.epochs.append(epoch)
        for name, kept in self.values.items():
            kept.append(float(logged.get(name, math.nan)))

    def to_dataset(self) -> xr.Dataset:
        """The history as variables along the dimension `epoch`."""
        variables = {name: ("epoch", kept) for name, kept in self.values.items()}
        return xr.Dataset(variables, {"epoch": self.epochs})
