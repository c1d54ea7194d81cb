"""Shannon's experiment with parallel channels that obey Darcy's law.

N channels between two heads have conductivities K_i, drawn from b values with probabilities p_j;
the discharge is Q = sum K_i (A dh / L = 1 here). With b_j channels of value j and f_j = b_j / N,

    one arrangement      ln p = sum b_j ln p_j = - N (D(f || p) + H(f))
    arrangements of b_j  N_Q = N! / prod b_j!,            ln N_Q / N  ->  H(p)
    between              e^(N H(f)) / (N + 1)^b  <=  N_Q  <=  e^(N H(f))       Cover & Thomas 11.1.3
    compositions         (N + b - 1)! / (N! (b - 1)!)
"""

from itertools import combinations_with_replacement
from math import comb, factorial

import numpy as np
import xarray as xr
from scipy.special import gammaln, rel_entr
from scipy.stats import entropy, multinomial

CONDUCTIVITIES = np.array([1e-6, 1e-5, 1e-4])  # m/s
PROBABILITIES = np.array([0.5, 0.3, 0.2])
VALUES = PROBABILITIES.size
NUMBERS = np.array([10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000])
FEW = 4  # channels whose compositions are counted one by one
DRAWN = 1000  # channels of each experiment


def count() -> xr.Dataset:
    """Arrangements of the most probable composition, its probability, and the formulas' errors."""
    filled = np.rint(NUMBERS[:, None] * PROBABILITIES)  # (number, value)
    arrangements = gammaln(NUMBERS + 1) - gammaln(filled + 1).sum(axis=1)
    one = filled @ np.log(PROBABILITIES)
    compositions = sum(1 for _ in combinations_with_replacement(range(VALUES), FEW))
    printed = factorial(FEW + VALUES - 1) / (factorial(VALUES) * factorial(FEW - 1))
    return xr.Dataset(
        {
            "log_arrangements": ("number", arrangements / NUMBERS),
            "channel_entropy": entropy(PROBABILITIES),
            "type_bound": ("number", VALUES * np.log(NUMBERS + 1) / NUMBERS),
            "composition_probability": ("number", np.exp(arrangements + one)),
            "compositions": compositions,
            "compositions_printed": printed,
            "compositions_by_formula": comb(FEW + VALUES - 1, VALUES - 1),
        },
        {"number": NUMBERS},
    )


def draw(seed: int, experiments: int) -> xr.Dataset:
    """Experiments with many channels: what becomes of the probability of their arrangements.

    Returns
    -------
    Dataset
        `surprise_deviation`, the distance of the mean of -ln p / N from the entropy in standard
        errors; `arrangement_error`, the largest relative error of - N (D + H) as ln p;
        `discharge_deviation`, that of the mean discharge from N E[K].
    """
    generator = np.random.default_rng(seed)
    filled = multinomial(DRAWN, PROBABILITIES).rvs(experiments, generator)
    one = filled @ np.log(PROBABILITIES)
    shares = filled / DRAWN
    formula = -DRAWN * (rel_entr(shares, PROBABILITIES).sum(axis=1) + entropy(shares, axis=1))
    discharge = filled @ CONDUCTIVITIES
    expected = DRAWN * PROBABILITIES @ CONDUCTIVITIES
    return xr.Dataset(
        {
            "surprise_deviation": _deviation(-one / DRAWN, entropy(PROBABILITIES)),
            "discharge_deviation": _deviation(discharge, expected),
            "arrangement_error": abs(formula / one - 1).max(),
        }
    )


def _deviation(values: np.ndarray, expected: float) -> float:
    """Distance of the mean from what is expected, in standard errors."""
    error = values.std(ddof=1) / np.sqrt(values.size)
    return float((values.mean() - expected) / error)
