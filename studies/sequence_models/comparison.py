"""Which trainings there are: all networks, fewer records, and with physics in the loss."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import xarray as xr

from studies.framework import Cache
from studies.framework.grid import best_on
from studies.framework.trainings import Train, Trainings, grid, points, search
from studies.sequence_models import speed, training
from studies.sequence_models.training import Training

PHYSICS_NETWORK = "LSTM"


def measure(settings: Any, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """All trainings, a part each; the order of the results is that of the settings.

    The learning rate of a network is that of the lowest validation error with the first seed; so
    is the factor of the physics. Trainings that do not wait for one another are asked for together,
    so that a cache with several workers has enough to do.
    """
    if settings.earthquakes is None:
        print("earthquakes: skipped, since --earthquakes FOLDER was not given", file=sys.stderr)
    train = Trainings(settings, cache, training.run, training.make_records)
    most = settings.records[-1]
    first = partial(Training, size=settings.size, seed=seeds[0], records=most)
    scan = search(train, first, settings, validation_error)
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
