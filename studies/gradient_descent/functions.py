"""Convex functions with a Lipschitz gradient, whose constants and least are known.

quadratic   f(x) = 1/2 sum l_i x_i^2,                  alpha = min l_i, beta = max l_i
chain       f(x) = 1/2 x'Ax - x_1, A = tridiag(-1, 2, -1)     the slowest for descent: Nesterov 2004
logistic    f(w) = mean ln(1 + exp(- t_i <w, x_i>)) + alpha/2 |w|^2,   beta = max eig X'X/4N + alpha
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

DIMENSION = 10
LINKS = 100  # of the chain
SAMPLES = 200
PENALTY = 0.01


@dataclass(frozen=True)
class Convex:
    """A convex function.

    Attributes
    ----------
    value, gradient : callable
        Of a point, shape (d,).
    start, minimizer : ndarray, shape (d,)
    smoothness : float
        beta, the Lipschitz constant of the gradient.
    convexity : float
        alpha, of strong convexity.
    """

    value: Callable[[np.ndarray], float]
    gradient: Callable[[np.ndarray], np.ndarray]
    start: np.ndarray
    minimizer: np.ndarray
    smoothness: float
    convexity: float

    @property
    def condition(self) -> float:
        """kappa = beta / alpha."""
        return self.smoothness / self.convexity


def quadratic(condition: float) -> Convex:
    """A quadratic function of ten coordinates with a given condition number; alpha = 1."""
    curvature = np.geomspace(1.0, condition, DIMENSION)
    return Convex(
        lambda x: 0.5 * float(curvature @ x**2),
        lambda x: curvature * x,
        np.ones(DIMENSION),
        np.zeros(DIMENSION),
        condition,
        1.0,
    )


def chain() -> Convex:
    """A chain of springs that is pulled at one end; its condition number is about 4000."""
    angles = np.pi * np.arange(1, LINKS + 1) / (LINKS + 1)
    eigenvalues = 2.0 - 2.0 * np.cos(angles)

    def stiffness(x: np.ndarray) -> np.ndarray:
        force = 2.0 * x
        force[1:] -= x[:-1]
        force[:-1] -= x[1:]
        return force

    pull = np.zeros(LINKS)
    pull[0] = 1.0
    return Convex(
        lambda x: float(0.5 * x @ stiffness(x) - x[0]),
        lambda x: stiffness(x) - pull,
        np.zeros(LINKS),
        1.0 - np.arange(1, LINKS + 1) / (LINKS + 1),
        float(eigenvalues[-1]),
        float(eigenvalues[0]),
    )


def logistic(seed: int) -> Convex:
    """Penalised logistic regression of two classes of points that overlap."""
    generator = np.random.default_rng(seed)
    signs = np.repeat([-1.0, 1.0], SAMPLES // 2)
    x = generator.standard_normal((SAMPLES, 3)) * [0.3, 1.0, 3.0] + 0.5 * signs[:, None]
    rows = signs[:, None] * x

    def value(w: np.ndarray) -> float:
        return float(np.logaddexp(0.0, -rows @ w).mean() + 0.5 * PENALTY * w @ w)

    def gradient(w: np.ndarray) -> np.ndarray:
        return -rows.T @ expit(-rows @ w) / SAMPLES + PENALTY * w

    largest = float(np.linalg.eigvalsh(x.T @ x)[-1]) / (4 * SAMPLES)
    found = minimize(value, np.zeros(3), jac=gradient, method="BFGS", options={"gtol": 1e-12})
    return Convex(value, gradient, np.zeros(3), found.x, largest + PENALTY, PENALTY)


def examples(seed: int) -> dict[str, Convex]:
    """One of each; the seed draws the points of the classes."""
    return {"quadratic": quadratic(100.0), "chain": chain(), "logistic": logistic(seed)}
