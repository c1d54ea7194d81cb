"""A folder that one process at a time may write to."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def exclusive(folder: Path, refusal: str) -> Iterator[None]:
    """Keep other processes out of a folder; the lock ends with the process, however that ends.

    `datasets.generation.claiming` has a lock of its own: its folder is removed by a run that ends.

    Parameters
    ----------
    folder : Path
        It is there.
    refusal : str
        Message for the user where another process has the folder.

    Raises
    ------
    FileExistsError
        When another process has it.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FileExistsError(refusal) from None
        yield
    finally:
        os.close(handle)
