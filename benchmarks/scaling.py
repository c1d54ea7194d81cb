"""What the speed of the package depends on: threads, storeys, exponents, the law, and a kernel
compiled already.
"""

import os
import subprocess
import sys
import tempfile
from time import perf_counter

import numpy as np

from benchmarks.problem import noise
from benchmarks.timing import best_seconds
from simulators import BaberNoori, BoucWen, shear_building, solve
from simulators.structures.presets import five_storey

_LOOSE = 0.5
"""Tolerance that every response meets at the first attempt, with the steps that stability asks for.
"""


def _respond(building, motions, tolerance=_LOOSE, threads=1):
    return solve(
        building,
        motions,
        tolerance=tolerance,
        outputs=("drift",),
        dtype=np.float32,
        threads=threads,
    )


def _seconds_per_step(buildings, motions, rounds):
    """Best seconds of each building for one step a sample of all motions: dict of name to float."""
    calls = {
        name: lambda b=building: _respond(b, motions)["steps"].values.mean()
        for name, building in buildings.items()
    }
    seconds, steps = best_seconds(calls, rounds)
    return {name: seconds[name] / steps[name] for name in calls}


def two_threads(cores, count, rounds):
    """Speed of two threads over that of one, on two of the `cores`; None where there are fewer."""
    if len(cores) < 2:
        return None
    pinned = os.sched_getaffinity(0)
    building, motions = five_storey(), noise(count)
    os.sched_setaffinity(0, set(sorted(cores)[-2:]))
    try:
        calls = {
            threads: lambda t=threads: _respond(building, motions, 1e-4, t) for threads in (1, 2)
        }
        seconds, _ = best_seconds(calls, rounds, perf_counter)
    finally:
        os.sched_setaffinity(0, pinned)
    return seconds[1] / seconds[2]


def _law(storeys, exponents=(2.0, 3.0)):
    """Bouc-Wen storeys whose exponents alternate."""
    return BoucWen.from_yield(
        np.full(storeys, 30e3), 0.07, post_yield_ratio=0.05, exponent=np.resize(exponents, storeys)
    )


def _tower(law):
    return shear_building(np.full(len(law), 100.0), law, 500.0)


def fifty_storeys(count, rounds):
    """Cost of a response of 50 storeys over one of 5, of the same law and the same number of
    steps.
    """
    seconds = _seconds_per_step({n: _tower(_law(n)) for n in (5, 50)}, noise(count), rounds)
    return seconds[50] / seconds[5]


def laws(count, rounds):
    """Cost of a step with exponents that are not whole, and with the Baber-Noori law, over one of
    plain Bouc-Wen.
    """
    plain = _law(5)
    degrading = BaberNoori(
        plain.stiffness,
        plain.post_yield_ratio,
        plain.beta,
        plain.gamma,
        plain.exponent,
        mass=100.0,
        strength_loss=0.02,
        flexibility_gain=0.02,
        pinching=0.9,
        pinching_rate=0.5,
        pinching_onset=0.1,
        spread=0.05,
        spread_rate=0.01,
        coupling=0.3,
    )
    buildings = {
        "plain": _tower(plain),
        "mixed": _tower(_law(5, (2.3, 2.7))),
        "baber_noori": _tower(degrading),
    }
    seconds = _seconds_per_step(buildings, noise(count), rounds)
    return seconds["mixed"] / seconds["plain"], seconds["baber_noori"] / seconds["plain"]


def first_calls():
    """Seconds of the first response in a new process with an empty cache of numba, and in the next
    process.
    """
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            command = [sys.executable, "-m", "benchmarks.first_call"]
            environment = os.environ | {"NUMBA_CACHE_DIR": folder}
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=True
            )
            seconds.append(float(done.stdout))
    return tuple(seconds)
