"""Capacities of the building's motions: the truth from many simulations, and a pool of other
motions with what surrogates say of them.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from simulators.excitation.load import BaseMotions
from surrogate import inference
from surrogate.risk.asking.asked import Asked, asked, recipe_to_ask
from surrogate.risk.asking.measure import Measure
from surrogate.risk.asking.predicted import Predicted
from surrogate.risk.asking.quantity import Quantity
from surrogate.risk.asking.simulated import simulated
from surrogate.risk.fragility.capacities import capacities
from surrogate.risk.ida import Demand, ida

TRAINED = Path(__file__).resolve().parents[2] / "trained"
HEIGHT = 3.2
"""Of every storey (m): chosen, the publication states none."""
LIMITS = (0.01, 0.02, 0.04)
"""Drift ratios."""
COLLAPSE = 0.3
"""Drift ratio that no motion reaches below the limits: nothing is cut."""
MEASURE = Measure("PGA")
QUANTITY = Quantity()
LOWEST = 0.05
HIGHEST = 6.0
"""Levels of PGA (g), between which every motion first exceeds every limit."""
STRIPES_FROM = 0.1
STRIPES_TO = 2.0
"""Levels between which stripes and clouds lie, about the medians of the limits."""
BLOCK = 500
LEAST_SLOPE = 0.25
"""Of a curve that hardly rises: a correction by more than the fourth power is none."""

Answer = Callable[[Asked], np.ndarray]
"""Demands of records, by the simulator or a surrogate."""


def levels(count: int) -> np.ndarray:
    """Return levels of the intensity in equal ratios (g)."""
    return np.geomspace(LOWEST, HIGHEST, count)


def motions(records: int, seed: int, first: int, count: int) -> Asked:
    """Return some of the records of one seed."""
    recipe = recipe_to_ask(
        "five_storey", [f"heights={HEIGHT}", f"records={records}", f"seed={seed}"]
    )
    return asked(recipe, first, count)


def truth(records: int, level_count: int, seed: int, first: int) -> xr.Dataset:
    """Capacities of a block of the records that are the truth, (limit, motion)."""
    own = motions(records, seed, first, min(BLOCK, records - first))
    with simulated(QUANTITY, 1) as simulator:
        found = _capacities(own, partial(_demand, own, simulator), level_count)
    return xr.Dataset({"truth": (("limit", "motion"), found)}, {"limit": list(LIMITS)})


def pool(records: int, level_count: int, seed: int, first: int, checkpoint: str) -> xr.Dataset:
    """What a surrogate says of a block of the pool, and what one true run of each says to that.

    Returns
    -------
    xarray.Dataset
        `answered(limit, motion)`, capacities by the surrogate; `corrected(limit, motion)`, by one
        run at the surrogate's capacity, from where the slope of the surrogate's own curve leads to
        the limit.
    """
    own = motions(records, seed, first, min(BLOCK, records - first))
    surrogate = Predicted(inference.load(TRAINED / f"{checkpoint}.ckpt"), QUANTITY)
    demand = partial(_demand, own, surrogate)
    intensities = MEASURE.of(own.motions)
    result = ida(own.motions, intensities, levels(level_count), demand, COLLAPSE)
    answered = np.stack([capacities(result, limit) for limit in LIMITS])
    corrected = np.empty_like(answered)
    with simulated(QUANTITY, 1) as simulator:
        for place, limit in enumerate(LIMITS):
            at = answered[place]
            true = simulator(own.under(_scaled(own, at / intensities)))
            slope = _slope(result, at)
            corrected[place] = at * (limit / true) ** (1.0 / slope)
    dims = ("limit", "motion")
    variables = {"answered": (dims, answered), "corrected": (dims, corrected)}
    return xr.Dataset(variables, {"limit": list(LIMITS)})


def runs(records: int, level_count: int, seed: int, first: int) -> xr.Dataset:
    """What the simulator says of a block of the pool without a surrogate.

    Returns
    -------
    xarray.Dataset
        `demand(motion, level)` at the levels, for stripes; `intensity(motion)` and
        `response(motion)` of motions scaled at random, for a cloud.
    """
    own = motions(records, seed, first, min(BLOCK, records - first))
    intensities = MEASURE.of(own.motions)
    generator = np.random.default_rng((seed, 1, first))
    middle = np.log(np.sqrt(STRIPES_FROM * STRIPES_TO))
    wanted = np.exp(middle + 0.6 * generator.standard_normal(own.records))
    with simulated(QUANTITY, 1) as simulator:
        demand = partial(_demand, own, simulator)
        result = ida(own.motions, intensities, levels(level_count), demand, COLLAPSE)
        response = simulator(own.under(_scaled(own, wanted / intensities)))
    variables = {
        "demand": (("motion", "level"), result["demand"].values),
        "intensity": ("motion", wanted),
        "response": ("motion", response),
    }
    return xr.Dataset(variables, {"level": levels(level_count)})


def _demand(own: Asked, answering: Answer, scaled: BaseMotions) -> np.ndarray:
    return answering(own.under(scaled))


def _capacities(own: Asked, demand: Demand, level_count: int) -> np.ndarray:
    intensities = MEASURE.of(own.motions)
    result = ida(own.motions, intensities, levels(level_count), demand, COLLAPSE)
    return np.stack([capacities(result, limit) for limit in LIMITS])


def _scaled(own: Asked, factors: np.ndarray) -> BaseMotions:
    return BaseMotions(own.motions.acceleration * factors[:, None], own.motions.interval)


def _slope(result: xr.Dataset, at: np.ndarray) -> np.ndarray:
    """Return d ln D / d ln x of each motion between the levels about an intensity."""
    grid = np.log(result["level"].values)
    demands = np.log(result["demand"].values)
    above = np.clip(np.searchsorted(grid, np.log(at)), 1, len(grid) - 1)
    rows = np.arange(len(at))
    rise = demands[rows, above] - demands[rows, above - 1]
    return np.maximum(rise / (grid[above] - grid[above - 1]), LEAST_SLOPE)
