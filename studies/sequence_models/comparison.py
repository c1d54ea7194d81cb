"""Which trainings there are: all networks at one size, smaller ones, fewer records, and with
physics in the loss.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import xarray as xr

from studies.framework import Cache
from studies.sequence_models import speed, training
from studies.sequence_models.training import Training

PHYSICS_NETWORK = "LSTM"
Train = Callable[[Sequence[Training]], list[xr.Dataset]]


def measure(settings: Any, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """All trainings, a part each; the order of the results is that of the settings.

    The learning rate of a network is that of the lowest validation error with the first seed and
    the largest size; so is the factor of the physics.
    """
    if settings.earthquakes is None:
        print("earthquakes: skipped, since --earthquakes FOLDER was not given", file=sys.stderr)
    train = Trainings(settings, cache)
    largest = settings.sizes[-1]
    most = settings.records[-1]
    scan = grid(
        train,
        partial(Training, size=largest, seed=seeds[0], records=most),
        settings.axes("network", "rate"),
    )
    rates = scan.rate[validation_error(scan).argmin("rate")]
    best = dict(zip(settings.networks, map(float, rates), strict=True))

    def make(network: str, size: int = largest, records: int = most, **rest: Any) -> Training:
        return Training(network, size, best[network], records=records, **rest)

    base = grid(train, make, {**settings.axes("network"), "seed": seeds})
    sizes = grid(train, partial(make, seed=seeds[0]), settings.axes("network", "size"))
    fewer = grid(
        train, make, {"network": settings.few_networks, "records": settings.records, "seed": seeds}
    )
    (timing,) = cache.measure({"speed": partial(speed.measure, settings, largest)}).values()
    results = [
        base.assign(
            rate=rates.drop_vars("rate"),
            validation_by_rate=validation_error(scan).rename(rate="scanned"),
        ),
        sizes[["nrmse", "parameters"]].rename(nrmse="size_nrmse", parameters="size_parameters"),
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


def grid(train: Train, make: Callable[..., Training], axes: Mapping[str, Sequence]) -> xr.Dataset:
    """Scores of the trainings `make(**point)` for all points of a grid, one dimension for each
    axis.
    """
    points = [dict(zip(axes, point, strict=True)) for point in product(*axes.values())]
    found = train([make(**point) for point in points])
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
        missing = [one for one in trainings if one not in self.done]
        jobs = {
            str(one): partial(training.run, self.settings, self.cache.folder, one)
            for one in missing
        }
        self.done |= dict(zip(missing, self.cache.measure(jobs).values(), strict=True))
        return [self.done[one] for one in trainings]
