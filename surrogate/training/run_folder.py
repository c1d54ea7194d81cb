"""The folder of a run: which checkpoints lie there, which of them a command means, and who may
write there.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from datasets.files import locking
from datasets.files.disk import make_folder
from surrogate.training.checkpoint import require_whole

BEST = "best.ckpt"
LAST = "last.ckpt"
INTERRUPTED = "interrupted.ckpt"
CHECKPOINTS = (BEST, LAST)
KEPT_CONFIG = "log/version_*/config.yaml"
"""Where a run keeps the configuration of each of its trainings."""


def latest(run: Path) -> Path | None:
    """The newest whole checkpoint from which a training in this folder can go on.

    None for a training that has not begun. Files that are damaged are left, with a word on stderr;
    the best state is the last resort.

    Raises
    ------
    ValueError
        When there are checkpoints, and all are damaged.
    """
    found = [run / name for name in (INTERRUPTED, LAST) if (run / name).exists()]
    found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    if found and (run / BEST).exists():
        found.append(run / BEST)
    for place, path in enumerate(found):
        try:
            require_whole(path)
        except ValueError as error:
            print(f"warning: {error}; it is left", file=sys.stderr)
            continue
        if place:
            print(f"warning: {path} is the newest checkpoint that is whole", file=sys.stderr)
        return path
    if found:
        raise ValueError(f"{run} has no checkpoint that is whole: train anew with --overwrite")
    return None


def trained(run: Path) -> Path | None:
    """Checkpoint of a finished run: the best one, or the last where none is known to be best."""
    return next((run / name for name in CHECKPOINTS if (run / name).exists()), None)


def of_kept_config(words: Sequence[str]) -> Path | None:
    """The folder of the run whose kept configuration a command names by --config.

    The run may have been moved since: where it lies counts, not the folder that the file states.
    None where the command names another configuration, or the folder itself by --run.
    """
    options = [word.partition("=")[0] for word in words]
    if "--run" in options:
        return None
    for place, option in reversed(list(enumerate(options))):
        if option == "--config":
            following = words[place + 1 : place + 2]
            value = words[place].partition("=")[2] or "".join(following)
            return _run_around(value)
    return None


def _run_around(config: str) -> Path | None:
    """The folder of the run that a kept configuration lies in, None for any other file."""
    path = Path(config)
    if not (path.match(KEPT_CONFIG) and path.is_file()):
        return None
    run = path.parents[2]
    has_checkpoint = any((run / name).is_file() for name in (*CHECKPOINTS, INTERRUPTED))
    return run if has_checkpoint else None


def for_scoring(named: str | None, words: Sequence[str], command: str) -> str | None:
    """The checkpoint that a command names, without one that its configuration has for a fit.

    A configuration with `ckpt_path: last` begins a training and goes on with it. What is scored
    is the best state all the same, unless the command itself says otherwise.
    """
    by_word = any(word.partition("=")[0] == "--ckpt_path" for word in words)
    if command == "fit" or by_word or named != "last":
        return named
    print(
        f"{command} takes {BEST} where there is one: ckpt_path = last of the configuration is for "
        "fit, --ckpt_path last says otherwise",
        file=sys.stderr,
    )
    return None


def meant(named: str | None, run: Path, command: str) -> Path | None:
    """Checkpoint that a user means by a path, by `best`, by `last` or by nothing.

    A fit goes on from the `last` one if there is any, so that one command begins a training and
    goes on with it. None for a training that begins.

    Raises
    ------
    FileNotFoundError
        When a command other than fit finds no checkpoint in the folder.
    """
    if command == "fit":
        if named == "last":
            return latest(run)
        if named is None:
            return None
    if named in ("best", "last"):
        return run / f"{named}.ckpt"
    if named is not None:
        return Path(named)
    found = trained(run)
    if found is None:
        raise FileNotFoundError(
            f"{run} has no {BEST} and no {LAST}: train first, or name one with --ckpt_path"
        )
    return found


def require_free(run: str, output: str, command: str, may_replace: bool) -> None:
    """Refuse a folder of a run that cannot be made, and one with the output of an earlier command.

    Parameters
    ----------
    run : str
        The folder.
    output : str
        What the command leaves there; empty for nothing.
    command : str
        Such as `fit`, which the advice depends on.
    may_replace : bool
        Whether the output of an earlier command may be there.

    Raises
    ------
    ValueError
        When there is a file where the folder would be.
    FileExistsError
        When the output exists and may not be replaced.
    """
    if not run.strip():  # as of an unset variable of the shell; it would be the current folder
        raise ValueError(f"run must name a folder, got {run!r}")
    path = Path(run, output)
    if any(folder.is_file() for folder in path.parents):
        raise ValueError(f"run must be a folder, and {run} is a file or lies below one")
    if output and path.exists() and not may_replace:
        advice = f", --ckpt_path {path} continues it" if command == "fit" else ""
        raise FileExistsError(f"{path} exists: name another --run or pass --overwrite{advice}")


@contextmanager
def exclusive(run: Path) -> Iterator[None]:
    """Keep other trainings out of the folder of a run, which is made if it is missing.

    Raises
    ------
    FileExistsError
        When another training has it.
    """
    make_folder(run)
    refusal = f"another training runs in {run}: wait for its end, or choose another --run"
    with locking.exclusive(run, refusal):
        yield
