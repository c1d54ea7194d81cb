"""The progress of a training: one line for all its epochs on a terminal, a plain line now and then
in a log file.
"""

import math
import sys
import time
from typing import Any

from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.callbacks import ProgressBar
from tqdm import tqdm

from surrogate.data.saying import SECONDS_BETWEEN_LINES
from surrogate.training.step_hooks import needs_no_turn


class TrainingBar(ProgressBar):
    """Steps done and to do, with the losses of the last epoch, drawn ten times a second at most.

    Lightning's own bar is drawn anew at every step and begins again with every epoch and every
    validation, which takes longer than the step of a small network.
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown = True

    def enable(self) -> None:
        self._shown = True

    def disable(self) -> None:
        """Called on all processes but the first."""
        self._shown = False

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        steps = trainer.estimated_stepping_batches
        self.bar = tqdm(
            total=None if math.isinf(steps) else int(steps),
            initial=trainer.global_step,
            unit="step",
            disable=not (self._shown and sys.stderr.isatty()),
            dynamic_ncols=True,
        )
        self._line_at = time.monotonic()

    @needs_no_turn
    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self.bar.update(trainer.global_step - self.bar.n)
        if not trainer.is_last_batch and self._line_is_due():
            self._write_line(trainer, self.get_metrics(trainer, pl_module))

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.bar.set_description(f"epoch {trainer.current_epoch + 1}", refresh=False)
        metrics = self.get_metrics(trainer, pl_module)
        self.bar.set_postfix(metrics, refresh=False)
        last = trainer.max_epochs is not None and trainer.current_epoch + 1 == trainer.max_epochs
        if self._line_is_due(last):
            self._write_line(trainer, metrics)

    def _line_is_due(self, last: bool = False) -> bool:
        """Whether there is no terminal, and the last line is old enough or it is the last epoch."""
        if not self._shown or sys.stderr.isatty():
            return False
        return last or time.monotonic() - self._line_at >= SECONDS_BETWEEN_LINES

    def _write_line(self, trainer: Trainer, metrics: dict[str, Any]) -> None:
        self._line_at = time.monotonic()
        shown = ", ".join(f"{name}={value}" for name, value in metrics.items())
        line = f"epoch {trainer.current_epoch + 1}, step {trainer.global_step}"
        if shown:  # nothing is known before the first epoch ends
            line = f"{line}: {shown}"
        print(line, file=sys.stderr, flush=True)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.bar.close()

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        if hasattr(self, "bar"):
            self.bar.close()

    def get_metrics(self, trainer: Trainer, pl_module: LightningModule) -> dict[str, Any]:
        """The metrics logged for the bar, without the number of the run."""
        metrics = super().get_metrics(trainer, pl_module)
        return {name: f"{value:.3g}" for name, value in metrics.items() if name != "v_num"}

    def print(self, *args: Any, **kwargs: Any) -> None:
        tqdm.write(" ".join(map(str, args)))
