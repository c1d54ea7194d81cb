"""Error over tolerance of random buildings: whether the integrator keeps its promise.

    python -m benchmarks.tolerance                             # 5000 runs, a few minutes of a core
    python -m benchmarks.tolerance --first 2500 --last 3750  # a part of them

Each run is a structure of 1 to 20 storeys with random laws, exponents, masses and periods under a
random motion (`tests.helpers.buildings`), solved to the tolerances 1e-3 and 1e-4 and to 3e-6, which
stands for the exact solution. `--chains` takes chains of Bouc-Wen storeys whose drifts are kept in
single precision, in which they are integrated then. The error is the largest deviation of a drift
over the peak of that drift, for the worst storey. A line is printed after every 250 runs, the last
one is a JSON object.
"""

import argparse
import json

import numpy as np

from simulators import solve
from tests.helpers.buildings import random_building, random_chain, random_motion

TOLERANCES = (1e-3, 1e-4)
EXACT = 3e-6
SAMPLES = 80
EVERY = 250
STOREYS = 20
NEGLIGIBLE = 1e-6
"""Of the largest drift: a storey that moves less is compared with this instead of its peak."""


def main(argv=None):
    """Solve, print a line now and then, and the figures as a JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.tolerance", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--chains", action="store_true", help="in single precision")
    parser.add_argument("--first", type=int, default=0, help="seed of the first run")
    parser.add_argument("--last", type=int, default=5000, help="seed behind the last run")
    options = parser.parse_args(argv)
    if not 0 <= options.first < options.last:
        parser.error(f"--first must be from 0 to below --last, got {options.first}")
    shares = {tolerance: [] for tolerance in TOLERANCES}
    seeds = range(options.first, options.last)
    for count, seed in enumerate(seeds, start=1):
        for tolerance, share in one(seed, options.chains).items():
            shares[tolerance].append(share)
        if count % EVERY == 0:
            print(count, "runs", figures(shares), flush=True)
    print(json.dumps(figures(shares)))


def one(seed, chains=False):
    """Error of a random run over its tolerance, by tolerance."""
    make = random_chain if chains else random_building
    dtype = np.float32 if chains else np.float64
    generator = np.random.default_rng(seed)
    storeys = int(np.ceil(STOREYS ** generator.uniform()))
    building = make(generator, storeys)
    motion = random_motion(generator, SAMPLES)
    exact = _drift(building, motion, EXACT, np.float64)
    peak = np.abs(exact).max(axis=0)
    peak = np.maximum(peak, NEGLIGIBLE * peak.max())
    shares = {}
    for tolerance in TOLERANCES:
        deviation = np.abs(_drift(building, motion, tolerance, dtype) - exact).max(axis=0)
        shares[tolerance] = float((deviation / peak).max()) / tolerance
    return shares


def _drift(building, motion, tolerance, dtype):
    response = solve(building, motion, tolerance=tolerance, outputs=("drift",), dtype=dtype)
    return response.drift.values[0]


def figures(shares):
    """Runs, how many are beyond their tolerance, and quantiles of the error over the tolerance."""
    return {
        f"{tolerance:g}": {
            "runs": len(found),
            "beyond": sum(share > 1.0 for share in found),
            "largest": round(max(found), 3),
            "99 %": round(float(np.quantile(found, 0.99)), 3),
            "median": round(float(np.median(found)), 3),
        }
        for tolerance, found in shares.items()
    }


if __name__ == "__main__":
    main()
