"""Distributions of largest entropy with given means, and the exponential family that they are.

    max H(q)  with  E_q[y_k] = mu_k          has the solution  p_t(x) = exp(-<t, y(x)>) / Z(t)

Found twice: among all distributions by sequential quadratic programming, which knows nothing of the
form, and from the dual, the least of ln Z(t) + <t, mu>. For any other q with these means
H(p_t) - H(q) = D(q || p_t).
"""

from collections.abc import Callable

import numpy as np
import torch
import xarray as xr
from scipy.linalg import null_space
from scipy.optimize import LinearConstraint, minimize
from scipy.special import entr, logsumexp, rel_entr
from scipy.stats import norm
from torch import Tensor

FACES = np.arange(1.0, 7.0)
DIE_MEAN = 4.5  # Jaynes' die
GRID = np.linspace(-8.0, 8.0, 1601)
MEAN = 0.5
VARIANCE = 1.5
OTHERS = 200


def dual(y: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Parameters t of the exponential family with given means, shape (constraint,).

    Parameters
    ----------
    y : ndarray, shape (constraint, outcome)
    means : ndarray, shape (constraint,)
    """

    def value(t: np.ndarray) -> float:
        return float(logsumexp(-t @ y) + t @ means)

    def slope(t: np.ndarray) -> np.ndarray:
        return means - y @ family(t, y)

    found = minimize(value, np.zeros(len(means)), jac=slope, method="BFGS", options={"gtol": 1e-10})
    return found.x


def family(t: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Probabilities exp(-<t, y>) / Z, shape (outcome,)."""
    exponent = -t @ y
    return np.exp(exponent - logsumexp(exponent))


def primal(y: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Distribution of largest entropy among all with the given means, shape (outcome,)."""
    outcomes = y.shape[1]
    rows = np.vstack([np.ones(outcomes), y])
    given = np.concatenate([[1.0], means])
    found = minimize(
        lambda q: -entr(q).sum(),
        np.full(outcomes, 1.0 / outcomes),
        jac=lambda q: np.log(np.clip(q, 1e-300, None)) + 1.0,
        method="SLSQP",
        bounds=[(1e-12, 1.0)] * outcomes,
        constraints=LinearConstraint(rows, given, given),
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    return found.x


def solve(seed: int) -> xr.Dataset:
    """The die and the normal law as distributions of largest entropy, and what holds of them."""
    y = FACES[None]
    means = np.array([DIE_MEAN])
    die = family(dual(y, means), y)
    moments = np.stack([GRID, GRID**2])
    bell = family(dual(moments, np.array([MEAN, MEAN**2 + VARIANCE])), moments)
    exact = norm(MEAN, np.sqrt(VARIANCE)).pdf(GRID) * (GRID[1] - GRID[0])
    gap, identity = compete(die, y, np.random.default_rng(seed))
    return xr.Dataset(
        {
            "die": ("face", die),
            "die_primal": ("face", primal(y, means)),
            "bell_error": abs(bell - exact).max() / exact.max(),
            "least_gap": gap,
            "gap_error": identity,
        },
        {"face": FACES},
    )


def compete(best: np.ndarray, y: np.ndarray, generator: np.random.Generator) -> tuple[float, float]:
    """Entropy that random distributions with the same means lack, least, and its formula's error.

    Parameters
    ----------
    best : ndarray, shape (outcome,)
    y : ndarray, shape (constraint, outcome)
    generator : Generator
    """
    free = null_space(np.vstack([np.ones(best.size), y]))
    gaps = []
    errors = []
    for _ in range(OTHERS):
        way = free @ generator.standard_normal(free.shape[1])
        farthest = (best / np.clip(-way, 1e-12, None)).min()
        other = best + generator.uniform(0.05, 0.95) * farthest * way
        gaps.append(entr(best).sum() - entr(other).sum())
        errors.append(abs(gaps[-1] - rel_entr(other, best).sum()))
    return min(gaps), max(errors)


def derivatives() -> xr.Dataset:
    """Score and Hessian of the log-likelihood by automatic differentiation, against moments of y.

    The score at each face is E[y] - y, its mean zero, the Hessian - Cov(y); here for y = (x, x^2)
    on the faces of a die.
    """
    faces = torch.tensor(FACES)
    y = torch.stack([faces, faces**2])
    t = torch.tensor([-0.3, 0.02], dtype=torch.float64)
    p = torch.softmax(-t @ y, dim=0)
    mean = y @ p
    covariance = (y * p) @ y.T - torch.outer(mean, mean)
    score = torch.func.jacrev(log_likelihood(y))(t)  # (outcome, constraint)
    hessian = torch.func.hessian(log_likelihood(y))(t)  # (outcome, constraint, constraint)
    scale = covariance.abs().max()
    return xr.Dataset(
        {
            "score_error": float((score - (mean - y.T)).abs().max() / y.max()),
            "mean_score": float((p @ score).abs().max() / y.max()),
            "hessian_error": float((hessian + covariance).abs().max() / scale),
        }
    )


def log_likelihood(y: Tensor) -> Callable[[Tensor], Tensor]:
    """ln p_t of every outcome as a function of t."""
    return lambda t: torch.log_softmax(-t @ y, dim=0)
