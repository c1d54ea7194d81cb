"""Files as what a surrogate is asked: accelerograms, tables of numbers, datasets.

What belongs here tells the kinds of files apart and reads many of them; how a table and a dataset
become records is said in `surrogate.inference.tables` and `surrogate.inference.labelled_records`,
and the parameters that come beside them in `surrogate.inference.structural_parameters`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import h5py

import datasets
from datasets.files.shards import shards
from datasets.measured.accelerograms import find
from simulators.excitation.recorded import NotAnAccelerogram, is_generic, read_recording
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference import labelled_records, tables
from surrogate.inference.asking import Asking
from surrogate.inference.histories import (
    ACCELERATION,
    Excitation,
    Series,
    dynamic,
    is_alike,
    named,
    side_by_side,
)

FIRST_SHARD = "shard-00000-of-*.h5"


@dataclass(frozen=True, eq=False)
class Source:
    """The records of a file as the surrogate takes them.

    Parameters
    ----------
    records : tuple of Excitation
    line : str
        How its file was read, and where each fact stands.
    notes : tuple of str
        What the user should know of the records, each worth a warning.
    """

    records: tuple[Excitation, ...]
    line: str
    notes: tuple[str, ...] = ()


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
    elif _is_accelerogram(path, interface, asking):
        source = _of_accelerogram(path, interface, asking)
    else:
        record, line = tables.read(path, interface, asking)
        source = Source((record,), line)
    return _scaled(source, asking.peak, path)


def is_dataset(path: Path) -> bool:
    """Tell whether a path is a dataset of the contract: a file, or a folder of shards."""
    if path.is_dir():
        return _has_shards(path)
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
    shards(path)  # names the shard that is missing
    found = labelled_records.read(datasets.open_dataset(path), interface, path.name, asking)
    return Source(found.records, f"{path.name}: dataset, {found.words}", found.notes)


def _is_accelerogram(path: Path, interface: Interface, asking: Asking) -> bool:
    """Tell whether a file is read as an accelerogram: in a network's own format, or as a table
    whose one column of accelerations need not have the name of the input.
    """
    groups = dynamic(interface)
    if interface.interval is None or not all(_takes_acceleration(group) for group in groups):
        return False
    if len(groups) == 1 and not asking.columns:
        return True
    return not is_generic(path)


def _takes_acceleration(group: ChannelGroup) -> bool:
    return group.channels == 1 and group.units == ACCELERATION


def _of_accelerogram(path: Path, interface: Interface, asking: Asking) -> Source:
    groups = dynamic(interface)
    missing = [group.variable for group in groups if group.variable not in asking.columns]
    if len(groups) > 1 and missing:
        raise ValueError(
            f"{path} is an accelerogram, the surrogate takes {named(groups)}: name a component for "
            f"each, as in --input {missing[0]}=COMPONENT"
        )
    series = {}
    lines = []
    notes: list[str] = []
    origins = []
    for group in groups:
        given = replace(
            asking.given,
            component=asking.columns.get(group.variable, asking.given.component),
            unit=asking.units.get(group.variable),
        )
        recording = read_recording(path, given)
        motion = recording.motion
        series[group.variable] = Series(motion.acceleration[:, None], motion.interval, ACCELERATION)
        lines.append(recording.line)
        notes += recording.notes
        origins.append(motion.origin)
    record = side_by_side(series, interface, ", ".join(dict.fromkeys(origins)))
    line = "; ".join(lines)
    if any(
        not is_alike(one.interval or 0.0, interface.sampling_interval) for one in series.values()
    ):
        line += f", resampled to {interface.interval:g} s"
    return Source((record,), line, tuple(notes))


def _scaled(source: Source, peak: float | None, path: Path) -> Source:
    if peak is None:
        return source
    records = []
    for record in source.records:
        if not record.peaks[0] > 0.0:
            raise ValueError(
                f"{path} is zero everywhere and cannot be scaled to a peak of {peak:g}"
            )
        records.append(replace(record, values=record.values * (peak / record.peaks[0])))
    return Source(tuple(records), f"{source.line}, scaled to a peak of {peak:g}", source.notes)
