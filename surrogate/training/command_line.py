"""Lightning's command line as `surrogate` uses it: what a configuration may hold, and the checks
that come before any work.

`surrogate.training.run.run_training` is the function behind it for a fit. Every class is chosen by
its path: `--model.network.class_path`, `--optimizer`, `--lr_scheduler`.
"""

import sys
from argparse import ArgumentError
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from jsonargparse import Namespace
from lightning.fabric.plugins import CheckpointIO
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

from surrogate.training import checkpoint, continuing, run_folder, starting
from surrogate.training.callbacks.outputs import (
    PredictionFile,
    Replacement,
    TestReport,
)
from surrogate.training.callbacks.progress import TrainingBar
from surrogate.training.checkpoint_file import WholeFiles
from surrogate.training.module import METRICS
from surrogate.training.restoring import made_from
from surrogate.training.trust import network_of
from surrogate.training.wording import with_nearest

OUTPUTS = {"fit": run_folder.LAST, "test": TestReport.folder, "predict": PredictionFile.name}
"""What each command leaves in the folder of the run."""


class CommandLine(LightningCLI):
    """Lightning's command line, with one folder for each run and the optimizer at the top level."""

    subcommand: str
    _changed_numbers: Mapping[str, Any] = {}

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
        parser.add_argument(
            "--trust",
            default=[],
            type=list[str],
            help="Modules whose classes the checkpoint may name, as [my_package].",
        )
        parser.add_argument(
            "--init_from",
            default=None,
            type=str | None,
            help="Checkpoint whose weights the training begins with: fine-tuning, other data, "
            "another learning-rate law. Nothing else is taken from it.",
        )
        parser.add_argument(
            "--init_scaling",
            default=True,
            type=bool,
            help="Whether the scaling comes from that checkpoint too, which its weights are made "
            "for, or from the new data.",
        )
        parser.add_argument(
            "--freeze",
            default=[],
            type=list[str],
            help="Beginnings of the names of parameters that stay as they are, as [lstm].",
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
        if path is not None and config.init_from is not None:
            raise ValueError("give ckpt_path to continue a training, or init_from to begin one")
        if path is None:
            return
        content = checkpoint.read(path)
        checkpoint.interface_of(content, path)
        if command != "fit":
            return
        checkpoint.require_training_state(path)
        named = any(word.startswith("--model.network") for word in words)
        if not self._check_network(config, named):
            network = _kept_network(content, path, _trusted(config))
            kept = {command: {"model": {"network": network}}}
            self.config = parser.parse_object(kept, self.config)
        self._compare_settings(content.get("settings"), path)

    def _compare_settings(self, kept: Any, path: Path) -> None:
        """Refuse settings that cannot change where a training continues."""
        if isinstance(kept, dict) and kept:
            numbers = continuing.require_continuable(kept, self._settings(), str(path))
            self._changed_numbers = numbers
        else:
            print(
                f"warning: {path} does not tell how it was trained: other settings go unnoticed",
                file=sys.stderr,
            )

    def _settings(self) -> dict[str, Any]:
        config = self.config[self.config.subcommand]
        text = self._parser(self.config.subcommand).dump(config)
        return continuing.settings_of(yaml.safe_load(text))

    def _parse_ckpt_path(self) -> None:
        """Take nothing from the checkpoint: Lightning would make whatever it names."""

    def instantiate_classes(self) -> None:
        """Make what the configuration names; to score and to predict, the checkpoint's network."""
        super().instantiate_classes()
        path = self._get(self.config, "ckpt_path")
        if self.subcommand != "fit" and path is not None:
            content = checkpoint.read(path)
            self.model = made_from(content, path, _trusted(self.config[self.subcommand]))

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

    def _check_network(self, config: Namespace, named: bool) -> bool:
        """Refuse another network than the checkpoint's; tell whether one is asked for.

        One that is nowhere asked for has the default of the parser.
        """
        parser = self._parser(self.config.subcommand)
        default = parser.get_defaults().model.network
        asked = yaml.safe_load(parser.dump(config))["model"].get("network")
        if not asked or not (named or config.model.network != default):
            return False
        checkpoint.require_network(config.ckpt_path, asked, _trusted(config))
        return True

    def before_instantiate_classes(self) -> None:
        """Refuse what would destroy an earlier result, and a clipping that Lightning ignores."""
        config = self.config[self.subcommand]
        self._check_places()
        clip = config.trainer.gradient_clip_val
        if clip is not None and not clip > 0.0:
            raise ValueError(f"trainer.gradient_clip_val must be greater than 0, got {clip}")

    def _check_places(self) -> None:
        config = self.config[self.subcommand]
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
        self._require_records()
        self.model.settings = self._settings()
        self.model.changed_numbers = self._changed_numbers
        self.model.build_for(self.datamodule)
        self._begin_from()
        self.model.new_optimizer()
        self._check_callbacks()
        if self._get(self.config, "overwrite") and self._get(self.config_init, "ckpt_path") is None:
            replaced = Replacement((*run_folder.CHECKPOINTS, run_folder.INTERRUPTED))
            self._callbacks.insert(0, replaced)

    def _require_records(self) -> None:
        path = self._get(self.config, "ckpt_path")
        kept = checkpoint.read(path).get("digests") if path else None
        if kept:
            continuing.require_records(kept, self.datamodule.digests, str(path))

    def _begin_from(self) -> None:
        """Take the weights of another training, and keep the parts that are to stay."""
        path = self._get(self.config, "init_from")
        if path is not None:
            content = checkpoint.read(path)
            with_scaling = self._get(self.config, "init_scaling")
            starting.take_weights(self.model, content, path, with_scaling)
        starting.freeze(self.model, self._get(self.config, "freeze"))

    def fit(self, **options: Any) -> None:
        """Train, while no other training may write into the folder of the run."""
        run = Path(self._get(self.config, "run"))
        if not self.trainer.is_global_zero:
            self.trainer.fit(**options)
            return
        with run_folder.exclusive(run):
            self._check_places()  # another training may have ended since
            self.trainer.fit(**options)

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
        chosen = self._get(self.config_init, "trainer")
        kwargs["plugins"] = _with_whole_files(chosen.plugins)
        if self.subcommand != "fit":
            self.save_config_callback = None
            return super().instantiate_trainer(**kwargs, logger=False)
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


def _trusted(config: Namespace) -> list[str]:
    """Modules of the user: those of --trust, and that of the network which the command names."""
    path = getattr(config.model.network, "class_path", None)
    own = [path.rpartition(".")[0]] if isinstance(path, str) and "." in path else []
    return [*config.trust, *own]


def _kept_network(content: Mapping[str, Any], path: Path, trust: Sequence[str]) -> dict[str, Any]:
    try:
        return network_of(content, trust)
    except ValueError as error:
        raise ValueError(
            f"the network of {path} cannot be made as it was trained: {error}"
        ) from None


def _with_whole_files(plugins: Any) -> list[Any]:
    """The plugins of a trainer, ours among them unless the user has chosen how files are kept."""
    listed = plugins if isinstance(plugins, list) else [plugins] if plugins else []
    if any(isinstance(each, CheckpointIO) for each in listed):
        return listed
    return [*listed, WholeFiles()]
