"""The progress of a training on the screen: one line for all its epochs."""

import math
from typing import Any

from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.callbacks import ProgressBar
from tqdm import tqdm


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
            disable=not self._shown,
            dynamic_ncols=True,
        )

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self.bar.update(trainer.global_step - self.bar.n)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.bar.set_description(f"epoch {trainer.current_epoch + 1}", refresh=False)
        self.bar.set_postfix(self.get_metrics(trainer, pl_module), refresh=False)

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
