"""Small probabilities from 490 runs, against counts: the oscillator of `benchmarks.tail`.

Every repetition makes all of it anew, from training to estimate, by each of four ways:

    process      a Gaussian process from the numbers of a motion to x(8 s): 120 runs of strong
                 motions, 80 near failure, 80 where it is in doubt; `tilted` draws inputs by it and
                 `guided` chooses 210 more runs
    importance   the same process tilts the inputs, and 210 runs of them are weighted, no more
    bilinear     an oscillator of another class, a bilinear spring, identified from the histories of
                 40 runs, answers in the place of the process, with 60 more to measure its error
    own class    an oscillator of the class that is asked, identified from the same: exact up to its
                 tolerance, so that it shows what the estimator can do, not what a surrogate can

It prints for each way the mean of the estimates beside the count, their scatter, how many times
fewer runs than crude Monte Carlo the mean square error takes (all 490 runs), the share of estimates
within 10 %, and how often intervals of 90 % held the count::

    python -m benchmarks.risk --threshold 0.05 --repetitions 50

| z (m), counted | way | mean of 50 | scatter (stated) | fewer runs | within 10 % | held |
|---|---|---|---|---|---|---|
| 0.04, 1.33e-2 | process | 1.343e-2 | 1.8 % (1.9 %) | 386 | 100 % | 90 % |
| 0.05, 1.829e-3 | process | 1.807e-3 | 2.5 % (3.1 %) | 1436 | 100 % | 94 % |
| 0.06, 1.29e-4 | process | 1.290e-4 | 2.8 % (10.8 %) | 20436 | 100 % | 98 % |
| 0.05 | importance | 1.755e-3 | 14 % (16 %) | 52 | 50 % | 86 % |
| 0.05 | own class, 10 repetitions | 1.793e-3 | 2.0 % (1.4 %) | 1517 | 100 % | 50 % |

The counts are of 2e6 samples (0.04: of 2e5) and have standard errors of 1.9, 1.7 and 6.2 %
themselves: the estimates of the own class are closer to one another than to the count.
"""

import argparse
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

from benchmarks.tail import (
    DAMPING_RATIO,
    DIMENSIONS,
    MASS,
    STIFFNESS,
    last_displacement,
    motions,
    oscillator,
)
from simulators import Bilinear, BoucWen, Structure, shear_building, solve
from surrogate.risk import estimation
from surrogate.risk.estimation import Estimate, Tilted

RUNS = 490
STRONG = 120
NEAR = 80
INFLATION = 1.5
"""Standard deviation of the numbers of strong motions: responses beyond the thresholds occur."""
IDENTIFIED = 40
MEASURED = 60
ANSWERS = 30_000
BLOCK = 5_000
COUNTED = {0.04: 1.33e-2, 0.05: 1.829e-3, 0.06: 1.29e-4}
"""P(x(8 s) > z) of `benchmarks.tail`."""


@dataclass(frozen=True, eq=False)
class Surrogate:
    """What answers numbers of motions, with the standard deviation of its error at each.

    Attributes
    ----------
    answer : callable
        From numbers, shape (input, dimension), to x(8 s) (m), shape (input,).
    error : callable
        From numbers to standard deviations (m), shape (input,).
    runs : int
        True runs that it took.
    """

    answer: Callable[[np.ndarray], np.ndarray]
    error: Callable[[np.ndarray], np.ndarray]
    runs: int


def process(threshold: float, generator: np.random.Generator) -> Surrogate:
    """Return a Gaussian process trained where the threshold is passed."""
    numbers = INFLATION * generator.standard_normal((STRONG, DIMENSIONS))
    true = last_displacement(numbers)
    ratio = 1.0
    for choose in (_near_failure, _in_doubt):
        made = _fitted(numbers, true, 1.0)
        chosen = choose(made, threshold, generator)
        found = last_displacement(chosen)
        off = (found - made.answer(chosen)) / made.error(chosen)
        ratio = max(1.0, float(np.sqrt(np.mean(off**2))))
        numbers = np.concatenate([numbers, chosen])
        true = np.concatenate([true, found])
    return _fitted(numbers, true, ratio)


