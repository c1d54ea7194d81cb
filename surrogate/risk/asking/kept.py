"""Answers that are kept: blocks of numbers in the folder of a run, which goes on where it stopped.

A block is a file that appears whole or not at all, with the SHA-256 of its numbers at its end: one
that was changed since is refused. The setup of the run lies beside the blocks: a run of another
setup would take numbers that are not its own, and is refused.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import yaml

from datasets.files import locking
from datasets.files.disk import check_above, make_folder, new_file, remove_folder, sweep
from datasets.recipes import safe_yaml

SETUP = "setup.yaml"
BLOCKS = "answers"
RECIPE = "recipe"
"""Key of a setup whose value is a recipe as YAML."""


@dataclass(frozen=True)
class Kept:
    """The folder of a run.

    Attributes
    ----------
    folder : Path
    """

    folder: Path

    def has(self, name: str) -> bool:
        """Tell whether a block is there."""
        return self._path(name).exists()

    def block(self, name: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
        """Return a block by its name, computed where it is not there.

        ValueError for a file that is not as it was written.
        """
        path = self._path(name)
        if path.exists():
            return _unsealed(path)
        values = compute()
        with new_file(path) as temporary:
            temporary.write_bytes(_sealed(values))
        return values

    def _path(self, name: str) -> Path:
        return self.folder / BLOCKS / f"{name}.npy"


def claim(folder: Path, setup: Mapping[str, object], overwrite: bool = False) -> Kept:
    """Begin a run in a folder, or go on with one of the same setup.

    Parameters
    ----------
    folder : Path
    setup : mapping of str to object
        All that the answers depend on, as plain data.
    overwrite : bool
        Begin anew over a run of another setup.

    Raises
    ------
    FileExistsError
        For a folder of something else, or of a run whose setup differs, naming what does.
    """
    _require_no_file(folder)
    text = yaml.safe_dump(dict(setup), sort_keys=False, width=100, allow_unicode=True)
    present = _present(folder)
    if present is not None and present != yaml.safe_load(text):
        if not overwrite:
            raise FileExistsError(_difference(folder, present, yaml.safe_load(text)))
        remove_folder(folder)
    (folder / BLOCKS).mkdir(parents=True, exist_ok=True)
    sweep(folder / BLOCKS)
    if not (folder / SETUP).exists():
        with new_file(folder / SETUP) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return Kept(folder)


@contextlib.contextmanager
def held(folder: Path, setup: Mapping[str, object], overwrite: bool = False) -> Iterator[Kept]:
    """Claim a folder, and keep other processes out of it to the end.

    Parameters are those of `claim`.

    Raises
    ------
    FileExistsError
        As of `claim`, and where another process works in the folder.
    """
    _require_no_file(folder)
    make_folder(folder)
    refusal = f"another process works in {folder}: wait for its end, or choose another --out"
    with locking.exclusive(folder, refusal):
        kept = claim(folder, setup, overwrite)
    with locking.exclusive(folder, refusal):  # of the folder that `claim` may have made anew
        yield kept


def _require_no_file(folder: Path) -> None:
    check_above(folder)
    if folder.is_file():
        raise FileExistsError(f"{folder} is a file: name a folder")


def setup_of(folder: Path) -> dict[str, object]:
    """Return the setup of a run, empty for a folder or file without one.

    FileExistsError for one that is damaged.
    """
    if not (folder / SETUP).is_file():
        return {}
    return _present(folder) or {}


def digests(paths: Sequence[str | Path]) -> list[str]:
    """Return the SHA-256 of files, by which a setup knows checkpoints."""
    return [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths]


def _sealed(values: np.ndarray) -> bytes:
    """Return an array as a file of numpy, with the SHA-256 of it at the end."""
    memory = BytesIO()
    np.save(memory, values, allow_pickle=False)
    content = memory.getvalue()
    return content + hashlib.sha256(content).digest()


def _unsealed(path: Path) -> np.ndarray:
    whole = path.read_bytes()
    length = hashlib.sha256().digest_size
    content = whole[:-length]
    if hashlib.sha256(content).digest() != whole[-length:]:
        raise ValueError(
            f"{path} was changed since it was written, or is damaged: remove it, and the same "
            "command asks for its answers again"
        )
    return np.asarray(np.load(BytesIO(content), allow_pickle=False))


def _present(folder: Path) -> dict[str, object] | None:
    """Return the setup of the run in a folder, None for a folder that is missing or empty."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return None
    path = folder / SETUP
    if not path.is_file():
        raise FileExistsError(f"{folder} holds other things than a run: choose another folder")
    try:
        content = safe_yaml.load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError):
        content = None
    if not isinstance(content, dict):
        raise FileExistsError(
            f"{path} is damaged, so that nothing tells what the answers beside it are of: choose "
            f"another folder, or remove {folder}"
        )
    return content


def _difference(folder: Path, old: dict[str, object], new: dict[str, object]) -> str:
    names = sorted(_differing(old, new))
    return (
        f"{folder} holds a run with another setup, which differs in {', '.join(names)}: choose "
        "another folder or pass --overwrite"
    )


def _differing(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    """Yield the keys of two setups that differ, dotted; those of recipes too, which are YAML."""
    for key in {**old, **new}:
        before = _parsed(key, old.get(key))
        after = _parsed(key, new.get(key))
        if isinstance(before, dict) and isinstance(after, dict):
            yield from (f"{key}.{name}" for name in _differing(before, after))
        elif before != after:
            yield key


def _parsed(key: str, value: object) -> object:
    return safe_yaml.load(value) if key == RECIPE and isinstance(value, str) else value
