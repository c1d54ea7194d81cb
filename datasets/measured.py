"""Measured records in the contract: names mapped, units converted, records cut, parts named.

What a source does not state is asked for and never guessed: the sampling interval, and the unit of every variable
(``unknown`` is an answer, and then stands in the file).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import xarray as xr

from datasets import partition, units
from datasets.schema import INPUTS, UNKNOWN_UNIT, VARIABLES
from datasets.sources import Arrays, read_arrays
from simulators.accelerogram import read_accelerogram
from simulators.excitation.grid import sample_count
from simulators.signal import resample

MAPPED = tuple(name for name, variable in VARIABLES.items() if variable.dims[:2] == ("record", "time"))
SAMPLING = ("time", "interval", "frequency")


@dataclass(frozen=True)
class Reading:
    """How the arrays of a file become variables of the contract.

    Parameters
    ----------
    names : mapping of str to str
        Variable of the contract (or ``time``, ``interval``, ``frequency``) to the array in the file; arrays joined by a
        comma stand side by side along the last axis.
    units : mapping of str to str
        Unit of a variable where the file states none, or states a wrong one.
    interval : float, optional
        Sampling interval (s), where `names` has no array for it.
    order : tuple of str
        Order of the axes in the arrays; ``floor`` stands for the storeys as well.
    parts : mapping of str to str
        Part of the dataset to the array in the file with the numbers of its records, counted from 1.
    """

    names: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)
    interval: float | None = None
    order: Sequence[str] = ("record", "time", "floor")
    parts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.names:
            if name not in MAPPED + SAMPLING:
                raise ValueError(f"{name!r} cannot be mapped: choose from {', '.join(MAPPED + SAMPLING)}")
        if not any(name in self.names for name in MAPPED):
            raise ValueError(f"nothing is mapped: choose at least one of {', '.join(MAPPED)}")
        for name in self.units:
            if name not in self.names:
                raise ValueError(f"unit of {name!r}, which is not mapped: mapped are {', '.join(self.names)}")
        if sorted(self.order) != ["floor", "record", "time"]:
            raise ValueError(f"order is {', '.join(self.order)}: must hold record, time and floor once each")
        given = [name for name in SAMPLING if name in self.names] + ["interval"] * (self.interval is not None)
        if len(given) != 1:
            raise ValueError(f"the sampling interval must be given once, got {' and '.join(given) or 'nothing'}")
        if self.interval is not None and not (np.isfinite(self.interval) and self.interval > 0):
            raise ValueError(f"interval must be a positive number of seconds, got {self.interval}")

    def read(self, path: Path) -> xr.Dataset:
        """Return the records of one file.

        Raises
        ------
        FileNotFoundError, ValueError
            Naming the file and what it lacks, or the unit that is not stated.
        """
        wanted = [part for name in self.names.values() for part in name.split(",")]
        arrays = read_arrays(path, [*wanted, *self.parts.values()])
        try:
            dataset = self._variables(arrays).assign_coords(time=self._time(arrays))
            return dataset.assign(split=self._split(arrays, dataset.sizes["record"])) if self.parts else dataset
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None

    @np.errstate(over="ignore", invalid="ignore")  # what is no finite number is told when the file is written
    def _variables(self, arrays: Arrays) -> xr.Dataset:
        mapped = [name for name in self.names if name in MAPPED]
        # An input has no floors, so that its shape tells the numbers of records and samples.
        first = next((name for name in mapped if name in INPUTS), mapped[0])
        sizes = _sizes(arrays[self.names[first].split(",")[0]][0], self.order)
        return xr.Dataset({name: self._variable(name, arrays, sizes) for name in mapped})

    def _variable(self, name: str, arrays: Arrays, sizes: Mapping[str, int]) -> xr.Variable:
        known, parts = VARIABLES[name], []
        for source in self.names[name].split(","):
            values, stated = arrays[source]
            unit = self.units.get(name, stated)
            if unit is None:
                example = units.examples(known.units)[0]
                raise ValueError(
                    f"the unit of {name} is not stated: give one, {name}={example} or {name}={UNKNOWN_UNIT}"
                )
            scale = 1.0 if unit == UNKNOWN_UNIT else units.factor(name, unit, known.units)
            parts.append(scale * _arranged(name, values, sizes, self.order))
        values = np.concatenate(parts, axis=2).astype(np.float32)
        attrs = known.attrs | ({"units": UNKNOWN_UNIT} if unit == UNKNOWN_UNIT else {})
        return xr.Variable(known.dims, values if len(known.dims) == 3 else values[:, :, 0], attrs)

    def _time(self, arrays: Arrays) -> xr.Variable:
        """Return the time axis, from zero."""
        mapped = next(name for name in self.names if name in MAPPED)
        count = _sizes(arrays[self.names[mapped].split(",")[0]][0], self.order)["time"]
        if "time" in self.names:
            times = arrays[self.names["time"]][0].ravel().astype(float)
            steps = np.diff(times)
            if len(times) != count or steps.min() <= 0 or np.ptp(steps) > 1e-3 * steps.mean():
                raise ValueError(f"time has {len(times)} values, must have {count} in equal steps")
            interval = steps.mean()
        elif self.interval is None:
            name = "interval" if "interval" in self.names else "frequency"
            value = float(arrays[self.names[name]][0].ravel()[0])
            if not (np.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be positive, is {value}")
            interval = value if name == "interval" else 1 / value
        else:
            interval = self.interval
        return time_axis(count, interval)

    def _split(self, arrays: Arrays, records: int) -> xr.DataArray:
        parts = np.full(records, -1)
        for number, (part, source) in enumerate(self.parts.items()):
            members = arrays[source][0].ravel().astype(int)
            if members.size and not (members.min() >= 1 and members.max() <= records):
                raise ValueError(f"{source} holds record {members.max()}, must hold numbers from 1 to {records}")
            if np.any(parts[members - 1] >= 0):
                raise ValueError(f"record {members[parts[members - 1] >= 0][0]} is in two parts, one of them {part}")
            parts[members - 1] = number
        if np.any(parts < 0):
            raise ValueError(f"record {np.argmax(parts < 0) + 1} is in none of the parts {', '.join(self.parts)}")
        return partition.label(parts, list(self.parts))


def read_motions(path: Path, interval: float | None = None, duration: float | None = None) -> xr.Dataset:
    """Read accelerograms of any format of `simulators.accelerogram`: records of base acceleration alone.

    Parameters
    ----------
    path : Path
        A file, or a folder all files of which are read.
    interval : float, optional
        Sampling interval (s) to which all are resampled; needed where they differ.
    duration : float, optional
        Length (s) to which all are cut, or continued by zeros; needed where they differ.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file that cannot be read, or what differs.
    """
    motions = [read_accelerogram(file) for file in ([path] if path.is_file() else _files(path))]
    intervals = {motion.interval for motion in motions}
    if interval is None and len(intervals) > 1:
        raise ValueError(
            f"{path}: intervals from {min(intervals):g} to {max(intervals):g} s, bring them to one (resample)"
        )
    interval = intervals.pop() if interval is None else interval
    motions = [motion if motion.interval == interval else motion.resample(interval) for motion in motions]
    counts = {motion.acceleration.size for motion in motions}
    if duration is None and len(counts) > 1:
        raise ValueError(f"{path}: records of {min(counts)} to {max(counts)} samples, bring them to one duration")
    count = counts.pop() if duration is None else sample_count(duration, interval)
    values = np.zeros((len(motions), count), dtype=np.float32)
    for row, motion in zip(values, motions, strict=True):
        kept = motion.acceleration[:count]
        row[: len(kept)] = kept
    variable = xr.Variable(("record", "time"), values, VARIABLES["base_acceleration"].attrs)
    return xr.Dataset({"base_acceleration": variable}, {"time": time_axis(count, interval)})


def resampled(dataset: xr.Dataset, interval: float) -> xr.Dataset:
    """Return the records at another sampling interval (s), band-limited."""
    present = float(dataset["time"][1] - dataset["time"][0])
    if present == interval:
        return dataset
    moved = {}
    for name, variable in dataset.data_vars.items():
        if "time" in variable.dims:
            series = np.moveaxis(variable.values.astype(float), 1, -1)
            rows = [resample(row, present, interval) for row in series.reshape(-1, series.shape[-1])]
            values = np.moveaxis(np.reshape(rows, (*series.shape[:-1], -1)), -1, 1).astype(np.float32)
            moved[name] = (variable.dims, values, variable.attrs)
    count = next(iter(moved.values()))[1].shape[1]
    rest = dataset.drop_dims("time").drop_vars("time", errors="ignore")
    return rest.assign(moved).assign_coords(time=time_axis(count, interval))


def segmented(dataset: xr.Dataset, length: int) -> xr.Dataset:
    """Return the records cut into segments of `length` samples; what is left at the end of a record is dropped.

    The segments of a record stay in its part. Each starts at time zero, though not at rest.
    """
    count = dataset.sizes["time"]
    if not 2 <= length <= count:
        raise ValueError(f"segment must have from 2 to {count} samples, got {length}")
    whole = count // length
    cut = dataset.isel(time=slice(whole * length))
    variables = {}
    for name, variable in cut.data_vars.items():
        if "time" in variable.dims:
            values = variable.values.reshape(-1, length, *variable.shape[2:])
        else:
            values = np.repeat(variable.values, whole, axis=0)
        variables[name] = (variable.dims, values, variable.attrs)
    return xr.Dataset(variables, {"time": dataset["time"][:length]}, dataset.attrs)


def concatenated(datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Return the records of all, which must have the same variables, time axis and floors."""
    first = datasets[0]
    for other in datasets[1:]:
        for name in ("time", "floor", "storey"):
            if other.sizes.get(name) != first.sizes.get(name):
                raise ValueError(
                    f"inputs differ in {name}: {first.sizes.get(name)} and {other.sizes.get(name)}"
                    + (", cut them by --segment" if name == "time" else "")
                )
        if not np.allclose(other["time"], first["time"]):
            raise ValueError("inputs differ in their sampling interval: bring them to one by --resample")
    return xr.concat(datasets, "record", data_vars="minimal", coords="minimal", compat="override", join="override")


