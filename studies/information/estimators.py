"""Variances of estimators against the bound of Cramer and Rao, and how the estimates are spread.

    Var(A) >= 1 / (N I(t))  for every unbiased estimator A of t from N samples          Cramer & Rao
    sqrt(N I(t)) (t_N - t)  ->  N(0, 1)                   for the maximum-likelihood estimate t_N

For the rate t of an exponential law t_N = 1 / mean(x) = N t / G with G of the gamma law of order N,
so that both sides are known without sampling.
"""

from collections.abc import Callable

import numpy as np
import xarray as xr
from scipy.stats import gamma, norm, trim_mean

SIZE = 50  # samples of an estimate
RATE = 2.0
CENTRES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "mean": lambda x: x.mean(axis=1),
    "trimmed mean": lambda x: trim_mean(x, 0.2, axis=1),
    "median": lambda x: np.median(x, axis=1),
    "mid-range": lambda x: 0.5 * (x.min(axis=1) + x.max(axis=1)),
}
LENGTHS = np.array([3, 10, 30, 100, 300, 1000, 3000, 10_000])
SHOWN = (3, 100)  # of which histograms are drawn
BINS = np.linspace(-3.0, 5.0, 81)
POINTS = np.linspace(-8.0, 8.0, 4001)


def variances(seed: int, repetitions: int) -> xr.Dataset:
    """Variance times N I of unbiased estimators of a normal mean, from repeated samples."""
    samples = np.random.default_rng(seed).standard_normal((repetitions, SIZE))
    found = [SIZE * estimate(samples).var() for estimate in CENTRES.values()]
    return xr.Dataset({"variance_ratio": ("estimator", found)}, {"estimator": list(CENTRES)})


def likelihood_estimates(seed: int, repetitions: int) -> xr.Dataset:
    """Histograms of standardised maximum-likelihood estimates of an exponential rate.

    Returns
    -------
    Dataset
        `density` (size, bin) of sqrt(N I) (t_N - t); `rate_variance`, their variance with the
        largest N.
    """
    generator = np.random.default_rng(seed)
    rows = [standardised(generator.gamma(size, 1.0, repetitions), size) for size in SHOWN]
    largest = LENGTHS[-1]
    many = standardised(generator.gamma(largest, 1.0, repetitions), largest)
    width = BINS[1] - BINS[0]
    density = [np.histogram(row, BINS)[0] / (repetitions * width) for row in rows]
    return xr.Dataset(
        {"density": (("size", "bin"), density), "rate_variance": many.var()},
        {"size": list(SHOWN), "bin": 0.5 * (BINS[:-1] + BINS[1:])},
    )


def standardised(total: np.ndarray, size: int) -> np.ndarray:
    """sqrt(N I) (t_N - t) where t times the sum of the samples is `total`."""
    return np.sqrt(size) * (size / total - 1.0)


def distances() -> xr.Dataset:
    """Largest distance of the distributions of the rate's estimate from the normal one."""
    found = [kolmogorov(int(size)) for size in LENGTHS]
    return xr.Dataset({"kolmogorov": ("length", found)}, {"length": LENGTHS})


def kolmogorov(size: int) -> float:
    """Largest |P(sqrt(N I) (t_N - t) <= z) - Phi(z)|, by the gamma law."""
    limit = 1.0 + POINTS / np.sqrt(size)
    inside = limit > 0
    below = np.zeros_like(POINTS)
    below[inside] = gamma(size).sf(size / limit[inside])
    return float(abs(below - norm.cdf(POINTS)).max())
