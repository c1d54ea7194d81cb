"""What is kept of a run: its checkpoints, its test report, its predictions."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import xarray as xr
from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import ModelCheckpoint

from datasets import write_dataset
from surrogate import figures, signals
from surrogate.metrics import evaluate
from surrogate.predict import as_dataset
from surrogate.signals import Interface
from surrogate.windows import Batch

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HIGHER_IS_BETTER = ("correlation", "R2")


class RunCheckpoints(ModelCheckpoint):
    """`last.ckpt` after every epoch, `best.ckpt` by the validation loss; both in the folder of the run."""

    def __init__(self) -> None:
        super().__init__(
            monitor="validation/loss", filename="best", save_last=True, enable_version_counter=False, verbose=False
        )

    @property
    def state_key(self) -> str:
        return type(self).__name__  # not by the monitor, which depends on the data

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        self.dirpath = trainer.default_root_dir
        if stage == "fit" and "validation" not in trainer.datamodule.parts:
            self.monitor, self.save_top_k = None, 0  # nothing tells which is best: keep the last alone
        super().setup(trainer, pl_module, stage)


class TestReport(Callback):
    """Metrics of every test record and channel as a table, their summary on the screen, and a figure.

    In the folder `test` of the run: `metrics.csv`, `summary.txt` and `records.png` with the best, the median and
    the worst record by their mean NRMSE.
    """

    __test__ = False  # no test class, whatever pytest thinks of its name
    folder = "test"

    def on_test_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.world_size > 1:
            raise ValueError(f"test runs on one device, got {trainer.world_size}: pass --trainer.devices 1")
        self.predictions: list[torch.Tensor] = []

    def on_test_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Batch, batch_idx: int
    ) -> None:
        self.predictions.append(outputs.cpu())

    def on_test_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        part, interface = trainer.datamodule.parts["test"], pl_module.interface
        prediction = torch.cat(self.predictions).numpy()
        count = len(prediction)  # all of them, unless the trainer limits the batches
        reference, number = part.target.numpy()[:count], part.number[:count]
        scores = score(prediction, reference, number, part.washout, signals.labels(interface.targets))
        folder = Path(trainer.default_root_dir) / self.folder
        folder.mkdir(parents=True, exist_ok=True)
        scores.to_dataframe().to_csv(folder / "metrics.csv")
        text = summary(scores)
        (folder / "summary.txt").write_text(text + "\n")
        self.message = f"\n{text}\n\nwritten to {folder}"
        if prediction.ndim == 3:
            picture = best_median_worst(prediction, reference, scores, interface, part.washout)
            figures.save(picture, folder / "records.png")

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        if stage == "test":
            print(self.message)  # after the progress bar has gone


class PredictionFile(Callback):
    """Predicted responses of the test part as a file of the dataset contract, in the folder of the run."""

    name = "predictions.h5"

    def on_predict_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.world_size > 1:
            raise ValueError(f"predict runs on one device, got {trainer.world_size}: pass --trainer.devices 1")
        self.predictions: list[torch.Tensor] = []

    def on_predict_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Batch, batch_idx: int
    ) -> None:
        self.predictions.append(outputs.cpu())

    def on_predict_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        part = trainer.datamodule.parts["test"]
        prediction = torch.cat(self.predictions).numpy()
        path = Path(trainer.default_root_dir) / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        attrs = {"source": f"surrogate, test part of {trainer.datamodule.paths['test']}"}
        input = part.input.numpy()[: len(prediction)]
        write_dataset(as_dataset(pl_module.interface, input, prediction, attrs), path, overwrite=True)
        self.message = f"\nwritten to {path}"

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        if stage == "predict":
            print(self.message)


class RangeReport(Callback):
    """Loss against learning rate while `surrogate.schedules.RangeTest` raises it: `range_test.csv` and `.png`."""

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.rates: list[float] = []
        self.losses: list[torch.Tensor] = []

    def on_train_batch_start(self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int) -> None:
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
        np.savetxt(stem.with_suffix(".csv"), table, delimiter=",", header="learning_rate,loss", comments="")
        figures.save(figures.range_test(*table.T), stem.with_suffix(".png"))


def score(
    prediction: np.ndarray, reference: np.ndarray, number: np.ndarray, skip: int, channels: list[str]
) -> xr.Dataset:
    """Metrics of each record and channel.

    Parameters
    ----------
    prediction, reference : ndarray, shape (record, time, channel)
        Points of a function, shape (sample, channel), count as one record.
    number : ndarray of int, shape (record,)
    skip : int
        Samples at the start that do not count.
    channels : list of str

    Returns
    -------
    xarray.Dataset
        Variables of `surrogate.metrics.evaluate` with the dimensions record, channel.
    """
    if prediction.ndim == 2:
        prediction, reference, number = prediction[None], reference[None], np.array([0])
    values = evaluate(prediction[:, skip:], reference[:, skip:])
    return xr.Dataset(
        {name: (("record", "channel"), value) for name, value in values.items()},
        {"record": number, "channel": channels},
    )


def summary(scores: xr.Dataset) -> str:
    """Two small tables: all records and channels together, and the mean of each channel."""
    sizes = f"{scores.sizes['record']} records, {scores.sizes['channel']} channels"
    magnitude = abs(scores) if "peak_error" in scores else scores
    rows = [f"{sizes:<24}{'mean':>12}{'median':>12}{'90 % within':>14}"]
    for name, values in magnitude.items():
        limit = values.quantile(0.1 if name in HIGHER_IS_BETTER else 0.9)
        rows.append(f"{name:<24}{values.mean():>12.4g}{values.median():>12.4g}{limit:>14.4g}")
    rows += ["", f"{'mean of each channel':<24}" + "".join(f"{name:>13}" for name in scores)]
    for channel in magnitude.channel.values:
        one = magnitude.sel(channel=channel)
        rows.append(f"{channel:<24}" + "".join(f"{one[name].mean():>13.4g}" for name in scores))
    return "\n".join(rows)


def best_median_worst(
    prediction: np.ndarray, reference: np.ndarray, scores: xr.Dataset, interface: Interface, skip: int
) -> "Figure":
    """Histories of the most loaded channel of three records, ranked by the mean NRMSE over the channels."""
    error = scores["NRMSE"].mean("channel").values
    order = np.argsort(error)
    ranks = {"best": order[0], "median": order[len(order) // 2], "worst": order[-1]}
    if len(order) < 3:
        ranks = {"only": order[0]} if len(order) == 1 else {"best": order[0], "worst": order[1]}
    units = [signal.units for signal in interface.targets for _ in range(signal.channels)]
    alike = [channel for channel, unit in enumerate(units) if unit == units[0]]  # only these have comparable peaks
    traces = []
    for rank, place in ranks.items():
        channel = int(np.abs(reference[place][:, alike]).max(axis=0).argmax())
        one = scores.isel(record=place, channel=channel)
        title = (
            f"{rank} record (number {int(one.record)}):   NRMSE {float(one.NRMSE):.2%}   "
            f"correlation {float(one.correlation):.4f}   peak error {float(one.peak_error):+.1%}"
        )
        histories = reference[place, :, channel], prediction[place, :, channel]
        time = np.arange(len(histories[0])) * (interface.interval or 1.0)
        traces.append(figures.Trace(str(one.channel.values), units[channel], time, *histories, title, skip))
    return figures.comparison(traces)
