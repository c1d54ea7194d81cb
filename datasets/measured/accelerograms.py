"""Accelerograms of a folder: found, read, and brought to one interval and one length."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import xarray as xr

from datasets.contract.schema import VARIABLES, time_axis
from simulators.excitation.motion import BaseMotion
from simulators.excitation.recorded import read_accelerogram
from simulators.excitation.synthetic.grid import sample_count


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
def read_at(path: Path, interval: float) -> BaseMotion:
    """Read an accelerogram, resampled to an interval (s) where it has another one."""
    return _at(read_accelerogram(path), interval)


def fitted(motion: BaseMotion, count: int) -> np.ndarray:
    """Return the acceleration (m s-2) cut to `count` samples, or continued by zeros."""
    values = np.zeros(count)
    kept = motion.acceleration[:count]
    values[: len(kept)] = kept
    return values


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
        Sampling interval (s) of tables without a column of times.
    unit : str, optional
        Unit of tables that state none.
    resample : float, optional
        Sampling interval (s) to which all are brought; needed where theirs differ.
    duration : float, optional
        Length (s) to which all are cut, or continued by zeros; needed where theirs differ.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file that cannot be read, or what differs.
    """
    motions = [read_accelerogram(path, interval=interval, unit=unit) for path in paths]
    if resample is None:
        resample = _only("intervals", "s", {motion.interval for motion in motions}, "--resample")
    motions = [_at(motion, resample) for motion in motions]
    if duration is None:
        sizes = {motion.acceleration.size for motion in motions}
        duration = (_only("lengths", "samples", sizes, "--duration") - 1) * resample
    count = sample_count(duration, resample)
    values = np.stack([fitted(motion, count) for motion in motions]).astype(np.float32)
    variable = xr.Variable(("record", "time"), values, VARIABLES["base_acceleration"].attrs)
    return xr.Dataset({"base_acceleration": variable}, {"time": time_axis(count, resample)})


def _at(motion: BaseMotion, interval: float) -> BaseMotion:
    return motion if motion.interval == interval else motion.resample(interval)


def _only(what: str, unit: str, values: set[float], option: str) -> float:
    if len(values) > 1:
        raise ValueError(
            f"accelerograms have {what} from {min(values):g} to {max(values):g} {unit}: choose by "
            f"{option}"
        )
    return next(iter(values))
