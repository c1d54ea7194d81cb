"""Lightning's command line as `surrogate` uses it: what a configuration may hold, and the checks
that come before any work.

`surrogate.training.run.run_training` is the function behind it for a fit. Every class is chosen by
its path: `--model.network.class_path`, `--optimizer`, `--lr_scheduler`. The hooks of LightningCLI
are here; what they call is in `command_options`, `command_network`, `trainer_settings` and
`run_folder`.
"""

import sys
from argparse import ArgumentError
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonargparse import Namespace
from lightning.pytorch import Callback, Trainer
from lightning.pytorch.cli import ArgsType, LightningArgumentParser, LightningCLI

from surrogate.training import (
    checkpoint,
    config_keys,
    continuing,
    run_folder,
    starting,
    trainer_settings,
)
from surrogate.training.callbacks.outputs import PredictionFile, Replacement, TestReport
from surrogate.training.command_network import asks_for_network, kept_network, trusted
from surrogate.training.command_options import add_options
from surrogate.training.module import Surrogate
from surrogate.training.restoring import made_from
from surrogate.training.wording import with_nearest

OUTPUTS = {"fit": run_folder.LAST, "test": TestReport.folder, "predict": PredictionFile.name}
"""What each command leaves in the folder of the run."""


class CommandLine(LightningCLI):
    """Lightning's command line, with one folder for each run and the optimizer at the top level."""

    subcommand: str
    _changed_numbers: Mapping[str, Any] = {}

    def add_arguments_to_parser(self, parser: LightningArgumentParser) -> None:
        add_options(parser)

    def parse_arguments(self, parser: LightningArgumentParser, args: ArgsType) -> None:
        """Parse, and find the checkpoint, from which Lightning then takes the network."""
        words = [str(word) for word in args] if isinstance(args, list) else []
        run = run_folder.of_kept_config(words)
        self.config = self._parsed(parser, words if run is None else [*words, f"--run={run}"])
        command = self.config.subcommand
        config = self.config[command]
        wanted = run_folder.for_scoring(config.ckpt_path, words, command)
        path = run_folder.meant(wanted, Path(config.run), command)
        config.ckpt_path = None if path is None else str(path)
        asked = any(word.startswith("--init_from") for word in words)
        if path is not None and asked and config.init_from is not None:
            raise ValueError("give ckpt_path to continue a training, or init_from to begin one")
        if path is None:
            return
        content = checkpoint.read(path)
        self._require_kind(content, path)
        if command != "fit":
            return
        checkpoint.require_training_state(path)
        named = any(word.startswith("--model.network") for word in words)
        if not asks_for_network(self._parser(command), config, named):
            network = kept_network(content, path, trusted(config))
            kept = {command: {"model": {"network": network}}}
            self.config = parser.parse_object(kept, self.config)
        self._compare_settings(content.get("settings"), path)

    def _compare_settings(self, kept: Any, path: Path) -> None:
        """Refuse settings that cannot change where a training continues."""
        if isinstance(kept, dict) and kept:
            trust = trusted(self.config[self.config.subcommand])
            numbers = continuing.require_continuable(kept, self._settings(), str(path), trust)
            self._changed_numbers = numbers
        else:
            names = continuing.not_compared(self._settings())
            print(
                f"warning: {path} does not keep the settings of its training: not compared are "
                f"{names}; the optimizer goes on with the numbers that it had",
                file=sys.stderr,
            )

    def _settings(self) -> dict[str, Any]:
        return continuing.settings_of(self.plain())

    def plain(self) -> dict[str, Any]:
        """The configuration as it was understood, defaults included, as plain values."""
        config = self.config[self.config.subcommand]
        content: dict[str, Any] = yaml.safe_load(self._parser(self.config.subcommand).dump(config))
        return content

    def _parse_ckpt_path(self) -> None:
        """Take nothing from the checkpoint: Lightning would make whatever it names."""

    def instantiate_classes(self) -> None:
        """Make what the configuration names; to score and to predict, the checkpoint's network."""
        super().instantiate_classes()
        path = self._get(self.config, "ckpt_path")
        if self.subcommand != "fit" and path is not None:
            content = checkpoint.read(path)
            self.model = self._restored(content, path)

    def _require_kind(self, content: Mapping[str, Any], path: Path) -> None:
        """Refuse a checkpoint of something else than a single surrogate."""
        checkpoint.interface_of(content, path)

    def _restored(self, content: Mapping[str, Any], path: str) -> Surrogate:
        """The surrogate of a checkpoint that is scored."""
        return made_from(content, path, trusted(self.config[self.subcommand]))

    def _prepare_subcommand_kwargs(self, subcommand: str) -> dict[str, Any]:
        """Arguments of the trainer's method; a network that has been read is not read again."""
        arguments: dict[str, Any] = super()._prepare_subcommand_kwargs(subcommand)
        if subcommand != "fit":
            arguments["ckpt_path"] = None
        return arguments

    def _parsed(self, parser: LightningArgumentParser, words: list[str]) -> Namespace:
        configurations = list(config_keys.contents(words))
        try:
            parsed = parser.parse_args(words)
        except UnicodeDecodeError:
            raise ValueError("the file that --config names is not a text file") from None
        except ArgumentError as error:
            message = with_nearest(str(error), self._options())
            raise ArgumentError(None, message) from None
        options = [name.removeprefix("--") for name in self._options()]
        for content in configurations:
            config_keys.require_known(content, parsed[parsed.subcommand], options)
        return parsed

    def _options(self) -> list[str]:
        parsers = self._subcommand_parsers.values()
        return [name for each in parsers for name in each._option_string_actions]

    def before_instantiate_classes(self) -> None:
        """Refuse what would destroy an earlier result, a start from nothing, and a clipping that
        Lightning ignores.
        """
        config = self.config[self.subcommand]
        self._check_places()
        if self.subcommand == "fit":
            self._check_start()
        trainer_settings.require_clipping(config.trainer.gradient_clip_val)
        trainer_settings.require_batches(self.subcommand, config.trainer)
        trainer_settings.keep_in_run(config.trainer, config.run)

    def _check_places(self) -> None:
        config = self.config[self.subcommand]
        command = self.subcommand
        continues = command == "fit" and bool(config.ckpt_path)
        run_folder.require_free(
            config.run, OUTPUTS.get(command, ""), command, continues or config.overwrite
        )

    def _check_start(self) -> None:
        """Refuse a start without a checkpoint to begin from, before data are read or simulated."""
        config = self.config["fit"]
        if config.init_from is None and (config.init_parts or config.init_scaling is not None):
            asked = (
                f"init_parts = {config.init_parts}"
                if config.init_parts
                else f"init_scaling = {config.init_scaling}"
            )
            raise ValueError(f"{asked}: of which checkpoint? Give --init_from as well")
        if config.init_from is not None and config.ckpt_path is None:
            checkpoint.read(config.init_from)

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
        trainer_settings.require_usable(self._callbacks)
        trainer_settings.require_logged(
            self._callbacks,
            "validation" in self.datamodule.parts and self.trainer.limit_val_batches != 0,
            getattr(self._get(self.config, "lr_scheduler"), "class_path", None),
            self.model.monitor,
        )
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
        parts = self._get(self.config, "init_parts")
        with_scaling = self._get(self.config, "init_scaling")
        continued = self._get(self.config, "ckpt_path")
        if path is not None and continued is not None:
            print(f"note: init_from = {path} is not read again: {continued} continues")
        elif path is not None:
            content = checkpoint.read(path)
            with_scaling = not parts if with_scaling is None else with_scaling
            if parts:
                starting.take_parts(self.model, content, path, parts, with_scaling)
            else:
                starting.take_weights(self.model, content, path, with_scaling)
            if not with_scaling:
                starting.tell_of_bounds(self.model, content, path)
        starting.freeze(self.model, self._get(self.config, "freeze"))
        starting.tell_of_start(self.model, self.datamodule)

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
        self.model.interface.require(self.datamodule.interface, "the data")

    def instantiate_trainer(self, **kwargs: Any) -> Trainer:
        """Log to CSV and draw our bar unless others are chosen; a fit alone logs."""
        chosen = self._get(self.config_init, "trainer")
        kwargs["plugins"] = trainer_settings.with_whole_files(chosen.plugins)
        if self.subcommand != "fit":
            self.save_config_callback = None
            kwargs["precision"] = trainer_settings.answering_precision(chosen.precision)
            return self._made_trainer(**kwargs, logger=False)
        kwargs |= trainer_settings.log_and_bar(chosen, self._get(self.config, "run"))
        return self._made_trainer(**kwargs)

    def _made_trainer(self, **kwargs: Any) -> Trainer:
        try:
            return super().instantiate_trainer(**kwargs)
        except (TypeError, ImportError) as error:  # of Lightning's own checks
            raise ValueError(f"trainer: {error}") from None


class Checked(Exception):
    """A configuration was understood, and nothing more was asked.

    Parameters
    ----------
    line : CommandLine
        That has understood it.
    """

    def __init__(self, line: CommandLine) -> None:
        super().__init__()
        self.line = line


class Check(CommandLine):
    """The command line up to where it would make the first object."""

    def before_instantiate_classes(self) -> None:
        raise Checked(self)
