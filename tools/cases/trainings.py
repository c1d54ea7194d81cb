"""Rows T3 to T28 of training: short fits of a Duffing oscillator, and what is said of them."""

import os
import shutil
import signal
import sys
from pathlib import Path

import h5py
import numpy as np
import torch
from lightning.pytorch import Callback, LightningModule, Trainer

from datasets.recipes.catalogue import load_recipe
from surrogate.sweep.score import score_of, why
from surrogate.sweep.space import Choice, Space
from surrogate.training.run import run_training
from tools.cases.case import Case, Outcome, Place, run

CONFIG = """\
seed_everything: 1
run: run
data: {path: data.h5, inputs: [force], targets: [displacement], batch_size: 8}
model: {network: {class_path: surrogate.networks.LSTM, init_args: {hidden: 4}}}
optimizer: {class_path: torch.optim.Adam, init_args: {lr: 0.01}}
trainer: {accelerator: cpu, max_epochs: 1, enable_progress_bar: false, enable_model_summary: false}
"""
MAPPED = (
    "--map force=u displacement=y velocity=v interval=dt --unit force=N displacement=m"
    " velocity=m/s --duration 4 --out data.h5"
)
THREE = "--split train=0.6 validation=0.2 test=0.2"
TWO = "--split train=0.8 test=0.2"
FIT = "fit --config config.yaml"
CALLBACK = "--trainer.callbacks+=lightning.pytorch.callbacks."


class Terminates(Callback):
    """SIGTERM after the first step, as a scheduler sends it."""

    def on_before_zero_grad(self, trainer: Trainer, module: LightningModule, *_: object) -> None:
        if trainer.global_step == 1:
            os.kill(os.getpid(), signal.SIGTERM)


class Replaces(Callback):
    """Puts another dataset in the place of the one that is being read."""

    def __init__(self, words: list[str]) -> None:
        self._words = words

    def on_train_epoch_start(self, trainer: Trainer, module: LightningModule) -> None:
        run([*self._words, "--overwrite", "--seed", "5"])


def _prepare(place: Place, split: str = THREE, source: str = "T/duffing.h5") -> list[str]:
    """Write data, configuration and the user's package; returns the words of the import."""
    (place.scratch / "config.yaml").write_text(CONFIG)
    shutil.copytree(place.cases / "training/my_package", place.scratch / "my_package")
    for name in [name for name in sys.modules if name.partition(".")[0] == "my_package"]:
        del sys.modules[name]  # of the folder of another case
    words = ["import", *place.words(f"{source} {MAPPED} {split}")]
    said = run(words)
    if not said.startswith("exit 0"):
        raise RuntimeError(said)
    return words


def _commands(*lines: str, split: str = THREE) -> Outcome:
    """Command lines one after the other; what the last one says."""

    def outcome(place: Place) -> str:
        _prepare(place, split)
        for line in lines[:-1]:
            said = run(place.words(line))
            if not said.startswith("exit 0"):
                raise RuntimeError(said)
        return run(place.words(lines[-1]))

    return outcome


def _fit(*options: str, split: str = THREE) -> Outcome:
    return _commands(" ".join([FIT, *options]), split=split)


def _resumed(*options: str) -> Outcome:
    words = "--ckpt_path last --trainer.max_epochs 2"
    return _commands(FIT, " ".join([FIT, words, *options]))


def _rate(place: Place) -> str:
    """Learning rate of the optimizer after a resume with another one."""
    said = _resumed("--optimizer.lr 0.002")(place)
    state = torch.load("run/last.ckpt", weights_only=True)
    return f"rate {state['optimizer_states'][0]['param_groups'][0]['lr']:g}; {said}"


def _replaced(place: Place) -> str:
    words = _prepare(place)
    try:
        run_training("config.yaml", [Replaces(words)], {"data.placement": "disk"})
    except ValueError as error:
        return f"refused: {error}"
    return "trained on mixed bytes"


def _quiet(place: Place) -> str:
    """A silent record in each of all parts."""
    shutil.copy(place.cases / "training/duffing.h5", "quiet.h5")
    os.chmod("quiet.h5", 0o600)
    with h5py.File("quiet.h5", "a") as file:
        for name in ("u", "y", "v"):
            file[name][::2] = 0.0
    _prepare(place, source="quiet.h5")
    return run(FIT.split())


