"""A training that is told to stop leaves a checkpoint from which it goes on exactly, and has SLURM
start it again.

Schedulers warn a job before its time is over: `#SBATCH --signal=USR1@120`. Lightning's own handler
would write the checkpoint wherever the program happens to be, in the middle of a step as well.
"""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from lightning.pytorch import Callback, LightningModule, Trainer

from surrogate.training.run_folder import INTERRUPTED, latest


class Requeued(SystemExit):
    """A training was stopped by the signal of a scheduler; its state is in a checkpoint.

    A program that does not catch it ends with code 0, so that the scheduler takes the job for one
    that ended well.
    """

    def __init__(self, checkpoint: Path) -> None:
        super().__init__(0)
        self.checkpoint = checkpoint


class Stopped(KeyboardInterrupt):
    """Ctrl-C has stopped a training, which has said on stderr how to continue it."""


class Interruptible(Callback):
    """On SIGUSR1 finish the step, write `interrupted.ckpt` into the folder of the run, requeue the
    job and stop.

    The processes of a distributed training do not get the signal in the same step: they ask each
    other at every `asked_every`-th batch and at the end of an epoch.

    Attributes
    ----------
    keyboard : bool
        Whether Ctrl-C has stopped the training, which Lightning tells by a SystemExit alone.
    """

    name = INTERRUPTED
    asked_every = 20

    def __init__(self) -> None:
        self._told = False
        self.keyboard = False

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        in_main_thread = threading.current_thread() is threading.main_thread()
        if stage == "fit" and hasattr(signal, "SIGUSR1") and in_main_thread:
            # Lightning leaves a signal alone that has a handler.
            signal.signal(signal.SIGUSR1, self._tell)

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        stepped = trainer.is_last_batch or (batch_idx + 1) % trainer.accumulate_grad_batches == 0
        if stepped and self._agreed(trainer, batch_idx):
            path = Path(trainer.default_root_dir, INTERRUPTED)
            trainer.save_checkpoint(path)
            if trainer.is_global_zero:
                requeue()
            raise Requeued(path)

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """After Ctrl-C say how the training goes on: Lightning leaves quietly."""
        if not isinstance(exception, KeyboardInterrupt) or trainer.state.fn != "fit":
            return
        self.keyboard = True
        if not trainer.is_global_zero:
            return
        path = latest(Path(trainer.default_root_dir))
        advice = (
            f"the same command with --ckpt_path last continues from {path}"
            if path
            else "there is no checkpoint yet"
        )
        print(f"\nstopped in epoch {trainer.current_epoch + 1}: {advice}", file=sys.stderr)

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.is_global_zero:
            Path(trainer.default_root_dir, INTERRUPTED).unlink(missing_ok=True)

    def _tell(self, signum: int, frame: Any) -> None:
        self._told = True

    def _agreed(self, trainer: Trainer, batch_idx: int) -> bool:
        if trainer.world_size == 1:
            return self._told
        if not trainer.is_last_batch and (batch_idx + 1) % self.asked_every:
            return False
        return trainer.strategy.reduce_boolean_decision(self._told, all=False)


def requeue() -> None:
    """Ask SLURM to start the job of this process again; without SLURM nothing is done."""
    job = os.environ.get("SLURM_ARRAY_JOB_ID")
    job = f"{job}_{os.environ['SLURM_ARRAY_TASK_ID']}" if job else os.environ.get("SLURM_JOB_ID")
    if job:
        subprocess.run(["scontrol", "requeue", job], check=True)
