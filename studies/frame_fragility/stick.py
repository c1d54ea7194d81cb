"""The surrogate of the frame: a shear building of two storeys, identified from runs of the frame.

Each storey has a Bouc-Wen spring of its own. Seven numbers, factors on a first guess, are those
whose peak drift ratios are closest to the runs' in their logarithms, by least squares.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy.optimize import least_squares

from simulators import BoucWen, shear_building, solve
from simulators.excitation.load import BaseMotions
from simulators.external.opensees import steel_frame
from simulators.structures.structure import Structure
from studies.frame_fragility import frame
from surrogate.risk import demands

WEAKEST, STRONGEST = 0.25, 2.5
"""Of the training motions' levels (g), in equal ratios."""
STIFFNESS = np.array([3.0e7, 2.0e7])
"""N/m."""
YIELD_RATIO = 0.012
RATIO = 0.05
"""Of the stiffness after yielding."""
DAMPING = 0.03
"""In both modes."""
BOUND = 1.5
"""Of the logarithms of the factors."""
TOLERANCE = 1e-3
MASS = steel_frame.WEIGHTS / steel_frame.GRAVITY


@dataclass(frozen=True, eq=False)
class Stick:
    """What answers in the place of the frame.

    Parameters
    ----------
    factors : ndarray, shape (7,)
        Logarithms of the factors on two stiffnesses, two yield drifts, two ratios of the stiffness
        after yielding, and the damping ratio.
    """

    factors: np.ndarray

    @property
    def structure(self) -> Structure:
        """The shear building."""
        factors = np.exp(self.factors)
        law = BoucWen.from_yield(
            stiffness=STIFFNESS * factors[:2],
            yield_displacement=YIELD_RATIO * frame.HEIGHTS * factors[2:4],
            post_yield_ratio=RATIO * factors[4:6],
        )
        return shear_building(MASS, law).with_rayleigh_damping(float(DAMPING * factors[6]))

    def peaks(self, motions: BaseMotions) -> np.ndarray:
        """Return the peak drift ratio of each storey, shape (record, storey)."""
        responses = solve(self.structure, motions, outputs=["drift"], tolerance=TOLERANCE)
        return np.asarray(demands.peak_drift_ratio(responses, frame.HEIGHTS).values)

    def demand(self, motions: BaseMotions) -> np.ndarray:
        """Return the largest drift ratio, shape (record,)."""
        return np.asarray(self.peaks(motions).max(axis=1))


def training_runs(seed: int, first: int, count: int, of: int) -> xr.Dataset:
    """Run some of `of` training motions.

    Returns
    -------
    xarray.Dataset
        `scale(run)`, `peak(run, storey)` and `drift(run, time, storey)`, NaN where the frame
        collapsed.
    """
    own = frame.motions(seed, first, count)
    level = np.random.default_rng(seed).permutation(np.geomspace(WEAKEST, STRONGEST, of))
    scale = level[first : first + count] / frame.MEASURE.of(own.motions)
    drifts = np.stack([frame.drifts(frame.scaled(own, run, scale[run])) for run in range(count)])
    peaks = np.abs(drifts).max(axis=1) / frame.HEIGHTS
    variables = {
        "scale": ("run", scale),
        "peak": (("run", "storey"), peaks),
        "drift": (("run", "time", "storey"), drifts.astype(np.float32)),
    }
    return xr.Dataset(variables)


def identified(runs: xr.Dataset, seed: int) -> xr.Dataset:
    """Return the factors of the stick whose peaks are closest to those of training runs.

    Returns
    -------
    xarray.Dataset
        `factors(factor)`.
    """
    own = frame.motions(seed, 0, runs.sizes["run"])
    acceleration = own.motions.acceleration * runs["scale"].values[:, None]
    known = np.isfinite(runs["peak"].values).all(axis=1)
    motions = BaseMotions(acceleration[known], own.motions.interval)
    true = np.log(runs["peak"].values[known])

    def residual(factors: np.ndarray) -> np.ndarray:
        return np.ravel(np.log(Stick(factors).peaks(motions)) - true)

    found = least_squares(residual, np.zeros(7), bounds=(-BOUND, BOUND), diff_step=1e-2)
    return xr.Dataset({"factors": ("factor", found.x)})