def identified(structure: Callable[..., Structure], start: Sequence[float]) -> Callable:
    """Return the maker of a surrogate: a structure of parameters found from histories.

    Parameters
    ----------
    structure : callable
        From factors on the parameters, one argument each, to a structure.
    start : sequence of float
        Factors to begin with.
    """

    def made(threshold: float, generator: np.random.Generator) -> Surrogate:
        numbers = INFLATION * generator.standard_normal((IDENTIFIED, DIMENSIONS))
        true = _histories(oscillator(), numbers)

        def residual(logarithms: np.ndarray) -> np.ndarray:
            found = _histories(structure(*np.exp(logarithms)), numbers)
            return np.ravel(found - true) / float(true.std())

        found = least_squares(residual, np.log(start), diff_step=1e-2, max_nfev=40)
        best = structure(*np.exp(found.x))

        def answer(asked: np.ndarray) -> np.ndarray:
            blocks = [asked[i : i + BLOCK] for i in range(0, len(asked), BLOCK)]
            return np.concatenate([_histories(best, block)[:, -1] for block in blocks])

        density = estimation.tilted(answer, DIMENSIONS, threshold, generator, BLOCK)
        tested = density.sample(generator, MEASURED)
        off = last_displacement(tested) - answer(tested)
        error = max(float(np.sqrt(np.mean(off**2))), 1e-6)
        return Surrogate(answer, lambda asked: np.full(len(asked), error), IDENTIFIED + MEASURED)

    return made


def bilinear(
    stiffness: float, yield_displacement: float, ratio: float, damping: float
) -> Structure:
    """Return an oscillator with a bilinear spring, from factors on the parameters of ours."""
    law = Bilinear(STIFFNESS * stiffness, 0.04 * yield_displacement, min(0.1 * ratio, 0.99))
    return shear_building(MASS, law, _dashpot() * damping)


def own_class(
    stiffness: float, yield_displacement: float, ratio: float, damping: float, exponent: float
) -> Structure:
    """Return an oscillator with a Bouc-Wen spring, from factors on the parameters of ours."""
    law = BoucWen.from_yield(
        STIFFNESS * stiffness,
        0.04 * yield_displacement,
        post_yield_ratio=min(0.1 * ratio, 0.99),
        exponent=max(3.0 * exponent, 1.0),
        beta_share=0.5,
    )
    return shear_building(MASS, law, _dashpot() * damping)


def by_guided(
    surrogate: Surrogate, threshold: float, runs: int, generator: np.random.Generator
) -> Estimate:
    """Return the estimate of runs that are chosen among inputs tilted by the surrogate."""
    density = _density(surrogate, threshold, generator)
    numbers = density.sample(generator, ANSWERS)
    plan = estimation.guided(
        surrogate.answer(numbers),
        threshold,
        surrogate.error(numbers),
        runs,
        generator,
        density.log_weights(numbers),
    )
    return plan.estimate(last_displacement(numbers[plan.chosen]) > threshold)


def by_importance(
    surrogate: Surrogate, threshold: float, runs: int, generator: np.random.Generator
) -> Estimate:
    """Return the estimate of weighted runs of inputs tilted by the surrogate."""
    density = _density(surrogate, threshold, generator)
    numbers = density.sample(generator, runs)
    exceeds = last_displacement(numbers) > threshold
    return estimation.importance(exceeds, density.log_weights(numbers))


FAR = (0.8, 0.8, 1.5, 1.5)
"""Factors that identification begins with."""
WAYS = {
    "process": (process, by_guided),
    "importance": (process, by_importance),
    "bilinear": (identified(bilinear, FAR), by_guided),
    "own class": (identified(own_class, (*FAR, 0.7)), by_guided),
}


def estimate(way: str, threshold: float, seed: int) -> Estimate:
    """Return the estimate of one repetition by one of `WAYS`."""
    generator = np.random.default_rng(seed)
    make, estimator = WAYS[way]
    surrogate = make(threshold, generator)
    return estimator(surrogate, threshold, RUNS - surrogate.runs, generator)


