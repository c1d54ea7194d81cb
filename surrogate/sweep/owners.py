"""Which processes work on a sweep: jobs of an array may share one journal.

Each has a folder below that of the sweep, which it keeps locked for as long as it lives: whatever
ends it, its trials can be told from those of the others. The locks need a file system that has
them, as a network file system mounted with `flock` or `local_lock=none`.
"""

import contextlib
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

from datasets.files import locking

FOLDER = ".owners"
SECONDS_TO_BEGIN = 120.0
"""For which one process may be at the beginning of its work, where the others wait for it."""


@contextlib.contextmanager
def owned(folder: Path) -> Iterator[str]:
    """Yield the name of this process, which the others see as living until the end."""
    name = f"{platform.node()}-{os.getpid()}"
    place = folder / FOLDER / name
    place.mkdir(parents=True, exist_ok=True)
    with locking.exclusive(place, f"{place} has an owner"):
        yield name
    with contextlib.suppress(OSError):
        place.rmdir()


def living(folder: Path) -> set[str]:
    """Names of the processes that work on a sweep; what dead ones have left is removed."""
    found = set()
    for place in (folder / FOLDER).glob("*/"):  # not the files that are locks on Windows
        try:
            with locking.exclusive(place, "alive"):
                pass
        except FileExistsError:
            found.add(place.name)
            continue
        except OSError:  # it has just ended
            continue
        with contextlib.suppress(OSError):
            place.rmdir()
    return found


@contextlib.contextmanager
def one_after_another(folder: Path) -> Iterator[None]:
    """Let one of several processes begin at a time.

    Raises
    ------
    FileExistsError
        When a sweep runs there that shares its folder with nobody.
    """
    folder.mkdir(parents=True, exist_ok=True)
    refusal = f"another sweep runs in {folder} without --join: stop it, or choose another --out"
    limit = time.monotonic() + SECONDS_TO_BEGIN
    while True:
        try:
            with locking.exclusive(folder, refusal):
                yield
                return
        except FileExistsError as error:
            if str(error) != refusal or time.monotonic() > limit:
                raise
        time.sleep(0.2)
