"""Two narrow hidden layers end far below a wide one in some combinations of what the chapter leaves
open, most of all at the scale of the data, where the wide one is unsteady.

The comparison of Gatti (2023, sec. 2.4, Figs 12 to 14), after Eldan & Shamir (2016, COLT, PMLR
49:907-940): phi(x) = (R/|x|) J_1(2 pi R |x|) in two dimensions, R = 0.2, 4000 points uniform in
[-10, 10]^2, 70 % of them for training; one hidden layer of 10 000 ReLU units against two of 100,
AdamW, squared error. Claim: the two layers end one to two orders of magnitude lower, for training
and for test.

The chapter tells neither how points and values are scaled, nor the learning rate, the batch and the
length of training. So both networks are trained for every combination of four scalings, three rates
and three batches, for equally many epochs, and the claim is judged in each: an end is the mean of
the last tenth of the epochs. At the scale of the data, inputs of up to 10 and values of about 0.01,
a step of AdamW moves the output of 10 000 units by far more than the function itself: the wide
network is thrown about. That is part of the chapter's picture, and it is of training, not of what
the network can represent. So the networks are compared on fair terms too, which is ours: each
standardised, with the best of several rates, chosen on points of their own and falling to zero
along half a cosine; a third network has one layer with as many parameters as the two.

The law of one hidden layer (eq. 15, after Maiorov 1999, J. Approx. Theory 99:68-94): for the error
eps in d dimensions it takes N = eps^((1 - d) / k) units, where k derivatives exist, so that the
error falls as N^(-k / (d - 1)). Its exponent is fitted to small networks of sigmoid units, as in
the theorem, in two, three and five dimensions, trained by L-BFGS until the loss no longer falls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.depth_vs_width import chapter, drawing, widths
from studies.depth_vs_width.combinations import Combination, compare, every_combination, surfaces
from studies.depth_vs_width.training import Problem
from studies.framework import Cache, Claim, Search, Settings, Study, Verdict
from studies.framework.sources import OURS, gatti, slides

SHOWN = Combination("none", 1e-3, 100)
"""Of which the surfaces are drawn: the data as they are, AdamW's default rate."""


@dataclass(frozen=True, kw_only=True)
class DepthVsWidth(Settings):
    """Sizes of the study.

    Attributes
    ----------
    wide, narrow : int
        Units of the one hidden layer, and of each of the two.
    epochs : int
        Of each combination.
    rates : tuple of float
        Learning rates of the combinations.
    batches : tuple of int
        Batches of the combinations.
    tuned_rates : tuple of float
        Learning rates among which each network has its best.
    tuned_epochs : int
    dimensions : tuple of int
        For the law of one hidden layer.
    widths : tuple of int
        Its units.
    samples : int
        Training points, and as many for test.
    longest : int
        Iterations of L-BFGS after which a training that still falls is ended.
    """

    wide: int = 10_000
    narrow: int = 100
    epochs: int = 60
    rates: tuple[float, ...] = (1e-4, 1e-3, 1e-2)
    batches: tuple[int, ...] = (100, 400, 2800)
    tuned_rates: tuple[float, ...] = (1e-3, 3e-3, 1e-2, 3e-2)
    tuned_epochs: int = 60
    dimensions: tuple[int, ...] = (2, 3, 5)
    widths: tuple[int, ...] = (5, 10, 20, 40)
    samples: int = 2000
    longest: int = 2000


PRESETS = {
    "tiny": DepthVsWidth(
        seeds=2,
        wide=60,
        narrow=8,
        epochs=3,
        rates=(1e-3,),
        batches=(100,),
        tuned_rates=(1e-3, 1e-2),
        tuned_epochs=3,
        dimensions=(2, 3),
        widths=(2, 4),
        samples=100,
        longest=100,
    ),
    "cpu": DepthVsWidth(seeds=5),
    "full": DepthVsWidth(
        seeds=10,
        epochs=2000,
        rates=(1e-4, 3e-4, 1e-3, 3e-3, 1e-2),
        batches=(25, 100, 400, 2800),
        tuned_rates=(3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1),
        tuned_epochs=2000,
        dimensions=(2, 3, 4, 5),
        widths=(5, 10, 20, 40, 80, 160, 320),
        samples=100_000,
        longest=100_000,
    ),
}

SETTING = (
    "4000 points in [-10, 10]^2, 70 % for training, one layer of 10 000 ReLU units and two of 100, "
    "AdamW; open in the text and tried: inputs and targets standardised or not, rates from 1e-4 to "
    "1e-2, batches of 100, of 400 and of all; 60 epochs"
)
RATIO = "squared {} error, one layer over two, mean of the last tenth of the epochs"
TEST = Claim(
    "Two hidden layers of 100 units end at least ten times lower on test points than one of "
    "10 000.",
    gatti("2.4", "Fig. 14"),
    RATIO.format("test"),
    at_least=10.0,
    setting=SETTING,
)
TRAIN = Claim(
    "Two hidden layers end at least ten times lower on the training points too.",
    gatti("2.4", "Fig. 14"),
    RATIO.format("training"),
    at_least=10.0,
    setting=SETTING,
)
UNABLE = Claim(
    "For all its units the wide layer cannot make the squared error small.",
    gatti("2.4", "Fig. 14"),
    "training error of one layer at the end over the variance, where 1 is what the mean reaches",
    at_least=1.0,
    setting=SETTING,
)
CURSE = Claim(
    "The more dimensions, the more slowly the error of one hidden layer falls with its units.",
    slides("How many layers and neurons ?"),
    "exponent of the error over the units in the highest dimension, over that in two",
    at_most=1.0,
    setting="any function with k derivatives; the radial function, sigmoid units, converged",
)
FAIR = Claim(
    "Two layers still end at least ten times lower when each network has its best learning rate.",
    OURS,
    "squared test error, one layer over two",
    at_least=10.0,
)
MATCHED = Claim(
    "Two layers are better than one layer with as many parameters.",
    OURS,
    "squared test error, one layer over two",
    at_least=1.0,
)


