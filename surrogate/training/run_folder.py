"""The folder of a run: which checkpoints lie there, and which of them a command means."""

from pathlib import Path

BEST = "best.ckpt"
LAST = "last.ckpt"
INTERRUPTED = "interrupted.ckpt"
CHECKPOINTS = (BEST, LAST)


def latest(run: Path) -> Path | None:
    """The newest checkpoint from which a training in this folder can go on.

    None for a training that has not begun.
    """
    found = [run / name for name in (INTERRUPTED, LAST) if (run / name).exists()]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def trained(run: Path) -> Path | None:
    """Checkpoint of a finished run: the best one, or the last where none is known to be best."""
    return next((run / name for name in CHECKPOINTS if (run / name).exists()), None)


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
