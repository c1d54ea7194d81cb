"""Runs of the steel frame: its motions, one run, and the runs that make the truth."""

from functools import cache

import numpy as np
import xarray as xr

from simulators.excitation.motion import BaseMotion
from simulators.external.failure import DidNotConverge
from simulators.external.opensees import SteelFrame, steel_frame
from surrogate.risk.asking.asked import Asked, asked, recipe_to_ask
from surrogate.risk.asking.measure import Measure

RECIPE = "steel_frame"
HEIGHTS = steel_frame.HEIGHTS
"""Of the storeys (m)."""
MEASURE = Measure("SA", 0.84)
"""Spectral acceleration at the frame's first period."""
LIMITS = (0.01, 0.02, 0.04)
"""Drift ratios."""
COLLAPSE = LIMITS[-1]
"""Drift ratio beyond which a motion is scaled no further, and its demand not taken."""
LOWEST = 0.2
HIGHEST = 4.0
"""Levels of the measure (g), between which every motion first exceeds every limit."""
BLOCK = 10
"""Motions whose runs are kept together."""


def levels(count: int) -> np.ndarray:
    """Return levels of the measure in equal ratios (g)."""
    return np.geomspace(LOWEST, HIGHEST, count)


def motions(seed: int, first: int, count: int) -> Asked:
    """Return records of the recipe without the factors that it varies.

    The motion of a record depends on its number and the seed alone, not on how many there are.
    """
    own = [f"heights={HEIGHTS.tolist()}", f"records={first + count}", f"seed={seed}", "vary={}"]
    return asked(recipe_to_ask(RECIPE, own), first, count)


def drifts(motion: BaseMotion) -> np.ndarray:
    """Return the drift of each storey (m), NaN where the run collapses, shape (time, storey).

    OpenSees runs in this process: the start of one of its own would take longer than the run.
    """
    frame = _frame()
    usual = {one.name: one.default for one in frame.parameters}
    try:
        return np.asarray(frame.simulate((motion,), usual, seed=0)["drift"])
    except DidNotConverge:
        return np.full((len(motion.acceleration), len(HEIGHTS)), np.nan)


def peaks(motion: BaseMotion) -> np.ndarray:
    """Return the peak drift ratio of each storey, NaN where the run collapses, shape (storey,)."""
    return np.asarray(np.abs(drifts(motion)).max(axis=0) / HEIGHTS)


def truth(level_count: int, seed: int, first: int, count: int) -> xr.Dataset:
    """Run motions at rising levels until they exceed the largest limit.

    Returns
    -------
    xarray.Dataset
        `demand(motion, level)`, NaN at the level that collapses and above the last that was run;
        `runs(motion)`.
    """
    own = motions(seed, first, count)
    scale = levels(level_count) / MEASURE.of(own.motions)[:, None]
    demands = np.full(scale.shape, np.nan)
    runs = np.zeros(count, int)
    for record in range(count):
        for place, factor in enumerate(scale[record]):
            demands[record, place] = peaks(scaled(own, record, factor)).max()
            runs[record] += 1
            if not demands[record, place] <= COLLAPSE:
                break
    variables = {"demand": (("motion", "level"), demands), "runs": ("motion", runs)}
    return xr.Dataset(variables, {"level": levels(level_count)})


def scaled(own: Asked, record: int, factor: float) -> BaseMotion:
    """Return the motion of one record times a factor."""
    motion = own.motion(record)
    return BaseMotion(factor * motion.acceleration, motion.interval)


@cache
def _frame() -> SteelFrame:
    return SteelFrame()
