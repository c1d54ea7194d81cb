"""`surrogate fit`, and the machinery that it shares with `validate`, `test` and `predict`, which
are Lightning's.

Every class is chosen by its path: `--model.network.class_path`, `--optimizer`, `--lr_scheduler`.
`--print_config` shows all that can be set.
"""

import ctypes
import logging
import sys
import warnings
from argparse import ArgumentError
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import yaml
from jsonargparse import Namespace
from jsonargparse.typing import register_type
from lightning.pytorch import Callback, Trainer
from lightning.pytorch.callbacks import ProgressBar
from lightning.pytorch.cli import (
    LightningArgumentParser,
    LightningCLI,
    LRSchedulerCallable,
    OptimizerCallable,
)
from lightning.pytorch.loggers import CSVLogger
from lightning.pytorch.utilities.exceptions import MisconfigurationException

from surrogate import inference
from surrogate.cli.wording import with_nearest
from surrogate.data.datamodule import Records
from surrogate.training.callbacks.interrupt import Interruptible, latest
from surrogate.training.callbacks.outputs import (
    PredictionFile,
    Replacement,
    RunCheckpoints,
    TestReport,
)
from surrogate.training.callbacks.progress import TrainingBar
from surrogate.training.module import METRICS, Surrogate

COMMANDS = ("fit", "validate", "test", "predict")
CHECKPOINTS = ("best.ckpt", "last.ckpt")
TALKATIVE = (
    "lightning.pytorch.utilities.rank_zero",
    "lightning.fabric.utilities.seed",
    "lightning.pytorch.trainer.connectors.checkpoint_connector",
)
# Lightning's advice that does not apply: the data are in memory, and a resumed run shares the
# folder of the first.
NEEDLESS_WARNINGS = (
    ".*does not have many workers.*",
    "Checkpoint directory .* exists and is not empty",
    "Total length of `list` across ranks is zero",
    "The dirpath has changed from",
    r"`isinstance\(treespec, LeafSpec\)` is deprecated",
)


class CommandLine(LightningCLI):
    """Lightning's command line, with one folder for each run and the optimizer at the top level."""

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        parser.add_argument(
            "--run",
            default="runs/surrogate",
            help="Folder of the run: checkpoints, logs, test report.",
        )
        parser.add_argument(
            "--overwrite", action="store_true", help="Replace what an earlier command left there."
        )
        parser.add_argument(
            "--optimizer",
            default=None,
            type=OptimizerCallable | None,
            help="Optimizer of the weights.",
        )
        parser.add_argument(
            "--lr_scheduler",
            default=None,
            type=LRSchedulerCallable | None,
            help="Learning-rate law.",
        )
        parser.link_arguments("run", "trainer.default_root_dir")
        parser.link_arguments("optimizer", "model.optimizer")
        parser.link_arguments("lr_scheduler", "model.lr_scheduler")

    def parse_arguments(self, parser: LightningArgumentParser, args: Sequence[str]) -> None:
        """Parse, and find the checkpoint, from which Lightning then takes the network as it was
        trained.
        """
        try:
            self.config = parser.parse_args(args)
        except UnicodeDecodeError:
            raise ValueError("the file that --config names is no text") from None
        except ArgumentError as error:
            options = [
                name
                for each in self._subcommand_parsers.values()
                for name in each._option_string_actions
            ]
            raise ArgumentError(None, with_nearest(str(error), options)) from None
        config = self.config[self.config.subcommand]
        config.ckpt_path = _checkpoint(config.ckpt_path, Path(config.run), self.config.subcommand)
        if config.ckpt_path is not None:
            inference.read_interface(
                config.ckpt_path
            )  # a wrong file gets one line here, before Lightning reads it
            if self.config.subcommand == "fit":
                inference.require_training_state(config.ckpt_path)
                self._check_network(config, args)

    def _check_network(self, config: Namespace, args: Sequence[str]) -> None:
        """Refuse another network than the checkpoint's, which Lightning would take without a word.

        One that is nowhere asked for has the default of the parser.
        """
        parser = self._parser(self.config.subcommand)
        default = parser.get_defaults().model.network
        asked = yaml.safe_load(parser.dump(config))["model"].get("network")
        if asked and (
            config.model.network != default
            or any(word.startswith("--model.network") for word in args)
        ):
            inference.require_network(config.ckpt_path, asked)

    def before_instantiate_classes(self) -> None:
        """Refuse what would destroy an earlier result, and what Lightning takes for no clipping at
        all.
        """
        config = self.config[self.subcommand]
        clip = config.trainer.gradient_clip_val
        if clip is not None and not clip > 0.0:
            raise ValueError(f"trainer.gradient_clip_val must be greater than 0, got {clip}")
        output = {
            "fit": "last.ckpt",
            "test": TestReport.folder,
            "predict": PredictionFile.name,
        }.get(self.subcommand)
        path = Path(config.run, output or "")
        if any(folder.is_file() for folder in path.parents):
            raise ValueError(f"run must be a folder, and {config.run} is a file or lies below one")
        resumed = self.subcommand == "fit" and config.ckpt_path
        if output and path.exists() and not (resumed or config.overwrite):
            advice = f", --ckpt_path {path} goes on with it" if self.subcommand == "fit" else ""
            raise FileExistsError(f"{path} exists: name another --run or pass --overwrite{advice}")

    def before_fit(self) -> None:
        """Read the data and make the network before the trainer makes any folder: errors then leave
        nothing behind.
        """
        self.datamodule.setup("fit")
        self.datamodule.require_for(
            self.trainer.world_size
        )  # told once, before there are other processes
        self.model.build_for(self.datamodule)
        self.model.new_optimizer()
        self._check_callbacks()
        if self._get(self.config, "overwrite") and self._get(self.config_init, "ckpt_path") is None:
            self.trainer.callbacks.insert(0, Replacement((*CHECKPOINTS, Interruptible.name)))

    def after_fit(self) -> None:
        """Say where the surrogate is, or that there was nothing to do: Lightning is quiet about
        both.
        """
        if not self.trainer.is_global_zero:
            return
        if "train/loss" in self.trainer.callback_metrics:
            run = Path(self._get(self.config, "run"))
            kept = [str(run / name) for name in CHECKPOINTS if (run / name).exists()]
            print(f"\nwritten to {' and '.join(kept) or run}")
        else:
            limits = (
                f"trainer.max_epochs = {self.trainer.max_epochs}, trainer.max_steps = "
                f"{self.trainer.max_steps}"
            )
            print(f"warning: nothing was left to train by {limits}", file=sys.stderr)

    def _check_callbacks(self) -> None:
        """Refuse to wait for what is not logged: Lightning would tell at the end of the first
        epoch.
        """
        for callback in self.trainer.callbacks:
            watched = getattr(callback, "monitor", None)
            if watched is not None and watched not in METRICS:
                raise ValueError(
                    f"{type(callback).__name__} must monitor one of {', '.join(METRICS)}, got "
                    f"{watched}"
                )

    def before_validate(self) -> None:
        self._check_data("validate")

    def before_test(self) -> None:
        self._check_data("test")

    def before_predict(self) -> None:
        self._check_data("predict")

    def _check_data(self, stage: str) -> None:
        """Read the data and compare them with the checkpoint, for the same reason."""
        self.datamodule.setup(stage)
        checkpoint = self._get(self.config_init, "ckpt_path")
        inference.read_interface(checkpoint).require(self.datamodule.interface, "the data")

    def instantiate_trainer(self, **kwargs: Any) -> Trainer:
        """Log to CSV and draw our bar unless others are chosen; only a fit logs and keeps its
        config.
        """
        chosen = self._get(self.config_init, "trainer")
        if self.subcommand != "fit":
            self.save_config_callback = None
            return super().instantiate_trainer(**kwargs, logger=False)
        if chosen.logger is None:
            kwargs["logger"] = CSVLogger(self._get(self.config, "run"), name="log")
        callbacks = (
            [chosen.callbacks] if isinstance(chosen.callbacks, Callback) else chosen.callbacks or []
        )
        if chosen.enable_progress_bar is not False and not any(
            isinstance(each, ProgressBar) for each in callbacks
        ):
            kwargs["callbacks"] = [*callbacks, TrainingBar()]
        try:
            return super().instantiate_trainer(**kwargs)
        except TypeError as error:  # of Lightning's own checks
            raise ValueError(f"trainer: {error}") from None


