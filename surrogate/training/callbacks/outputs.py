"""What is kept of a run: its checkpoints, its test report, its predictions."""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import ModelCheckpoint

import datasets
from surrogate.data.datamodule import records_of
from surrogate.data.labelled import as_dataset
from surrogate.data.samplers import Batch
from surrogate.data.saying import say
from surrogate.evaluation import figures, report
from surrogate.training.module import surrogate_of
from surrogate.training.run_folder import LAST
from surrogate.training.tested import joined, joined_samples


class RunCheckpoints(ModelCheckpoint):
    """`best.ckpt` by the validation loss and `last.ckpt`, in the folder of the run.

    The last state is written at the end of the training, and after an epoch where `pause` seconds
    have passed since it was written: for a small network that takes longer than an epoch.
    (Lightning's own writes it with the best alone.)
    """

    pause = 5.0

    def __init__(self) -> None:
        super().__init__(
            monitor="validation/loss", filename="best", enable_version_counter=False, verbose=False
        )
        self._written = -math.inf  # time

    @property
    def state_key(self) -> str:
        return type(self).__name__  # not by the monitor, which depends on the data

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take the best score from a checkpoint, and no path: a path would be removed later."""
        score = state_dict.get("best_model_score")
        best = Path(self.dirpath or ".", f"{self.filename}.ckpt")
        if isinstance(score, torch.Tensor) and score.numel() == 1 and best.is_file():
            self.best_model_score = self.current_score = self.kth_value = score
            self.best_model_path = self.kth_best_model_path = str(best)
            self.best_k_models = {str(best): score}

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        self.dirpath = trainer.default_root_dir
        reason = without_validation(trainer) if stage == "fit" else ""
        if reason:
            say(f"note: training without validation: {reason}; last.ckpt is kept, and no best.ckpt")
            self.monitor = None
            self.save_top_k = 0
        super().setup(trainer, pl_module, stage)

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        super().on_train_epoch_end(trainer, pl_module)
        due = time.monotonic() - self._written >= self.pause
        if trainer.strategy.broadcast(due):  # all processes save or none
            self._write_last(trainer)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        super().on_train_end(trainer, pl_module)
        self._write_last(trainer)  # what a callback such as weight averaging has made of it

    def _write_last(self, trainer: Trainer) -> None:
        trainer.save_checkpoint(Path(trainer.default_root_dir, LAST))
        self._written = time.monotonic()


def without_validation(trainer: Trainer) -> str:
    """Why a fit runs through no validation record; empty where it does."""
    records = records_of(trainer)
    if "validation" not in records.parts:
        return records.missing("validation")
    if trainer.limit_val_batches == 0:
        return "trainer.limit_val_batches = 0"
    every = trainer.check_val_every_n_epoch
    if every and trainer.max_epochs is not None and 0 < trainer.max_epochs < every:
        return f"trainer.check_val_every_n_epoch = {every} is beyond the last epoch"
    return ""


class Replacement(Callback):
    """Removes what an earlier training left in the folder of the run when this one has got as far
    as its first epoch.

    Until then a setting may turn out to be wrong, and the earlier training must outlive that.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.current_epoch == 0 and trainer.is_global_zero:
            for name in self.names:
                Path(trainer.default_root_dir, name).unlink(missing_ok=True)


class TestReport(Callback):
    """The report of `surrogate.evaluation.report` on the test records, in the folder `test` of the
    run; its summary is printed.
    """

    __test__ = False  # no test class, whatever pytest thinks of its name
    folder = "test"
    message = ""

    def on_test_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        surrogate = surrogate_of(pl_module)
        data = records_of(trainer)
        tested = surrogate.tested
        if tested is None:
            return
        facts = {
            "checkpoint": surrogate.source or None,
            "data": data.paths["test"],
            "targets": {group.variable: group.units for group in surrogate.interface.targets},
        }
        washout = data.parts["test"].washout
        pictures = report.pictures(
            tested.prediction,
            tested.reference,
            tested.scores,
            surrogate.interface,
            washout,
            tested.samples,
        )
        folder = Path(trainer.default_root_dir) / self.folder
        text = report.write(folder, tested.scores, facts, pictures)
        self.message = f"\n{text}\n\nwritten to {folder}"

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        if stage == "test" and self.message:
            print(self.message)  # after the progress bar has gone


class PredictionFile(Callback):
    """Predicted responses of the test part as a file of the dataset contract, in the folder of the
    run.
    """

    name = "predictions.h5"
    message = ""

    def on_predict_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.world_size > 1:
            raise ValueError(
                f"predict runs on one device, got {trainer.world_size}: pass --trainer.devices 1"
            )
        self.inputs: list[torch.Tensor] = []
        self.predictions: list[torch.Tensor] = []
        self.samples: list[torch.Tensor | None] = []

    def on_predict_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Batch,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        self.inputs.append(batch.input.cpu())
        self.predictions.append(outputs.cpu())
        self.samples.append(batch.samples)

    def on_predict_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        samples = joined_samples(self.samples)
        input = joined(self.inputs, samples)
        prediction = joined(self.predictions, samples)
        path = Path(trainer.default_root_dir) / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        attrs = {"source": f"surrogate, test part of {records_of(trainer).paths['test']}"}
        interface = surrogate_of(pl_module).interface
        datasets.write_dataset(
            as_dataset(interface, input, prediction, attrs, samples), path, overwrite=True
        )
        self.message = f"\nwritten to {path}"

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        if stage == "predict" and self.message:
            print(self.message)


class RangeReport(Callback):
    """Loss against learning rate while `surrogate.optim.schedulers.RangeTest` raises it:
    `range_test.csv` and `.png`.
    """

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.rates: list[float] = []
        self.losses: list[torch.Tensor] = []

    def on_train_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        self.rates.append(trainer.optimizers[0].param_groups[0]["lr"])

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self.losses.append(outputs["loss"].detach())

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if not trainer.is_global_zero:
            return
        table = np.stack([self.rates, torch.stack(self.losses).double().cpu().numpy()], axis=1)
        stem = Path(trainer.default_root_dir) / "range_test"
        np.savetxt(
            stem.with_suffix(".csv"), table, delimiter=",", header="learning_rate,loss", comments=""
        )
        figures.save(figures.range_test(*table.T), stem.with_suffix(".png"))
