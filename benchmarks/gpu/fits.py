"""A short fit by the package's own module, datamodule and Lightning's Trainer, on a device."""

import logging
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, LightningModule, Trainer, seed_everything

from datasets import write_dataset
from datasets.recipes.catalogue import load_recipe
from surrogate.data.datamodule import Records
from surrogate.training.module import Surrogate

WARM_UP = 2  # steps that are not timed: kernels are loaded and chosen in them
BATCH = 16
SECONDS = 10.0  # of a record, which has 251 samples
ADAMW = partial(torch.optim.AdamW, lr=1e-3)
HERE = Path(__file__).parents[2]
LOOP = "surrogate/training/bundled_steps.py"


@dataclass(frozen=True)
class Fit:
    """What is trained.

    Attributes
    ----------
    network
        Takes the numbers of input and output channels.
    optimizer
        Takes the parameters.
    precision : str
        Of Lightning's Trainer.
    compile : bool
        Whether torch compiles the network.
    batch : int
        Records in a step, on each device.
    devices : int
        GPUs.
    whole : bool
        Whether an epoch is one batch, as LBFGS needs it.
    """

    network: Callable[..., torch.nn.Module]
    optimizer: Callable[..., torch.optim.Optimizer] = ADAMW
    precision: Any = "32-true"
    compile: bool = False
    batch: int = BATCH
    devices: int = 1
    whole: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a fit went.

    Attributes
    ----------
    losses : list of float
        Of every step.
    milliseconds : float
        Of a step after the first `WARM_UP`, wall clock.
    devices : set of str
        Kinds of device that hold parameters and buffers at the end.
    """

    losses: list[float]
    milliseconds: float
    devices: frozenset[str]


class Clock(Callback):
    """Losses of the steps, and the time of those after the warm-up; nothing here waits in between.

    Parameters
    ----------
    steps : int
        Of the fit.
    strict : bool
        Whether an operation of these steps that makes the host wait for the GPU is an error.
    """

    def __init__(self, steps: int, strict: bool = False) -> None:
        self.steps = steps
        self.strict = strict
        self.devices: frozenset[str] = frozenset()
        self.seconds = 0.0
        self._losses: list[torch.Tensor] = []

    @property
    def losses(self) -> list[float]:
        """Loss of every step."""
        return [loss.item() for loss in self._losses]

    def on_train_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        if len(self._losses) == WARM_UP:
            _wait(pl_module.device)
            self._start = time.perf_counter()
            if self.strict:
                torch.cuda.set_sync_debug_mode("error")

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self._losses.append(outputs["loss"].detach())
        if len(self._losses) == self.steps:
            if self.strict:
                torch.cuda.set_sync_debug_mode("default")
            _wait(pl_module.device)
            self.seconds = time.perf_counter() - self._start
            held = [*pl_module.parameters(), *pl_module.buffers()]
            self.devices = frozenset(tensor.device.type for tensor in held)

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """Let Lightning's end of the fit wait for the GPU, as it must."""
        if self.strict:
            torch.cuda.set_sync_debug_mode("default")


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def make_data(folder: Path, records: int = 64) -> Path:
    """Write records of the five-storey building, all for training."""
    words = [f"records={records}", f"motion.duration={SECONDS}", "keep_every=2"]
    recipe = load_recipe("five_storey", [*words, "split={train: 1.0}"])
    path = folder / "five_storey.h5"
    if not path.exists():
        write_dataset(recipe.make(0, records), path)
    return path


def run(fit: Fit, data: Path, device: str, steps: int, strict: bool = False) -> Outcome:
    """Train for some steps.

    Raises
    ------
    ValueError
        For what the package refuses, in its own words.
    """
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    seed_everything(1, verbose=False)
    clock = Clock(steps, strict)
    module = Surrogate(fit.network, optimizer=fit.optimizer, compile=fit.compile)
    records = Records(
        str(data),
        ["base_acceleration"],
        ["drift"],
        batch_size=fit.batch,
        windows_per_epoch=fit.batch * fit.devices * (1 if fit.whole else steps),
        placement="device",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no validation part, few workers
        trainer = Trainer(
            accelerator="gpu" if device == "cuda" else "cpu",
            devices=fit.devices,
            precision=fit.precision,
            max_epochs=steps if fit.whole else 1,
            callbacks=[clock],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        trainer.fit(module, datamodule=records)
    return Outcome(clock.losses, 1e3 * clock.seconds / (steps - WARM_UP), clock.devices)


def waits(fit: Fit, data: Path, steps: int) -> str:
    """Where a step makes the host wait for the GPU: a place in the sources, "" for nowhere."""
    try:
        run(fit, data, "cuda", steps, strict=True)
    except RuntimeError as error:
        first = _first(error)
        if "synchronizing" not in str(first):
            raise
        return _place(first)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    return ""


def _first(error: BaseException) -> BaseException:
    """The error that began it; Lightning's end of a failed fit waits for the GPU too."""
    while error.__context__ is not None:
        error = error.__context__
    return error


def _place(error: BaseException) -> str:
    """The innermost line of this package that led to the error, else the innermost of all.

    The loop that makes the steps is no such line: an optimizer of torch that waits is named itself.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_own(Path(frame.filename))]
    last = (own or frames)[-1]
    return f"{Path(last.filename).name}, {last.name}"


def _is_own(file: Path) -> bool:
    return file.is_relative_to(HERE / "surrogate") and file != HERE / LOOP


def difference(one: Sequence[float], other: Sequence[float], steps: int) -> float:
    """Largest relative difference of the losses of the first steps."""
    pairs = zip(one[:steps], other[:steps], strict=True)
    return max(abs(left - right) / abs(right) for left, right in pairs)