def time_axis(count: int, interval: float) -> xr.Variable:
    """Return the coordinate ``time`` of `count` samples from zero."""
    return xr.Variable("time", np.arange(count) * interval, VARIABLES["time"].attrs)


def fingerprint(path: Path) -> str:
    """Return the name of a source and the start of its SHA-256."""
    return f"{path.name} (sha256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]})"


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} does not exist")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not files:
        raise FileNotFoundError(f"folder {folder} holds no files")
    return files


def _sizes(values: np.ndarray, order: Sequence[str]) -> dict[str, int]:
    """Return the numbers of records and samples of an input; a row or a column is one record."""
    if max(values.shape) == values.size:
        return {"record": 1, "time": values.size}
    if values.ndim != 2:
        raise ValueError(f"an input has the shape {values.shape}, must be (record, time) or (time,)")
    return dict(zip([axis for axis in order if axis != "floor"], values.shape, strict=True))


def _arranged(name: str, values: np.ndarray, sizes: Mapping[str, int], order: Sequence[str]) -> np.ndarray:
    """Return the array with the axes (record, time, floor), those of one element added where they are missing."""
    kinds = ({"time"}, {"record", "time"}, {"time", "floor"}, {"record", "time", "floor"})
    for kind in kinds:
        axes = [axis for axis in order if axis in kind]
        found = dict(zip(axes, values.shape, strict=False))
        if len(axes) == values.ndim and {"record": 1, **found, "floor": 0} == {**sizes, "floor": 0}:
            missing = [axis for axis in ("record", "time", "floor") if axis not in axes]
            full = values.astype(float)[(..., *[None] * len(missing))]
            return np.transpose(full, [[*axes, *missing].index(axis) for axis in ("record", "time", "floor")])
    wanted = f"({sizes['record']}, {sizes['time']}) or with floors behind, in the order {', '.join(order)}"
    raise ValueError(f"{name} has the shape {values.shape}, must be {wanted}")
