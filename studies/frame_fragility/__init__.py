"""A fragility curve of a steel frame in OpenSees from 100 and 200 runs, against 3000.

The two-storey frame of fibres `steel_frame` under the motions of its recipe, scaled over their
spectral acceleration at 0.84 s; limits are drift ratios of 1, 2 and 4 %. The truth is the lognormal
curve of the capacities of 330 motions, each run at rising levels until it exceeds 4 %, 3024 runs in
all; its own standard error is 0.5 to 1.2 % of the median and 3.9 % of beta.

Each estimate draws other motions and spends 100 or 200 runs: on a few motions at all their levels
(capacities), on a cloud of motions at levels at random (a line through their demands, those above
4 % censored, or which of them exceed), or on a surrogate that 50 of the runs have taught, which
answers 1000 motions, and which the other runs correct, a third for each limit. There are two: a
stick, a shear building of two storeys identified from the peaks of the runs, and an LSTM trained on
their histories. A correcting run is made at the intensity at which the surrogate says that a motion
reaches the limit; the slope of the surrogate's curve leads from there to the capacity. It is read
from the motion's own curve between the levels of the truth, so that the study needs no further
runs.

The motions of the estimates are those of the truth, which makes no difference to capacities (11 of
330) and a small one to the largest estimates: their errors are up to a tenth smaller than with
motions of their own. Every estimate has the same surrogates. OpenSees is needed (extra `opensees`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.frame_fragility import drawing, estimates, frame, network, stick
from studies.frame_fragility.estimates import (
    CAPACITIES,
    LSTM,
    STICK,
    Known,
    Sizes,
    alone,
    with_runs,
)
from studies.framework import Cache, Claim, Settings, Study, Verdict
from studies.framework.estimates import PARAMETERS, coverage, relative_errors
from studies.framework.sources import OURS
from surrogate.risk.fragility.capacities import capacities, fit_capacities

SEEDS = 3
"""Of the motions of a seed: truth, further motions, training."""


@dataclass(frozen=True, kw_only=True)
class Sized(Settings):
    """Sizes of the study.

    Attributes
    ----------
    true_motions, levels : int
        Of the truth.
    runs : tuple of int
        True runs of an estimate.
    trained : int
        Those that surrogates learn from.
    epochs : int
        Of the training of the LSTM.
    further : int
        Motions that surrogates answer besides.
    repetitions, bootstrap : int
    """

    true_motions: int = 330
    levels: int = 13
    runs: tuple[int, ...] = (100, 200)
    trained: int = 50
    epochs: int = 250
    further: int = 1000
    repetitions: int = 30
    bootstrap: int = 100


PRESETS = {
    "tiny": Sized(
        true_motions=6,
        levels=7,
        runs=(18,),
        trained=3,
        epochs=40,
        further=12,
        repetitions=2,
        bootstrap=4,
    ),
    "cpu": Sized(),
    "full": Sized(seeds=3, true_motions=2000, levels=25, further=5000, repetitions=200),
}

MEDIAN = Claim(
    "Runs that correct the LSTM give the median within 2 % from 100 runs.",
    OURS,
    "relative error of the median, LSTM with runs, root mean square",
    at_most=0.02,
)
BETA = Claim(
    "They give beta within 5 %.",
    OURS,
    "relative error of beta, LSTM with runs, root mean square",
    at_most=0.05,
)
WORTH = Claim(
    "The runs that train the LSTM are better spent than on whole curves.",
    OURS,
    "error of the median from 100 runs, capacities over LSTM with runs",
    at_least=1.5,
)
BETTER = Claim(
    "Histories teach more than peaks: the LSTM is the better surrogate.",
    OURS,
    "error of beta from 100 runs, stick with runs over LSTM with runs",
    at_least=1.0,
)
HONEST = Claim(
    "Intervals of 90 % of the corrected curves hold the truth in 85 to 95 %.",
    OURS,
    "share of the repetitions, median and beta, 100 runs, LSTM with runs",
    at_least=0.85,
    at_most=0.95,
)
PLAIN_HONEST = Claim(
    "Those of capacities do, too.",
    OURS,
    "share of the repetitions, median and beta, 100 runs, capacities",
    at_least=0.85,
    at_most=0.95,
)
NEEDED = Claim(
    "Without runs the LSTM is wrong.",
    OURS,
    "relative error of beta, LSTM alone, root mean square",
    at_least=0.1,
)


def measure(settings: Sized, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """The truth, the surrogates and the estimates, for each seed."""
    return xr.concat([_one(settings, seed, cache) for seed in seeds], "seed").assign_coords(
        seed=list(seeds)
    )


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim; values are those of the limits, of all seeds."""
    few = results.isel(runs=0)
    errors = relative_errors(few)
    held = coverage(few)
    lstm = errors.sel(way=with_runs(LSTM))
    sticks = errors.sel(way=with_runs(STICK), parameter="beta")
    plain = errors.sel(way=CAPACITIES, parameter="median")
    over = "limits"
    both = "limits and parameters"
    return [
        MEDIAN.judge(lstm.sel(parameter="median"), over),
        BETA.judge(lstm.sel(parameter="beta"), over),
        WORTH.judge(plain / lstm.sel(parameter="median"), over),
        BETTER.judge(sticks / lstm.sel(parameter="beta"), over),
        HONEST.judge(held.sel(way=with_runs(LSTM)), both),
        PLAIN_HONEST.judge(held.sel(way=CAPACITIES), both),
        NEEDED.judge(errors.sel(way=alone(LSTM), parameter="beta"), over),
    ]


