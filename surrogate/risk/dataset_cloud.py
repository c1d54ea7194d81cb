"""Demands and intensities of the records of a dataset: what a cloud analysis starts from."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

import datasets
from datasets.contract import failures, lengths
from datasets.contract.schema import HEIGHT, sampling_interval
from datasets.recipes.heights import HIGHEST, LOWEST
from simulators.excitation.load import BaseMotions
from surrogate.risk.asking.measure import Measure
from surrogate.risk.asking.quantity import Quantity
from surrogate.risk.asking.simulated import OF_THE_STRUCTURE

EVENT = "earthquake"


class DatasetCloud(NamedTuple):
    """The records of a dataset.

    Attributes
    ----------
    intensities, demands : ndarray, shape (motion,)
    collapsed : ndarray of bool, shape (motion,)
        Whether the simulation of the record did not converge, or its demand is above the collapse.
    events : ndarray, shape (motion,), or None
        Earthquake of each record, where the dataset names them.
    left : int
        Records whose run failed by the machine's fault, which are left out.
    places : ndarray of int, shape (motion,)
        Numbers of the records in the dataset.
    """

    intensities: np.ndarray
    demands: np.ndarray
    collapsed: np.ndarray
    events: np.ndarray | None
    left: int
    places: np.ndarray


def read(
    path: Path,
    measure: Measure,
    quantity: Quantity,
    collapse: float | None,
    chosen: np.ndarray | None = None,
) -> DatasetCloud:
    """Read the cloud of a dataset.

    Parameters
    ----------
    path : Path
    measure : Measure
    quantity : Quantity
    collapse : float, optional
        Demand above which a record has collapsed. Needed where simulations did not converge: their
        demand is known to be above this alone.
    chosen : ndarray of int, optional
        Numbers of the records that are read; all by default.

    Raises
    ------
    FileNotFoundError, ValueError
        For a dataset without base motions, the history or the heights; for records that failed
        without a collapse.
    """
    dataset = datasets.open_dataset(path)
    if "base_acceleration" not in dataset:
        raise ValueError(f"{path} has no base_acceleration: its motions have no intensity")
    quantity.require_heights(HEIGHT in dataset)
    if HEIGHT in dataset:
        _require_metres(path, dataset[HEIGHT].values)
    every = np.arange(dataset.sizes["record"]) if chosen is None else chosen
    kinds = _kinds(dataset)[every]
    kept = np.isin(kinds, ("none", *OF_THE_STRUCTURE))
    places = every[kept]
    dataset = dataset.isel(record=places).load()
    failed = kinds[kept] != "none"
    if failed.any() and collapse is None:
        raise ValueError(
            f"{failed.sum()} records of {path} have no response: give --collapse, the demand that "
            "they are known to have exceeded"
        )
    demands = np.full(len(failed), np.nan)
    demands[~failed] = quantity.of(dataset.isel(record=np.flatnonzero(~failed)))
    limit = np.inf if collapse is None else collapse
    collapsed = failed | (demands > limit)
    return DatasetCloud(
        _intensities(dataset, measure),
        np.where(collapsed, limit, demands),
        collapsed,
        dataset[EVENT].values if EVENT in dataset else None,
        int((~kept).sum()),
        places,
    )


def _require_metres(path: Path, heights: np.ndarray) -> None:
    """Raise ValueError for storey heights that are none in m, as files of others may hold."""
    wrong = ~((heights >= LOWEST) & (heights <= HIGHEST))
    if wrong.any():
        raise ValueError(
            f"{path} has a storey height of {heights[wrong].flat[0]:g} m: must lie between "
            f"{LOWEST:g} and {HIGHEST:g} m, not in mm or cm; make it anew with heights in m"
        )


def _kinds(dataset: xr.Dataset) -> np.ndarray:
    """Return how each record failed in a word, "none" for one that did not."""
    if "failed" not in dataset:
        return np.full(dataset.sizes["record"], "none")
    return np.array(failures.MEANINGS)[dataset["failed"].values]


def _intensities(dataset: xr.Dataset, measure: Measure) -> np.ndarray:
    values = lengths.filled(dataset["base_acceleration"].values, lengths.of(dataset))
    return measure.of(BaseMotions(values.astype(float), sampling_interval(dataset)))
