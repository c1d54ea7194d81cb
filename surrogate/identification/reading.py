"""Recordings from datasets: which of their variables and channels the named sensors are.

Sensors of one recorder stand in one dataset, sampled together. Those of other recorders stand in
datasets of their own, with the same records in the same order and a time axis of their own: its
interval and its first instant are taken as they are stated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

import datasets
from datasets.contract import lengths
from datasets.contract.schema import sampling_interval
from surrogate.data import folds, parts
from surrogate.data.examples import ALL
from surrogate.identification.recorders import Recorder, together
from surrogate.identification.recordings import Recordings
from surrogate.networks.observation import UNITS, Channel, channels

BASE = "base"
MOTION = "base_acceleration"


@dataclass(frozen=True)
class Sensors:
    """What the words of a user name: the base, and channels of the building.

    Parameters
    ----------
    words : sequence of str
        ``base``; a number, which is a floor; or a quantity and a number such as ``drift:2``.
    storeys : int
    of_base : bool
        Whether the base is among them, as it must be in the first dataset and in no other.

    Examples
    --------
    >>> from surrogate.identification.reading import Sensors
    >>> [str(channel) for channel in Sensors(["base", "3", "drift:1"], 5).channels("acceleration")]
    ['acceleration 3', 'drift 1']
    """

    words: Sequence[str]
    storeys: int
    of_base: bool = True

    def __post_init__(self) -> None:
        if not self.of_base and BASE in self.words:
            raise ValueError(
                f"sensors {','.join(self.words)}: the base is that of the first dataset, name it "
                "there alone"
            )
        if self.of_base and BASE not in self.words:
            raise ValueError(
                f"sensors {','.join(self.words)}: name base, too; its recorded motion is what "
                "drives the model"
            )

    def channels(self, usual: str) -> tuple[Channel, ...]:
        """Return the channels in their order, none for the base alone; a bare number is one of the
        `usual` quantity.
        """
        named = [word for word in self.words if word != BASE]
        full = [f"{usual} {word}" if word.strip().isdigit() else word for word in named]
        return channels(full, self.storeys) if full else ()


def read(
    path: str | Path | Sequence[str | Path],
    sensors: Sensors | Sequence[Sensors],
    part: str = "train",
) -> Recordings | None:
    """Return what sensors have recorded in a part of datasets; None where there is no such part.

    A dataset that tells no parts apart is all training part; `ALL` is every record, in order. A
    variable with a channel for every floor has them in that order; with as many channels as sensors
    name of it, in theirs.

    Parameters
    ----------
    path : path, or sequence of paths
        The first dataset has the base, and tells the parts.
    sensors : Sensors, or as many as paths
    part : str

    Raises
    ------
    FileNotFoundError, ValueError
        Without the dataset; for a variable that is missing, in another unit, or of a number of
        channels that does not tell which sensors they are; for datasets of different records.
    """
    paths = [path] if isinstance(path, str | Path) else list(path)
    named = [sensors] if isinstance(sensors, Sensors) else list(sensors)
    require_alike(len(paths), len(named))
    first = datasets.open_dataset(paths[0])
    if MOTION not in first:
        raise ValueError(
            f"{paths[0]} has no {MOTION}: import the record of the base under that name"
        )
    _require_unit(first, paths[0], MOTION, "m s-2")
    opened = [first, *map(datasets.open_dataset, paths[1:])]
    columns = [_columns(*each) for each in zip(opened, paths, named, strict=True)]
    channels([channel for seen, _ in columns for channel in seen], named[0].storeys)
    _require_records(opened, paths)
    numbers = _members(first, part)
    if numbers is None:
        return None
    recorders = [
        _recorder(own, numbers, *found)
        for own, found in zip(opened, columns, strict=True)
        if found[0]
    ]
    base = _series(first, MOTION, numbers)[..., 0]
    counted = lengths.counts(lengths.own(first)[numbers], base.shape[1])
    made = together(np.where(counted, base, 0.0), counted, _clock(first), recorders)
    _require_alive(made, part)
    return made


def require_alike(paths: int, lists: int) -> None:
    """Raise ValueError where there is not one list of sensors for each dataset."""
    if paths != lists:
        raise ValueError(
            f"{lists} lists of sensors for {paths} datasets: give one each in the order of the "
            "datasets, such as --sensors base,2 5"
        )


def names(path: str | Path) -> list[str]:
    """Return a name for every record: its event where the dataset has one a record, its number."""
    dataset = datasets.open_dataset(path)
    count = dataset.sizes["record"]
    event = folds.event_variable(dataset)
    words = [] if event is None else folds.named(dataset[event])
    if len(set(words)) == count:
        return words
    return [f"record {number}" for number in range(count)]


def _columns(
    dataset: xr.Dataset, path: str | Path, sensors: Sensors
) -> tuple[tuple[Channel, ...], list[tuple[str, int]]]:
    """The sensors of a dataset as channels, and where it has them."""
    seen = sensors.channels(_usual(dataset, path))
    return seen, [_column(dataset, path, seen, channel, sensors.storeys) for channel in seen]


def _recorder(
    dataset: xr.Dataset,
    numbers: np.ndarray,
    seen: Sequence[Channel],
    columns: Sequence[tuple[str, int]],
) -> Recorder:
    series = {name: _series(dataset, name, numbers) for name, _ in columns}
    measured = np.stack([series[name][..., column] for name, column in columns], axis=-1)
    present = lengths.counts(lengths.own(dataset)[numbers], measured.shape[1])
    interval, first = _clock(dataset)
    return Recorder(seen, measured, present, interval, first)


def _clock(dataset: xr.Dataset) -> tuple[float, float]:
    """Interval and first instant (s)."""
    return sampling_interval(dataset), float(dataset["time"].values[0])


def _require_records(opened: Sequence[xr.Dataset], paths: Sequence[str | Path]) -> None:
    count = opened[0].sizes["record"]
    for dataset, path in zip(opened, paths, strict=True):
        if dataset.sizes["record"] != count:
            raise ValueError(
                f"{path} has {dataset.sizes['record']} records, {paths[0]} has {count}: datasets "
                "of one building must have the same records in the same order"
            )


def _require_alive(recordings: Recordings, part: str) -> None:
    if not recordings.channels:
        return
    size = np.abs(recordings.measured).max(axis=(0, 1))
    is_still = recordings.spread() <= 1e-9 * size
    for channel, still in zip(recordings.channels, is_still, strict=True):
        if still:
            raise ValueError(
                f"{channel} has the same value in all samples of the part {part}: its sensor has "
                "recorded nothing, leave it out of --sensors"
            )


def _members(dataset: xr.Dataset, part: str) -> np.ndarray | None:
    if part == ALL:
        return np.arange(dataset.sizes["record"])
    return parts.members(dataset, part, part == "train")


def _usual(dataset: xr.Dataset, path: str | Path) -> str:
    """Quantity that a bare number means: the first that the dataset has."""
    of_floors = ("acceleration", "relative_acceleration", "displacement", "velocity")
    found = next((name for name in of_floors if name in dataset), None)
    return found or "acceleration"


def _column(
    dataset: xr.Dataset, path: str | Path, seen: Sequence[Channel], channel: Channel, storeys: int
) -> tuple[str, int]:
    """Variable and channel of the dataset that a sensor is."""
    name = channel.quantity
    if name not in dataset:
        known = ", ".join(own for own in UNITS if own in dataset) or "none"
        raise ValueError(f"{path} has no {name} for the sensor '{channel}', it has {known}")
    _require_unit(dataset, path, name, channel.units)
    own = [each for each in seen if each.quantity == name]
    variable = dataset[name]
    count = 1 if variable.ndim == 2 else variable.shape[-1]
    if count == storeys:
        return name, channel.place - 1
    if count == len(own):
        return name, own.index(channel)
    raise ValueError(
        f"{name} of {path} has {count} channels: expected {storeys}, one a floor or storey, or "
        f"{len(own)}, those that sensors name"
    )


def _require_unit(dataset: xr.Dataset, path: str | Path, name: str, units: str) -> None:
    found = dataset[name].attrs.get("units", "none")
    if found != units:
        raise ValueError(
            f"{name} of {path} is in {found}, must be in {units}: import it with --unit"
        )


def _series(dataset: xr.Dataset, name: str, numbers: np.ndarray) -> np.ndarray:
    """Values of some records in double precision, shape (record, time, channel)."""
    values = dataset[name].values[numbers].astype(float)
    return values.reshape(*values.shape[:2], -1)
