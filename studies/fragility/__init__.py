"""A fragility curve from a hundred runs: within 2 % of the median and 5 % of beta where a surrogate
answers the rest.

The five-storey building of Zhang et al. (2019) under the motions of the recipe `five_storey`,
scaled over their peak acceleration; limits are drift ratios of 1, 2 and 4 % of storeys of 3.2 m.
The truth is the lognormal curve of the capacities of 4000 motions at 25 levels, 100 000
simulations. Each repetition draws other motions and fits a curve to 100 true runs: 10 motions at 10
levels (as stripes, by maximum likelihood, or by the capacities between their levels); a cloud of
100 motions of random strength (a line through their demands, or which of them exceed); or a
surrogate that 50 of the runs have trained, and 48 that correct it, 16 for each limit.

Surrogates are those of `trained/`: an LSTM trained on 50 records, and one trained on responses of a
grey box that was identified from the same 50 records (it knows the equation of a shear building).
They answer 1500 motions at 13 levels, which by themselves know beta to 1.8 %; a correcting run is
made at the intensity at which the surrogate says that the motion reaches the limit, and the slope
of the surrogate's curve leads from there to the capacity. Intervals are those of a studentised
bootstrap over the motions.

The repetitions of a seed share a pool of 4000 motions, 1500 of which a surrogate answers in
each: what the pool itself is off by, about 0.35 % in the median and 1.1 % in beta, is common to
them, and moves the shares of intervals that hold the truth. Stripes of 10 motions often determine
no curve; their errors are those of the repetitions that have one.

Peak acceleration is a poor measure for this building, whose capacities scatter by 20 % in it: that
is where motions are needed, and a surrogate of them pays. In the spectral acceleration at its first
period they scatter by 2 to 14 %, and the LSTM of 50 records is of no use at the smaller limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.fragility import capacities, drawing
from studies.fragility.repetitions import (
    CLOUD,
    STRIPES,
    Sizes,
    alone,
    corrected,
    repeat,
)
from studies.framework import Cache, Claim, Settings, Study, Verdict
from studies.framework.estimates import PARAMETERS, coverage, relative_errors
from studies.framework.sources import OURS
from surrogate.risk.fragility.capacities import fit_capacities

LSTM = "five_storey_50"
DISTILLED = "five_storey_distilled"
SURROGATES = (LSTM, DISTILLED)
SHARES = np.linspace(0.005, 0.995, 100)


@dataclass(frozen=True, kw_only=True)
class Sized(Settings):
    """Sizes of the study.

    Attributes
    ----------
    true_motions : int
        Of the truth.
    levels, answered_levels : int
        Of the intensity, for the simulator and for surrogates.
    pool : int
        Motions that the repetitions draw from.
    runs, trained : int
        True runs of a repetition, and those of them that have trained a surrogate.
    further : int
        Motions that a surrogate answers.
    repetitions, bootstrap : int
    """

    true_motions: int = 4000
    levels: int = 25
    answered_levels: int = 13
    pool: int = 4000
    runs: int = 100
    trained: int = 50
    further: int = 1500
    repetitions: int = 50
    bootstrap: int = 200


PRESETS = {
    "tiny": Sized(
        true_motions=12,
        levels=20,
        answered_levels=20,
        pool=40,
        runs=36,
        trained=12,
        further=12,
        repetitions=2,
        bootstrap=4,
    ),
    "cpu": Sized(),
    "full": Sized(seeds=5, true_motions=20_000, pool=20_000, further=2000, repetitions=200),
}

MEDIAN = Claim(
    "Runs that correct a surrogate give the median within 2 %.",
    OURS,
    "relative error of the median, distilled LSTM, root mean square",
    at_most=0.02,
)
BETA = Claim(
    "They give beta within 5 %.",
    OURS,
    "relative error of beta, distilled LSTM, root mean square",
    at_most=0.05,
)
LSTM_MEDIAN = Claim(
    "An LSTM that knows no mechanics gives the median within 2 %, too.",
    OURS,
    "relative error of the median, LSTM of 50 records, root mean square",
    at_most=0.02,
)
LSTM_BETA = Claim(
    "It gives beta within 5 %.",
    OURS,
    "relative error of beta, LSTM of 50 records, root mean square",
    at_most=0.05,
)
WORTH = Claim(
    "The runs that train a surrogate are better spent than on stripes.",
    OURS,
    "error of the median, stripes over distilled LSTM with runs",
    at_least=1.5,
)
CLOUD_WORTH = Claim(
    "They are better spent than on a cloud.",
    OURS,
    "error of the median, cloud over distilled LSTM with runs",
    at_least=1.5,
)
HONEST = Claim(
    "Intervals of 90 % of the corrected curves hold the truth in 85 to 95 %.",
    OURS,
    "share of the repetitions, median and beta, distilled LSTM with runs",
    at_least=0.85,
    at_most=0.95,
)
LSTM_HONEST = Claim(
    "Those of the LSTM of 50 records do, too.",
    OURS,
    "share of the repetitions, median and beta, LSTM with runs",
    at_least=0.85,
    at_most=0.95,
)
ALONE = Claim(
    "Intervals of a surrogate that no run corrects do not hold the truth.",
    OURS,
    "share of the repetitions for beta, LSTM alone",
    at_most=0.5,
)


def measure(settings: Sized, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """The truth, the pool and the repetitions, for each seed."""
    return xr.concat([_one(settings, seed, cache) for seed in seeds], "seed").assign_coords(
        seed=list(seeds)
    )


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim; values are those of the limits, of all seeds."""
    errors = relative_errors(results)
    held = coverage(results)
    stripes = errors.sel(way=STRIPES, parameter="median")
    cloud = errors.sel(way=CLOUD, parameter="median")
    distilled = errors.sel(way=corrected(DISTILLED))
    lstm = errors.sel(way=corrected(LSTM))
    over = "limits"
    both = "limits and parameters"
    return [
        MEDIAN.judge(distilled.sel(parameter="median"), over),
        BETA.judge(distilled.sel(parameter="beta"), over),
        LSTM_MEDIAN.judge(lstm.sel(parameter="median"), over),
        LSTM_BETA.judge(lstm.sel(parameter="beta"), over),
        WORTH.judge(stripes / distilled.sel(parameter="median"), over),
        CLOUD_WORTH.judge(cloud / distilled.sel(parameter="median"), over),
        HONEST.judge(held.sel(way=corrected(DISTILLED)), both),
        LSTM_HONEST.judge(held.sel(way=corrected(LSTM)), both),
        ALONE.judge(held.sel(way=alone(LSTM), parameter="beta"), over),
    ]


