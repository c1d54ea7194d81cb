"""A training from a configuration: what the command `surrogate fit`, sweeps, studies and notebooks
call.

    result = run_training("configs/five_storey_lstm.yaml", overrides={"trainer.max_epochs": 5})
    result.history["validation/loss"].plot()
    surrogate.load(result.checkpoint)
"""

import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import yaml
from lightning.pytorch import Callback

from surrogate.training import run_folder
from surrogate.training.callbacks.history import History
from surrogate.training.callbacks.interrupt import Ended, Interruptible, Requeued, Stopped
from surrogate.training.command_line import Check, Checked, CommandLine
from surrogate.training.execution import execute

Config = Mapping[str, Any] | str | Path


@dataclass(frozen=True)
class TrainingResult:
    """What a training has left.

    Attributes
    ----------
    run : Path
        Folder of the run: checkpoints, log, configuration.
    checkpoint : Path or None
        The state with the lowest validation loss, or the last one where the data have no
        validation part; None where the training was stopped before there was any.
    history : Dataset
        `train/loss`, `train/learning_rate` and `validation/loss` along `epoch`, for the epochs of
        this call; it is empty where a training that went on had nothing left to do.
    metrics : dict of str to float
        Values of the last epoch.
    interrupted : bool
        A scheduler's signal has stopped the training before its end; with `ckpt_path: last` the
        same call goes on.
    """

    run: Path
    checkpoint: Path | None
    history: xr.Dataset
    metrics: dict[str, float]
    interrupted: bool = False


def run_training(
    config: Config,
    callbacks: Sequence[Callback] = (),
    overrides: Mapping[str, Any] | None = None,
) -> TrainingResult:
    """Train a surrogate, or go on with a training.

    Parameters
    ----------
    config : mapping, str or Path
        What `surrogate fit --config` reads, or the path of such a YAML file: the keys `data` and
        `model` (arguments of `Records` and `Surrogate`), `optimizer`, `lr_scheduler`, `trainer`
        (arguments of Lightning's Trainer), `run` (the folder), `overwrite`, `ckpt_path` and
        `seed_everything`. Classes are given by their path, or as such.
    callbacks : sequence of Callback
        Further callbacks of Lightning.
    overrides : mapping, optional
        Values by their dotted key, such as ``{"trainer.max_epochs": 5}``, in the order in which
        they apply. A class that is chosen anew keeps the arguments that it takes.

    Returns
    -------
    TrainingResult

    Raises
    ------
    ValueError
        For a key or a value that is not understood, data that do not fit, a loss that is NaN.
    FileNotFoundError
        For a configuration, a dataset or a checkpoint that is not there.
    FileExistsError
        When the folder holds an earlier training and neither `overwrite` nor `ckpt_path` is given.
    KeyboardInterrupt
        After Ctrl-C or SIGTERM; `last.ckpt` holds the state of the last step.
    """
    _require_callbacks(callbacks)
    return train(options(config, overrides or {}), callbacks)


def _require_callbacks(callbacks: Sequence[Callback]) -> None:
    """Raise ValueError for anything but a sequence of Lightning's callbacks."""
    if isinstance(callbacks, Sequence) and all(isinstance(each, Callback) for each in callbacks):
        return
    raise ValueError(
        f"callbacks must be a list of instances of lightning.pytorch.Callback, got {callbacks!r}"
    )


fit = run_training


def check_config(config: Config, overrides: Mapping[str, Any] | None = None) -> None:
    """Raise what `run_training` would raise for a key or value, without a look at the data."""
    _checked(config, overrides)


def understood(config: Config, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return all settings of a training as plain values, defaults included; errors as above."""
    return _checked(config, overrides).plain()


def _checked(config: Config, overrides: Mapping[str, Any] | None) -> CommandLine:
    words = options(config, overrides or {})
    try:
        return execute(["fit", *words], kind=Check)
    except Checked as checked:
        return checked.line


def train(words: Sequence[str], callbacks: Sequence[Callback] = ()) -> TrainingResult:
    """Train as the options of `surrogate fit` say.

    Parameters
    ----------
    words : sequence of str
    callbacks : sequence of Callback

    Raises
    ------
    ValueError, FileNotFoundError, FileExistsError, KeyboardInterrupt
        As in `run_training`.
    """
    history = History()
    stop = Interruptible()
    try:
        line = execute(["fit", *words], [stop, history, *callbacks])
    except Requeued as signal:
        return _result(signal.checkpoint.parent, history, signal.checkpoint)
    except Ended as signal:
        raise Stopped(signal.number) from None
    except SystemExit:
        if stop.keyboard:  # Lightning's answer to Ctrl-C
            raise Stopped from None
        raise
    return _result(_run_of(line), history)


def _run_of(line: CommandLine) -> Path:
    return Path(line.config[line.subcommand].run)


def _result(run: Path, history: History, interrupted: Path | None = None) -> TrainingResult:
    kept = history.to_dataset()
    last = {str(name): values[-1] for name, values in history.values.items() if values}
    metrics = {name: value for name, value in last.items() if np.isfinite(value)}
    checkpoint = interrupted or run_folder.trained(run)
    return TrainingResult(run, checkpoint, kept, metrics, interrupted is not None)


def options(config: Config, overrides: Mapping[str, Any]) -> list[str]:
    """Options of `surrogate fit` that say the same as a configuration and its overrides.

    The parser of the options alone knows how one setting changes another: which arguments of a
    class stay when another class takes its place.
    """
    if isinstance(config, str | Path):
        if not Path(config).is_file():
            raise FileNotFoundError(f"configuration {config} does not exist or is not a file")
        text = str(config)
    elif isinstance(config, Mapping):
        text = yaml.safe_dump(_plain(config, "config"), sort_keys=False)
    else:
        raise ValueError(
            f"config must be a mapping or the path of a YAML file, got {type(config).__name__}"
        )
    if not isinstance(overrides, Mapping):
        raise ValueError(
            f"overrides must be a mapping of dotted keys to values, got {type(overrides).__name__}"
        )
    settings = {key: _plain(value, key) for key, value in overrides.items()}
    return ["--config", text, *(f"--{key}={_text(value)}" for key, value in settings.items())]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _plain(value: Any, key: str) -> Any:
    """A value as YAML can hold it: classes and paths become text.

    Raises
    ------
    ValueError
        For any other object, by its key.
    """
    if isinstance(value, Mapping):
        return {str(name): _plain(item, f"{key}.{name}") for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{key}[{place}]") for place, item in enumerate(value)]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, np.generic):
        return value.item()
    if inspect.isclass(value):
        return f"{value.__module__}.{value.__qualname__}"
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(
        f"{key} must be a number, a text, a list, a mapping or a class, got "
        f"{type(value).__name__}: name its class_path and init_args, or pass callbacks as such"
    )
