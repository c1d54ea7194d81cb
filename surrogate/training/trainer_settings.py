"""What the command line gives a trainer where the user has chosen nothing, and what it refuses of
that choice.
"""

from collections.abc import Sequence
from typing import Any

from jsonargparse import Namespace
from lightning.fabric.plugins import CheckpointIO
from lightning.pytorch import Callback
from lightning.pytorch.callbacks import ProgressBar
from lightning.pytorch.loggers import CSVLogger

from surrogate.training.callbacks.progress import TrainingBar
from surrogate.training.checkpoint_file import WholeFiles
from surrogate.training.module import METRICS


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


def require_logged(callbacks: Sequence[Callback]) -> None:
    """Refuse to wait for what is not logged: Lightning tells it after an epoch only."""
    for callback in callbacks:
        watched = getattr(callback, "monitor", None)
        if watched is not None and watched not in METRICS:
            raise ValueError(
                f"{type(callback).__name__} must monitor one of {', '.join(METRICS)}, got {watched}"
            )


def _listed(callbacks: Callback | list[Callback] | None) -> list[Callback]:
    if callbacks is None:
        return []
    return [callbacks] if isinstance(callbacks, Callback) else callbacks
