"""Recordings from a dataset: which of its variables and channels the named sensors are."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

import datasets
from datasets.contract import lengths
from surrogate.data import folds, parts
from surrogate.data.examples import ALL
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

    Examples
    --------
    >>> from surrogate.identification.reading import Sensors
    >>> [str(channel) for channel in Sensors(["base", "3", "drift:1"], 5).channels("acceleration")]
    ['acceleration 3', 'drift 1']
    """

    words: Sequence[str]
    storeys: int

    def __post_init__(self) -> None:
        if BASE not in self.words:
            raise ValueError(
                f"sensors {','.join(self.words)}: name base, too; its recorded motion is what "
                "drives the model"
            )

    def channels(self, usual: str) -> tuple[Channel, ...]:
        """Return the channels in their order; a bare number is one of the `usual` quantity."""
        named = [word for word in self.words if word != BASE]
        full = [f"{usual} {word}" if word.strip().isdigit() else word for word in named]
        return channels(full, self.storeys)


def read(path: str | Path, sensors: Sensors, part: str = "train") -> Recordings | None:
    """Return what sensors have recorded in a part of a dataset; None where it has no such part.

    A dataset that tells no parts apart is all training part; `ALL` is every record, in order. A
    variable with a channel for every floor has them in that order; with as many channels as sensors
    name of it, in theirs.

    Raises
    ------
    FileNotFoundError, ValueError
        Without the dataset; for a variable that is missing, in another unit, or of a number of
        channels that does not tell which sensors they are.
    """
    dataset = datasets.open_dataset(path)
    if MOTION not in dataset:
        raise ValueError(f"{path} has no {MOTION}: import the record of the base under that name")
    _require_unit(dataset, path, MOTION, "m s-2")
    seen = sensors.channels(_usual(dataset, path))
    columns = [_column(dataset, path, seen, channel, sensors.storeys) for channel in seen]
    numbers = _members(dataset, part)
    if numbers is None:
        return None
    series = {name: _series(dataset, name, numbers) for name, _ in columns}
    samples = lengths.own(dataset)[numbers]
    base = _series(dataset, MOTION, numbers)[..., 0]
    counted = lengths.counts(samples, base.shape[1])
    measured = np.stack([series[name][..., column] for name, column in columns], axis=-1)
    time = dataset["time"].values
    interval = float(time[-1] - time[0]) / (len(time) - 1)
    return Recordings(
        np.where(counted, base, 0.0),
        np.where(counted[..., None], measured, 0.0),
        seen,
        interval,
        counted,
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
