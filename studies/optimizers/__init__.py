"""Where ten settings of optimizers end on a landscape with many hollows, and on an LSTM.

    L(a, b) = 8 sin^2(0.15 a - 3) + 8 cos^2(0.1 b - 2) + 0.3 [(a/5 - 12)^2 + (b/10 - 8)^2] + 10

The landscape and the settings (learning rate 20, two starts, 10 000 steps) are those of Gatti
(2023, sec. 3.4.5, Figs 34 to 41), run as they are printed, and each panel is judged by what the
chapter says of it: of most it says that the optimizer does not settle. A run has *settled* at the
first step from which it stays within 0.1 of the lowest loss. torch ignores the dampening of SGD
where the momentum is 0.

What follows is not the chapter's. Every optimizer of torch.optim, with its other parameters at
their defaults, over learning rates from 0.01 to 10 000: the best of them is drawn. Muon, which
takes matrices, and SparseAdam, which takes sparse gradients, do not apply to a point of the plane.

The LSTM, of 16 units, learns the drifts of the five-storey building from its base acceleration.
Every optimizer, Muon with AdamW for the biases, has the same number of epochs for each of the same
learning rates from 0.001 to 30, which fall to zero along half a cosine. The best is chosen on
validation records, the error is that of test records: mean square over variance. Beside it each
optimizer from the learning rate that torch gives it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.framework import Cache, Claim, Search, Settings, Study, Verdict
from studies.framework.sources import OURS
from studies.optimizers import building, claims, drawing, scan
from studies.optimizers.chapter import SETTINGS, run


@dataclass(frozen=True, kw_only=True)
class Optimizers(Settings):
    """Sizes of the study; nothing on the landscape is random, the LSTM is trained from each seed.

    Attributes
    ----------
    steps : int
        Of the chapter's settings.
    scan_steps : int
        For each learning rate of the scan.
    rates : int
        Learning rates from 0.01 to 10 000, evenly over the logarithm.
    records : int
        For training the LSTM; as many for test and half as many for validation.
    epochs : int
    lstm_rates : int
        Learning rates from 0.001 to 30, evenly over the logarithm.
    """

    steps: int = 10_000
    scan_steps: int = 2000
    rates: int = 13
    records: int = 64
    epochs: int = 60
    lstm_rates: int = 10


PRESETS = {
    "tiny": Optimizers(steps=150, scan_steps=20, rates=2, records=4, epochs=1, lstm_rates=2),
    "cpu": Optimizers(seeds=3),
    "full": Optimizers(
        seeds=10, scan_steps=10_000, rates=31, records=1000, epochs=200, lstm_rates=19
    ),
}

FINDS = Claim(
    "Most optimizers miss the lowest hollow from one start or the other, whatever the rate.",
    OURS,
    "share of the optimizers of torch.optim that have a rate which finds it from both",
    at_most=0.5,
)
SEVERAL = Claim(
    "Tuned, no optimizer stands alone on the LSTM.",
    "Schmidt, Schneider & Hennig 2021",
    "optimizers whose test error is within 25 % of the least",
    at_least=3.0,
)
ADAPTIVE = Claim(
    "Adam leaves the LSTM with less error than SGD, both tuned.",
    "Kingma & Ba 2015",
    "test error, SGD over Adam",
    at_least=1.0,
)
UNTUNED = Claim(
    "Trying every optimizer as torch makes it does as well as tuning Adam.",
    "Schmidt, Schneider & Hennig 2021",
    "test error, best of all at torch's learning rates (by validation error) over tuned Adam",
    at_most=1.25,
)
RATE = Claim(
    "Adam as torch makes it ends far above a tuned Adam.",
    OURS,
    "test error, torch's learning rate over the best",
    at_least=2.0,
)


def measure(settings: Optimizers, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """The chapter's settings, a part for each optimizer of torch, and the LSTM, a part for each
    seed.
    """
    printed = cache.measure(
        {
            f"chapter_{number}": partial(run, name, settings.steps)
            for number, name in enumerate(SETTINGS)
        }
    )
    jobs = {
        name: partial(scan.scan, name, settings.scan_steps, settings.rates)
        for name in scan.applicable()
    }
    scanned = cache.measure(jobs)
    return xr.merge(
        [
            xr.concat(list(printed.values()), "setting").assign_coords(setting=list(SETTINGS)),
            xr.concat(list(scanned.values()), "optimizer").assign_coords(optimizer=list(scanned)),
            building.tune(cache.per_seed(seeds, partial(building.measure, settings), "lstm")),
        ]
    )


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each setting of the chapter, on the scan, and on the LSTM."""
    found = results.scan_settled.notnull()
    return [
        *claims.judge(results),
        FINDS.judge(found.all("start").any("rate").mean("optimizer")),
        *_judge_lstm(results),
    ]


def _judge_lstm(results: xr.Dataset) -> list[Verdict]:
    error = results.tuned_error
    untuned = results.default_test_error
    adam = error.sel(contender="Adam")
    first = untuned.isel(
        contender=results.default_validation_error.fillna(np.inf).argmin("contender")
    )
    return [
        SEVERAL.judge((error <= 1.25 * error.min("contender")).sum("contender")),
        ADAPTIVE.judge(error.sel(contender="SGD") / adam),
        UNTUNED.judge(first / adam),
        RATE.judge(untuned.sel(contender="Adam") / adam),
    ]


def searches(results: xr.Dataset) -> list[Search]:
    """Learning rates on the landscape and of the LSTM."""
    tuned = results.lstm_rate[results.best.astype(int)].drop_vars("lstm_rate")
    return [
        Search("rate on the landscape", results.rate, results.best_rate),
        Search("rate of the LSTM", results.lstm_rate, tuned),
    ]


STUDY = Study(
    "optimizers",
    "Optimizers",
    PRESETS,
    measure,
    judge,
    drawing.draw,
    searches,
)
