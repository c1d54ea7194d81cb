"""Fragility curves from a hundred true runs, again and again: motions drawn from the pool anew."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.fragility.capacities import LIMITS, STRIPES_FROM, STRIPES_TO
from studies.framework.estimates import PARAMETERS, assessed
from surrogate.risk.fragility.capacities import capacities
from surrogate.risk.fragility.evidence import Capacities, Cloud, Evidence, Flags, Stripes

STRIPES = "10 motions at 10 levels"
CAPACITIES = "10 motions at 10 levels, their capacities"
CLOUD = "cloud of 100 motions"
FLAGS = "cloud of 100 motions, which exceed"


@dataclass(frozen=True)
class Sizes:
    """How a repetition spends its runs.

    Attributes
    ----------
    runs : int
        True runs in all.
    trained : int
        Of them, what a surrogate was trained on.
    further : int
        Motions that a surrogate answers besides.
    bootstrap : int
        Repetitions of each interval.
    """

    runs: int
    trained: int
    further: int
    bootstrap: int


def repeat(number: int, runs: xr.Dataset, pools: dict[str, xr.Dataset], sizes: Sizes) -> xr.Dataset:
    """Fit all curves to motions drawn for one repetition.

    Returns
    -------
    xarray.Dataset
        `value`, `low` and `high` (way, limit, parameter); NaN where there is no curve.
    """
    generator = np.random.default_rng((number, 2))
    ways: dict[str, Callable[[int], Evidence]] = _without(runs, sizes, generator)
    for name, own in pools.items():
        ways |= _with(name, own, sizes, generator)
    dims = ("way", "limit", "parameter")
    shape = (len(ways), len(LIMITS), len(PARAMETERS))
    found = {name: np.full(shape, np.nan) for name in ("value", "low", "high")}
    for place, make in enumerate(ways.values()):
        for which, limit in enumerate(LIMITS):
            one = assessed(partial(make, which), limit, sizes.bootstrap, generator)
            for name, values in one.items():
                found[name][place, which] = values
    axes = {"way": list(ways), "limit": list(LIMITS), "parameter": list(PARAMETERS)}
    return xr.Dataset({name: (dims, values) for name, values in found.items()}, axes)


def corrected(name: str) -> str:
    """Return the name of a surrogate with true runs."""
    return f"{name}, with runs"


def alone(name: str) -> str:
    """Return the name of a surrogate without true runs."""
    return f"{name}, alone"


def _without(
    runs: xr.Dataset, sizes: Sizes, generator: np.random.Generator
) -> dict[str, Callable[[int], Evidence]]:
    """Ways without a surrogate."""
    side = max(2, round(np.sqrt(sizes.runs)))
    few = generator.choice(runs.sizes["motion"], side, replace=False)
    inside = np.flatnonzero((runs["level"] >= STRIPES_FROM) & (runs["level"] <= STRIPES_TO))
    stripes = inside[np.linspace(0, len(inside) - 1, side).round().astype(int)]
    many = generator.choice(runs.sizes["motion"], sizes.runs, replace=False)
    demand = runs["demand"].values[np.ix_(few, stripes)]
    levels = runs["level"].values[stripes]
    intensity = runs["intensity"].values[many]
    response = runs["response"].values[many]
    known = np.zeros(len(many), bool)
    analysis = as_analysis(demand, levels)
    return {
        STRIPES: lambda which: Stripes(levels, (demand > LIMITS[which])[None]),
        CAPACITIES: lambda which: Capacities(capacities(analysis, LIMITS[which])[None]),
        CLOUD: lambda which: Cloud(intensity, response, known, LIMITS[which]),
        FLAGS: lambda which: Flags(intensity, response > LIMITS[which]),
    }


def as_analysis(demand: np.ndarray, levels: np.ndarray) -> xr.Dataset:
    """Return demands (motion, level), all of them known, as an incremental dynamic analysis."""
    dims = ("record", "level")
    never = np.zeros(demand.shape, bool)
    variables = {"demand": (dims, demand), "collapsed": (dims, never)}
    return xr.Dataset(variables, {"level": levels}, {"collapse": float(demand.max())})


def _with(
    name: str, own: xr.Dataset, sizes: Sizes, generator: np.random.Generator
) -> dict[str, Callable[[int], Evidence]]:
    """Ways with a surrogate: of each limit a third of the runs, at motions of their own."""
    each = (sizes.runs - sizes.trained) // len(LIMITS)
    order = generator.permutation(own.sizes["motion"])
    answered = own["answered"].values
    true = own["corrected"].values
    further = order[len(LIMITS) * each :][: sizes.further]

    def with_runs(which: int) -> Evidence:
        chosen = order[which * each : (which + 1) * each]
        values = answered[which, np.concatenate([chosen, further])]
        return Capacities(values[None], true[which, chosen])

    def by_itself(which: int) -> Evidence:
        return Capacities(answered[which, further][None])

    return {corrected(name): with_runs, alone(name): by_itself}
