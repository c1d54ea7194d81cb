"""Which trainings there are: all networks, fewer records, and with physics in the loss."""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import xarray as xr

from studies.framework import Cache
from studies.framework.grid import best_on
from studies.sequence_models import speed, training
from studies.sequence_models.training import Training

PHYSICS_NETWORK = "LSTM"
Train = Callable[[Sequence[Training]], list[xr.Dataset]]


def measure(settings: Any, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """All trainings, a part each; the order of the results is that of the settings.

    The learning rate of a network is that of the lowest validation error with the first seed; so
    is the factor of the physics. Trainings that do not wait for one another are asked for together,
    so that a cache with several workers has enough to do.
    """
    if settings.earthquakes is None:
        print("earthquakes: skipped, since --earthquakes FOLDER was not given", file=sys.stderr)
    train = Trainings(settings, cache)
    most = settings.records[-1]
    first = partial(Training, size=settings.size, seed=seeds[0], records=most)
    scan = search(train, first, settings)
    found = best_on(scan, "rate")
    best = dict(zip(settings.networks, map(float, found), strict=True))

    def make(network: str, records: int = most, **rest: Any) -> Training:
        return Training(network, settings.size, best[network], records=records, **rest)

    few = {"network": settings.few_networks, "records": settings.records, "seed": seeds}
    every = {"network": settings.networks, "seed": seeds}
    train([*points(make, every), *points(make, few)])  # all that can be trained side by side
    base = grid(train, make, every)
    fewer = grid(train, make, few)
    (timing,) = cache.measure({"speed": partial(speed.measure, settings)}).values()
    results = [
        base.assign(
            rate=found,
            validation_by_rate=scan.rename(rate="scanned"),
        ),
        fewer[["nrmse"]].rename(nrmse="few_nrmse", network="few_network", records="count"),
        timing,
        *([_physics(settings, seeds, train, make)] if PHYSICS_NETWORK in best else []),
    ]
    return xr.merge(results)


def _physics(
    settings: Any, seeds: Sequence[int], train: Train, make: Callable[..., Training]
) -> xr.Dataset:
    """Without physics and with the best factor, from the fewest records."""
    few = partial(make, PHYSICS_NETWORK, records=settings.records[0])
    scan = grid(train, partial(few, seed=seeds[0]), {"physics": settings.physics})
    factor = float(scan.physics[validation_error(scan).argmin("physics")])
    found = grid(train, few, {"physics": [0.0, factor], "seed": seeds})
    found = found[["nrmse"]].rename(nrmse="physics_nrmse").assign_coords(physics=["off", "on"])
    return found.assign(physics_factor=factor)


def validation_error(scores: xr.Dataset) -> xr.DataArray:
    """What choices are made by: the mean NRMSE on the validation records."""
    return scores.nrmse.sel(case="validation").mean("record").drop_vars("case")


def search(train: Train, make: Callable[..., Training], settings: Any) -> xr.DataArray:
    """Validation errors of all networks over their learning rates.

    Where the best rate is an end of those that were tried, the next one beyond it is tried too, in
    the ratio of its neighbours, until it is none or `settings.extensions` times.

    Returns
    -------
    DataArray
        Dimensions network and rate; NaN where a network was not trained at a rate.
    """
    rates = {network: list(settings.rates) for network in settings.networks}
    for extension in range(settings.extensions + 1):
        asked = [(network, rate) for network in rates for rate in rates[network]]
        scores = train([make(network=network, rate=rate) for network, rate in asked])
        errors = {
            place: float(validation_error(score))
            for place, score in zip(asked, scores, strict=True)
        }
        beyond = {network: _beyond(network, rates[network], errors) for network in rates}
        if extension == settings.extensions or not any(beyond.values()):
            break
        rates = {network: sorted([*rates[network], *beyond[network]]) for network in rates}
    tried = sorted({rate for _, rate in errors})
    table = [[errors.get((network, rate), np.nan) for rate in tried] for network in rates]
    return xr.DataArray(table, {"network": list(rates), "rate": tried}, ("network", "rate"))


def _beyond(
    network: str, rates: list[float], errors: Mapping[tuple[str, float], float]
) -> list[float]:
    """The next rate to try, where the best so far has neighbours on one side alone."""
    tried = sorted(rates)
    best = int(np.argmin([errors[network, rate] for rate in tried]))
    if len(tried) == 1 or 0 < best < len(tried) - 1:
        return []
    inner = tried[1] if best == 0 else tried[-2]
    return [_rounded(tried[best] ** 2 / inner)]


def _rounded(rate: float) -> float:
    """Two digits, so that networks have rates in common."""
    return float(f"{rate:.1e}")


def points(make: Callable[..., Training], axes: Mapping[str, Sequence]) -> list[Training]:
    """The trainings `make(**point)` of all points of a grid, the last axis running first."""
    return [make(**dict(zip(axes, point, strict=True))) for point in product(*axes.values())]


def grid(train: Train, make: Callable[..., Training], axes: Mapping[str, Sequence]) -> xr.Dataset:
    """Scores of the trainings of all points of a grid, one dimension for each axis."""
    found = train(points(make, axes))
    for dim, values in reversed(list(axes.items())):
        rows = [found[start : start + len(values)] for start in range(0, len(found), len(values))]
        found = [xr.concat(row, dim).assign_coords({dim: list(values)}) for row in rows]
    return found[0]


class Trainings:
    """Trains what has not been trained yet; each training is a measurement of the cache.

    Parameters
    ----------
    settings : SequenceModels
    cache : Cache
    """

    def __init__(self, settings: Any, cache: Cache) -> None:
        self.settings = settings
        self.cache = cache
        self.done: dict[Training, xr.Dataset] = {}

    def __call__(self, trainings: Sequence[Training]) -> list[xr.Dataset]:
        """Scores of each."""
        missing = [one for one in dict.fromkeys(trainings) if one not in self.done]
        for one in missing:  # not by the workers, which would write them at the same time
            training.make_records(self.settings, self.cache.folder, one)
        jobs = {
            str(one): partial(training.run, self.settings, self.cache.folder, one)
            for one in missing
        }
        self.done |= dict(zip(missing, self.cache.measure(jobs).values(), strict=True))
        return [self.done[one] for one in trainings]
