"""How one of Lightning's commands is run: its callbacks, and the warnings that do not apply."""

import ctypes
import logging
import sys
import warnings
from argparse import ArgumentError
from collections.abc import Sequence

import torch
from jsonargparse.typing import register_type
from lightning.pytorch import Callback
from lightning.pytorch.utilities.exceptions import MisconfigurationException

from surrogate.data.datamodule import Records
from surrogate.data.endless.records import EndlessRecords
from surrogate.training import config_keys
from surrogate.training.callbacks.continued_log import ContinuedLog
from surrogate.training.callbacks.kept_config import KeptConfig
from surrogate.training.callbacks.outputs import PredictionFile, RunCheckpoints, TestReport
from surrogate.training.command_line import CommandLine
from surrogate.training.module import Surrogate
from surrogate.training.trust import make_importable
from surrogate.training.wording import of_the_parser, one_line

COMMANDS = ("fit", "validate", "test", "predict")
TALKATIVE = (
    "lightning.pytorch.utilities.rank_zero",
    "lightning.fabric.utilities.seed",
    "lightning.pytorch.trainer.connectors.checkpoint_connector",
)
# Lightning's advice that does not apply: the data are in memory, a resumed run shares the folder of
# the first, and a training in one process needs no srun.
NEEDLESS_WARNINGS = (
    ".*does not have many workers.*",
    "Checkpoint directory .* exists and is not empty",
    "The `srun` command is available on your system but is not used",  # on a login node, rightly
    "Total length of `list` across ranks is zero",
    "The dirpath has changed from",
    r"`isinstance\(treespec, LeafSpec\)` is deprecated",
)
# Lightning 2.6 calls what jsonargparse 4.53 deprecates.
LIGHTNINGS_PARSER = r"lightning\.pytorch\.cli|jsonargparse\._\w+"
M_TRIM_THRESHOLD = -1  # options of mallopt, from glibc's malloc.h
M_MMAP_MAX = -4


def execute(
    words: Sequence[str],
    callbacks: Sequence[Callback] = (),
    kind: type[CommandLine] = CommandLine,
) -> CommandLine:
    """Run one of Lightning's commands.

    Parameters
    ----------
    words : sequence of str
        The command (`COMMANDS`) and its options.
    callbacks : sequence of Callback
        Further ones, beside those that the configuration names.
    kind : type
        Of the command line.

    Raises
    ------
    ValueError, FileNotFoundError, FileExistsError
        For what the user can mend.
    """
    keep_freed_memory()
    make_importable()  # own networks in the current folder
    register_type(torch.device)  # the default of an argument of Lightning's weight averaging
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    with warnings.catch_warnings():
        for message in NEEDLESS_WARNINGS:
            warnings.filterwarnings("ignore", message)
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=LIGHTNINGS_PARSER)
        try:
            return _command_line(kind, words, callbacks)
        except MisconfigurationException as error:
            raise ValueError(str(error)) from None
        except RuntimeError as error:
            if "conditioned on metric" not in str(error):
                raise
            raise ValueError(str(error)) from None  # of EarlyStopping, after the first epoch
        except (ArgumentError, ValueError) as error:
            if not of_the_parser(error):
                raise
            raise ValueError(one_line(error)) from None


def _command_line(
    kind: type[CommandLine], words: Sequence[str], callbacks: Sequence[Callback]
) -> CommandLine:
    strict = {"exit_on_error": False, "allow_abbrev": False}
    outputs = [RunCheckpoints(), ContinuedLog(), TestReport(), PredictionFile()]
    return kind(
        Surrogate,
        _kind_of_records(words),
        args=list(words),
        auto_configure_optimizers=False,
        save_config_callback=KeptConfig,
        seed_everything_default=0,
        parser_kwargs={**strict, **{command: dict(strict) for command in COMMANDS}},
        trainer_defaults={
            "callbacks": [*outputs, *callbacks],
            "max_epochs": 50,
            "num_sanity_val_steps": 0,
            "log_every_n_steps": 1,
        },
    )


def _kind_of_records(words: Sequence[str]) -> type[Records]:
    """Which datamodule the settings mean: a recipe is simulated, a path is read."""
    if any(word.partition("=")[0] == "--data.recipe" for word in words):
        return EndlessRecords
    for content in config_keys.contents(words):
        data = content.get("data")
        if isinstance(data, dict) and data.get("recipe") is not None:
            return EndlessRecords
    return Records


def keep_freed_memory() -> None:
    """Tell glibc to keep what a training step frees, since the next step takes it again.

    Otherwise each step returns its larger tensors to the kernel and gets them back page by page: a
    third of the time of the five-storey training.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
