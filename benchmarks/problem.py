"""What all rivals compute: the five-storey building of Zhang et al. (2019) under noise that makes
it yield.

Records of 2001 samples, 40 s at 0.02 s, of the band-limited noise of the recipe `five_storey`: the
first storey drifts to between two and four times its yield displacement. The error of a drift d,
against d* by DOP853 at 1e-12 restarted at every sample, is max |d - d*| / max |d*| over a record,
for the worst storey of the worst record.
"""

import numpy as np

from simulators import BandLimitedNoise, solve

INTERVAL, DURATION = 0.02, 40.0
"""Sampling interval and length of the records (s)."""


def noise(count, duration=DURATION):
    """The first `count` base motions of the problem, `duration` seconds of each."""
    process = BandLimitedNoise(low_frequency=0.1, high_frequency=5.0, root_mean_square=2.5)
    return [
        process.sample(np.random.default_rng([3, record]), duration, INTERVAL)
        for record in range(count)
    ]


def exact_drift(building, motions):
    """Reference drift (m), ndarray, shape (record, time, storey)."""
    return solve(building, motions, method="DOP853", tolerance=1e-12, outputs=("drift",))[
        "drift"
    ].values


def largest_error(drift, exact):
    """Error of the worst storey of the worst record; both of shape (record, time, storey)."""
    return float((np.abs(drift - exact).max(axis=1) / np.abs(exact).max(axis=1)).max())


def storey_dashpots(building):
    """Dashpot of each storey (N s/m) in the damping matrix B^T diag(c) B of a chain, ndarray, shape
    (storey,).
    """
    inverse = np.linalg.inv(building.incidence)
    return np.diagonal(inverse.T @ building.damping @ inverse).copy()
