"""The learning-rate law beside the length of the training that it is laid out for.

The laws themselves are in `surrogate.optim.schedulers`.
"""

import math
from typing import Any

from lightning.pytorch import Trainer
from lightning.pytorch.cli import LRSchedulerCallable
from torch.optim import Optimizer

from surrogate.optim import schedulers
from surrogate.training import continuing


def make_law(
    factory: LRSchedulerCallable,
    optimizer: Optimizer,
    steps: float,
    interval: str | None,
    monitor: str,
) -> Any:
    """Make the law of a training, in the terms of Lightning's `configure_optimizers`.

    Parameters
    ----------
    factory
        Takes the optimizer, see `surrogate.optim.schedulers.make`.
    optimizer : Optimizer
    steps : float
        Of the training; infinite for one that ends after a time.
    interval : {"step", "epoch"}, optional
        When the law steps, where it is not to decide itself.
    monitor : str
        What a law that waits for a plateau watches.

    Raises
    ------
    ValueError
        When the law needs the number of steps and there is none, and as in
        `surrogate.optim.schedulers.make`.
    """
    if math.isinf(steps):  # until a time has passed
        if schedulers.needs_length(factory):
            raise ValueError(
                "the learning-rate law needs the number of steps: set trainer.max_epochs or "
                "trainer.max_steps, or choose an lr_scheduler that does without"
            )
        steps = 1
    law: Any = schedulers.make(factory, optimizer, int(steps), interval)
    law["monitor"] = monitor
    return law


def require_length(trainer: Trainer) -> None:
    """Raise ValueError for a law from a checkpoint that ends before the training does."""
    steps = trainer.estimated_stepping_batches
    for config in trainer.lr_scheduler_configs:
        total = getattr(config.scheduler, "total_steps", None)
        if total is not None and steps > total:
            raise ValueError(
                f"the learning-rate law was laid out for {total} steps and the training now "
                f"has {steps:g}: {continuing.REMEDY}"
            )


def watched(trainer: Trainer) -> float | None:
    """What a law that waits for a plateau sees at the end of this epoch; None without such a
    law.
    """
    for config in trainer.lr_scheduler_configs:
        if config.reduce_on_plateau and config.monitor in trainer.callback_metrics:
            return float(trainer.callback_metrics[config.monitor])
    return None


def catch_up(trainer: Trainer, seen: float | None) -> None:
    """Let a law that waits for a plateau take its step for the epoch that a checkpoint ends.

    `last.ckpt` is written before that step, and Lightning goes on without it.

    Parameters
    ----------
    trainer : Trainer
        At the start of a training that goes on.
    seen : float or None
        What `watched` was when the checkpoint was written.
    """
    for config in trainer.lr_scheduler_configs:
        if seen is None or not config.reduce_on_plateau or config.frequency != 1:
            continue
        law: Any = config.scheduler
        if law.last_epoch == trainer.current_epoch - 1:
            law.step(seen)
