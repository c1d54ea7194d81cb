"""Negative log-likelihood of coins and of normal samples over their parameters.

    coin      NLL/N = - s ln t - (1 - s) ln (1 - t)          share s of heads, parameter t
    normal    NLL/N = 1/2 ln 2 pi + ln sigma + 1/(2 sigma^2 N) sum (y_i - mu)^2
    always    E_p[-ln q] = D(p || q) + H(p)

The last line is why the least expected NLL has the least Kullback-Leibler divergence D.
"""

import numpy as np
import xarray as xr
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import entr, rel_entr, xlogy
from scipy.stats import norm

SHARES = np.linspace(0.02, 0.98, 49)
MEAN = 1.0
SPREAD = 0.5
MEANS = np.linspace(0.0, 2.0, 61)
SPREADS = np.linspace(0.2, 1.6, 57)
NARROW = 0.1  # a density whose entropy is below zero
START = (0.0, 0.0)  # of the search: mu, ln sigma


def coins() -> xr.Dataset:
    """NLL of a coin over share of heads and parameter, its divergence and its entropy."""
    share, parameter = np.meshgrid(SHARES, SHARES, indexing="ij")
    nll = -xlogy(share, parameter) - xlogy(1.0 - share, 1.0 - parameter)
    divergence = rel_entr(share, parameter) + rel_entr(1.0 - share, 1.0 - parameter)
    entropy = entr(SHARES) + entr(1.0 - SHARES)
    return xr.Dataset(
        {
            "coin_nll": (("share", "parameter"), nll),
            "coin_entropy": ("share", entropy),
            "identity_error": abs(nll - divergence - entropy[:, None]).max(),
            "coin_margin": (nll - divergence).min(),
            "narrow_margin": _margin(),
        },
        {"share": SHARES, "parameter": SHARES},
    )


def _margin() -> float:
    """E_p[-ln q] - D(p || q) for two narrow normal densities, by quadrature."""
    p = norm(0.0, NARROW)
    q = norm(NARROW, NARROW)
    reach = 10.0 * NARROW
    nll, _ = quad(lambda x: -p.pdf(x) * q.logpdf(x), -reach, reach, epsabs=1e-12)
    divergence, _ = quad(
        lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), -reach, reach, epsabs=1e-12
    )
    return nll - divergence


def draw(seed: int, samples: int) -> np.ndarray:
    """A normal sample, shape (sample,)."""
    return np.random.default_rng(seed).normal(MEAN, SPREAD, samples)


def surface(seed: int, samples: int) -> xr.Dataset:
    """NLL of a normal sample over mean and spread, by scipy's density, and the sample's moments."""
    values = draw(seed, samples)
    return xr.Dataset(
        {
            "normal_nll": (("location", "scale"), by_scipy(values)),
            "sample": ("moment", [values.mean(), values.std()]),
        },
        {"location": MEANS, "scale": SPREADS, "moment": ["mean", "deviation"]},
    )


def search(seed: int, samples: int) -> xr.Dataset:
    """How far the formula is from scipy's NLL, and a search for the least from the moments."""
    values = draw(seed, samples)
    found = minimize(lambda at: norm.nnlf((at[0], np.exp(at[1])), values) / samples, START)
    moments = np.array([values.mean(), values.std()])
    place = np.array([found.x[0], np.exp(found.x[1])])
    return xr.Dataset(
        {
            "formula_error": abs(by_scipy(values) - formula(values)).max(),
            "search_error": abs(place - moments).max(),
        }
    )


def by_scipy(values: np.ndarray) -> np.ndarray:
    """NLL/N from the density itself on the grid of means and spreads, shape (mean, spread)."""
    rows = [[norm.nnlf((mean, spread), values) for spread in SPREADS] for mean in MEANS]
    return np.array(rows) / len(values)


def formula(values: np.ndarray) -> np.ndarray:
    """NLL/N of the slides on the grid of means and spreads, shape (mean, spread)."""
    square = ((values - MEANS[:, None]) ** 2).mean(axis=1)
    return 0.5 * np.log(2 * np.pi) + np.log(SPREADS) + square[:, None] / (2 * SPREADS**2)
