"""On a landscape hardly any optimizer finds the lowest hollow; on an LSTM the learning rate counts
more than which.

    L(a, b) = 8 sin^2(0.15 a - 3) + 8 cos^2(0.1 b - 2) + 0.3 [(a/5 - 12)^2 + (b/10 - 8)^2] + 10

The landscape and the settings (learning rate 20, two starts, 10 000 steps) are those of Gatti
(2023, sec. 3.4.5), run as they are printed. A run has *settled* at the first step from which it
stays within 0.1 of the lowest loss; what is judged is the largest loss of its last 100 steps. torch
ignores the dampening of SGD where the momentum is 0.

Then every optimizer of torch.optim, with its other parameters at their defaults, over learning
rates from 0.01 to 1000: the best of them is drawn. Muon, which takes matrices, and SparseAdam,
which takes sparse gradients, do not apply to a point of the plane.

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

from studies.framework import Cache, Claim, Settings, Study, Verdict
from studies.framework.sources import OURS, gatti
from studies.optimizers import building, drawing, scan
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
        Learning rates from 0.01 to 1000, evenly over the logarithm.
    records : int
        For training the LSTM; as many for test and half as many for validation.
    epochs : int
    lstm_rates : int
        Learning rates from 0.001 to 30, evenly over the logarithm.
    """

    steps: int = 10_000
    scan_steps: int = 2000
    rates: int = 11
    records: int = 64
    epochs: int = 60
    lstm_rates: int = 10


PRESETS = {
    "tiny": Optimizers(steps=150, scan_steps=20, rates=2, records=4, epochs=1, lstm_rates=2),
    "cpu": Optimizers(seeds=3),
    "full": Optimizers(
        seeds=10, scan_steps=10_000, rates=26, records=1000, epochs=200, lstm_rates=19
    ),
}

SETTLES = {
    name: Claim(
        f"{name} settles in the lowest hollow.",
        f"{gatti('3.4.5')}; learning rate 20 unless it says another",
        "largest loss of the last 100 steps above the lowest",
        at_most=0.1,
    )
    for name in SETTINGS
}
FINDS = Claim(
    "For a fitting learning rate, gradient descent with and without adaptation finds it from both "
    "starts.",
    OURS,
    "share of the optimizers of torch.optim that have such a rate",
    at_least=1.0,
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
INSIDE = Claim(
    "The best learning rates lie within what was tried.",
    OURS,
    "optimizers whose best learning rate is the lowest or the highest",
    at_most=0.0,
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
    last = results.last_excess
    found = results.scan_settled.notnull()
    return [
        *(claim.judge(last.sel(setting=name), "starts") for name, claim in SETTLES.items()),
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
    at_edge = results.best.isin([0, results.sizes["lstm_rate"] - 1])
    return [
        SEVERAL.judge((error <= 1.25 * error.min("contender")).sum("contender")),
        ADAPTIVE.judge(error.sel(contender="SGD") / adam),
        UNTUNED.judge(first / adam),
        RATE.judge(untuned.sel(contender="Adam") / adam),
        INSIDE.judge(at_edge.sum("contender")),
    ]


STUDY = Study("optimizers", "Optimizers", PRESETS, measure, judge, drawing.draw)
