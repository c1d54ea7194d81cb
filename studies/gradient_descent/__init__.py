"""Gradient descent keeps the bounds of Lipschitz gradients; every optimizer fits an exponential.

Bounds. On convex functions whose gradient has the Lipschitz constant beta, the value comes within
A / (k + 1) of the least; where they are strongly convex with alpha, the distance falls as rho^k.
Measured for the rates of the slide's interval, from 1/beta to 2/beta, on a quadratic function, a
chain of springs and a logistic regression. On quadratics of growing condition number the steps of
descent grow with it, those with momentum with its root.

Regression. The chapter's y = b + A exp(c x) + noise with its constants: the three constants fitted
by every optimizer of torch.optim at every rate of a grid, and the chapter's own single neuron by
the settings of its Examples 9 to 15, as printed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.framework import Cache, Settings, Study, Verdict
from studies.framework.grid import Search, best_on
from studies.gradient_descent import claims, drawing, neuron, rates, regression


@dataclass(frozen=True, kw_only=True)
class Descents(Settings):
    """Sizes of the study.

    Attributes
    ----------
    conditions : tuple of float
        Condition numbers of the quadratics.
    steps : int
        Of each optimizer on the exponential.
    epochs : int
        Of the single neuron; the chapter has 1000.
    """

    conditions: tuple[float, ...] = rates.CONDITIONS
    steps: int = 500
    epochs: int = 200


PRESETS = {
    "tiny": Descents(seeds=1, conditions=(3.0, 10.0, 30.0, 100.0), steps=20, epochs=2),
    "cpu": Descents(seeds=3),
    "full": Descents(seeds=3, steps=1000, epochs=1000),
}


def measure(settings: Descents, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """What has no chance in it or is done for the first seed, and the regression for each seed."""
    once = cache.measure(
        {
            "bounds": partial(rates.bounds, seeds[0]),
            "limits": partial(rates.limits, settings.conditions),
            "neuron": partial(neuron.run, seeds[0], settings.epochs),
        }
    )
    repeated = cache.per_seed(seeds, lambda seed: regression.compare(seed, settings.steps))
    return xr.merge([*once.values(), repeated])


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    return [*_bounds(results), *_regression(results)]


def _bounds(results: xr.Dataset) -> list[Verdict]:
    condition = results.condition
    steps = results.steps
    plain = steps.sel(descent="rate 1/beta")
    momentum = steps.sel(descent="momentum of the chapter")
    over = "condition numbers"
    pairs = "pairs of function and rate"
    printed = results.contraction / np.sqrt(1.0 / (1.0 + condition))
    return [
        claims.VALUE.judge(results.value_share, pairs),
        claims.DISTANCE.judge(results.distance_share, pairs),
        claims.PRINTED.judge(printed, over),
        claims.LIMIT.judge(results.largest_rate, over),
        claims.BELOW.judge(steps.sel(descent="half rate") / plain, over),
        claims.CONDITION.judge(_power(plain, 10.0)),
        claims.MOMENTUM.judge(_power(momentum, 30.0)),
        claims.EARLY.judge(plain / momentum, over),
        claims.SQUARED.judge(momentum / steps.sel(descent="Polyak's momentum"), over),
    ]


def _power(steps: xr.DataArray, least: float) -> float:
    """Power of the condition number by which the steps grow, from a least condition number on."""
    some = steps.where(steps.condition >= least, drop=True)
    return float(np.polyfit(np.log(some.condition.values), np.log(some.values), 1)[0])


def _regression(results: xr.Dataset) -> list[Verdict]:
    last = results.neuron_excess.isel(epoch=-1).fillna(np.inf)  # it has diverged
    printed = last.sel(reduction="sum")
    least = results.excess.median("seed").min("learning_rate")
    rmsprop = max(float(printed.sel(listing="RMSprop")), 1e-6)
    at_one = results.excess.sel(optimizer="Adadelta").sel(learning_rate=1.0, method="nearest")
    return [
        claims.PRINTED_LISTINGS.judge(printed, "listings"),
        claims.MEAN_LISTINGS.judge(last.sel(reduction="mean"), "listings"),
        claims.AGGRESSIVE.judge(printed.sel(listing="AdaGrad") / rmsprop),
        claims.EVERY.judge(least, "optimizers"),
        claims.PARAMETER_FREE.judge(at_one),
    ]


def searches(results: xr.Dataset) -> list[Search]:
    """The learning rates that the optimizers had to choose from."""
    best = best_on(results.excess.median("seed"), "learning_rate")
    return [Search("learning rate", results.learning_rate, best)]


STUDY = Study(
    "gradient_descent",
    "Gradient descent",
    PRESETS,
    measure,
    judge,
    drawing.draw,
    searches,
)