def _one(settings: Sized, seed: int, cache: Cache) -> xr.Dataset:
    """One seed; its motions are those of the recipe's seeds 1 + 3 seed and the next two."""
    first = 1 + SEEDS * seed
    truth, training = _runs(settings, first, cache)
    learn = {
        f"stick_{first}": partial(stick.identified, training, first + 2),
        f"network_{first}": partial(network.trained, training, first + 2, settings.epochs),
    }
    learned = cache.measure(learn)
    models: dict[str, estimates.Model] = {
        STICK: stick.Stick(learned[f"stick_{first}"]["factors"].values),
        LSTM: network.Network(learned[f"network_{first}"]["checkpoint"].values.tobytes()),
    }
    jobs = {
        f"answers_{name}_{number}": partial(estimates.answered, model, number, motions)
        for name, model in models.items()
        for number, motions in ((first, settings.true_motions), (first + 1, settings.further))
    }
    said = cache.measure(jobs)
    of_truth = {name: said[f"answers_{name}_{first}"] for name in models}
    of_others = {name: said[f"answers_{name}_{first + 1}"]["answered"].values for name in models}
    known = Known(truth, of_truth, of_others)
    sizes = Sizes(settings.runs, settings.trained, settings.bootstrap)
    again = {
        f"repetition_{first}_{number}": partial(estimates.repeat, number, known, sizes)
        for number in range(settings.repetitions)
    }
    repeated = xr.concat(list(cache.measure(again).values()), "repetition")
    return repeated.assign(_true(truth, repeated["limit"]) | {"made": truth["runs"].sum()})


def _runs(settings: Sized, first: int, cache: Cache) -> tuple[xr.Dataset, xr.Dataset]:
    """The runs of the truth and of the training, block by block."""
    jobs = {
        f"truth_{first}_{start}": partial(frame.truth, settings.levels, first, start, count)
        for start, count in _blocks(settings.true_motions)
    }
    of_training = {
        f"training_{first}_{start}": partial(
            stick.training_runs, first + 2, start, count, settings.trained
        )
        for start, count in _blocks(settings.trained)
    }
    found = cache.measure(jobs | of_training)
    truth = xr.concat([found[name] for name in jobs], "motion")
    return truth, xr.concat([found[name] for name in of_training], "run")


def _blocks(motions: int) -> list[tuple[int, int]]:
    return [(start, min(frame.BLOCK, motions - start)) for start in range(0, motions, frame.BLOCK)]


def _true(truth: xr.Dataset, limits: xr.DataArray) -> dict[str, xr.DataArray]:
    """Return the true curves, and the capacities that they were fitted to.

    `limits` are those of the estimates, as the cache has kept them.
    """
    whole = estimates.analysis(truth["demand"].values, truth["level"].values)
    found = np.stack([capacities(whole, limit) for limit in frame.LIMITS])
    curves = [fit_capacities(row) for row in found]
    values = [[curve.median, curve.beta] for curve in curves]
    axes = {"limit": limits, "parameter": list(PARAMETERS)}
    return {
        "true": xr.DataArray(values, axes, ("limit", "parameter")),
        "capacity": xr.DataArray(np.sort(found), {"limit": limits}, ("limit", "motion")),
    }


STUDY = Study(
    "frame_fragility",
    "Fragility of a steel frame from few runs",
    PRESETS,
    measure,
    judge,
    drawing.draw,
    parallel=True,
)