def main(argv: Sequence[str]) -> int:
    """Run the command; errors of the user are raised as ValueError, FileNotFoundError or
    FileExistsError.
    """
    return run("fit", argv)


def run(command: str, argv: Sequence[str], callbacks: Sequence[Callback] = ()) -> int:
    """Run one of Lightning's commands, with further callbacks."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        _train([command, *argv], callbacks)
    except MisconfigurationException as error:
        raise ValueError(str(error)) from None
    return 0


def _train(argv: Sequence[str], callbacks: Sequence[Callback]) -> None:
    _keep_freed_memory()
    register_type(torch.device)  # the default of an argument of Lightning's weight averaging
    strict = {"exit_on_error": False, "allow_abbrev": False}
    with warnings.catch_warnings():
        for message in NEEDLESS_WARNINGS:
            warnings.filterwarnings("ignore", message)
        CommandLine(
            Surrogate,
            Records,
            args=argv,
            auto_configure_optimizers=False,
            save_config_kwargs={"overwrite": True},
            seed_everything_default=0,
            parser_kwargs={**strict, **{command: dict(strict) for command in COMMANDS}},
            trainer_defaults={
                "callbacks": [
                    RunCheckpoints(),
                    Interruptible(),
                    TestReport(),
                    PredictionFile(),
                    *callbacks,
                ],
                "max_epochs": 50,
                "num_sanity_val_steps": 0,
                "log_every_n_steps": 1,
            },
        )


def _keep_freed_memory() -> None:
    """Tell glibc to keep what a training step frees, since the next step takes it again.

    Otherwise each step returns its larger tensors to the kernel and gets them back page by page: a
    third of the time of the five-storey training.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        for option, value in ((-4, 0), (-1, 2**31 - 1)):  # M_MMAP_MAX, M_TRIM_THRESHOLD
            mallopt(option, value)


def _checkpoint(named: str | None, run: Path, command: str) -> str | None:
    """Path of the checkpoint that the user means by a path, by `best`, `last` or nothing; None for
    a new training.

    A fit goes on from the `last` one if there is any, so that one command begins a training and
    goes on with it.
    """
    if command == "fit" and named == "last":
        named = latest(run)
    elif named in ("best", "last"):
        named = run / f"{named}.ckpt"
    elif command != "fit" and named is None:
        named = _trained(run)
    return None if named is None else str(named)


def _trained(run: Path) -> str:
    """Checkpoint of a run: the best one, or the last where none is known to be best."""
    for name in CHECKPOINTS:
        if (run / name).exists():
            return str(run / name)
    raise FileNotFoundError(
        f"{run} has no best.ckpt and no last.ckpt: train first, or name one with --ckpt_path"
    )
