"""One of many trainings: what it says goes into a file, and its error is one line."""

import contextlib
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lightning.pytorch import Callback

from surrogate.training.run import run_training

LOG = "log.txt"


def fit(
    config: str,
    settings: Mapping[str, Any],
    folder: Path,
    callbacks: Sequence[Callback] = (),
    passed_on: type[Exception] | tuple[type[Exception], ...] = (),
) -> str | None:
    """Train in a folder, where `log.txt` gets what is said, and return the error in one line.

    Whatever goes wrong with some settings, the caller has others to try.

    Parameters
    ----------
    config : str
        Path of a configuration of `surrogate fit`.
    settings : mapping of str to Any
        Overrides by their dotted key.
    folder : Path
    callbacks : sequence of Callback
    passed_on : type or tuple of type
        Errors that are raised as they are, such as those by which a callback gives a trial up.

    Raises
    ------
    KeyboardInterrupt
        When the training was stopped, by the keyboard or by a scheduler.
    """
    with into_file(folder / LOG):
        try:
            result = run_training(config, callbacks, {**settings, "run": str(folder)})
        except Exception as error:
            if isinstance(error, passed_on):
                raise
            traceback.print_exc()
            return told(error)
    if result.interrupted:
        raise KeyboardInterrupt
    return None


@contextlib.contextmanager
def into_file(path: Path) -> Iterator[None]:
    """Write what is printed into a file: several trainings would talk at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        path.open("w", encoding="utf-8") as file,
        contextlib.redirect_stdout(file),
        contextlib.redirect_stderr(file),
    ):
        yield


def told(error: Exception) -> str:
    """An error in one line, with its class where it is not one of the user."""
    message = " ".join(str(error).split())
    return message if isinstance(error, ValueError) else f"{type(error).__name__}: {message}"
