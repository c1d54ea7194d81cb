"""Trainings of surrogates from files, as the studies of them have in common: what ends a training,
the weights that count, and how they are scored.

By the rule of `by_rule` and `Course` the rate of the optimizer stays where it begins until the
validation loss no longer falls, goes to a third then, and does so three times; where the loss does
not fall at the lowest rate either, the training ends. A limit of epochs may end it before, which is
told. So may a limit of seconds: the rate is lowered three times before it in any case, at `SHARES`
of them, so that a training that has not converged does not end at a rate at which it still swings.
"""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lightning.pytorch import Callback, LightningModule, Trainer

from studies.framework.device import CPU
from surrogate import inference
from surrogate.data import examples
from surrogate.evaluation import metrics
from surrogate.optim.divergence import Diverged
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
LEVENBERG_MARQUARDT = "surrogate.optim.levenberg_marquardt.LevenbergMarquardt"
SHARES = (0.55, 0.75, 0.9)
"""Of the seconds of a training, after which the rate is lowered once, twice and three times."""
KEPT = ("epochs", "spent", "hurried")
"""What checkpoints keep of a course."""


class Course(Callback):
    """Ends a training whose validation loss no longer falls at the lowest rate, or whose seconds
    are spent.

    What is spent is kept in the checkpoints: a training that was stopped goes on with the rest.

    Parameters
    ----------
    rate : float
        Learning rate at the start.
    seconds : float, optional
        Of the training, validation included. On the processor those of this thread, without what
        other programs take; elsewhere those of the wall clock.

    Attributes
    ----------
    steps, epochs : int
        Steps of the optimizer, and epochs.
    spent : float
        Seconds.
    hurried : bool
        Whether the seconds have lowered the rate.
    converged : bool
        Whether it ended by the rule, and not at a limit.
    diverged : bool
        Whether it ended at a loss that is no number; `fit` says so.
    """

    steps = 0
    epochs = 0
    spent = 0.0
    hurried = False
    converged = False
    diverged = False

    def __init__(self, rate: float, seconds: float | None = None) -> None:
        if seconds is not None and not seconds > 0.0:
            raise ValueError(f"seconds must be positive or None for no limit, got {seconds}")
        self.rate = rate
        self.seconds = math.inf if seconds is None else seconds
        self.clock = time.thread_time
        self.begun = 0.0

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if pl_module.device.type != CPU:
            self.clock = time.monotonic
        self.begun = self.clock() - self.spent

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.epochs += 1
        self.spent = self.clock() - self.begun
        self._lower(trainer)
        if trainer.optimizers[0].param_groups[0]["lr"] < self._after(LOWERED + 0.5):
            self.converged = not self.hurried
            trainer.should_stop = True
        elif self.spent >= self.seconds:
            trainer.should_stop = True

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.steps = trainer.global_step

    def state_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in KEPT}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        for name in KEPT:
            setattr(self, name, state_dict[name])

    def _lower(self, trainer: Trainer) -> None:
        """Lower the rate to where it has to be by now."""
        passed = sum(self.spent >= share * self.seconds for share in SHARES)
        highest = self._after(passed) if passed else math.inf
        for group in trainer.optimizers[0].param_groups:
            if group["lr"] > 1.01 * highest:
                group["lr"] = highest
                self.hurried = True

    def _after(self, times: float) -> float:
        """The rate that has been lowered so many times."""
        return self.rate * FACTOR**times


def by_rule(rate: float, patience: int, optimizer: str = MUON) -> dict[str, Any]:
    """Optimizer and scheduler of a configuration, by the rule of the module's docstring.

    Parameters
    ----------
    rate : float
        At the start.
    patience : int
        Epochs in which the validation loss has to fall.
    optimizer : str
        Class path.
    """
    plateau = {"factor": FACTOR, "patience": patience, "threshold": FALLEN}
    return {
        "optimizer": {"class_path": optimizer, "init_args": {"lr": rate}},
        "lr_scheduler": {
            "class_path": "torch.optim.lr_scheduler.ReduceLROnPlateau",
            "init_args": plateau,
        },
    }


def trainer(accelerator: str, epochs: int, clip: float | None = CLIP) -> dict[str, Any]:
    """Section `trainer` of a configuration: one device, gradients clipped, quietly.

    Parameters
    ----------
    accelerator : str
    epochs : int
        Most of them.
    clip : float, optional
        Largest norm of the gradient.
    """
    return {
        "accelerator": accelerator,
        "devices": 1,
        "max_epochs": epochs,
        "gradient_clip_val": clip,
        "logger": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }


def fit(config: dict[str, Any], folder: Path, callbacks: Sequence[Callback] = ()) -> Surrogate:
    """Train, or go on with a training that was stopped, and load the weights of the lowest
    validation loss.

    A training that diverges counts with the epochs before, which its `Course` tells.

    Raises
    ------
    ValueError
        For a training that diverges before its first epoch is over, or fails in another way.
    """
    begun = (folder / "last.ckpt").exists()
    if begun:  # it goes on with the weights that it has
        config = {key: value for key, value in config.items() if not key.startswith("init_")}
    settings = {"run": str(folder), "ckpt_path": "last"}
    best = folder / "best.ckpt"
    try:
        result = run_training(config, tuple(callbacks), settings)
    except ValueError as error:
        if not isinstance(error, Diverged) or not best.exists():
            raise ValueError(f"the training {folder.name} failed: {error}") from error
        for course in callbacks:
            if isinstance(course, Course):
                course.diverged = True
    else:
        if result.interrupted:
            raise KeyboardInterrupt
    return inference.load(best)


def errors(surrogate: Surrogate, path: Path, part: str) -> dict[str, np.ndarray]:
    """NRMSE and error of the peak of each record of a part, means over the channels."""
    found = examples.read_part(surrogate.interface, path, part)
    answer = inference.respond(surrogate, found.input)
    nrmse = metrics.normalized_root_mean_square_error(answer, found.target)
    return {
        "nrmse": nrmse.mean(axis=1),
        "peak_error": np.abs(metrics.peak_error(answer, found.target)).mean(axis=1),
    }
