"""What each motion moves a fragility curve by: the influences that its standard error is made of.

A fit is a function of the motions; to first order its error is a sum over them,

    (ln median, ln beta) - truth = sum_i psi_i                                                   (1)

and with motions that are independent its covariance is the sum of the squares of psi (the
infinitesimal jackknife, or sandwich). For fits that maximise a likelihood, psi_i is the inverse of
the information times the score of motion i; for moments of capacities it is written out.

References
----------
Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap. Chapman & Hall. (Section
22.6, influences.)
MacKinnon, J. G. and White, H. (1985). Some heteroskedasticity-consistent covariance matrix
estimators with improved finite sample properties. J. Econometrics 29(3), 305-325. (HC2: residuals
are smaller than errors by the square root of 1 - leverage.)
"""

from collections.abc import Callable

import numpy as np
from scipy.special import log_ndtr

from surrogate.risk.fragility.lognormal import LOG_ROOT, Fragility

Fit = Callable[[np.ndarray], Fragility]
"""A curve from the numbers of the motions that enter it, repetitions included."""
Influence = Callable[[Fragility, np.ndarray], np.ndarray]
"""psi of (1), shape (motion, 2), of a curve and the numbers of the motions that gave it."""

MOST_LEVERAGE = 0.9
"""Of a run in a regression: beyond it the residual tells nothing of the error."""


def of_capacities(capacities: np.ndarray) -> np.ndarray:
    """Return psi of `fit_capacities`, shape (motion, 2)."""
    x = np.log(capacities)
    deviation = x - x.mean()
    variance = x.var(ddof=1)
    of_beta = (deviation**2 - (deviation**2).mean()) / (2.0 * variance)
    return np.stack([deviation, of_beta], axis=1) / len(x)


def of_corrected(
    curve: Fragility, true: np.ndarray, surrogate: np.ndarray, further: np.ndarray
) -> np.ndarray:
    """Return psi of `fit_corrected`, the motions with true runs first, shape (motion, 2)."""
    x = np.log(true)
    s = np.log(surrogate)
    every = np.concatenate([s, np.log(further)])
    runs = len(x)
    centred = s - s.mean()
    square = float(centred @ centred)
    slope = float(centred @ x) / square
    leverage = np.minimum(1.0 / runs + centred**2 / square, MOST_LEVERAGE)
    error = (x - x.mean() - slope * centred) / np.sqrt(1.0 - leverage)
    of_slope = centred * error / square
    deviation = every - every.mean()
    variance = float(every.var(ddof=1))
    of_mean = slope * deviation / len(every)
    of_variance = slope**2 * (deviation**2 - (deviation**2).mean()) / len(every)
    of_mean[:runs] += error / runs + (every.mean() - s.mean()) * of_slope
    of_variance[:runs] += 2.0 * slope * variance * of_slope
    of_variance[:runs] += (error**2 - (error**2).mean()) / runs
    return np.stack([of_mean, of_variance / (2.0 * curve.beta**2)], axis=1)


def of_flags(curve: Fragility, intensities: np.ndarray, exceeds: np.ndarray) -> np.ndarray:
    """Return psi of `fit_stripes`, shape (motion, 2).

    Parameters
    ----------
    curve : Fragility
    intensities : ndarray, shape (motion, level) or (level,)
        Of the runs of each motion.
    exceeds : ndarray of bool, shape (motion, level)
    """
    z = np.broadcast_to(np.log(intensities / curve.median) / curve.beta, exceeds.shape)
    density = -0.5 * z**2 - LOG_ROOT
    with_exceeding = np.exp(density - log_ndtr(z))
    without = np.exp(density - log_ndtr(-z))
    residual = np.where(exceeds, with_exceeding, -without)
    weight = with_exceeding * without  # density^2 / (p (1 - p))
    score = -np.stack([residual.sum(axis=1) / curve.beta, (z * residual).sum(axis=1)], axis=1)
    mixed = (weight * z).sum() / curve.beta
    information = [[weight.sum() / curve.beta**2, mixed], [mixed, (weight * z**2).sum()]]
    return np.asarray(np.linalg.solve(information, score.T).T)


def of_line(
    line: tuple[float, float, float],
    x: np.ndarray,
    y: np.ndarray,
    beyond: np.ndarray,
    limit: float,
) -> np.ndarray:
    """Return psi of `fit_cloud`, shape (motion, 2).

    Parameters
    ----------
    line : tuple of float
        a, b and sigma of ln D = a + b ln x + sigma e.
    x, y : ndarray, shape (motion,)
        ln x and ln D.
    beyond : ndarray of bool, shape (motion,)
        Whether ln D is only known to exceed y.
    limit : float
    """
    offset, slope, sigma = line
    residual = (y - offset - slope * x) / sigma
    hazard = np.exp(-0.5 * residual**2 - LOG_ROOT - log_ndtr(-residual))
    rate = np.where(beyond, hazard, residual)
    grows = np.where(beyond, hazard * (hazard - residual), 1.0)  # d rate / d residual
    score = np.stack([rate / sigma, rate * x / sigma, rate * residual - ~beyond], axis=1)
    of_scale = (grows * residual + rate) / sigma
    information = np.empty((3, 3))
    information[0, 0] = grows.sum() / sigma**2
    information[0, 1] = information[1, 0] = (grows * x).sum() / sigma**2
    information[1, 1] = (grows * x**2).sum() / sigma**2
    information[0, 2] = information[2, 0] = of_scale.sum()
    information[1, 2] = information[2, 1] = (of_scale * x).sum()
    information[2, 2] = sigma * (of_scale * residual).sum()
    moved = np.linalg.solve(information, (score - score.mean(axis=0)).T)
    of_median = -(moved[0] + (np.log(limit) - offset) / slope * moved[1]) / slope
    return np.stack([of_median, moved[2] - moved[1] / slope], axis=1)


def jackknife(fit: Fit) -> Influence:
    """Return the influence of any fit: how far the curve moves as each motion is left out.

    It takes a fit for each motion, and again in each repetition of a bootstrap.
    """

    def influence(curve: Fragility, chosen: np.ndarray) -> np.ndarray:
        here = logarithms(curve)
        left_out = [logarithms(fit(np.delete(chosen, place))) for place in range(len(chosen))]
        moved = (len(chosen) - 1) / len(chosen) * (here - np.array(left_out))
        return np.asarray(moved - moved.mean(axis=0))

    return influence


def logarithms(curve: Fragility) -> np.ndarray:
    """Return ln median and ln beta, shape (2,)."""
    return np.log([curve.median, curve.beta])
