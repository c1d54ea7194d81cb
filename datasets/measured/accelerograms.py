"""Accelerograms of a folder: found, read, and brought to one interval; each keeps its length.

A folder may hold other things: velocities and displacements beside the accelerations, lists of
search results. They are left and told. A damaged accelerogram is an error all the same; a table of
numbers that cannot be read is left only beside files of a network's own format, since lists of
results are tables, too.
"""

import hashlib
from collections.abc import Sequence, Set
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import xarray as xr

from datasets.contract import lengths
from datasets.contract.schema import SAMPLES, VARIABLES, time_axis
from simulators.excitation.motion import BaseMotion
from simulators.excitation.recorded import (
    Given,
    NotAnAccelerogram,
    Recording,
    is_generic,
    read_accelerogram,
    read_recording,
    read_recordings,
)
from simulators.excitation.synthetic.grid import sample_count

_LONGEST_ATTRIBUTE = 60_000  # bytes


def find(folder: str | Path, pattern: str = "*") -> list[Path]:
    """Return the files below a folder in the order of their names; hidden ones do not count.

    Raises
    ------
    ValueError
        When there is no such folder, or no such file in it.
    """
    if not Path(folder).is_dir():
        raise ValueError(f"folder {folder} does not exist")
    try:
        paths = sorted(
            path
            for path in Path(folder).rglob(pattern)
            if path.is_file() and not path.name.startswith(".")
        )
    except (ValueError, NotImplementedError) as error:
        raise ValueError(f"pattern {pattern!r}: {error}") from None
    if not paths:
        raise ValueError(f"folder {folder} holds no file that matches {pattern}")
    return paths


