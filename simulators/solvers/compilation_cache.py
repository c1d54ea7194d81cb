"""Where the compiled kernel is kept, so that only the first call of an installation compiles it.

The folder is beside the package, else in the user's home, else a private temporary one, which is
told: an installation may be read-only and a home may be missing, as in containers and batch jobs.
A cache that cannot be read is made anew, and one that cannot be written is done without.
"""

import hashlib
import logging
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache

from simulators.solvers.compiling import entry

_log = logging.getLogger(__name__)

_settings: Any = numba.config  # numba makes its names at run time


def cached(function: Callable[..., Any]) -> Any:
    """`numba.njit` with a cache on disk that a change in any source of the kernel makes void.

    Numba itself looks at the file of the function alone: after an edit of a law it would go on with
    the old one.
    """
    before = _settings.CACHE_DIR
    root = before or writable_folder([Path(__file__).parent / "__pycache__", *_home_cache()])
    _settings.CACHE_DIR = str(Path(root) / f"kernel-{fingerprint()}")
    try:
        dispatcher = entry(function, cache=True)
        dispatcher._cache = ForgivingCache(function)
        return dispatcher
    finally:
        _settings.CACHE_DIR = before


def fingerprint() -> str:
    """Short hash of every source of this package that the compiled kernel can depend on."""
    package = Path(__file__).resolve().parents[1]
    rooms = ("hysteresis", "solvers")
    sources = [path for room in rooms for path in sorted((package / room).rglob("*.py"))]
    content = hashlib.sha256()
    for path in sources:
        content.update(path.name.encode() + b"\0" + path.read_bytes())
    return content.hexdigest()[:16]


def _home_cache() -> list[Path]:
    try:
        return [Path.home() / ".cache" / "simulators"]
    except RuntimeError:  # a user without a home
        return []


class ForgivingCache(FunctionCache):
    """Numba's cache of a function, where a file that is cut or damaged is compiled anew."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled function of a signature, None where it must be compiled."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # unpickling damaged bytes can raise anything
            self._try(self.flush)
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the compiled function of a signature where that is possible."""
        self._try(lambda: super(ForgivingCache, self).save_overload(sig, data))

    def _try(self, action: Any) -> None:
        try:
            action()
        except OSError as error:
            _log.warning("the compiled kernel is not kept in %s: %s", self.cache_path, error)
            self.disable()


def writable_folder(candidates: Sequence[Path]) -> Path:
    """Return the first of some folders that can be written to, made where it is missing.

    Where none can, it is a temporary folder of this user, and a warning says so.
    """
    for folder in candidates:
        if _is_writable(folder):
            return folder
    folder = _temporary_folder()
    if multiprocessing.parent_process() is None:  # workers would only repeat it
        _log.warning(
            "the compiled kernel is kept in %s, as %s cannot be written to: NUMBA_CACHE_DIR "
            "chooses a folder that lasts",
            folder,
            " and ".join(map(str, candidates)),
        )
    return folder


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _temporary_folder() -> Path:
    """Return a folder that later runs find again, as long as nobody else can have written there."""
    if not hasattr(os, "getuid"):  # Windows tells no owner
        return Path(tempfile.mkdtemp(prefix="simulators-"))
    folder = Path(tempfile.gettempdir()) / f"simulators-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    is_private = status.st_uid == os.getuid() and not status.st_mode & 0o022
    if is_private and folder.is_dir() and not folder.is_symlink():
        return folder
    return Path(tempfile.mkdtemp(prefix="simulators-"))