def measure(settings: DepthVsWidth, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """The combinations, both networks on fair terms, and the law of one layer."""
    points = chapter.problem(seeds[0])
    grid = cache.measure(_combination_jobs(settings, points, seeds[0]))
    fair = _fair(settings, points, seeds, cache)
    law = cache.measure(_width_jobs(settings, seeds))
    shown = cache.measure({"surfaces": partial(_surfaces, settings, points, seeds[0])})
    results = [
        *grid.values(),
        fair,
        *law.values(),
        *shown.values(),
    ]
    return xr.merge(results, join="outer", compat="no_conflicts")


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    end = drawing.ends(results.error).stack(combination=drawing.COMBINATION)
    one, two = (end.sel(network=name) for name in (drawing.ONE, drawing.TWO))
    tuned = widths.best(results.tuned_test_error, results.tuned_validation_error)
    fair = tuned.sel(contender=drawing.TWO)
    falls = widths.exponent(results.width_error, results.width)
    slower = falls.sel(dimension=falls.dimension.max()) / falls.sel(dimension=2)
    over = "combinations"
    return [
        TEST.judge((one / two).sel(part="test"), over),
        TRAIN.judge((one / two).sel(part="train"), over),
        UNABLE.judge(one.sel(part="train"), over),
        CURSE.judge(slower),
        FAIR.judge(tuned.sel(contender=drawing.ONE) / fair),
        MATCHED.judge(tuned.sel(contender=drawing.EQUAL) / fair),
    ]


def searches(results: xr.Dataset) -> list[Search]:
    """Learning rates on fair terms."""
    best = widths.best_rate(results.tuned_validation_error)
    return [Search("rate", results.tuned_validation_error.rate, best)]


def _pair(settings: DepthVsWidth) -> dict[str, list[int]]:
    return {drawing.ONE: [settings.wide], drawing.TWO: [settings.narrow] * 2}


def _combination_jobs(
    settings: DepthVsWidth, points: Problem, seed: int
) -> dict[str, partial[xr.Dataset]]:
    rest = (settings.epochs, seed, settings.accelerator)
    return {
        chosen.name: partial(compare, points, _pair(settings), chosen, *rest)
        for chosen in every_combination(settings.rates, settings.batches)
    }


def _fair(
    settings: DepthVsWidth, points: Problem, seeds: Sequence[int], cache: Cache
) -> xr.Dataset:
    """Each network at each rate, falling to zero; a measurement each."""
    trio = _pair(settings) | {drawing.EQUAL: [chapter.equal_width(settings.narrow)]}
    rest = (seeds, settings.tuned_epochs, settings.device)
    jobs = {
        f"{name}, rate {rate:g}": partial(chapter.tuned, points, hidden, [rate], *rest)
        for name, hidden in trio.items()
        for rate in settings.tuned_rates
    }
    found = cache.measure(jobs)
    rows = [
        xr.concat([found[f"{name}, rate {rate:g}"] for rate in settings.tuned_rates], "rate")
        for name in trio
    ]
    return xr.concat(rows, "contender").assign_coords(contender=list(trio))


def _width_jobs(settings: DepthVsWidth, seeds: Sequence[int]) -> dict[str, partial[xr.Dataset]]:
    jobs = {}
    for dimension in settings.dimensions:
        size = settings.samples
        points = Problem(dimension, train=size, validation=0, test=size, seed=seeds[0])
        for width in settings.widths:
            arguments = (points, width, seeds, settings.longest, settings.device)
            name = f"dimension {dimension}, width {width}"
            jobs[name] = partial(widths.error, *arguments)
    return jobs


def _surfaces(settings: DepthVsWidth, points: Problem, seed: int) -> xr.Dataset:
    """The function and both networks over the plane."""
    axis, plane = chapter.plane(points)
    made = surfaces(
        points, _pair(settings), SHOWN, settings.epochs, seed, plane, settings.accelerator
    )
    values = np.stack([points.function(plane), *made]).reshape(3, len(axis), len(axis))
    return xr.Dataset(
        {"surface": (("shown", "x1", "x2"), values)},
        {"shown": [drawing.FUNCTION, drawing.ONE, drawing.TWO], "x1": axis, "x2": axis},
    )


STUDY = Study(
    "depth_vs_width",
    "Depth against width",
    PRESETS,
    measure,
    judge,
    drawing.draw,
    searches,
    accelerated=True,
    parallel=True,
)