def digest(paths: Sequence[Path]) -> str:
    """Return the SHA-256 over the names and the contents of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


@lru_cache(maxsize=256)
def read_at(path: Path, interval: float, unit: str | None = None) -> BaseMotion:
    """Read an accelerogram, resampled to an interval (s) where it has another one.

    `unit` is that of a file that states none.
    """
    return _at(read_accelerogram(path, unit=unit), interval)


def fitted(motion: BaseMotion, count: int) -> np.ndarray:
    """Return the acceleration (m s-2) cut to `count` samples, or continued by zeros."""
    values = np.zeros(count)
    kept = motion.acceleration[:count]
    values[: len(kept)] = kept
    return values


def recordings_in(
    path: str | Path, given: Given | None = None, pattern: str = "*"
) -> tuple[list[Recording], list[str]]:
    """Read the accelerograms of a file or a folder.

    Parameters
    ----------
    path : path-like
        A file, or a folder, whose sub-folders count.
    given : Given, optional
        What the files leave open. The component "all" takes every component of each file.
    pattern : str
        Which files of a folder, e.g. ``*.AT2``.

    Returns
    -------
    recordings : list of Recording
        In the order of the names of their files.
    left : list of str
        Files of a folder that are no accelerograms, each with the reason.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file that cannot be read, or the folder without any accelerogram.
    """
    given = given or Given()
    if not Path(path).exists():
        raise FileNotFoundError(f"{path} does not exist")
    if not Path(path).is_dir():
        return _read(Path(path), given), []
    recordings: list[Recording] = []
    left: list[str] = []
    doubtful: list[ValueError] = []
    own_formats = 0
    for file in find(path, pattern):
        try:
            recordings += _read(file, given)
        except NotAnAccelerogram as error:
            left.append(str(error))
        except ValueError as error:
            if not is_generic(file):
                raise
            doubtful.append(error)
        else:
            own_formats += not is_generic(file)
    if doubtful and not own_formats:
        raise doubtful[0]
    left += [str(error) for error in doubtful]
    if not recordings:
        first = f", e.g. {left[0]}" if left else ""
        raise ValueError(f"folder {path} holds no accelerogram among {len(left)} files{first}")
    return recordings, left


def read_motions(
    paths: Sequence[Path],
    *,
    interval: float | None = None,
    unit: str | None = None,
    resample: float | None = None,
    duration: float | None = None,
) -> xr.Dataset:
    """Read accelerograms of any format of `simulators.excitation.recorded`: records of base
    acceleration alone.

    Parameters
    ----------
    paths : sequence of Path
        One file for each record.
    interval : float, optional
        Sampling interval (s) of files that state none.
    unit : str, optional
        Unit of files that state none.
    resample : float, optional
        Sampling interval (s) to which all are brought; needed where theirs differ.
    duration : float, optional
        Length (s) to which all are cut, or continued by zeros; by default each keeps its own
        (`datasets.contract.lengths`).

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file that cannot be read, or the intervals that differ.
    """
    given = Given(interval=interval, unit=unit)
    return stacked([read_recording(path, given) for path in paths], resample, duration)


def stacked(
    recordings: Sequence[Recording],
    resample: float | None = None,
    duration: float | None = None,
    among: Sequence[Recording] | None = None,
) -> xr.Dataset:
    """Return records of base acceleration, each with the name of its file and its component.

    Parameters
    ----------
    recordings : sequence of Recording
    resample, duration : float, optional
        As in `read_motions`.
    among : sequence of Recording, optional
        All recordings of the dataset that these become a part of: they number files and components
        in common.

    Raises
    ------
    ValueError
        Naming the intervals that differ.
    """
    motions = [recording.motion for recording in recordings]
    if resample is None:
        resample = _only_interval({motion.interval for motion in motions})
    motions = [_at(motion, resample) for motion in motions]
    histories = [motion.acceleration.astype(np.float32) for motion in motions]
    if duration is not None:
        count = sample_count(duration, resample)
        histories = [fitted(motion, count).astype(np.float32) for motion in motions]
    samples = [len(history) for history in histories]
    values = lengths.padded(histories)
    every = recordings if among is None else among
    files = [_word(recording.file) for recording in every]
    components = [_word(recording.component) for recording in every]
    variables = {
        "base_acceleration": xr.Variable(
            ("record", "time"), values, VARIABLES["base_acceleration"].attrs
        ),
        "source_file": numbered(
            [_word(recording.file) for recording in recordings], files, "file of the record"
        ),
        "component": numbered(
            [_word(recording.component) for recording in recordings],
            components,
            "component of the record in its file",
        ),
    }
    if len(set(samples)) > 1:
        variables[SAMPLES] = lengths.label(samples)
    return xr.Dataset(variables, {"time": time_axis(max(samples), resample)})


def _read(path: Path, given: Given) -> list[Recording]:
    """Return every component of a file if all are asked for, or the one that is given."""
    if (given.component or "").casefold() == "all":
        return read_recordings(path, replace(given, component=None))
    return [read_recording(path, given)]


def _word(name: str) -> str:
    """Return a name as one word, as the flag_meanings of the CF conventions ask for."""
    return "_".join(name.split()) or "not_named"


def numbered(words: Sequence[str], every: Sequence[str], long_name: str) -> xr.Variable:
    """Return the number of each word among all, which are the variable's flag_meanings.

    Parameters
    ----------
    words : sequence of str
        One of each record, without a blank.
    every : sequence of str
        All that occur in the dataset that these records are a part of.
    long_name : str
    """
    names = list(dict.fromkeys(every))
    number = {name: at for at, name in enumerate(names)}
    attrs: dict[str, object] = {"units": "1", "long_name": long_name}
    text = " ".join(names)
    if len(text.encode()) < _LONGEST_ATTRIBUTE:  # longer ones do not fit into a header of HDF5
        flags = np.arange(len(names), dtype=np.int32)
        attrs |= {"flag_values": flags, "flag_meanings": text}
    return xr.Variable(("record",), np.array([number[word] for word in words], np.int32), attrs)


def _at(motion: BaseMotion, interval: float) -> BaseMotion:
    return motion if motion.interval == interval else motion.resample(interval)


def _only_interval(values: Set[float]) -> float:
    if len(values) > 1:
        raise ValueError(
            f"accelerograms have intervals from {min(values):g} to {max(values):g} s: choose by "
            "--resample"
        )
    return next(iter(values))
