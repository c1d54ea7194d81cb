"""Several steps of an optimizer for one turn of Lightning's loop, where nothing asks for more.

A turn of Lightning's loop takes half a millisecond beside the arithmetic of the step, which is
more than a small network's. Where nothing asks for a turn at every step (`step_hooks`), the steps
between two turns are made here: the operations of the network and the optimizer in the same order,
the learning-rate law, and the counters that a checkpoint keeps. Losses, weights, checkpoints and
logs are those of Lightning's loop, to the bit.

A turn comes at least every `PAUSE` seconds, for the bar and for signals, and at the last step of an
epoch and of a training. A network whose step takes longer than that is trained as ever.
"""

import math
import time
from typing import Any

import torch
from lightning.pytorch import Trainer
from lightning.pytorch.loops.fetchers import _DataFetcher, _DataLoaderIterDataFetcher
from lightning.pytorch.loops.training_epoch_loop import _TrainingEpochLoop
from torch import Tensor

from surrogate.training import step_hooks

PAUSE = 0.05
"""Seconds after which a turn of the whole loop is due."""


def install(trainer: Trainer) -> None:
    """Let a trainer that is about to fit make several steps a turn."""
    loop = trainer.fit_loop.epoch_loop
    if type(loop) is not _TrainingEpochLoop:  # one of ours, of an earlier fit, or a user's
        return
    bundling = BundlingLoop(trainer, loop.min_steps, loop.max_steps)
    vars(bundling).update(vars(loop))
    trainer.fit_loop.epoch_loop = bundling


class BundlingLoop(_TrainingEpochLoop):
    """Lightning's loop over the batches of an epoch, with quick steps between its turns."""

    _bundles = False

    def on_run_start(self, data_fetcher: _DataFetcher) -> None:
        """Find out for an epoch whether its steps may be quick."""
        super().on_run_start(data_fetcher)
        iterates = isinstance(data_fetcher, _DataLoaderIterDataFetcher)
        self._bundles = not iterates and not step_hooks.asking(self.trainer)

    def advance(self, data_fetcher: _DataFetcher) -> None:
        """Make quick steps until a turn of the whole loop is due, then that turn."""
        if self._bundles and not self.restarting:
            until = time.perf_counter() + PAUSE
            while self._another_follows() and time.perf_counter() < until:
                self._quick_step(data_fetcher)
        super().advance(data_fetcher)

    def _another_follows(self) -> bool:
        """Whether the next step is neither the last of the epoch nor that of the training."""
        batches = self.trainer.num_training_batches
        if math.isinf(batches):
            return False
        last_of_training = math.inf if self.max_steps == -1 else self.max_steps
        is_last_of_epoch = self.batch_progress.current.ready + 1 >= batches
        return not is_last_of_epoch and self.global_step + 1 < last_of_training

    def _quick_step(self, data_fetcher: _DataFetcher) -> None:
        """One step, with what `super().advance` does of it that has an effect."""
        batch, _, _ = next(data_fetcher)
        self.batch_progress.is_last_batch = data_fetcher.done
        batch = batch.to(self.trainer.strategy.root_device)
        self.batch_progress.increment_ready()
        self.batch_progress.increment_started()
        self._optimize(batch)
        self.batch_progress.increment_processed()
        self.update_lr_schedulers("step", update_plateau_schedulers=False)
        self.batch_progress.increment_completed()
        self._batches_that_stepped += 1

    def _optimize(self, batch: Any) -> None:
        module: Any = self.trainer.lightning_module
        optimizer: Any = self.trainer.optimizers[0]
        progress = self.automatic_optimization.optim_progress.optimizer

        def closure() -> Tensor:
            with torch.enable_grad():
                loss: Tensor = module.training_step(batch)
                progress.zero_grad.increment_ready()
                progress.zero_grad.increment_started()
                optimizer.zero_grad()
                progress.zero_grad.increment_completed()
                loss.backward()
                self._clip(module, optimizer)
            return loss.detach()

        progress.step.increment_ready()
        optimizer.step(closure)
        progress.step.increment_completed()

    def _clip(self, module: Any, optimizer: Any) -> None:
        trainer: Any = self.trainer
        if trainer.gradient_clip_val:
            module.configure_gradient_clipping(
                optimizer, trainer.gradient_clip_val, trainer.gradient_clip_algorithm
            )
