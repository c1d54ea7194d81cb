"""Files that appear whole or not at all, on disks that may be full."""

import contextlib
import errno
import io
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer

TEMPORARY_SUFFIX = ".tmp"
_WINDOWS = os.name == "nt"


@contextlib.contextmanager
def new_file(path: str | Path, overwrite: bool = False) -> Iterator[Path]:
    """Yield a temporary name beside `path`; what is written there gets the name `path` once it is
    safe on the disk.
    """
    path = Path(path)
    check_destination(path, overwrite)
    temporary = _temporary_name(path)
    try:
        _create(temporary, path)
        yield temporary
        _sync(temporary)
        os.replace(temporary, path)
        _sync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def check_destination(path: str | Path, overwrite: bool, endings: Sequence[str] = ()) -> None:
    """Raise for a file that cannot be made, before any work for it is done.

    Parameters
    ----------
    path : str or Path
        File to make; folders that are missing above it are made with it.
    overwrite : bool
        Whether it may replace a file.
    endings : sequence of str
        What its name may end in; [] for anything.

    Raises
    ------
    FileExistsError
        When the file exists and `overwrite` is false, or when `path` is a folder.
    ValueError
        When the name has another ending, or nothing can be written there.
    """
    path = Path(path)
    if endings and path.suffix not in endings:
        raise ValueError(f"{path}: the name of the file must end in {', '.join(endings)}")
    check_above(path)
    if path.is_dir():
        raise FileExistsError(f"{path} is a folder: choose the name of a file")
    refuse_to_overwrite(path, overwrite)


def check_above(path: Path) -> None:
    """Raise ValueError where no file or folder can be made under the folders above `path`."""
    above = next(folder for folder in path.absolute().parents if folder.exists())
    if not above.is_dir():
        raise ValueError(f"{path} cannot be made: {above} is a file")
    if not os.access(above, os.W_OK | os.X_OK):
        raise ValueError(f"{path} cannot be made: no permission to write in {above}")


def refuse_to_overwrite(path: str | Path, overwrite: bool) -> None:
    """Raise FileExistsError for an existing `path` unless `overwrite` is set."""
    if Path(path).exists() and not overwrite:
        raise FileExistsError(f"{path} exists: choose another name or pass --overwrite")


def sweep(folder: Path, prefix: str = ".") -> None:
    """Remove the temporary files and folders that a killed run has left."""
    for path in folder.glob(f"{prefix}*{TEMPORARY_SUFFIX}"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it; a killed run leaves it whole, or under a name that
    `sweep` knows.
    """
    doomed = _temporary_name(folder)
    os.replace(folder, doomed)
    shutil.rmtree(doomed)


class UnfailingFile(io.FileIO):
    """A file that can always be written to; its first error is kept for `raise_error`.

    HDF5 cannot give up a file: when it closes one, it must write what it holds, and a full disk
    makes that a crash.
    """

    error: OSError | None = None

    def write(self, data: "Buffer", /) -> int:
        """Write all of `data`, or nothing more after an error."""
        rest = memoryview(data).cast("B")
        size = len(rest)
        while rest and self.error is None:
            rest = rest[self._keep_error(super().write, rest) :]
        return size

    def truncate(self, size: int | None = None) -> int:
        """Give the file its final size."""
        return self._keep_error(super().truncate, size)

    def raise_error(self) -> None:
        """Raise the error that has been kept, with the file's name."""
        if self.error is not None:
            code = self.error.errno or errno.EIO
            raise OSError(code, os.strerror(code), str(self.name))

    def _keep_error(self, action: Callable[..., int], *arguments: object) -> int:
        try:
            return action(*arguments)
        except OSError as error:
            self.error = self.error or error
            return 0


def _temporary_name(path: Path) -> Path:
    return path.with_name(f".{path.name}.{uuid.uuid4().hex}{TEMPORARY_SUFFIX}")


def make_folder(folder: str | Path) -> None:
    """Make a folder with those above it, unless it is there.

    Raises
    ------
    ValueError
        When that is not possible and the user can mend it; a full disk stays an OSError.
    """
    with _explained(Path(folder)):
        Path(folder).mkdir(parents=True, exist_ok=True)


def _create(temporary: Path, path: Path) -> None:
    """Make an empty file and the folders above it."""
    with _explained(path):
        temporary.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch()


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Raise what the user can mend as a ValueError that names `path`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise ValueError(f"{path} cannot be made: {str(error.strerror).lower()}") from None


def _sync(path: Path) -> None:
    if _WINDOWS and path.is_dir():
        return  # it opens no folder
    handle = os.open(path, os.O_RDWR if _WINDOWS else os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
