"""A surrogate of a family of buildings, tuned to ten records of one of them, is as good as one that
is trained on a hundred records from nothing.

An odd FiLM-LSTM learns the family of the recipe `shear_family`, every record another building. Then
it begins with these weights, and with the scaling that belongs to them, on a few records of one
building that is not among them, under other motions; beside it the same network begins with random
weights on the same records. Both take equally many steps, each with the best of the same learning
rates by the error on validation records of the building, and are scored on test records. Before any
tuning the surrogate of the family is scored there too.

Score: NRMSE, the root mean square error of a record over the standard deviation of its drift, mean
over the storeys and the test records. A seed is another building, and other weights and motions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.framework import Cache, Claim, Settings, Study, Verdict
from studies.framework.sources import OURS
from studies.framework.trainings import Trainings
from studies.transfer import drawing
from studies.transfer.training import STARTS, Training, prepare, pretrain, run


@dataclass(frozen=True, kw_only=True)
class Transfer(Settings):
    """Sizes of the study.

    Attributes
    ----------
    buildings : int
        Of the family that is learnt first.
    epochs : int
        Of that training.
    rate : float
        Its highest learning rate.
    records : tuple of int
        Of the one building, increasing.
    rates : tuple of float
        Highest learning rates of the tuning and of the training from nothing.
    passes : int
        Times that 80 records, the same ones again where they are fewer, go through a training on
        the building.
    scored : int
        Validation and test records of the building.
    duration : float
        Of a record, s.
    hidden : int
        Units of the network.
    """

    buildings: int = 2000
    epochs: int = 40
    rate: float = 8e-3
    records: tuple[int, ...] = (5, 10, 20, 50, 100)
    rates: tuple[float, ...] = (2e-3, 8e-3)
    passes: int = 25
    scored: int = 50
    duration: float = 12.0
    hidden: int = 96


PRESETS = {
    "tiny": Transfer(
        buildings=4,
        epochs=1,
        records=(2, 3),
        rates=(1e-2,),
        passes=1,
        scored=2,
        duration=1.0,
        hidden=4,
    ),
    "cpu": Transfer(),
    "full": Transfer(
        seeds=5,
        buildings=20_000,
        epochs=200,
        rates=(1e-3, 3e-3, 1e-2, 3e-2),
        passes=400,
        duration=20.0,
        accelerator="auto",
    ),
}

TEN = Claim(
    "Tuned to the second least number of records it errs no more than from nothing on the most.",
    OURS,
    "test NRMSE, most records from nothing over second least tuned (100 and 10 but in the tests)",
    at_least=1.0,
)
ALWAYS = Claim(
    "However many records there are, the start from the family is the better one.",
    OURS,
    "test NRMSE, from nothing over tuned, least over the numbers of records",
    at_least=1.0,
)
TUNING = Claim(
    "Five records are enough to improve on the surrogate of the family as it is.",
    OURS,
    "test NRMSE, of the family over tuned to the fewest records",
    at_least=1.0,
)


def measure(settings: Transfer, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """NRMSE for each seed, dimensions records and start; `untuned`, that of the family."""
    return cache.per_seed(seeds, partial(_one_building, settings, cache), "building")


def _one_building(settings: Transfer, cache: Cache, seed: int) -> xr.Dataset:
    """All trainings for one building, each kept as soon as it is finished."""
    family = cache.measure({f"family {seed}": partial(pretrain, settings, cache.folder, seed)})
    trainings = [
        Training(start, count, rate, seed)
        for start in STARTS
        for count in settings.records
        for rate in settings.rates
    ]
    found = Trainings(settings, cache, run, prepare)(trainings)
    shape = (len(STARTS), len(settings.records), len(settings.rates))
    validation = np.reshape([float(one.validation) for one in found], shape)
    test = np.reshape([float(one.test) for one in found], shape)
    best = validation.argmin(axis=2)
    chosen = np.take_along_axis(test, best[..., None], axis=2)[..., 0]
    axes = ("start", "records")
    (untuned,) = family.values()
    return xr.Dataset(
        {
            "nrmse": (axes, chosen),
            "rate": (axes, np.asarray(settings.rates)[best]),
            "untuned": untuned.untuned,
        },
        {"start": list(STARTS), "records": list(settings.records)},
    )


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    tuned, nothing = (results.nrmse.sel(start=start) for start in STARTS)
    return [
        TEN.judge(nothing.isel(records=-1) / tuned.isel(records=1)),
        ALWAYS.judge((nothing / tuned).min("records")),
        TUNING.judge(results.untuned / tuned.isel(records=0)),
    ]


STUDY = Study(
    "transfer",
    "Few records of one building",
    PRESETS,
    measure,
    judge,
    drawing.draw,
    accelerated=True,
)
