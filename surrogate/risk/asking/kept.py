"""Answers that are kept: blocks of numbers in the folder of a run, which goes on where it stopped.

A block is a file that appears whole or not at all. The setup of the run lies beside the blocks: a
run of another setup would take numbers that are not its own, and is refused.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from datasets.files.disk import check_above, new_file, remove_folder, sweep

SETUP = "setup.yaml"
BLOCKS = "answers"


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
        """Return a block by its name, computed where it is not there."""
        path = self._path(name)
        if path.exists():
            return np.asarray(np.load(path))
        values = compute()
        with new_file(path) as temporary, temporary.open("wb") as file:
            np.save(file, values)
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
    check_above(folder)
    text = yaml.safe_dump(dict(setup), sort_keys=False, width=100, allow_unicode=True)
    if folder.is_file():
        raise FileExistsError(f"{folder} is a file: name a folder")
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


def digests(paths: Sequence[str | Path]) -> list[str]:
    """Return the SHA-256 of files, by which a setup knows checkpoints."""
    return [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths]


def _present(folder: Path) -> dict[str, object] | None:
    """Return the setup of the run in a folder, None for a folder that is missing or empty."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return None
    path = folder / SETUP
    if not path.is_file():
        raise FileExistsError(f"{folder} holds other things than a run: choose another folder")
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")) or {})


def _difference(folder: Path, old: dict[str, object], new: dict[str, object]) -> str:
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return (
        f"{folder} holds a run with another setup, which differs in {', '.join(names)}: choose "
        "another folder or pass --overwrite"
    )
