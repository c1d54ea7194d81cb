"""Parts of a dataset that a file states in place of the dataset itself.

The file is JSON, a list of record numbers (from 0) for each part; records that it leaves out are
not used:

    {"train": [0, 1, 2, 5], "validation": [3], "test": [4]}
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from datasets.contract.partition import PARTS
from datasets.files.disk import new_file


def write(path: Path, parts: Mapping[str, Sequence[int] | np.ndarray]) -> None:
    """Write the numbers of the records of each part, replacing the file."""
    content = {name: [int(number) for number in numbers] for name, numbers in parts.items()}
    with new_file(path, overwrite=True) as temporary:
        temporary.write_text(json.dumps(content) + "\n", encoding="utf-8")


def read(path: str | Path) -> dict[str, np.ndarray]:
    """Return the numbers of the records of each part, ascending.

    Raises
    ------
    FileNotFoundError
        Without the file.
    ValueError
        For a file of something else, another part, or a record that is in two parts.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"data.split_file {path} does not exist or is not a file")
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"), object_pairs_hook=_once_each)
    except (UnicodeDecodeError, ValueError) as error:
        raise ValueError(f"data.split_file {path} is not JSON: {error}") from None
    if not isinstance(content, dict) or not content or not set(content) <= set(PARTS):
        found = ", ".join(map(str, content)) if isinstance(content, dict) else repr(content)
        raise ValueError(
            f"data.split_file {path} must name records of {', '.join(PARTS)}, got {found}"
        )
    parts = {name: _numbers(path, name, given) for name, given in content.items()}
    values, counts = np.unique(np.concatenate(list(parts.values())), return_counts=True)
    if (counts > 1).any():
        twice = values[counts > 1][0]
        raise ValueError(f"data.split_file {path}: record {twice} is named twice")
    return parts


def require_records(parts: Mapping[str, np.ndarray], count: int, path: str, source: str) -> None:
    """Raise ValueError where a file names a record that a dataset of `count` does not have."""
    largest = max((int(numbers[-1]) for numbers in parts.values()), default=0)
    if largest >= count:
        raise ValueError(
            f"data.split_file {path}: there is no record {largest} in {source}, its {count} "
            f"records are numbered from 0 to {count - 1}"
        )


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping of names that stand once; json would take the last of several."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a part stands twice")
    return found


def _numbers(path: str | Path, name: str, given: object) -> np.ndarray:
    numbers = given if isinstance(given, list) else []
    are_numbers = all(type(number) is int and number >= 0 for number in numbers)
    if not numbers or not are_numbers:
        raise ValueError(
            f"data.split_file {path}: {name} must be a list of record numbers from 0 on, got "
            f"{given!r}"
        )
    return np.sort(np.array(numbers))
