"""Several datasets as one file, its records one after another.

What the sources do not agree on is kept in the attribute ``joined_from``
(`datasets.files.join_sources`), from which record on each begins with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from datasets.contract import failures, flags, lengths
from datasets.contract.schema import SAMPLES, leading_dim
from datasets.files import joined_array
from datasets.files.disk import check_destination, sweep
from datasets.files.doubled import require_distinct
from datasets.files.join_checks import require_joinable
from datasets.files.join_sources import Source, attributes
from datasets.files.seal import verify_seal
from datasets.files.shards import SUFFIXES
from datasets.files.writing import write_dataset


@dataclass(frozen=True, eq=False)
class Joined:
    """What `join` has made of several datasets.

    Parameters
    ----------
    dataset : Dataset
        All records, lazily from the files that were joined.
    sources : tuple of Source
        In the order of their records.
    notes : tuple of str
        What the user should know: variables that were left out, motions that two sources share.
    """

    dataset: xr.Dataset
    sources: tuple[Source, ...]
    notes: tuple[str, ...]

    @property
    def parts(self) -> dict[str, list[int]]:
        """Records that each source has in each part, by the name of the part."""
        stated = [source.parts for source in self.sources]
        names = list(dict.fromkeys(name for parts in stated for name in parts))
        return {name: [parts.get(name, 0) for parts in stated] for name in names}


def join(
    paths: str | Path | Sequence[str | Path],
    path: str | Path,
    overwrite: bool = False,
    *,
    compression: str = "none",
) -> Joined:
    """Write the records of several datasets, one after another, to one file, whole or not at all.

    Parameters
    ----------
    paths : path, or sequence of path
        Files, or folders of shards. One alone is copied with all that it says of itself.
    path : str or Path
        File to make.
    overwrite : bool
        Replace an existing file, which is none of `paths`.
    compression : {"none", "lzf", "gzip"}
        Filter for every chunk, as of `write_dataset`.

    Returns
    -------
    Joined

    Raises
    ------
    FileNotFoundError
        When one of `paths` or a shard is missing.
    FileExistsError
        When the file exists and `overwrite` is false.
    ValueError
        When a source is damaged; where they differ in kind, interval, variables, units or
        components; where a record is in two of them. Nothing is written then.
    """
    check_destination(path, overwrite, SUFFIXES)
    if isinstance(paths, str | Path):  # a word is a sequence, too
        paths = [paths]
    if not paths:
        raise ValueError("no dataset to join: name at least one")
    sources = tuple(map(Source.open, paths))
    files = [file for source in sources for file in source.files]
    if Path(path).resolve() in [file.resolve() for file in files]:
        raise ValueError(f"{path} is among the files to join: choose another name")
    _require_elsewhere(Path(path), paths)
    for file in files:
        verify_seal(file)  # what is damaged must not get a new seal
    made = joined(sources)
    sweep(Path(path).parent, f".{Path(path).name}.")  # of a run that was killed
    write_dataset(made.dataset, path, overwrite, compression=compression)
    return made


def _require_elsewhere(path: Path, joined: Sequence[str | Path]) -> None:
    """Raise ValueError for a file in one of the folders that are joined."""
    for folder in map(Path, joined):
        if folder.is_dir() and folder.resolve() == path.resolve().parent:
            raise ValueError(
                f"{path} would lie among the files of {folder}, as a part of that dataset: choose "
                "a name outside of it"
            )


def joined(sources: Sequence[Source]) -> Joined:
    """Return the records of several datasets as one lazy dataset; ValueError as of `join`."""
    if len(sources) == 1:
        return Joined(sources[0].dataset, tuple(sources), ())
    require_joinable(sources)
    notes = require_distinct(sources)
    datasets = _alike([source.dataset for source in sources])
    names = [name for name in datasets[0].variables if all(name in each for each in datasets)]
    for each, source in zip(datasets, sources, strict=True):
        left = [str(name) for name in each.variables if name not in names]
        if left:
            notes.append(f"{', '.join(left)} of {source.path} left out, as not all sources have it")
    content = {name: _concatenated(str(name), datasets) for name in names}
    coordinates = [name for name in names if name in datasets[0].coords]
    dataset = xr.Dataset(content, attrs=attributes(sources)).set_coords(coordinates)
    return Joined(dataset, tuple(sources), tuple(notes))


def _alike(datasets: Sequence[xr.Dataset]) -> list[xr.Dataset]:
    """Return datasets which all state lengths and failures where one does."""
    made = list(datasets)
    if leading_dim(made[0]) != "record":
        return made
    ends = {dataset.sizes["time"] for dataset in made}
    if len(ends) > 1 or any(SAMPLES in dataset for dataset in made):
        made = [each.assign({SAMPLES: lengths.label(lengths.own(each))}) for each in made]
    if any("failed" in dataset for dataset in made):
        made = [_with_failures(each) for each in made]
    return made


def _with_failures(dataset: xr.Dataset) -> xr.Dataset:
    if "failed" in dataset:
        return dataset
    return dataset.assign(failures.label([None] * dataset.sizes["record"]))


def _concatenated(name: str, datasets: Sequence[xr.Dataset]) -> xr.Variable:
    """Return a variable of all datasets: one after another along the records, else that of one."""
    pieces = [dataset[name].variable for dataset in datasets]
    if name == "time":
        return _time(datasets)
    if pieces[0].dims[:1] != (leading_dim(datasets[0]),):
        return pieces[0]
    if all(map(flags.is_flag, pieces)):
        return _flags(name, pieces)
    if not lengths.is_series(pieces[0].dims):
        return joined_array.concatenated(pieces)
    return joined_array.concatenated(pieces, max(len(dataset["time"]) for dataset in datasets))


def _time(datasets: Sequence[xr.Dataset]) -> xr.Variable:
    """Return the longest time axis."""
    return max((dataset["time"].variable for dataset in datasets), key=len)


def _flags(name: str, pieces: Sequence[xr.Variable]) -> xr.Variable:
    try:
        return flags.concatenated(pieces)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
