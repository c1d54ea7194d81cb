"""Lightning's command line as `surrogate` uses it: what a configuration may hold, and the checks
that come before any work.

`surrogate.training.run.run_training` is the function behind it for a fit. Every class is chosen by
its path: `--model.network.class_path`, `--optimizer`, `--lr_scheduler`.
"""

import sys
from argparse import ArgumentError
from pathlib import Path
from typing import Any

import yaml
from jsonargparse import Namespace
from lightning.pytorch import Callback, Trainer
from lightning.pytorch.callbacks import ProgressBar
from lightning.pytorch.cli import (
    ArgsType,
    LightningArgumentParser,
    LightningCLI,
    LRSchedulerCallable,
    OptimizerCallable,
)
from lightning.pytorch.loggers import CSVLogger

from surrogate.training import checkpoint, run_folder
from surrogate.training.callbacks.outputs import (
    PredictionFile,
    Replacement,
    TestReport,
)
from surrogate.training.callbacks.progress import TrainingBar
from surrogate.training.module import METRICS
from surrogate.training.wording import with_nearest

OUTPUTS = {"fit": run_folder.LAST, "test": TestReport.folder, "predict": PredictionFile.name}
"""What each command leaves in the folder of the run."""


class CommandLine(LightningCLI):
    """Lightning's command line, with one folder for each run and the optimizer at the top level."""

    subcommand: str

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

    def parse_arguments(self, parser: LightningArgumentParser, args: ArgsType) -> None:
        """Parse, and find the checkpoint, from which Lightning then takes the network."""
        words = [str(word) for word in args] if isinstance(args, list) else []
        self.config = self._parsed(parser, words)
        command = self.config.subcommand
        config = self.config[command]
        path = run_folder.meant(config.ckpt_path, Path(config.run), command)
        config.ckpt_path = None if path is None else str(path)
        if path is None:
            return
        checkpoint.read_interface(path)  # tells a wrong file in one line, before Lightning reads it
        if command == "fit":
            checkpoint.require_training_state(path)
            named = any(word.startswith("--model.network") for word in words)
            self._check_network(config, named)

    def _parsed(self, parser: LightningArgumentParser, words: list[str]) -> Namespace:
        try:
            return parser.parse_args(words)
        except UnicodeDecodeError:
            raise ValueError("the file that --config names is not a text file") from None
        except ArgumentError as error:
            message = with_nearest(str(error), self._options())
            raise ArgumentError(None, message) from None

    def _options(self) -> list[str]:
        parsers = self._subcommand_parsers.values()
        return [name for each in parsers for name in each._option_string_actions]

    def _check_network(self, config: Namespace, named: bool) -> None:
        """Refuse another network than the checkpoint's, which Lightning would take without a word.

        One that is nowhere asked for has the default of the parser.
        """
        parser = self._parser(self.config.subcommand)
        default = parser.get_defaults().model.network
        asked = yaml.safe_load(parser.dump(config))["model"].get("network")
        if asked and (named or config.model.network != default):
            checkpoint.require_network(config.ckpt_path, asked)

    def before_instantiate_classes(self) -> None:
        """Refuse what would destroy an earlier result, and a clipping that Lightning ignores."""
        config = self.config[self.subcommand]
        clip = config.trainer.gradient_clip_val
        if clip is not None and not clip > 0.0:
            raise ValueError(f"trainer.gradient_clip_val must be greater than 0, got {clip}")
        output = OUTPUTS.get(self.subcommand, "")
        path = Path(config.run, output)
        if any(folder.is_file() for folder in path.parents):
            raise ValueError(f"run must be a folder, and {config.run} is a file or lies below one")
        resumed = self.subcommand == "fit" and config.ckpt_path
        if output and path.exists() and not (resumed or config.overwrite):
            advice = f", --ckpt_path {path} continues it" if self.subcommand == "fit" else ""
            raise FileExistsError(f"{path} exists: name another --run or pass --overwrite{advice}")

    def before_fit(self) -> None:
        """Read the data and make the network before the trainer makes any folder.

        Errors then leave nothing behind.
        """
        self.datamodule.setup("fit")
        # Told once, before there are other processes.
        self.datamodule.require_for(self.trainer.world_size)
        self.model.build_for(self.datamodule)
        self.model.new_optimizer()
        self._check_callbacks()
        if self._get(self.config, "overwrite") and self._get(self.config_init, "ckpt_path") is None:
            replaced = Replacement((*run_folder.CHECKPOINTS, run_folder.INTERRUPTED))
            self._callbacks.insert(0, replaced)

    def after_fit(self) -> None:
        """Say that there was nothing to do: Lightning is quiet about it."""
        if self.trainer.is_global_zero and "train/loss" not in self.trainer.callback_metrics:
            limits = (
                f"trainer.max_epochs = {self.trainer.max_epochs}, trainer.max_steps = "
                f"{self.trainer.max_steps}"
            )
            print(f"warning: nothing was left to train by {limits}", file=sys.stderr)

    @property
    def _callbacks(self) -> list[Callback]:
        callbacks: list[Callback] = self.trainer.callbacks  # type: ignore[attr-defined]
        return callbacks

    def _check_callbacks(self) -> None:
        """Refuse to wait for what is not logged: Lightning tells it after an epoch only."""
        for callback in self._callbacks:
            watched = getattr(callback, "monitor", None)
            if watched is not None and watched not in METRICS:
                raise ValueError(
                    f"{type(callback).__name__} must monitor one of {', '.join(METRICS)}, got "
                    f"{watched}"
                )

    @staticmethod
    def subcommands() -> dict[str, set[str]]:
        """Lightning's commands, each with the arguments that are not options.

        A test prints its own report, in the place of Lightning's table of means.
        """
        commands = LightningCLI.subcommands()
        return {**commands, "test": commands["test"] | {"verbose"}}

    def test(self, **options: Any) -> None:
        self.trainer.test(verbose=False, **options)

    def before_validate(self) -> None:
        self._check_data("validate")

    def before_test(self) -> None:
        self._check_data("test")

    def before_predict(self) -> None:
        self._check_data("predict")

    def _check_data(self, stage: str) -> None:
        """Read the data and compare them with the checkpoint, for the same reason."""
        self.datamodule.setup(stage)
        path = self._get(self.config_init, "ckpt_path")
        checkpoint.read_interface(path).require(self.datamodule.interface, "the data")

    def instantiate_trainer(self, **kwargs: Any) -> Trainer:
        """Log to CSV and draw our bar unless others are chosen; a fit alone logs."""
        if self.subcommand != "fit":
            self.save_config_callback = None
            return super().instantiate_trainer(**kwargs, logger=False)
        chosen = self._get(self.config_init, "trainer")
        if chosen.logger is None:
            kwargs["logger"] = CSVLogger(self._get(self.config, "run"), name="log")
        callbacks = _listed(chosen.callbacks)
        has_bar = any(isinstance(each, ProgressBar) for each in callbacks)
        if chosen.enable_progress_bar is not False and not has_bar:
            kwargs["callbacks"] = [*callbacks, TrainingBar()]
        try:
            return super().instantiate_trainer(**kwargs)
        except TypeError as error:  # of Lightning's own checks
            raise ValueError(f"trainer: {error}") from None


class Checked(Exception):
    """A configuration was understood, and nothing more was asked."""


class Check(CommandLine):
    """The command line up to where it would make the first object."""

    def before_instantiate_classes(self) -> None:
        raise Checked


def _listed(callbacks: Callback | list[Callback] | None) -> list[Callback]:
    if callbacks is None:
        return []
    return [callbacks] if isinstance(callbacks, Callback) else callbacks