def _beyond(factor: float) -> Outcome:
    """A surrogate of masses from 0.7 to 1.3 of nominal, asked for another one."""

    def outcome(place: Place) -> str:
        (place.scratch / "config.yaml").write_text(CONFIG)
        vary = "vary={mass: {distribution: uniform, low: 0.7, high: 1.3}}"
        words = ["records=20", "motion.duration=2", vary, "outputs=[drift]", "--out", "data.h5"]
        said = run(["generate", "five_storey", *words])
        data = "--data.inputs [base_acceleration] --data.parameters [mass] --data.targets [drift]"
        said = run(f"{FIT} {data}".split()) if said.startswith("exit 0") else said
        if not said.startswith("exit 0"):
            raise RuntimeError(said)
        nominal = np.diag(load_recipe("five_storey").nominal.mass)
        asked = ",".join(f"{factor * mass:g}" for mass in nominal)
        record = str(place.cases / "records/pandas_index_right.csv")
        words = ["--record", record, "--parameter", f"mass={asked}", "--out", "out.h5"]
        return run(["respond", "--checkpoint", "run/best.ckpt", *words])

    return outcome


def _without_module(place: Place) -> str:
    """An export where the user's package is not there any more."""
    _fit(f"{NET}MyGRU")(place)
    shutil.rmtree(place.scratch / "my_package")
    for name in ("my_package", "my_package.nets"):
        sys.modules.pop(name, None)
    words = "export --checkpoint run/best.ckpt --trust my_package.nets --out a.onnx"
    return run(words.split())


def _score(place: Place) -> str:
    """What the trials of a sweep over losses are compared by."""
    Path("config.yaml").write_text(CONFIG)
    space = Space("config.yaml", {"model.loss": Choice(("torch.nn.MSELoss", "torch.nn.L1Loss"))})
    return why(score_of(space, {}))


EARLY = f"{CALLBACK}EarlyStopping --trainer.callbacks.monitor="
OWN = "--trainer.callbacks+=my_package.callbacks.OwnMetric"
VARIED = "vary={damping_ratio: {distribution: uniform, low: 0.9, high: 1.1}}"
CYCLE = "--lr_scheduler torch.optim.lr_scheduler.CyclicLR --lr_scheduler.base_lr 0.001"
NET = "--model.network my_package.nets."

