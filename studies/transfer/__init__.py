"""A surrogate of a family of buildings, tuned to ten records of one of them, is as good as one that
is trained on a hundred records from nothing.

An odd FiLM-LSTM learns the family of the recipe `shear_family`, every record another building. Then
it begins with these weights, and with the scaling that belongs to them, on a few records of one
building that is not among them, under other motions; beside it the same network begins with random
weights on the same records. Each is the best of its learning rates by the error on validation
records of the building, and is scored on test records. Before any tuning the surrogate
of the family is scored there too. So is `ShearFamily`, which knows the equation of motion, before
and after its tuning.

Trainings end where the validation loss no longer falls, from a rate that is lowered three times;
those that their seconds end before that are told. The FiLM-LSTM learns the family on the device of
the settings; all else is trained on the processor, where several trainings of a few records run
beside each other.

Score: NRMSE, the root mean square error of a record over the standard deviation of its drift, mean
over the storeys and the test records. A seed is another building, and other weights and motions.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xarray as xr

from studies.framework import Cache, Claim, Settings, Study, Verdict
from studies.framework.sources import OURS
from studies.framework.trainings import Trainings
from studies.transfer import drawing, training
from studies.transfer.training import GREY, NOTHING, STARTS, TUNED, Family, Training


@dataclass(frozen=True, kw_only=True)
class Transfer(Settings):
    """Sizes of the study.

    Attributes
    ----------
    buildings : int
        Of the family that is learnt first.
    epochs, few_epochs : int
        Most epochs on the family and on the building, if a training does not converge before. An
        epoch of the building has 80 records, the same ones again where they are fewer.
    seconds, few_seconds : float, optional
        End a training on the family and on the building that the rule has not.
    batch : int
        Records of a batch of the family.
    patience, few_patience : int
        Epochs in which the validation loss has to fall.
    rate : float
        Learning rate at the start of the training on the family.
    tuning_rates, rates : tuple of float
        Those of the tuning, and of the training from nothing.
    records : tuple of int
        Of the one building, increasing.
    scored : int
        Validation and test records of the building.
    newton_epochs, few_newton_epochs, newton_patience, newton_batch : int
    newton_seconds : float, optional
        Of the trainings of the grey box, in place of those above.
    duration : float
        Of a record, s.
    hidden, grey_hidden : int
        Units of the network, and of the law of the grey box.
    """

    buildings: int = 8000
    epochs: int = 1000
    few_epochs: int = 2000
    seconds: float | None = 1200.0
    few_seconds: float | None = 60.0
    batch: int = 16
    patience: int = 5
    few_patience: int = 12
    rate: float = 5e-3
    tuning_rates: tuple[float, ...] = (1e-3, 5e-3)
    rates: tuple[float, ...] = (1e-3, 5e-3)
    records: tuple[int, ...] = (5, 10, 20, 50, 100)
    scored: int = 50
    newton_epochs: int = 8
    few_newton_epochs: int = 5
    newton_patience: int = 2
    newton_seconds: float | None = 600.0
    newton_batch: int = 50
    duration: float = 12.0
    hidden: int = 96
    grey_hidden: int = 16


PRESETS = {
    "tiny": Transfer(
        buildings=4,
        epochs=1,
        few_epochs=1,
        seconds=None,
        few_seconds=None,
        records=(2, 3),
        tuning_rates=(1e-2,),
        rates=(1e-2,),
        scored=2,
        newton_epochs=1,
        few_newton_epochs=1,
        newton_seconds=None,
        duration=1.0,
        hidden=4,
        grey_hidden=2,
    ),
    "cpu": Transfer(seeds=3),
    "full": Transfer(
        seeds=3,
        buildings=32_000,
        seconds=120.0,
        few_seconds=300.0,
        batch=256,
        patience=20,
        tuning_rates=(1e-3,),
        rates=(5e-3,),
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
KNOWN = Claim(
    "A surrogate of the family that knows the equation of motion needs no record of the building.",
    OURS,
    "test NRMSE, most records from nothing over the grey box of the family, untuned",
    at_least=1.0,
)


def measure(settings: Transfer, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """NRMSE for each seed, dimensions records and start; `untuned`, that of the family. NaN where a
    training has not been finished yet.

    What does not wait for another training is asked for together, so that a cache with several
    workers has enough to do.
    """
    families = Trainings(settings, cache, training.pretrain, training.make_family)
    train = Trainings(settings, cache, training.run, training.prepare)
    found = {}
    for seed in seeds:
        grey, black = Family(seed, grey=True), Family(seed)
        learnt = families.finished([grey, black])
        asked = [one for start in STARTS for one in _trainings(settings, start, seed)]
        scores = train.finished(asked)
        if grey in learnt and black in learnt:
            untuned = learnt[black].assign(grey_untuned=learnt[grey].untuned)
            found[seed] = _table(settings, scores, seed).merge(untuned)
    if not found:
        raise ValueError("--so_far: no family has been learnt yet")
    return xr.concat(list(found.values()), "seed").assign_coords(seed=list(found))


def _trainings(settings: Transfer, start: str, seed: int) -> list[Training]:
    """Those with one start, the rates running first; the grey box has one rate."""
    rates = {TUNED: settings.tuning_rates, NOTHING: settings.rates, GREY: (1.0,)}[start]
    return [Training(start, count, rate, seed) for count in settings.records for rate in rates]


def _table(settings: Transfer, scores: dict[Training, xr.Dataset], seed: int) -> xr.Dataset:
    """Scores of the rates of the lowest validation error, dimensions start and records."""
    rows = []
    for start in STARTS:
        asked = _trainings(settings, start, seed)
        best = [
            _best(scores, [one for one in asked if one.records == count])
            for count in settings.records
        ]
        rows.append(xr.concat(best, "records"))
    axes = {"start": list(STARTS), "records": list(settings.records)}
    return xr.concat(rows, "start").assign_coords(axes)


def _best(scores: Mapping[Training, xr.Dataset], rates: Sequence[Training]) -> xr.Dataset:
    """Scores of the best of trainings that differ in their rate, NaN unless all are finished."""
    own = {one: scores[one] for one in rates if one in scores}
    if len(own) < len(rates):
        return xr.Dataset(
            dict.fromkeys(("nrmse", "converged", "diverged", "epochs", "rate"), math.nan)
        )
    best = min(own, key=lambda one: float(own[one].validation))
    return own[best].assign(rate=best.rate).rename(test="nrmse").drop_vars("validation")


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim, by the seeds whose trainings are finished."""
    tuned = results.nrmse.sel(start=TUNED)
    nothing = results.nrmse.sel(start=NOTHING)
    ratios = {
        TEN: nothing.isel(records=-1) / tuned.isel(records=1),
        ALWAYS: (nothing / tuned).min("records", skipna=False),
        TUNING: results.untuned / tuned.isel(records=0),
        KNOWN: nothing.isel(records=-1) / results.grey_untuned,
    }
    measured = {claim: values.dropna("seed") for claim, values in ratios.items()}
    return [claim.judge(values) for claim, values in measured.items() if values.size]


STUDY = Study(
    "transfer",
    "Few records of one building",
    PRESETS,
    measure,
    judge,
    drawing.draw,
    accelerated=True,
    parallel=True,
    partial=True,
)
