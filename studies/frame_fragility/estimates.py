"""Curves from few runs of the frame, again and again, with and without a surrogate.

The runs are those of the truth: each estimate draws some of its motions. A run at an intensity
between two levels is read from the motion's own curve, on which the capacities of the truth are
read, too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import xarray as xr

from simulators.excitation.load import BaseMotions
from studies.frame_fragility import frame
from studies.framework.estimates import PARAMETERS, assessed
from surrogate.risk.fragility.capacities import capacities
from surrogate.risk.fragility.evidence import Capacities, Cloud, Evidence, Flags
from surrogate.risk.ida import ida

LEAST_SLOPE = 0.25
"""Of a curve that hardly rises: a correction by more than the fourth power is none."""
ANSWERED_LEVELS = np.geomspace(0.05, 12.0, 25)
"""Levels (g) between which a surrogate reaches every limit."""
NEVER = 1.0
"""Drift ratio that a surrogate does not reach below the limits: nothing is cut."""
CAPACITIES = "capacities"
CLOUD = "cloud, a line"
FLAGS = "cloud, which exceed"
STICK = "stick"
LSTM = "LSTM"
BLOCK = 100
"""Motions that a surrogate answers at once."""


class Model(Protocol):
    """A surrogate of the frame."""

    def demand(self, motions: BaseMotions) -> np.ndarray:
        """Return the largest drift ratio, shape (record,)."""


def with_runs(name: str) -> str:
    """Return the name of a surrogate that runs correct."""
    return f"{name}, with runs"


def alone(name: str) -> str:
    """Return the name of a surrogate that nothing corrects."""
    return f"{name}, alone"


def analysis(demand: np.ndarray, levels: np.ndarray) -> xr.Dataset:
    """Return demands (motion, level) as an incremental dynamic analysis.

    What was not run beyond the collapse has collapsed.
    """
    collapsed = ~(demand <= frame.COLLAPSE)
    dims = ("record", "level")
    variables = {"demand": (dims, demand), "collapsed": (dims, collapsed)}
    return xr.Dataset(variables, {"level": levels}, {"collapse": frame.COLLAPSE})


def answered(model: Model, seed: int, motions: int) -> xr.Dataset:
    """Return what a surrogate says of motions.

    Returns
    -------
    xarray.Dataset
        `answered(limit, motion)`, capacities, and `slope(limit, motion)`, d ln D / d ln x there.
    """
    blocks = [(first, min(BLOCK, motions - first)) for first in range(0, motions, BLOCK)]
    return xr.concat([_answered(model, seed, *block) for block in blocks], "motion")


def _answered(model: Model, seed: int, first: int, count: int) -> xr.Dataset:
    own = frame.motions(seed, first, count)
    levels = ANSWERED_LEVELS
    found = ida(own.motions, frame.MEASURE.of(own.motions), levels, model.demand, NEVER)
    at = np.stack([capacities(found, limit) for limit in frame.LIMITS])
    rise = np.diff(np.log(found["demand"].values)) / np.diff(np.log(levels))
    place = np.clip(np.searchsorted(levels, at) - 1, 0, len(levels) - 2)
    slope = np.stack([rise[np.arange(count), one] for one in place])
    dims = ("limit", "motion")
    return xr.Dataset(
        {"answered": (dims, at), "slope": (dims, np.maximum(slope, LEAST_SLOPE))},
        {"limit": list(frame.LIMITS)},
    )


def corrected(demand: np.ndarray, levels: np.ndarray, said: xr.Dataset) -> np.ndarray:
    """Return the capacities by one run of the frame at each that is said, (limit, motion).

    The slope of the surrogate's curve leads from the run to the limit.
    """
    found = np.empty(said["answered"].shape)
    for which, limit in enumerate(frame.LIMITS):
        at = said["answered"].values[which]
        true = np.array([_between(row, levels, x) for row, x in zip(demand, at, strict=True)])
        found[which] = at * (limit / true) ** (1.0 / said["slope"].values[which])
    return found


def _between(demand: np.ndarray, levels: np.ndarray, x: float) -> float:
    """Return the demand of a motion at an intensity, from its curve of known demands.

    Beyond the largest limit, where the motion was run no further, its last slope goes on.
    """
    known = np.isfinite(demand)
    grid = np.log(levels[known])
    logs = np.log(demand[known])
    place = np.clip(np.searchsorted(grid, np.log(x)), 1, len(grid) - 1)
    slope = (logs[place] - logs[place - 1]) / (grid[place] - grid[place - 1])
    return float(np.exp(logs[place - 1] + slope * (np.log(x) - grid[place - 1])))


@dataclass(frozen=True)
class Sizes:
    """How estimates spend their runs.

    Parameters
    ----------
    runs : tuple of int
        True runs in all.
    trained : int
        Of them, those that a surrogate has learned from.
    bootstrap : int
        Repetitions of each interval.
    """

    runs: tuple[int, ...]
    trained: int
    bootstrap: int


@dataclass(frozen=True, eq=False)
class Known:
    """What the estimates are made of.

    Parameters
    ----------
    truth : xarray.Dataset
        As of `frame.truth`.
    said : mapping of str to xarray.Dataset
        What each surrogate says of the same motions, as of `answered`.
    further : mapping of str to ndarray, shape (limit, motion)
        Capacities that each says of others.
    """

    truth: xr.Dataset
    said: Mapping[str, xr.Dataset]
    further: Mapping[str, np.ndarray]


def repeat(number: int, known: Known, sizes: Sizes) -> xr.Dataset:
    """Return parameters with their intervals for one draw of motions.

    Returns
    -------
    xarray.Dataset
        `value`, `low` and `high` (way, runs, limit, parameter); NaN where there is no curve.
    """
    generator = np.random.default_rng((number, 4))
    dims = ("way", "runs", "limit", "parameter")
    ways = [CAPACITIES, CLOUD, FLAGS]
    for name in known.said:
        ways += [with_runs(name), alone(name)]
    shape = (len(ways), len(sizes.runs), len(frame.LIMITS), len(PARAMETERS))
    found = {name: np.full(shape, np.nan) for name in ("value", "low", "high")}
    for place, runs in enumerate(sizes.runs):
        drawn = generator.permutation(known.truth.sizes["motion"])
        makers = [
            *_without(known.truth, drawn, runs, generator),
        ]
        for name in known.said:
            makers += _with(known, name, drawn, runs - sizes.trained)
        for way, make in enumerate(makers):
            for which, limit in enumerate(frame.LIMITS):
                one = assessed(partial(make, which), limit, sizes.bootstrap, generator)
                for name, values in one.items():
                    found[name][way, place, which] = values
    axes = {"way": list(ways), "runs": list(sizes.runs), "limit": list(frame.LIMITS)}
    axes |= {"parameter": list(PARAMETERS)}
    return xr.Dataset({name: (dims, values) for name, values in found.items()}, axes)


def _without(
    truth: xr.Dataset, drawn: np.ndarray, runs: int, generator: np.random.Generator
) -> list[Callable[[int], Evidence]]:
    """Return what gives the evidence on each limit without the stick, in the order of the ways."""
    levels = truth["level"].values
    demand = truth["demand"].values
    whole = max(2, round(runs / float(truth["runs"].mean())))  # motions with all their levels
    known = analysis(demand[drawn[:whole]], levels)
    many = np.resize(drawn, runs)
    place = generator.integers(len(levels), size=runs)
    single = demand[many, place]
    beyond = ~(single <= frame.COLLAPSE)
    taken = np.where(beyond, frame.COLLAPSE, single)
    return [
        lambda which: Capacities(capacities(known, frame.LIMITS[which])[None]),
        lambda which: Cloud(levels[place], taken, beyond, frame.LIMITS[which]),
        lambda which: Flags(levels[place], beyond | (single > frame.LIMITS[which])),
    ]


def _with(known: Known, name: str, drawn: np.ndarray, runs: int) -> list[Callable[[int], Evidence]]:
    """Return the same with a surrogate: of each limit a third of the runs, at other motions."""
    each = max(runs, 0) // len(frame.LIMITS)
    levels = known.truth["level"].values
    further = known.further[name]

    def corrected_ones(which: int) -> Evidence:
        own = np.roll(drawn, -which * each)[:each]
        said = known.said[name].isel(motion=own)
        true = corrected(known.truth["demand"].values[own], levels, said)
        values = np.concatenate([said["answered"].values[which], further[which]])
        return Capacities(values[None], true[which])

    return [corrected_ones, lambda which: Capacities(further[which][None])]
