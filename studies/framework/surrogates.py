"""Trainings of surrogates from files, as the studies of them have in common: what ends a training,
what it leaves, and the weights that count.

The rate of the optimizer stays where it begins until the validation loss no longer falls, goes to a
third then, and does so three times; where the loss does not fall at the lowest rate either, the
training ends. A limit of time or epochs may end it before, which is told.
"""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lightning.pytorch import Callback, LightningModule, Trainer

from surrogate import inference
from surrogate.training.module import Surrogate
from surrogate.training.run import run_training

FALLEN = 0.02
"""Share by which the validation loss has to fall to count as falling."""
FACTOR = 1.0 / 3.0
"""Of the learning rate, where the validation loss no longer falls."""
LOWERED = 3
"""Times that the rate is lowered; where the loss does not fall then, the training ends."""
CLIP = 1.0
"""Largest norm of the gradient."""
MUON = "surrogate.optim.optimizers.MuonAdamW"


class Course(Callback):
    """Ends a training whose validation loss no longer falls at the lowest rate.

    Parameters
    ----------
    rate : float
        Learning rate at the start.
    seconds : float
        Ends the training in any case, after the epoch in which they are over. By the clock on the
        wall.

    Attributes
    ----------
    steps : int
        Of the optimizer.
    epochs : int
    seconds : float
        That it took.
    converged : bool
        Whether it ended by the rule, and not at a limit.
    """

    steps = 0
    epochs = 0
    seconds = 0.0
    converged = False

    def __init__(self, rate: float, seconds: float = math.inf) -> None:
        self.last = rate * FACTOR ** (LOWERED + 0.5)
        self.limit = seconds

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.begun = time.monotonic()

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.seconds = time.monotonic() - self.begun
        self.epochs = trainer.current_epoch + 1
        self.converged = trainer.optimizers[0].param_groups[0]["lr"] < self.last
        if self.converged or self.seconds > self.limit:
            trainer.should_stop = True

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.steps = trainer.global_step


def by_rule(rate: float, patience: int, optimizer: str = MUON, **options: Any) -> dict[str, Any]:
    """Optimizer and scheduler of a configuration, by the rule of the module's docstring.

    Parameters
    ----------
    rate : float
        At the start.
    patience : int
        Epochs in which the validation loss has to fall.
    optimizer : str
        Class path.
    options
        Further arguments of it.
    """
    plateau = {"factor": FACTOR, "patience": patience, "threshold": FALLEN}
    return {
        "optimizer": {"class_path": optimizer, "init_args": {"lr": rate, **options}},
        "lr_scheduler": {
            "class_path": "torch.optim.lr_scheduler.ReduceLROnPlateau",
            "init_args": plateau,
        },
    }


def trainer(accelerator: str, epochs: int, **options: Any) -> dict[str, Any]:
    """Section `trainer` of a configuration: one device, quietly, without a log."""
    return {
        "accelerator": accelerator,
        "devices": 1,
        "max_epochs": epochs,
        "logger": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        **options,
    }


def fit(config: dict[str, Any], folder: Path, callbacks: Sequence[Callback] = ()) -> Surrogate:
    """Train, or go on with a training that was stopped, and load the weights of the lowest
    validation loss.

    A training that diverges counts with the epochs before.

    Raises
    ------
    ValueError
        For a training that fails before its first epoch is over.
    """
    begun = (folder / "last.ckpt").exists()
    if begun:  # it goes on with the weights that it has
        config = {key: value for key, value in config.items() if not key.startswith("init_")}
    settings = {"run": str(folder), "ckpt_path": "last"}
    best = folder / "best.ckpt"
    try:
        result = run_training(config, tuple(callbacks), settings)
    except ValueError as error:
        if not best.exists():
            raise ValueError(f"the training {folder.name} failed: {error}") from error
    else:
        if result.interrupted:
            raise KeyboardInterrupt
    return inference.load(best)
