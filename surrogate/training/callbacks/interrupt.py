"""A training that is told to stop leaves a checkpoint from which it goes on exactly.

Schedulers warn a job before its time is over: `#SBATCH --signal=USR1@120`. The training then has
SLURM start it again. Ctrl-C and SIGTERM, as of `kill` or of a scheduler without a warning, end it
with a code that stops a chain of commands. Lightning's own handlers would write the checkpoint
wherever the program happens to be, in the middle of a step as well, or write none.
"""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from lightning.pytorch import Callback, LightningModule, Trainer

from surrogate.training.run_folder import INTERRUPTED, LAST, latest
from surrogate.training.step_hooks import needs_no_turn

ENDING = (signal.SIGINT, signal.SIGTERM)
"""Signals after which the training is over for now."""


class Requeued(SystemExit):
    """A training was stopped by the signal of a scheduler; its state is in a checkpoint.

    A program that does not catch it ends with code 0, so that the scheduler takes the job for one
    that ended well.
    """

    def __init__(self, checkpoint: Path) -> None:
        super().__init__(0)
        self.checkpoint = checkpoint


class Ended(SystemExit):
    """Ctrl-C or SIGTERM has ended a training at the end of a step; its state is in a checkpoint.

    Parameters
    ----------
    number : int
        Of the signal. A program that does not catch it ends with 128 and this number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.number = number


class Stopped(KeyboardInterrupt):
    """Ctrl-C or SIGTERM has stopped a training, which has said on stderr how to continue it.

    Parameters
    ----------
    number : int
        Of the signal.
    """

    def __init__(self, number: int = signal.SIGINT) -> None:
        super().__init__()
        self.code = 128 + number


class Interruptible(Callback):
    """Finish the step on a signal, write a checkpoint and stop.

    On SIGUSR1 it is `interrupted.ckpt` in the folder of the run, and the job is requeued; on Ctrl-C
    and SIGTERM it is `last.ckpt`. A second Ctrl-C does not wait for the end of the step.

    In the last step of an epoch it is written behind the validation: Lightning would go on without
    that.

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
        self._ending = 0  # number of the signal
        self._kept: Path | None = None  # checkpoint of a training that is to stop
        self._epoch_ended = False  # where it was kept
        self._replaced: dict[int, Any] = {}
        self.keyboard = False

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        if stage == "fit" and hasattr(signal, "SIGUSR1") and _in_main_thread():
            # Lightning leaves a signal alone that has a handler.
            before = signal.signal(signal.SIGUSR1, self._tell)
            # The command remembers one that came before the training.
            self._told = bool(getattr(before, "told", False))

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Take the signals over from Lightning, which has set its own handlers by now."""
        if _in_main_thread():
            for number in ENDING:
                self._replaced[number] = signal.signal(number, self._end)

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        self._restore_handlers()

    @needs_no_turn
    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        if trainer.is_last_batch or (batch_idx + 1) % trainer.accumulate_grad_batches:
            return
        if not (batch_idx + 1) % self.asked_every or trainer.world_size == 1:
            self._keep_if_told(trainer)
            self._stop_if_kept(trainer)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Keep the state here, from which Lightning goes on exactly, and stop when the losses of
        the epoch are logged.
        """
        self._epoch_ended = True
        self._keep_if_told(trainer)

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self._stop_if_kept(trainer)
        self._epoch_ended = False

    def _keep_if_told(self, trainer: Trainer) -> None:
        names = {INTERRUPTED: self._told, LAST: bool(self._ending)}
        for name, told in names.items():
            if trainer.strategy.reduce_boolean_decision(told, all=False):
                self._kept = Path(trainer.default_root_dir, name)
                trainer.save_checkpoint(self._kept)
                return

    def _stop_if_kept(self, trainer: Trainer) -> None:
        if self._kept is None:
            return
        if self._kept.name == LAST:
            raise Ended(self._ending or signal.SIGTERM)
        refusal = requeue() if trainer.is_global_zero else ""
        if refusal:
            print(f"\nwarning: the job does not come again: {refusal}", file=sys.stderr)
            raise Ended(signal.SIGUSR1)
        raise Requeued(self._kept)

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """After Ctrl-C or SIGTERM say how the training goes on: Lightning leaves quietly."""
        self._restore_handlers()
        if not isinstance(exception, KeyboardInterrupt | Ended) or trainer.state.fn != "fit":
            return
        self.keyboard = isinstance(exception, KeyboardInterrupt)
        if not trainer.is_global_zero:
            return
        path = latest(Path(trainer.default_root_dir))
        advice = (
            f"the same command with --ckpt_path last continues from {path}"
            if path
            else "there is no checkpoint yet"
        )
        done = trainer.current_epoch
        where = f"after epoch {done}" if self._epoch_ended else f"in epoch {done + 1}"
        print(f"\nstopped {where}: {advice}", file=sys.stderr)

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Stop a chain of commands that was told to in the last step, though nothing is left."""
        if trainer.is_global_zero:
            Path(trainer.default_root_dir, INTERRUPTED).unlink(missing_ok=True)
        if self._kept is not None and self._kept.name == LAST:
            raise Ended(self._ending or signal.SIGTERM)

    def _tell(self, signum: int, frame: Any) -> None:
        self._told = True

    def _end(self, signum: int, frame: Any) -> None:
        if self._ending == signum == signal.SIGINT:  # the user does not want to wait
            raise KeyboardInterrupt
        self._ending = signum

    def _restore_handlers(self) -> None:
        for number, handler in self._replaced.items():
            signal.signal(number, handler)
        self._replaced.clear()


def requeue() -> str:
    """Ask SLURM to start the job of this process again; without SLURM nothing is done.

    Returns
    -------
    str
        Why it is not started again: what SLURM says, as of a job with --no-requeue; else empty.
    """
    job = _job()
    if not job:
        return ""
    command = ["scontrol", "requeue", job]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{' '.join(command)}: {error}"
    said = " ".join((done.stderr or done.stdout).split())
    return f"{' '.join(command)}: {said or done.returncode}" if done.returncode else ""


def is_job() -> bool:
    """Whether this process belongs to a job of SLURM."""
    return bool(_job())


def _job() -> str:
    array = os.environ.get("SLURM_ARRAY_JOB_ID")
    if array:
        return f"{array}_{os.environ['SLURM_ARRAY_TASK_ID']}"
    return os.environ.get("SLURM_JOB_ID", "")


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
