"""The sampling interval of a file: from its times, its interval or frequency, or the caller."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from datasets.contract.schema import check_finite
from datasets.contract.units import examples
from datasets.measured import timing
from datasets.measured.arrays import Arrays
from datasets.measured.axes import Sizes
from simulators.units import is_unit, parse_unit

SAMPLING = {"time": "s", "interval": "s", "frequency": "Hz"}
"""Names that may be mapped to what tells the sampling, and their units."""


@dataclass(frozen=True)
class Sampling:
    """Sampling interval (s), where it comes from, and times that are uneven."""

    interval: float
    source: str
    uneven: np.ndarray | None = None


@dataclass(frozen=True)
class Clock:
    """How the sampling of files is told.

    Parameters
    ----------
    names : mapping of str to str
        ``time``, ``interval`` or ``frequency`` to the array in the file.
    stated : mapping of str to str
        Their units, where the file states none or wrong ones.
    interval : float, optional
        Sampling interval (s), where `names` has no array for it.
    resample, gap : float, optional
        Uneven times are brought to the interval `resample` (s) where no step is longer than `gap`
        (s).
    """

    names: Mapping[str, str]
    stated: Mapping[str, str]
    interval: float | None = None
    resample: float | None = None
    gap: float | None = None

    def __post_init__(self) -> None:
        given = [*self.names, *(["interval"] if self.interval is not None else [])]
        if len(given) != 1:
            raise ValueError(
                f"the sampling interval must be given once, got {' and '.join(given) or 'nothing'}"
            )
        if self.interval is not None and not (np.isfinite(self.interval) and self.interval > 0):
            raise ValueError(f"interval must be a positive number of seconds, got {self.interval}")
        for name, unit in self.stated.items():
            _scale(name, unit)
        if self.gap is not None and (self.resample is None or "time" not in self.names):
            raise ValueError("--gap needs --resample, and times of the file: --map time=NAME")

    def read(self, arrays: Arrays, sizes: Sizes) -> Sampling:
        """Return the sampling of a file.

        Raises
        ------
        ValueError
            When times are uneven, or an interval is none that a record has.
        """
        if self.interval is not None:
            return Sampling(self.interval, f"as given{timing.doubt(self.interval)}")
        ((name, source),) = self.names.items()
        array = arrays[source]
        unit = self.stated.get(name, array.unit)
        scale = _scale(name, unit)
        values = np.asarray(array.values, dtype=float)
        if name == "time":
            return self._from_times(values, scale, sizes, is_told=unit is not None)
        value = scale * float(values.flat[0])
        if not (np.isfinite(value) and value > 0 and np.all(values == values.flat[0])):
            raise ValueError(
                f"{name} must be one positive number, is {values.ravel()[:3].tolist()}"
            )
        interval = value if name == "interval" else 1 / value
        if name not in self.stated:
            timing.require_plausible(interval, name, SAMPLING[name])
        return Sampling(interval, f"{name} {source!r}")

    def _from_times(
        self, values: np.ndarray, scale: float, sizes: Sizes, is_told: bool
    ) -> Sampling:
        rows = np.atleast_2d(values).reshape(-1, values.shape[-1])
        if rows.shape[-1] != sizes.time or np.any(rows != rows[0]):
            raise ValueError(
                f"time has the shape {values.shape}, must have {sizes.time} values, one for each "
                f"sample of {sizes.record} records: --order tells which axis is the time"
            )
        times = rows[0]
        check_finite("time", times, ("time",))
        source = f"time {self.names['time']!r}"
        if self.gap is not None and self.resample is not None:
            return Sampling(self.resample, f"{source}, resampled", scale * times)
        interval = scale * timing.Times(times).interval()
        if not is_told:
            timing.require_plausible(interval, "time", "s")
        return Sampling(interval, source)


def evened(dataset: xr.Dataset, sampling: Sampling, gap: float) -> tuple[xr.Dataset, int]:
    """Return records of uneven times at the interval of the sampling, and how many samples of each
    lie in gaps.
    """
    if sampling.uneven is None:
        return dataset, 0
    between = 0
    changed = {}
    for name, variable in dataset.data_vars.items():
        if variable.dims[:2] == ("record", "time"):
            values, between = timing.interpolated(
                sampling.uneven, variable.values, sampling.interval, gap
            )
            changed[name] = (variable.dims, values.astype(np.float32), variable.attrs)
    rest = dataset.drop_vars(list(changed))
    return rest.assign(changed), between


def _scale(name: str, unit: str | None) -> float:
    """Return the factor of a unit to s or Hz; ``unknown`` is not an answer here."""
    if unit is None:
        return 1.0
    if not is_unit(unit, SAMPLING[name]):
        allowed = ", ".join(examples(SAMPLING[name]))
        raise ValueError(f"the unit of {name} must be one of {allowed}, got {unit!r}")
    return parse_unit(unit, SAMPLING[name])