def _one(settings: Sized, seed: int, cache: Cache) -> xr.Dataset:
    """One seed: its motions are those of the recipe's seeds 1000 + 2 seed and the next."""
    first = 1000 + 2 * seed
    blocks = range(0, settings.true_motions, capacities.BLOCK)
    size = (settings.true_motions, settings.levels)
    jobs = {
        f"truth_{seed}_{start}": partial(capacities.truth, *size, first, start) for start in blocks
    }
    starts = range(0, settings.pool, capacities.BLOCK)
    own = (settings.pool, settings.levels, first + 1)
    jobs |= {f"runs_{seed}_{start}": partial(capacities.runs, *own, start) for start in starts}
    answers = (settings.pool, settings.answered_levels, first + 1)
    for name in SURROGATES:
        jobs |= {
            f"{name}_{seed}_{start}": partial(capacities.pool, *answers, start, name)
            for start in starts
        }
    found = cache.measure(jobs)
    without = _together(found, f"runs_{seed}", starts)
    pools = {name: _together(found, f"{name}_{seed}", starts) for name in SURROGATES}
    sizes = Sizes(settings.runs, settings.trained, settings.further, settings.bootstrap)
    again = {
        f"repetition_{seed}_{number}": partial(repeat, number, without, pools, sizes)
        for number in range(settings.repetitions)
    }
    repeated = xr.concat(list(cache.measure(again).values()), "repetition")
    return repeated.assign(_true(_together(found, f"truth_{seed}", blocks)["truth"]))


def _together(found: dict[str, xr.Dataset], name: str, starts: range) -> xr.Dataset:
    """Return the blocks of motions of one measurement as one."""
    return xr.concat([found[f"{name}_{start}"] for start in starts], "motion", data_vars="minimal")


def _true(truth: xr.DataArray) -> dict[str, xr.DataArray]:
    """Return the true curves and quantiles of the true capacities, for the picture."""
    curves = [fit_capacities(row) for row in truth.values]
    values = [[curve.median, curve.beta] for curve in curves]
    axes = {"limit": truth.limit, "parameter": list(PARAMETERS)}
    quantiles = np.quantile(truth.values, SHARES, axis=1).T
    shares = {"limit": truth.limit, "share": SHARES}
    return {
        "true": xr.DataArray(values, axes, ("limit", "parameter")),
        "truth_quantile": xr.DataArray(quantiles, shares, ("limit", "share")),
    }


STUDY = Study(
    "fragility",
    "Fragility from a hundred runs",
    PRESETS,
    measure,
    judge,
    drawing.draw,
    parallel=True,
)