def report(way: str, threshold: float, estimates: Sequence[Estimate]) -> str:
    """Return one line of what repetitions gave."""
    counted = COUNTED[threshold]
    values = np.array([one.value for one in estimates])
    crude = counted * (1.0 - counted) / np.mean((values - counted) ** 2)
    held = 0
    for one in estimates:
        low, high = one.interval(0.9)
        held += low <= counted <= high
    within = float(np.mean(np.abs(values / counted - 1.0) < 0.1))
    stated = float(np.mean([one.variation for one in estimates]))
    return (
        f"{way:<12} mean of {len(values)}: {values.mean():.4g}, scatter "
        f"{values.std(ddof=1) / counted:.1%}, stated {stated:.1%}; crude runs over all {RUNS}: "
        f"{crude / RUNS:.0f}; within 10 %: {within:.0%}; 90 % intervals hold the count in "
        f"{held / len(values):.0%}"
    )


def _density(surrogate: Surrogate, threshold: float, generator: np.random.Generator) -> Tilted:
    return estimation.tilted(surrogate.answer, DIMENSIONS, threshold, generator, BLOCK)


def _near_failure(
    surrogate: Surrogate, threshold: float, generator: np.random.Generator
) -> np.ndarray:
    return _density(surrogate, threshold, generator).sample(generator, NEAR)


def _in_doubt(surrogate: Surrogate, threshold: float, generator: np.random.Generator) -> np.ndarray:
    density = _density(surrogate, threshold, generator)
    numbers = density.sample(generator, BLOCK)
    errors = surrogate.error(numbers)
    logarithms = density.log_weights(numbers)
    answers = surrogate.answer(numbers)
    plan = estimation.guided(answers, threshold, errors, NEAR, generator, logarithms)
    return numbers[np.unique(plan.chosen)]


def _fitted(numbers: np.ndarray, true: np.ndarray, ratio: float) -> Surrogate:
    """Return a Gaussian process, whose errors are `ratio` times what it says of itself."""
    kernel = ConstantKernel(1.0, (1e-2, 1e4)) * RBF(np.full(DIMENSIONS, 5.0), (0.5, 100.0))
    kernel = kernel + WhiteKernel(1e-3, (1e-8, 1.0))
    fitted = GaussianProcessRegressor(kernel, normalize_y=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a bound that is reached
        fitted.fit(numbers, true)

    def in_blocks(asked: np.ndarray, with_errors: bool) -> np.ndarray:
        blocks = [asked[i : i + BLOCK] for i in range(0, len(asked), BLOCK)]
        if not with_errors:
            return np.concatenate([fitted.predict(block) for block in blocks])
        return np.concatenate([fitted.predict(block, return_std=True)[1] for block in blocks])

    return Surrogate(
        lambda asked: in_blocks(asked, False),
        lambda asked: ratio * in_blocks(asked, True),
        len(numbers),
    )


def _histories(structure: Structure, numbers: np.ndarray) -> np.ndarray:
    """Return displacements (m), shape (sample, time)."""
    response = solve(
        structure, motions(numbers), outputs=["displacement"], tolerance=1e-4, threads=1
    )
    return np.asarray(response["displacement"].values[:, :, 0])


def _dashpot() -> float:
    return float(2.0 * DAMPING_RATIO * np.sqrt(STIFFNESS * MASS))


def main(argv: Sequence[str] | None = None) -> int:
    """Print what repetitions of the whole estimate give by each way."""
    parser = argparse.ArgumentParser(description=" ".join(__doc__.split("\n\n")[0].split()))
    parser.add_argument("--repetitions", type=int, default=50)
    parser.add_argument("--threshold", type=float, default=0.05, choices=list(COUNTED))
    parser.add_argument("--way", nargs="+", default=list(WAYS), choices=list(WAYS))
    given = parser.parse_args(argv)
    if given.repetitions < 2:
        parser.error("--repetitions must be at least 2")
    print(f"P(x > {given.threshold:g} m), counted {COUNTED[given.threshold]:.4g}")
    for way in given.way:
        estimates = []
        for seed in range(given.repetitions):
            estimates.append(estimate(way, given.threshold, seed))
            one = estimates[-1]
            print(f"{way} {seed}: {one.value:.4g} +- {one.standard_error:.2g}", flush=True)
        print(report(way, given.threshold, estimates), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
