"""Exceedance probabilities of a hysteretic oscillator under random motions, by counting.

A published example of reliability methods: mass 6e4 kg, stiffness 5e6 N/m, 5 % damping, a Bouc-Wen
spring that yields at 0.04 m (post-yield ratio 0.1, n = 3, A = 1, beta = gamma), under

    a_g(t) = sigma sum_i (u_i cos w_i t + u_(i + d/2) sin w_i t),   i = 1 ... d/2,               (1)
    w_i = 30 pi i / d,   sigma = sqrt(2 S dw),   S = 0.005 m^2/s^3,   d = 10,

u standard normal. Asked for is P(x(8 s) > z). The samples are drawn in chunks, each from a seed of
its own; the file of a chunk is written when it is done, and a run that was stopped goes on::

    python -m benchmarks.tail --samples 2000000 --out runs/tail

2e6 samples gave 1.829e-3, 1.29e-4 and 2.5e-6 for z of 0.05, 0.06 and 0.07 m, which are +0.7, -1.5
and -0.9 standard errors from the published 1.798e-3, 1.475e-4 and 4.5e-6: these hold.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from datasets.files.disk import new_file
from simulators import BoucWen, Structure, shear_building, solve
from simulators.excitation.load import BaseMotions

MASS = 6e4  # kg
STIFFNESS = 5e6  # N/m
DAMPING_RATIO = 0.05
DIMENSIONS = 10
DENSITY = 0.005  # m^2/s^3
END = 8.0  # s
INTERVAL = 0.01  # s, a thirteenth of the shortest period of (1)
TOLERANCE = 1e-4
CHUNK = 10_000
THRESHOLDS = (0.05, 0.06, 0.07)
"""z, m."""
QUOTED = (1.798e-3, 1.475e-4, 4.5e-6)
"""P(x(8 s) > z) as published."""
QUOTED_SAMPLES = 2_000_000


def oscillator() -> Structure:
    """Return the oscillator, of one degree of freedom."""
    law = BoucWen.from_yield(STIFFNESS, 0.04, post_yield_ratio=0.1, exponent=3.0, beta_share=0.5)
    dashpot = 2.0 * DAMPING_RATIO * np.sqrt(STIFFNESS * MASS)
    return shear_building(MASS, law, dashpot)


def motions(numbers: np.ndarray, interval: float = INTERVAL) -> BaseMotions:
    """Return motions (1) for standard normal numbers, shape (sample, DIMENSIONS)."""
    half = DIMENSIONS // 2
    step = 30.0 * np.pi / DIMENSIONS  # rad/s
    time = interval * np.arange(round(END / interval) + 1)
    phase = step * np.arange(1, half + 1)[:, None] * time
    waves = np.concatenate([np.cos(phase), np.sin(phase)])
    return BaseMotions(np.sqrt(2.0 * DENSITY * step) * numbers @ waves, interval)


def last_displacement(
    numbers: np.ndarray, interval: float = INTERVAL, tolerance: float = TOLERANCE
) -> np.ndarray:
    """Return x(8 s) (m) for standard normal numbers, shape (sample, DIMENSIONS)."""
    signals = motions(numbers, interval)
    response = solve(
        oscillator(), signals, outputs=["displacement"], tolerance=tolerance, threads=1
    )
    return np.asarray(response["displacement"].values[:, -1, 0])


def chunk(number: int, folder: Path) -> np.ndarray:
    """Return x(8 s) of one chunk, from its file where there is one."""
    path = folder / f"{number:05d}.npy"
    if not path.exists():
        seed = np.random.SeedSequence(0, spawn_key=(number,))
        numbers = np.random.default_rng(seed).standard_normal((CHUNK, DIMENSIONS))
        with new_file(path) as temporary, temporary.open("wb") as file:
            np.save(file, last_displacement(numbers))
    return np.asarray(np.load(path))


def report(values: np.ndarray) -> list[str]:
    """Return a line for each threshold: the share above it, the quoted one, and their distance."""
    lines = []
    for threshold, quoted in zip(THRESHOLDS, QUOTED, strict=True):
        share = float(np.mean(values > threshold))
        # Both are counts: of as many samples as there are here, and of those published.
        error = np.sqrt(quoted * (1.0 - quoted) * (1.0 / len(values) + 1.0 / QUOTED_SAMPLES))
        lines.append(
            f"P(x > {threshold:g} m) = {share:.4g} from {len(values)} samples, quoted "
            f"{quoted:.4g}: {(share - quoted) / error:+.1f} standard errors of the difference"
        )
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    """Count exceedances, going on where a run was stopped."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=200_000, help=f"a multiple of {CHUNK}")
    parser.add_argument("--out", type=Path, required=True, help="folder of the chunks")
    given = parser.parse_args(argv)
    if given.samples < CHUNK or given.samples % CHUNK:
        parser.error(f"--samples {given.samples}: must be a positive multiple of {CHUNK}")
    given.out.mkdir(parents=True, exist_ok=True)
    chunks = []
    for number in range(given.samples // CHUNK):
        chunks.append(chunk(number, given.out))
        print(f"{(number + 1) * CHUNK} of {given.samples} samples", flush=True)
    print("\n".join(report(np.concatenate(chunks))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
