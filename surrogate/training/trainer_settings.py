"""What the command line gives a trainer where the user has chosen nothing, and what it refuses of
that choice.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from pydoc import locate
from typing import Any

from jsonargparse import Namespace
from lightning.fabric.plugins import CheckpointIO
from lightning.pytorch import Callback
from lightning.pytorch.callbacks import LearningRateFinder, ProgressBar
from lightning.pytorch.loggers import CSVLogger
from torch.optim import lr_scheduler as torch_schedulers

from surrogate.data.saying import say
from surrogate.training.callbacks.progress import TrainingBar
from surrogate.training.checkpoint_file import WholeFiles
from surrogate.training.module import METRICS

LIMITS = {
    "fit": ("limit_train_batches", "limit_val_batches"),
    "validate": ("limit_val_batches",),
    "test": ("limit_test_batches",),
    "predict": ("limit_predict_batches",),
}
"""Settings of the trainer that leave batches out, by command."""
HALF = ("16-true", "bf16-true")
VALIDATION_LOSS = "validation/loss"
OWN_CHECKPOINTS = "RunCheckpoints"
"""Callback of this package that does without a validation."""


def with_whole_files(plugins: Any) -> list[Any]:
    """The plugins of a trainer, ours among them unless the user has chosen how files are kept."""
    if not plugins:
        return [WholeFiles()]
    listed = plugins if isinstance(plugins, list) else [plugins]
    if any(isinstance(each, CheckpointIO) for each in listed):
        return listed
    return [*listed, WholeFiles()]


def log_and_bar(chosen: Namespace, run: str) -> dict[str, Any]:
    """Arguments of the trainer of a fit: a log in CSV and our bar unless others are chosen.

    Parameters
    ----------
    chosen : Namespace
        The trainer's part of the configuration, with its objects made.
    run : str
        The folder of the run.
    """
    arguments: dict[str, Any] = {}
    if chosen.logger is None:
        arguments["logger"] = CSVLogger(run, name="log")
    callbacks = _listed(chosen.callbacks)
    has_bar = any(isinstance(each, ProgressBar) for each in callbacks)
    if chosen.enable_progress_bar is not False and not has_bar:
        arguments["callbacks"] = [*callbacks, TrainingBar()]
    return arguments


def require_clipping(value: float | None) -> None:
    """Refuse a clipping that Lightning ignores."""
    if value is not None and not value > 0.0:
        raise ValueError(f"trainer.gradient_clip_val must be greater than 0, got {value}")


def require_batches(command: str, chosen: Namespace) -> None:
    """Refuse a command that would run through no batch, and tell of one that leaves batches out.

    Its scores and files would look like those of all records.

    Parameters
    ----------
    command : str
        fit, validate, test or predict.
    chosen : Namespace
        The trainer's part of the configuration.
    """
    for name in LIMITS.get(command, ()):
        limit = chosen.get(name)
        if limit == 0 and name != "limit_val_batches":
            raise ValueError(f"trainer.{name} = 0 leaves nothing to {command}: leave it out")
        is_part = limit is not None and (isinstance(limit, int) or limit < 1.0)
        if is_part and limit:
            batches = "batches" if isinstance(limit, int) else "of the batches"
            say(f"note: {command} takes the first {limit:g} {batches} alone (trainer.{name})")


def answering_precision(chosen: Any) -> Any:
    """Precision of a command that answers: single where the training had half.

    The trainer would round the references of a test to half precision too.
    """
    if str(chosen) not in HALF:
        return chosen
    say(f"note: precision = {chosen} is for training: this command answers in 32-true")
    return "32-true"


def require_logged(
    callbacks: Sequence[Callback], validated: bool, law: str | None, monitor: str
) -> None:
    """Refuse to wait for what is not logged: Lightning tells it after an epoch only.

    Parameters
    ----------
    callbacks : sequence of Callback
    validated : bool
        Whether there are validation records, and the trainer runs through them.
    law : str or None
        Class path of the learning-rate law.
    monitor : str
        What a law that waits for a plateau watches.

    Raises
    ------
    ValueError
        With what is logged. A metric of another name is taken where there are callbacks of the
        user, which may log it.
    """
    own = any(not _of_a_library(callback) for callback in callbacks)
    watching = {type(each).__name__: getattr(each, "monitor", None) for each in callbacks}
    if _waits_for_plateau(law):
        watching["lr_scheduler"] = monitor
    for name, watched in watching.items():
        if watched == VALIDATION_LOSS and not validated and name != OWN_CHECKPOINTS:
            raise ValueError(
                f"{name} monitors {watched}, and this training has no validation: choose "
                "train/loss, or give validation records (data.validation_path)"
            )
        if watched is not None and watched not in METRICS and not own:
            near = get_close_matches(watched, METRICS, n=1)
            raise ValueError(
                f"{name} must monitor one of {', '.join(METRICS)}, or what a callback of yours "
                f"logs, got {watched}{': the nearest is ' + near[0] if near else ''}"
            )


def require_usable(callbacks: Sequence[Callback]) -> None:
    """Refuse callbacks that look for what a surrogate does not have."""
    if any(isinstance(each, LearningRateFinder) for each in callbacks):
        raise ValueError(
            "LearningRateFinder sets an attribute that a surrogate lacks: choose --lr_scheduler "
            "surrogate.optim.schedulers.RangeTest with the callback "
            "surrogate.training.callbacks.outputs.RangeReport"
        )


def keep_in_run(chosen: Namespace, run: str) -> None:
    """Let loggers that were told no folder write into that of the run, not the current one."""
    listed = chosen.logger if isinstance(chosen.logger, list) else [chosen.logger]
    for each in listed:
        arguments = getattr(each, "init_args", None)
        if arguments is not None and arguments.get("save_dir", run) in (None, "", "."):
            arguments.save_dir = run


def _of_a_library(callback: Callback) -> bool:
    return type(callback).__module__.partition(".")[0] in ("lightning", "surrogate")


def _waits_for_plateau(law: str | None) -> bool:
    made = locate(law) if law else None
    return isinstance(made, type) and issubclass(made, torch_schedulers.ReduceLROnPlateau)


def _listed(callbacks: Callback | list[Callback] | None) -> list[Callback]:
    if callbacks is None:
        return []
    return [callbacks] if isinstance(callbacks, Callback) else callbacks
