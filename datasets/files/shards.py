"""The files of a dataset: one HDF5 (netCDF-4) file, or a folder of shards named
``shard-00003-of-00010.h5``.
"""

import re
from pathlib import Path

SUFFIXES = (".h5", ".nc", ".hdf5")
_SHARD_NAME = re.compile(r"shard-(\d+)-of-(\d+)\.h5")


def shard_name(number: int, count: int) -> str:
    """Return the file name of one shard; the count in it betrays a missing last shard."""
    return f"shard-{number:05d}-of-{count:05d}.h5"


def shards(path: str | Path) -> list[Path]:
    """Return the files of a dataset in record order.

    Parameters
    ----------
    path : str or Path
        One file, or a folder of shards.

    Raises
    ------
    FileNotFoundError
        When there is nothing at `path`, or when a shard is missing: the message names it.
    """
    path = Path(path)
    if path.is_dir():
        return _in_folder(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    if not path.is_file():  # reading a pipe would wait for ever
        raise ValueError(f"{path} is not a file: give the name of one, or of a folder of shards")
    return [path]


def _in_folder(folder: Path) -> list[Path]:
    """Return the shards of a folder, or its other HDF5 files where there is no shard."""
    matches = [_SHARD_NAME.fullmatch(path.name) for path in folder.iterdir()]
    named = {int(match[1]): int(match[2]) for match in matches if match}
    if not named:
        return _unnumbered(folder)
    counts = sorted(set(named.values()))
    if len(counts) > 1:
        raise ValueError(f"{folder} mixes datasets of {' and '.join(map(str, counts))} shards")
    paths = [folder / shard_name(number, counts[0]) for number in range(counts[0])]
    for number, path in enumerate(paths):
        if number not in named:
            raise FileNotFoundError(f"{path} is missing")
    return paths


def _unnumbered(folder: Path) -> list[Path]:
    files = [path for path in folder.iterdir() if path.suffix in SUFFIXES]
    files = sorted(path for path in files if not path.name.startswith("."))
    if not files:
        raise FileNotFoundError(f"{folder} holds no shard (shard-*.h5) and no other HDF5 file")
    return files
