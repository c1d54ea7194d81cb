"""What a format of accelerograms is: how its files are recognised and what is read from them.

To add a format, write one module in this folder with one subclass of `Format`: its `name`, which
`--format` takes, `recognises(source)`, which judges by content and never by the name of the file,
and `read(source, given)`, which gives a `Channel` for each component. Nothing is registered: the
module is found by inspection. A reader gives the numbers as they stand, with the unit and the
interval that the file states and the place where it states them; None where it states none. What is
common to all formats (the choice of a component, contradictions, units, limits) is done once, in
`recording.py`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import ClassVar

import numpy as np

from simulators.checks import is_number

LONGEST_INTERVAL = 0.2
"""Longest sampling interval (s) of a network's record; networks sample at 20 Hz and more."""


class NotAnAccelerogram(ValueError):
    """The file is of no known format, or holds something other than acceleration."""


@dataclass(frozen=True)
class Given:
    """What the caller says of a file.

    Parameters
    ----------
    format : str, optional
        Name of the format; recognised by content if not given.
    component : str, optional
        Name of the component, or number of the column counted from 1, where a file holds several.
    interval : float, optional
        Sampling interval (s), where the file states none.
    unit : str, optional
        Unit of the acceleration, where the file states none.
    response : path-like, optional
        StationXML with the response of the instrument, for files of counts.

    Raises
    ------
    ValueError
        If a value is of the wrong kind, or the interval is not positive.
    """

    format: str | None = None
    component: str | None = None
    interval: float | None = None
    unit: str | None = None
    response: str | PathLike[str] | None = None

    def __post_init__(self) -> None:
        for name in ("format", "component", "unit"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, str) and value.strip()):
                raise ValueError(f"{name} = {value!r}: expected a name")
        interval = self.interval
        if interval is not None and not (is_number(interval) and interval > 0.0):
            raise ValueError(f"interval = {interval!r}: must be a positive number of seconds")
        if self.response is not None and not Path(fspath(self.response)).is_file():
            raise FileNotFoundError(f"response = {fspath(self.response)!r}: no such file")


@dataclass(frozen=True)
class Source:
    """Content of one file.

    Parameters
    ----------
    name : str
        Name of the file, without its folder.
    data : bytes
        All of it.
    lines : tuple of str
        Its lines of text, without blank lines at the end; empty for a binary file.
    closed : bool
        Whether the last line of text is ended, so that its last number is whole.
    """

    name: str
    data: bytes
    lines: tuple[str, ...]
    closed: bool = True


@dataclass(frozen=True, eq=False)
class Channel:
    """One component as a file states it.

    Parameters
    ----------
    samples : ndarray, shape (time,)
        In `unit`.
    component : str
        Name or direction; empty where the file states none.
    unit : str, optional
        None where the file states none; `unit_source` says where it stands.
    interval : float, optional
        Sampling interval (s), None where the file states none; `interval_source` says where.
    interval_rounding : float
        By how much (s) the true interval may differ from the printed one.
    longest_interval : float
        Limit (s) beyond which the interval must be an error.
    facts : mapping of str
        What the header says: event, date, station, magnitude, ...
    notes : tuple of str
        What a user should know: a flag of the file, numbers that were left out.
    """

    samples: np.ndarray
    component: str = ""
    unit: str | None = None
    unit_source: str = ""
    interval: float | None = None
    interval_source: str = ""
    interval_rounding: float = 0.0
    longest_interval: float = LONGEST_INTERVAL
    facts: Mapping[str, str | None] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Format(ABC):
    """Reader of one format of files.

    Attributes
    ----------
    name : str
        As `--format` takes it and the output shows it.
    generic : bool
        Whether any file of numbers may pass for this format: asked after all others.
    binary : bool
        Whether the files are no text: `Source.data` is read then, and `Source.lines` is empty.
    """

    name: ClassVar[str]
    generic: ClassVar[bool] = False
    binary: ClassVar[bool] = False

    @abstractmethod
    def recognises(self, source: Source) -> bool:
        """Whether the content is of this format; never raises."""

    @abstractmethod
    def read(self, source: Source, given: Given) -> list[Channel]:
        """Read the components of a file.

        Raises
        ------
        NotAnAccelerogram
            If the file holds no acceleration.
        ValueError
            If it is damaged; one line that says what is wrong and where.
        """
