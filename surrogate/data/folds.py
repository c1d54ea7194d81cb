"""Folds of a cross-validation: every record is held out once, with all that belong to it.

Records that share an earthquake, a building or a station are not independent of one another: a
division by such groups keeps each of them in one fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

from datasets.contract import labels
from datasets.contract.schema import leading_dim

RECORDS = "records"
EVENTS = "events"
EVENT_VARIABLES = ("earthquake", "event")
"""Variables of a dataset that say which event a record belongs to."""
FEWEST = 2


@dataclass(frozen=True, eq=False)
class Division:
    """Folds of the records of a dataset.

    Attributes
    ----------
    by : str
        `RECORDS`, or the variable whose groups are kept together.
    folds : tuple of ndarray
        Numbers of the records that each fold holds out, ascending.
    names : tuple of str
        What each fold holds out, where that is one group; else empty.
    """

    by: str
    folds: tuple[np.ndarray, ...]
    names: tuple[str, ...]


def divide(
    dataset: xr.Dataset,
    numbers: np.ndarray,
    count: int | None,
    by: str = RECORDS,
    target: str = "",
    seed: int = 0,
) -> Division:
    """Divide records of a dataset into folds.

    Parameters
    ----------
    dataset : Dataset
    numbers : ndarray of int
        Of the records, or samples, to divide.
    count : int or None
        Of the folds; None for one for each record or group.
    by : str
        `RECORDS`, `EVENTS`, or a variable along the records alone, whose equal values are a group.
    target : str
        Variable that is predicted: of classes, each fold has the same shares.
    seed : int
        Of the order of records; groups are divided by their sizes alone.

    Raises
    ------
    ValueError
        For fewer than two folds, more than there are records or groups, and a variable that is
        not there or runs along more than the records.
    """
    if by == RECORDS:
        count = len(numbers) if count is None else count
        _require_count(count, len(numbers), "records")
        return Division(by, _of_records(dataset, numbers, count, target, seed), ("",) * count)
    name = _variable(dataset, by)
    own = dataset[name].values[numbers]
    kinds = np.unique(own)
    count = len(kinds) if count is None else count
    _require_count(count, len(kinds), f"groups of {name}")
    held = [test for _, test in GroupKFold(count).split(numbers, groups=own)]
    words = named(dataset[name])
    held.sort(key=lambda places: places[0])
    return Division(
        name,
        tuple(np.sort(numbers[places]) for places in held),
        tuple(_one_name([words[number] for number in numbers[places]]) for places in held),
    )


def event_variable(dataset: xr.Dataset) -> str | None:
    """Return the variable that names the event of each record, None where there is none."""
    return next((name for name in EVENT_VARIABLES if name in dataset), None)


def _of_records(
    dataset: xr.Dataset, numbers: np.ndarray, count: int, target: str, seed: int
) -> tuple[np.ndarray, ...]:
    splitter: KFold | StratifiedKFold = KFold(count, shuffle=True, random_state=seed)
    classes = None
    if target in dataset and labels.is_label(target, dataset[target]):
        classes = labels.indices(target, dataset[target])[numbers]
        rarest = int(np.unique(classes, return_counts=True)[1].min())
        if rarest < count:
            raise ValueError(
                f"folds = {count}: the rarest class of {target} has {rarest} samples, each fold "
                "needs one of it"
            )
        splitter = StratifiedKFold(count, shuffle=True, random_state=seed)
    return tuple(np.sort(numbers[test]) for _, test in splitter.split(numbers, classes))


def _variable(dataset: xr.Dataset, by: str) -> str:
    name = event_variable(dataset) if by == EVENTS else by
    lead = leading_dim(dataset)
    if name is None or name not in dataset:
        alike = [
            str(own)
            for own in dataset.data_vars
            if dataset[own].dims == (lead,) and own not in labels.NOT_CLASSES
        ]
        raise ValueError(
            f"by = {by}: the dataset has no variable {' or '.join(_looked_for(by))}; divide by "
            f"{', '.join([RECORDS, *alike])}"
        )
    if dataset[name].dims != (lead,):
        dims = ", ".join(map(str, dataset[name].dims))
        raise ValueError(f"by = {by}: {name} runs along ({dims}), must run along ({lead})")
    return name


def _looked_for(by: str) -> Sequence[str]:
    return EVENT_VARIABLES if by == EVENTS else (by,)


def _require_count(count: int, most: int, what: str) -> None:
    if not FEWEST <= count <= most:
        raise ValueError(f"folds = {count}: must be {FEWEST} to {most}, the number of {what}")


def named(variable: xr.DataArray) -> list[str]:
    """Return the value of each record in a word: that of its flag_meanings where it has them."""
    words = str(variable.attrs.get("flag_meanings", "")).split()
    flags = np.atleast_1d(variable.attrs.get("flag_values", []))
    known = dict(zip(flags.tolist(), words, strict=True)) if len(words) == len(flags) else {}
    return [known.get(value, str(value)) for value in variable.values.tolist()]


def _one_name(words: Sequence[str]) -> str:
    """Name of the one group that records are of, empty where they are of several."""
    return words[0] if len(set(words)) == 1 else ""
