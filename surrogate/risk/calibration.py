"""Calibration records of a surrogate: a dataset of true responses that it was not trained on."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

import datasets
from datasets.contract import lengths, partition, recipe_texts
from datasets.contract.schema import HEIGHT, leading_dim, sampling_interval
from datasets.recipes import safe_yaml
from surrogate.inference.histories import constant
from surrogate.risk import dataset_cloud
from surrogate.risk.asking.measure import Measure
from surrogate.risk.asking.predicted import Predicted
from surrogate.risk.fragility.conformal import Calibration

TRAINED = "train"


def read(path: Path, measure: Measure, members: Sequence[Predicted]) -> Calibration:
    """Read calibration records and let surrogates answer them.

    Records of a part that is called ``train`` are left out.

    Parameters
    ----------
    path : Path
        A dataset with base motions.
    measure : Measure
    members : sequence of Predicted

    Raises
    ------
    FileNotFoundError, ValueError
        As `surrogate.risk.dataset_cloud.read`; for a dataset of trained records alone, and for
        motions at another interval than the surrogates take.
    """
    dataset = datasets.open_dataset(path)
    chosen = _not_trained(dataset, path)
    interval = members[0].surrogate.interface.sampling_interval
    own = sampling_interval(dataset)
    if not np.isclose(own, interval, rtol=1e-4):
        raise ValueError(f"{path} has motions every {own:g} s, the surrogate takes {interval:g} s")
    cloud = dataset_cloud.read(path, measure, members[0].quantity, np.inf, chosen)
    demands = np.where(cloud.collapsed, np.inf, cloud.demands)
    loaded = dataset.isel(record=cloud.places).load()
    answers = np.stack([_answers(loaded, member) for member in members])
    return Calibration(cloud.intensities, demands, answers)


def require_structure(path: Path, asked: str | None) -> None:
    """Raise ValueError for calibration records of another structure than that of an analysis.

    Parameters
    ----------
    path : Path
        Of the dataset. One without a recipe, of measurements say, cannot be compared.
    asked : str, optional
        Recipe of the analysis, as YAML.
    """
    stated = datasets.open_dataset(path).attrs.get("recipe")
    if asked is None or stated is None:
        return
    other = recipe_texts.structural(safe_yaml.load(asked))
    for text in recipe_texts.separate(stated):
        own = recipe_texts.structural(safe_yaml.load(text))
        differing = [name for name in {**own, **other} if own.get(name) != other.get(name)]
        if not differing:
            continue
        raise ValueError(
            f"{path} has records of another structure than the analysis: the recipes differ in "
            f"{', '.join(differing)}; generate calibration records by the recipe of the analysis"
        )


def _answers(dataset: xr.Dataset, member: Predicted) -> np.ndarray:
    accelerations = lengths.filled(dataset["base_acceleration"].values, lengths.of(dataset))
    names = [group.variable for group in constant(member.surrogate.interface)]
    parameters = {name: dataset[name].values for name in names if name in dataset}
    heights = {HEIGHT: dataset[HEIGHT].variable} if HEIGHT in dataset else {}
    return member.demands(accelerations, parameters, heights)


def _not_trained(dataset: xr.Dataset, path: Path) -> np.ndarray:
    """Return the records outside the part that trainings read."""
    names = partition.names(dataset)
    every = np.arange(dataset.sizes[leading_dim(dataset)])
    trained = [name for name in names if partition.canonical(name) == TRAINED]
    members = [partition.members(dataset, name) for name in trained]
    found = np.setdiff1d(every, np.concatenate(members)) if members else every
    if not len(found):
        raise ValueError(
            f"{path}: all records are of the part {', '.join(trained)}, which a training has seen: "
            "give records of another part"
        )
    return found
