"""Recorded base motions: files of the strong-motion networks, read into SI units.

Each module reads one format and has the same three names: `NAME`; `recognises(lines)`, which judges
by content and not by the file's extension; and `parse(lines)`, which gives a `BaseMotion` or raises
a ValueError that says what is wrong.
"""

from os import PathLike, fspath
from pathlib import Path

from simulators.checks import is_number
from simulators.excitation.motion import BaseMotion
from simulators.excitation.recorded import at2, esm, knet, smc, table
from simulators.excitation.recorded.reading import read_lines

__all__ = ["read_accelerogram"]

FORMATS = (smc, at2, esm, knet, table)


def read_accelerogram(
    path: str | Path,
    format: str | None = None,
    *,
    interval: float | None = None,
    unit: str | None = None,
) -> BaseMotion:
    """Read one component of a recorded motion.

    Parameters
    ----------
    path : path-like
        PEER AT2, USGS SMC, ESM ASCII, K-NET or KiK-net ASCII, or a table of numbers (CSV) with the
        columns time (s) and acceleration, or acceleration alone.
    format : {"SMC", "AT2", "ESM", "K-NET", "CSV"}, optional
        Format to read; recognised by content if not given.
    interval : float, optional
        Sampling interval (s) of a table that has no time column. The other formats state their own.
    unit : str, optional
        Unit of a table whose header states none, e.g. "g", "gal", "cm/s^2", "m/s^2". The other
        formats state their own.

    Returns
    -------
    BaseMotion
        Acceleration in m s-2 (1 g = 9.80665 m s-2) with what the header says about event and
        station in `metadata`.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is of none of these formats, truncated (its header states another number of
        samples), damaged (a field is no number, the peak is not the stated one) or no acceleration.
        One line that names the file.
    """
    _check(path, format, interval, unit)
    path = Path(path)
    try:
        lines = read_lines(path)
        reader = _recognise(lines) if format is None else _named(format)
        if reader is table:
            return table.parse(lines, interval, unit)
        if interval is not None or unit is not None:
            raise ValueError(
                f"interval and unit must not be given: format {reader.NAME} states its own"
            )
        return reader.parse(lines)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _check(path, format, interval, unit) -> None:
    if not isinstance(path, str | PathLike) or not fspath(path):
        raise ValueError(f"path = {path!r}: expected the path of a file")
    for name, value in (("format", format), ("unit", unit)):
        if value is not None and not (isinstance(value, str) and value.strip()):
            raise ValueError(f"{name} = {value!r}: expected a name")
    if interval is not None and not (is_number(interval) and interval > 0.0):
        raise ValueError(f"interval = {interval!r}: must be a positive number of seconds")


def _recognise(lines: list[str]):
    for reader in FORMATS:
        if reader.recognises(lines):
            return reader
    raise ValueError(f"not an accelerogram of a known format (tried {_names()})")


def _named(format: str):
    for reader in FORMATS:
        if reader.NAME.casefold() == format.casefold():
            return reader
    raise ValueError(f"format must be one of {_names()}, got {format!r}")


def _names() -> str:
    return ", ".join(reader.NAME for reader in FORMATS)
