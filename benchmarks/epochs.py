"""Time per epoch of a training by the package, beside a bare PyTorch loop that does the same
arithmetic, and beside itself with a turn of Lightning's loop at every step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import torch
from lightning.pytorch import Callback, Trainer
from lightning.pytorch.loggers import CSVLogger

from datasets import write_dataset
from datasets.recipes.catalogue import load_recipe
from surrogate.data.datamodule import Records
from surrogate.networks import LSTM, MLP
from surrogate.training.callbacks.outputs import RunCheckpoints
from surrogate.training.callbacks.progress import TrainingBar
from surrogate.training.module import Surrogate


@dataclass(frozen=True)
class Problem:
    """A network, its data and its batches; the optimizer is AdamW at 1e-3, the loss the mean
    squared error.
    """

    name: str
    network: Callable
    recipe: str
    overrides: tuple
    inputs: str
    targets: str
    batch: int
    passes: int = 1
    """Passes over the training part in an epoch, which ends with one over the validation part."""


LSTM_RECORDS = (
    "five_storey",
    ("motion.duration=40", "records=250", "split={train: 0.8, validation: 0.2}"),
)
POINTS = ("radial", ("split={train: 0.7, validation: 0.3}",))
PROBLEMS = (
    Problem(
        "lstm",
        partial(LSTM, hidden=64, layers=2),
        *LSTM_RECORDS,
        "base_acceleration",
        "drift",
        batch=20,
    ),
    Problem(
        "mlp_100_100", partial(MLP, hidden=[100, 100]), *POINTS, "x", "y", batch=2800, passes=10
    ),
    Problem("mlp_10000", partial(MLP, hidden=[10_000]), *POINTS, "x", "y", batch=2800, passes=10),
    Problem("mlp_100_100_batches", partial(MLP, hidden=[100, 100]), *POINTS, "x", "y", batch=128),
)


def measure(effort):
    """Print milliseconds per epoch of the three; return them as ratios to the bare loop."""
    print(f"{'time per epoch':26}{'package':>12}{'turn a step':>14}{'bare loop':>12}{'ratios':>14}")
    figures = {}
    for problem in PROBLEMS:
        with TemporaryDirectory() as folder:
            ours, turns, bare = _rounds(problem, Path(folder), effort)
        print(
            f"{problem.name:26}{1e3 * ours:9.2f} ms{1e3 * turns:11.2f} ms{1e3 * bare:9.2f} ms"
            f"{ours / bare:7.2f}{turns / bare:7.2f}"
        )
        figures |= {
            f"epoch_ms_{problem.name}": 1e3 * ours,
            f"epoch_ratio_{problem.name}": ours / bare,
            f"epoch_ratio_turn_a_step_{problem.name}": turns / bare,
        }
    return figures


def _rounds(problem, folder, effort):
    """Best seconds per epoch of the package, of the package with a turn of Lightning's loop at
    every step, and of the bare loop, which take turns.
    """
    recipe = load_recipe(problem.recipe, list(problem.overrides))
    write_dataset(recipe.make(0, recipe.records), folder / "data.h5")
    records = make_records(problem, folder)
    records.setup("fit")
    epochs = max(3, int(effort.seconds / bare_loop(problem, records, effort.device, 2)[-1]))
    best = [float("inf")] * 3
    for number in range(effort.rounds):
        rivals = (
            package(problem, folder, effort.device, epochs, f"quick{number}"),
            package(problem, folder, effort.device, epochs, f"turns{number}", [EveryStep()]),
            bare_loop(problem, records, effort.device, epochs),
        )
        # The first epoch warms up; the mean of the others has its share of whatever happens now and
        # then.
        best = [
            min(so_far, sum(seconds[1:]) / (epochs - 1))
            for so_far, seconds in zip(best, rivals, strict=True)
        ]
    return best


class EveryStep(Callback):
    """Asks for a turn of Lightning's loop at every step, and does nothing with it."""

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        pass


def make_records(problem, folder):
    """The data of a problem, whose epochs hold its number of passes."""
    options = {
        "inputs": [problem.inputs],
        "targets": [problem.targets],
        "batch_size": problem.batch,
    }
    records = Records(str(folder / "data.h5"), **options)
    records.setup("fit")
    return Records(
        str(folder / "data.h5"),
        windows_per_epoch=problem.passes * len(records.parts["train"]),
        **options,
    )


def package(problem, folder, device, epochs, name, callbacks=()):
    """Seconds of each epoch by the package as its command line trains: with bar, log and
    checkpoints.
    """
    clock = EpochClock(device)
    trainer = Trainer(
        accelerator="gpu" if device == "cuda" else "cpu",
        devices=1,
        max_epochs=epochs,
        callbacks=[clock, RunCheckpoints(), TrainingBar(), *callbacks],
        logger=CSVLogger(folder, name=f"log_{name}"),
        default_root_dir=folder / f"run_{name}",
        enable_model_summary=False,
        num_sanity_val_steps=0,
        log_every_n_steps=1,
    )
    surrogate = Surrogate(problem.network, optimizer=partial(torch.optim.AdamW, lr=1e-3))
    trainer.fit(surrogate, datamodule=make_records(problem, folder))
    return clock.seconds


def bare_loop(problem, records, device, epochs):
    """Seconds of each epoch by a loop that has no more than the arithmetic."""
    train, validation = (
        [part.input.to(device), part.target.to(device)] for part in _parts(records)
    )
    statistics = [values.flatten(0, -2) for values in train]
    (input_mean, input_scale), (target_mean, target_scale) = (
        (v.mean(dim=0), v.std(dim=0)) for v in statistics
    )
    network = problem.network(train[0].shape[-1], train[1].shape[-1]).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    clock = EpochClock(device)

    def loss(input, target):
        return torch.nn.functional.mse_loss(
            network((input - input_mean) / input_scale), (target - target_mean) / target_scale
        )

    for _ in range(epochs):
        clock.tick()
        network.train()
        for _ in range(problem.passes):
            for chosen in torch.randperm(len(train[0]), device=device).split(problem.batch):
                optimizer.zero_grad()
                loss(train[0][chosen], train[1][chosen]).backward()
                optimizer.step()
        network.eval()
        with torch.no_grad():
            for input, target in zip(
                *(values.split(problem.batch) for values in validation), strict=True
            ):
                loss(input, target)
    clock.tick()
    return clock.seconds


def _parts(records):
    return records.parts["train"], records.parts["validation"]


class EpochClock(Callback):
    """When each epoch began: in seconds of the processor, on a GPU in seconds of the wall."""

    def __init__(self, device):
        self.device, self.ticks = device, []

    def tick(self):
        if self.device == "cuda":
            torch.cuda.synchronize()
        self.ticks.append(perf_counter() if self.device == "cuda" else process_time())

    @property
    def seconds(self):
        return [after - before for before, after in zip(self.ticks, self.ticks[1:], strict=False)]

    def on_train_epoch_start(self, trainer, pl_module):
        self.tick()

    def on_train_end(self, trainer, pl_module):
        self.tick()