TRAININGS = (
    Case("T3", "the dataset is replaced while a fit reads it", "loss NaN, lower the learning rate",
         "refused: .*has been replaced", _replaced),
    Case("T4", "resume with another loss", "the old one, in silence",
         "exit 2: .*cannot continue.*model.loss.*--init_from",
         _resumed("--model.loss torch.nn.HuberLoss")),
    Case("T4", "resume with another learning rate", "the old rate; config.yaml says the new one",
         r"rate 0\.002; exit 0", _rate),
    Case("T6", "a network with one output for two targets", "broadcast, trains",
         r"exit 2: .*shape \(8, 81, 1\).*2",
         _fit(f"{NET}OneOutput --data.targets [displacement,velocity]")),
    Case("T7", "test of the configuration kept by a resume", "takes last.ckpt",
         r"exit 0: .*checkpoint run/best\.ckpt",
         _commands(FIT, f"{FIT} --ckpt_path last --trainer.max_epochs 2",
                   "test --config run/log/version_1/config.yaml")),
    Case("T7", "fit of the configuration kept by a fit --overwrite", "the run is replaced",
         r"exit 2: .*exists.*--overwrite",
         _commands(f"{FIT} --overwrite", "fit --config run/log/version_0/config.yaml")),
    Case("T8", "respond at 1.5 of the nominal mass, trained on 0.7 to 1.3", "no warning",
         "exit 0: .*warning: mass 1 = .*outside", _beyond(1.5)),
    Case("T8", "respond at the nominal mass", "no warning", "exit 0: (?!.*warning: mass)",
         _beyond(1.0)),
    Case("T9", "parts called training, val, testing", "trains without validation",
         "exit 0: (?!.*without validation)",
         _fit(split="--split training=0.6 val=0.2 testing=0.2")),
    Case("T9", "no part for validation", "no word", "exit 0: .*without validation",
         _fit(split=TWO)),
    Case("T11", "sweep over model.loss", "incomparable losses", "compared by the root-mean-square",
         _score),
    Case("T12", "SIGTERM to fit", "exit 0, no advice", "exit 143: .*--ckpt_path last",
         _fit("--trainer.callbacks+=tools.cases.trainings.Terminates")),
    Case("T13", "silent records in two parts", "refused as shared", "exit 0: ", _quiet),
    Case("T15", "--trainer.overfit_batches 1", "traceback", "exit 0: ",
         _fit("--trainer.overfit_batches 1")),
    Case("T16", "--trainer.max_epochs -1 --trainer.max_time 00:00:00:02", "traceback", "exit 0: ",
         _fit("--trainer.max_epochs -1 --trainer.max_time 00:00:00:02 --optimizer.lr 0.001")),
    Case("T17", "fit and test in bf16-true", "traceback", "exit 0: .*bf16-true is for training",
         _commands(f"{FIT} --trainer.precision bf16-true",
                   "test --config config.yaml --trainer.precision bf16-true")),
    Case("T18", "a scheduler added at a resume", "traceback", "exit 2: .*lr_scheduler",
         _resumed("--lr_scheduler torch.optim.lr_scheduler.ConstantLR")),
    Case("T19", "EarlyStopping without a validation part", "traceback",
         "exit 2: .*no validation", _fit(f"{EARLY}validation/loss", split=TWO)),
    Case("T19", "a loss without reduction", "traceback", "exit 2: .*reduction = none",
         _fit("--model.loss torch.nn.L1Loss --model.loss.reduction none")),
    Case("T19", "LearningRateFinder", "traceback", "exit 2: .*RangeTest",
         _fit(f"{CALLBACK}LearningRateFinder")),
    Case("T19", "a network of the wrong shape", "traceback", "exit 2: .*shape",
         _fit(f"{NET}WrongShape")),
    Case("T19", "a network that drops the channels", "traceback", "exit 2: .*shape",
         _fit(f"{NET}Squeezed")),
    Case("T19", "a network that gives a tuple", "traceback", "exit 2: ", _fit(f"{NET}Tuple")),
    Case("T19", "--trainer.accelerator tpu", "traceback", "exit 2: .*torch_xla",
         _fit("--trainer.accelerator tpu")),
    Case("T20", "generate vary={damping_ratio: ...}", "not enough values to unpack",
         "exit 2: .*damping_ratio is not a parameter",
         lambda _: run(["generate", "five_storey", VARIED, "--out", "a.h5"])),
    Case("T24", "an own class in the current folder", "No module named 'my_package'", "exit 0: ",
         _fit(f"{NET}MyGRU")),
    Case("T24", "export with an own class that is not trusted", "the reason is lost",
         "exit 2: .*--trust my_package",
         _commands(f"{FIT} {NET}MyGRU", "export --checkpoint run/best.ckpt --out a.onnx")),
    Case("T24", "a module of the user that cannot be imported", "the reason is lost",
         "exit 2: .*not_there_at_all", _fit("--model.network my_package.broken_import.Net")),
    Case("T24", "export where the module of the network is missing", "the reason is lost",
         "exit 2: .*No module named 'my_package'", _without_module),
    Case("T25", "EarlyStopping on a metric that the user logs", "refused", "exit 0: ",
         _fit(f"{OWN} {EARLY}my/metric")),
    Case("T25", "EarlyStopping on a metric that nobody logs", "", "exit 2: .*my/metric",
         _fit(f"{EARLY}my/metric")),
    Case("T26", "CyclicLR with Adagrad", "Option 'momentum' is not accepted", "exit 2: .*momentum",
         _fit(f"{CYCLE} --lr_scheduler.max_lr 0.01 --optimizer torch.optim.Adagrad")),
    Case("T28", "a logger without save_dir", "writes into the current folder",
         "exit 2: .*save_dir",
         _fit("--trainer.logger lightning.pytorch.loggers.TensorBoardLogger")),
)  # fmt: skip
