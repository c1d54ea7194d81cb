"""A folder that one process at a time may write to.

Where the system has `flock`, the folder itself is locked and nothing is left behind. Windows cannot
lock a folder: there the lock is a file beside it, held by the library filelock.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def exclusive(folder: Path, refusal: str) -> Iterator[None]:
    """Keep other processes out of a folder; the lock ends with the process, however that ends.

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
    FileNotFoundError
        When it is gone before it could be locked.
    """
    with (_flocked if fcntl else _beside)(folder, refusal):
        yield


def require_no_writer(path: Path) -> None:
    """Raise a ValueError where another program has locked a file, as HDF5 locks what it writes.

    Where the system or the file system has no such locks, nothing can be told.
    """
    if fcntl is None:
        return
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(
                f"{path} is being written by another program, which has locked it: wait for its end"
            ) from None
        except OSError:
            return


@contextlib.contextmanager
def _flocked(folder: Path, refusal: str) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FileExistsError(refusal) from None
        except OSError as error:
            print(
                f"warning: {folder} lies on a file system without locks ({error.strerror}): "
                "nothing keeps a second run out of it, start none",
                file=sys.stderr,
            )
        # A run that ends may have removed the folder meanwhile, and another have made it anew.
        if not os.path.samestat(os.fstat(handle), os.stat(folder)):
            raise FileNotFoundError(f"{folder} has just been removed")
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _beside(folder: Path, refusal: str) -> Iterator[None]:
    lock = FileLock(folder.with_name(f".{folder.name}.lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise FileExistsError(refusal) from None
    try:
        os.stat(folder)  # as above
        yield
    finally:
        lock.release()
