"""Files as what a surrogate is asked: accelerograms, tables of numbers, datasets.

What belongs here tells the kinds of files apart and reads many of them. How one becomes records is
said in `surrogate.inference.accelerograms`, `surrogate.inference.tables` and
`surrogate.inference.labelled_records`.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import h5py

import datasets
from datasets.files.shards import shards
from datasets.measured.accelerograms import find
from simulators.excitation.recorded import NotAnAccelerogram, is_generic
from surrogate.data.channels import Interface
from surrogate.inference import accelerograms, labelled_records, tables
from surrogate.inference.asking import Asking
from surrogate.inference.source import Source

FIRST_SHARD = "shard-00000-of-*.h5"


def files(paths: Sequence[Path], pattern: str = "*") -> list[Path]:
    """Files among files and folders, sorted within each folder, whose sub-folders count.

    The folder of a dataset in shards counts as a file.
    """
    found = []
    for path in paths:
        found += find(path, pattern) if path.is_dir() and not _has_shards(path) else [path]
    return found


def read_all(
    paths: Sequence[Path], interface: Interface, asking: Asking
) -> tuple[dict[Path, Source], list[str]]:
    """Read files, of which those that are no records are left if there are others.

    Parameters
    ----------
    paths : sequence of Path
        Files, as `files` lists them; one alone must be a record.
    interface, asking
        As in `read`.

    Returns
    -------
    sources : dict
        By path.
    left : list of str
        The other files, each with the reason.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file that is damaged, or two records of one name.
    """
    asking.require(interface)
    found: dict[Path, Source] = {}
    refused: list[ValueError] = []
    for path in paths:
        try:
            found[path] = read(path, interface, asking)
        except NotAnAccelerogram as error:
            refused.append(error)
        except ValueError as error:
            if len(paths) == 1 or not _may_be_left(path):
                raise
            refused.append(error)
    own = [path for path in found if not _may_be_left(path)]
    if refused and not own:
        raise refused[0]
    names = [path.name for path in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ValueError(f"two records are called {twice}: their responses would have one name")
    return found, [str(error) for error in refused]


def read(path: Path, interface: Interface, asking: Asking | None = None) -> Source:
    """The records of one file at the sampling interval of the surrogate.

    Parameters
    ----------
    path : Path
        An accelerogram of any format for a surrogate of accelerations of the base, a table or a MAT
        or NumPy file with a column or array for each input, or a dataset (HDF5) of the contract.
    interface : Interface
    asking : Asking, optional
        What the file leaves open.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file, and what it lacks.
    """
    asking = asking or Asking()
    asking.require(interface)
    if is_dataset(path):
        source = _of_dataset(path, interface, asking)
    elif asking.part is not None:
        raise ValueError(f"--part {asking.part} is for datasets, {path} is none")
    elif accelerograms.is_accelerogram(path, interface, asking):
        source = accelerograms.read(path, interface, asking)
    else:
        accelerograms.require_convertible(path, interface)
        source = tables.read(path, interface, asking)
    return source if asking.peak is None else source.scaled(asking.peak)


def datasets_apart(folders: Sequence[Path], found: Iterable[Path]) -> list[str]:
    """A line for each folder of several datasets whose names do not make them shards of one.

    Each is answered for itself, what the user may not expect of a folder.
    """
    lines = []
    for folder in folders:
        apart = [path for path in found if folder in path.parents and is_dataset(path)]
        if len(apart) > 1:
            lines.append(
                f"{folder}: {len(apart)} datasets, each answered for itself; shards of one dataset "
                f"are called {FIRST_SHARD.replace('*', 'N')} and so on"
            )
    return lines


def is_dataset(path: Path) -> bool:
    """Tell whether a path is a dataset of the contract: a file, or a folder of shards."""
    if path.is_dir():
        return _has_shards(path)
    if not path.is_file():  # reading a pipe would wait for ever
        return False
    try:
        with h5py.File(path, "r") as file:
            return "schema_version" in file.attrs
    except OSError:
        return False


def _has_shards(folder: Path) -> bool:
    return any(folder.glob(FIRST_SHARD))


def _may_be_left(path: Path) -> bool:
    """Tell whether a file that cannot be read may be another thing than a record."""
    return not is_dataset(path) and is_generic(path)


def _of_dataset(path: Path, interface: Interface, asking: Asking) -> Source:
    asking.require_no_accelerogram(path, "a dataset")
    shards(path)  # names the shard that is missing
    found = labelled_records.read(datasets.open_dataset(path), interface, path.name, asking)
    line = f"{path.name}: dataset, {found.words}"
    return Source(found.records, line, found.notes, found.numbers)
