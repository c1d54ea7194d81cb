"""Recorded base motions: files of the strong-motion networks, read into SI units.

One module a format, each with one subclass of `Format` (see `format.py`, which says how to add
one). `read_accelerogram` gives the motion of one component; `read_recording` also tells where its
component, interval and unit are stated.
"""

import warnings
from os import PathLike, fspath
from pathlib import Path

from simulators.excitation.motion import BaseMotion
from simulators.excitation.recorded.components import chosen
from simulators.excitation.recorded.format import Given, NotAnAccelerogram
from simulators.excitation.recorded.formats import format_of, formats
from simulators.excitation.recorded.reading import read_source
from simulators.excitation.recorded.recording import Recording, completed

__all__ = [
    "Given",
    "NotAnAccelerogram",
    "Recording",
    "format_names",
    "is_generic",
    "read_accelerogram",
    "read_recording",
    "read_recordings",
]


def read_accelerogram(
    path: str | PathLike[str],
    format: str | None = None,
    *,
    interval: float | None = None,
    unit: str | None = None,
    component: str | None = None,
    response: str | PathLike[str] | None = None,
) -> BaseMotion:
    """Read one component of a recorded motion.

    Parameters
    ----------
    path : path-like
        A file of one of the formats that `format_names` lists: the networks' own formats, or a
        table of numbers (CSV) with a column of times or without.
    format : str, optional
        Format to read; recognised by content if not given.
    interval : float, optional
        Sampling interval (s), where the file states none.
    unit : str, optional
        Unit, where the file states none, e.g. "g", "gal", "cm/s^2", "m/s^2".
    component : str, optional
        Name of the component where the file holds several, or its number counted from 1.
    response : path-like, optional
        StationXML with the response of the instrument, for miniSEED and SAC files of counts.

    Returns
    -------
    BaseMotion
        Acceleration in m s-2 (1 g = 9.80665 m s-2) with what the header says about event and
        station in `metadata`.

    Warns
    -----
    UserWarning
        If the component is vertical, the file flags a problem, or some of it was left out.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is of none of these formats, truncated (its header states another number of
        samples), damaged (a field is not a number, the peak is not the stated one) or not an
        acceleration;
        if it leaves open what is not given, or contradicts it. One line that names the file.
    """
    given = Given(format, component, interval, unit, response)
    recording = read_recording(path, given)
    for note in recording.notes:
        warnings.warn(f"{path}: {note}", stacklevel=2)
    return recording.motion


def read_recording(path: str | PathLike[str], given: Given | None = None) -> Recording:
    """Read one component of a recorded motion, with where its facts are stated.

    Parameters
    ----------
    path : path-like
        File to read.
    given : Given, optional
        What the file leaves open, and the component of several.

    Raises
    ------
    FileNotFoundError, ValueError
        As `read_accelerogram`; `NotAnAccelerogram`, a ValueError, where the file is of no known
        format or holds no acceleration.
    """
    given = given or Given()
    return _read(path, given, one=True)[0]


def read_recordings(path: str | PathLike[str], given: Given | None = None) -> list[Recording]:
    """Read every component of a file, or the one that is given; otherwise as `read_recording`."""
    given = given or Given()
    return _read(path, given, one=given.component is not None)


def format_names() -> tuple[str, ...]:
    """Return the names of all formats, as the parameter `format` takes them."""
    return tuple(reader.name for reader in formats())


def is_generic(path: str | PathLike[str]) -> bool:
    """Whether a file is at best a table of numbers: of no format that names itself."""
    try:
        return format_of(read_source(Path(path))).generic
    except ValueError:
        return True


def _read(path: str | PathLike[str], given: Given, one: bool) -> list[Recording]:
    if not isinstance(path, str | PathLike) or not fspath(path):
        raise ValueError(f"path = {path!r}: expected the path of a file")
    try:
        source = read_source(Path(path))
        reader = format_of(source, given.format)
        channels = reader.read(source, given)
        if not channels:
            raise NotAnAccelerogram(f"the file has no component in the format {reader.name}")
        if one:
            channels = [chosen(channels, given.component)]
        return [completed(channel, given, source.name, reader.name) for channel in channels]
    except NotAnAccelerogram as error:
        raise NotAnAccelerogram(f"{path}: {error}") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
