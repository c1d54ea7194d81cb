"""Hash of the source of classes and functions, so that a changed model is another dataset.

What is hashed are the whole files that hold them: a helper function in the same file counts, one in
another file only where `ExternalSimulator.sources` names it.
"""

import hashlib
import inspect
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any


def digest(*groups: Iterable[Any]) -> str:
    """First 16 hex digits of the SHA-256 of the files that hold the given objects.

    Parameters
    ----------
    groups : iterables of class, function, method or module

    Raises
    ------
    ValueError
        Naming an object that lies in no file, as one typed at a prompt.
    """
    files: dict[str, Path] = {}
    for item in (item for group in groups for item in group):
        module = item if isinstance(item, ModuleType) else inspect.getmodule(item)
        files[_name(module)] = _file(item)
    code = hashlib.sha256()
    for name in sorted(files):
        code.update(f"{name}\0".encode() + files[name].read_bytes() + b"\0")
    return code.hexdigest()[:16]


def _name(module: ModuleType | None) -> str:
    return "" if module is None else module.__name__


def _file(item: Any) -> Path:
    try:
        path = Path(inspect.getfile(item))
    except (TypeError, OSError):
        path = Path()
    if not path.is_file():
        name = getattr(item, "__qualname__", repr(item))
        raise ValueError(
            f"{name} lies in no file: put it into a module, so that its source can be hashed"
        )
    return path
