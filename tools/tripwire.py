"""What a command does outside a folder: programs that it starts, files that it writes or removes.

Python reports both to audit hooks (PEP 578), whoever asks for them. HDF5 writes by itself; what it
leaves is found by comparing the files before and after.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STARTS = ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pty.spawn")
STARTS_BY_LIBRARY = ("subprocess.Popen", "socket.connect", "ftplib.connect", "urllib.Request")
CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Tripwire:
    """Notes what happens while it is set.

    Parameters
    ----------
    folder : Path
        Where anything may be written; so it may in the folder for temporary files.

    Attributes
    ----------
    events : list of str
    """

    def __init__(self, folder: Path):
        self.events: list[str] = []
        self._allowed = [folder.resolve(), Path(tempfile.gettempdir()).resolve(), Path("/dev")]
        self._set = False
        sys.addaudithook(self._note)  # for ever: Python takes none away

    @contextmanager
    def set(self) -> Iterator[None]:
        """Note what happens inside the block; what was noted before is forgotten."""
        self.events.clear()
        self._set = True
        try:
            yield
        finally:
            self._set = False

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._set:
            return
        starts = event in STARTS or event in STARTS_BY_LIBRARY
        if starts or self._writes_outside(event, arguments):
            self.events.append(f"{event} {arguments!r}"[:200])

    def _writes_outside(self, event: str, arguments: tuple[Any, ...]) -> bool:
        if event == "open":
            path, _, flags = arguments
            if not isinstance(flags, int) or not flags & WRITING:
                return False
        elif event in CHANGES:
            path = arguments[0]
        else:
            return False
        if not isinstance(path, str | bytes | os.PathLike):
            return False  # a number: open already
        target = Path(os.fsdecode(path)).absolute()
        return not any(target.is_relative_to(allowed) for allowed in self._allowed)
