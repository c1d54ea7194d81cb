"""Arrays of measurements in the contract: names mapped, units converted, parts named.

What a source does not state is asked for and never guessed: the sampling interval, and the unit of
every variable (``unknown`` is an answer, and then stands in the file). Times are in seconds and
frequencies in hertz unless stated.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import xarray as xr

from datasets.contract import partition, units
from datasets.contract.renamed import warn_of_meaning
from datasets.contract.schema import INPUTS, UNKNOWN_UNIT, VARIABLES, check_finite, time_axis
from datasets.measured import accelerograms
from datasets.measured.sources import Arrays, read_arrays

MAPPED = tuple(
    name for name, variable in VARIABLES.items() if variable.dims[:2] == ("record", "time")
)
SAMPLING = {"time": "s", "interval": "s", "frequency": "Hz"}  # and their units


@dataclass(frozen=True)
class Reading:
    """How the arrays of a file become variables of the contract.

    Parameters
    ----------
    names : mapping of str to str
        Variable of the contract (or ``time``, ``interval``, ``frequency``) to the array in the
        file; arrays joined by a comma stand side by side along the last axis.
    units : mapping of str to str
        Unit of a variable where the file states none, or states a wrong one.
    interval : float, optional
        Sampling interval (s), where `names` has no array for it.
    order : tuple of str
        Order of the axes in the arrays; ``floor`` stands for the storeys as well.
    parts : mapping of str to str
        Part of the dataset to the array in the file with the numbers of its records, counted from
        1.
    """

    names: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)
    interval: float | None = None
    order: Sequence[str] = ("record", "time", "floor")
    parts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.names:
            if name not in MAPPED and name not in SAMPLING:
                raise ValueError(
                    f"{name!r} cannot be mapped: choose from {', '.join([*MAPPED, *SAMPLING])}"
                )
        if not any(name in self.names for name in MAPPED):
            raise ValueError(f"nothing is mapped: choose at least one of {', '.join(MAPPED)}")
        for name in self.units:
            if name not in self.names:
                raise ValueError(
                    f"unit of {name!r}, which is not mapped: mapped are {', '.join(self.names)}"
                )
        if sorted(self.order) != ["floor", "record", "time"]:
            raise ValueError(
                f"order is {', '.join(self.order)}: must hold record, time and floor once each"
            )
        given = [name for name in SAMPLING if name in self.names] + ["interval"] * (
            self.interval is not None
        )
        if len(given) != 1:
            raise ValueError(
                f"the sampling interval must be given once, got {' and '.join(given) or 'nothing'}"
            )
        if self.interval is not None and not (np.isfinite(self.interval) and self.interval > 0):
            raise ValueError(f"interval must be a positive number of seconds, got {self.interval}")
        warn_of_meaning("mapped variables", self.names)

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
            for name, variable in dataset.variables.items():
                check_finite(str(name), variable.values, variable.dims)
            return (
                dataset.assign(split=self._split(arrays, dataset.sizes["record"]))
                if self.parts
                else dataset
            )
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None

    @np.errstate(over="ignore", invalid="ignore")  # what is no finite number is told afterwards
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
                raise ValueError(
                    f"the unit of {name} is not stated: give one, as in --unit "
                    f"{name}={known.units.replace(' ', '')} "
                    f"(or {name}={UNKNOWN_UNIT})"
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
            times = self._sampling("time", arrays)
            steps = np.diff(times)
            if len(times) != count or steps.min() <= 0 or np.ptp(steps) > 1e-3 * steps.mean():
                raise ValueError(f"time has {len(times)} values, must have {count} in equal steps")
            interval = steps.mean()
        elif self.interval is None:
            name = "interval" if "interval" in self.names else "frequency"
            value = float(self._sampling(name, arrays)[0])
            if not (np.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be positive, is {value}")
            interval = value if name == "interval" else 1 / value
        else:
            interval = self.interval
        return time_axis(count, interval)

    def _sampling(self, name: str, arrays: Arrays) -> np.ndarray:
        """Return times or an interval in s, or a frequency in Hz; that is their unit where none is
        stated.
        """
        values, stated = arrays[self.names[name]]
        unit, wanted = self.units.get(name, stated), SAMPLING[name]
        return values.ravel().astype(float) * (
            1.0 if unit is None else units.factor(name, unit, wanted)
        )

    def _split(self, arrays: Arrays, records: int) -> xr.DataArray:
        parts = np.full(records, -1)
        for number, (part, source) in enumerate(self.parts.items()):
            members = arrays[source][0].ravel().astype(int)
            if members.size and not (members.min() >= 1 and members.max() <= records):
                raise ValueError(
                    f"{source} holds record {members.max()}, must hold numbers from 1 to {records}"
                )
            if np.any(parts[members - 1] >= 0):
                raise ValueError(
                    f"record {members[parts[members - 1] >= 0][0]} is in two parts, one of them "
                    f"{part}"
                )
            parts[members - 1] = number
        if np.any(parts < 0):
            raise ValueError(
                f"record {np.argmax(parts < 0) + 1} is in none of the parts {', '.join(self.parts)}"
            )
        return partition.label(parts, list(self.parts))


def fingerprint(path: Path) -> str:
    """Return the name of a source, a file or a folder of them, and the start of its SHA-256."""
    if path.is_dir():
        files = accelerograms.find(path)
        return (
            f"folder {path.resolve().name} ({len(files)} files, sha256 "
            f"{accelerograms.digest(files)[:16]})"
        )
    return f"{path.name} (sha256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]})"


def _sizes(values: np.ndarray, order: Sequence[str]) -> dict[str, int]:
    """Return the numbers of records and samples of an input; a row or a column is one record."""
    if max(values.shape) == values.size:
        return {"record": 1, "time": values.size}
    if values.ndim != 2:
        raise ValueError(
            f"an input has the shape {values.shape}, must be (record, time) or (time,)"
        )
    return dict(zip([axis for axis in order if axis != "floor"], values.shape, strict=True))


def _arranged(
    name: str, values: np.ndarray, sizes: Mapping[str, int], order: Sequence[str]
) -> np.ndarray:
    """Return the array with the axes (record, time, floor), those of one element added where they
    are missing.
    """
    kinds = ({"time"}, {"record", "time"}, {"time", "floor"}, {"record", "time", "floor"})
    for kind in kinds:
        axes = [axis for axis in order if axis in kind]
        found = dict(zip(axes, values.shape, strict=False))
        if len(axes) == values.ndim and {"record": 1, **found, "floor": 0} == {**sizes, "floor": 0}:
            missing = [axis for axis in ("record", "time", "floor") if axis not in axes]
            full = values.astype(float)[(..., *[None] * len(missing))]
            return np.transpose(
                full, [[*axes, *missing].index(axis) for axis in ("record", "time", "floor")]
            )
    wanted = (
        f"({sizes['record']}, {sizes['time']}) or with floors behind, in the order "
        f"{', '.join(order)}"
    )
    raise ValueError(f"{name} has the shape {values.shape}, must be {wanted}")
