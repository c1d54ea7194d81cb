"""The search for the most likely parameters: damped Gauss-Newton steps within limits.

Steps are those of Levenberg and Marquardt,

    (H + lambda diag H) step = -gradient,

with the gradient and the Gauss-Newton matrix H of the likelihood with its prior. An entry that lies
at a limit and would leave it keeps still. A step that does not raise the likelihood is taken back.
"""

from dataclasses import dataclass

import numpy as np

from surrogate.identification.likelihood import Derivatives, Likelihood

LONGEST = 0.7
"""Of a step, in the logarithm of a parameter."""
RAISED, LOWERED = 5.0, 0.2
ATTEMPTS = 6
CONVERGED = 0.02
"""Gain of a step in the logarithm of the likelihood below which a search ends."""


@dataclass(frozen=True, eq=False)
class Found:
    """Where a search has ended.

    Attributes
    ----------
    theta : ndarray, shape (entry,)
    value : float
        Minus the logarithm of the likelihood, up to a constant.
    levels : ndarray, shape (channel,)
        Root mean square of the residuals of each channel, in its unit.
    steps : int
    """

    theta: np.ndarray
    value: float
    levels: np.ndarray
    steps: int


def search(
    likelihood: Likelihood,
    steps: int,
    theta: np.ndarray | None = None,
    converged: float = CONVERGED,
    between_jumps: bool = False,
) -> Found:
    """Return where a search ends, after as many steps or earlier, where it no longer gains.

    Parameters
    ----------
    likelihood : Likelihood
    steps : int
        Most steps.
    theta : ndarray, shape (entry,), optional
        Where it begins; the start of the space by default.
    converged : float
        Gain of a step in the logarithm of the likelihood below which it ends.
    between_jumps : bool
        Whether it is led by derivatives that leave jumps of the responses out: from near the end.
    """
    theta = np.zeros(len(likelihood.space)) if theta is None else theta
    residuals = likelihood.residuals(theta)
    value = likelihood.value(theta, residuals)
    damping = 0.1
    taken = 0
    while taken < steps:
        taken += 1
        derivatives = likelihood.derivatives(theta, residuals, between_jumps)
        tried = _better(likelihood, theta, value, derivatives, damping)
        if tried is None:
            break
        after, damping = tried[0], tried[1]
        gain = value - after.value
        theta, value = after.theta, after.value
        residuals = after.residuals
        if gain < converged:
            break
    return Found(theta, value, likelihood.levels(residuals), taken)


@dataclass(frozen=True, eq=False)
class _Point:
    theta: np.ndarray
    value: float
    residuals: np.ndarray


def _better(
    likelihood: Likelihood,
    theta: np.ndarray,
    value: float,
    derivatives: Derivatives,
    damping: float,
) -> tuple[_Point, float] | None:
    """A point of higher likelihood and the damping for the next step; None where none is found."""
    slope, curvature = likelihood.space.prior_derivatives(theta)
    gradient = derivatives.scores.sum(axis=0) + slope
    matrix = derivatives.information + curvature
    limits = likelihood.space.limits()
    for _ in range(ATTEMPTS):
        moved = np.clip(theta + _step(matrix, gradient, damping, theta, limits), *limits)
        point = _at(likelihood, moved)
        if point is not None and point.value < value:
            return point, damping * LOWERED
        damping *= RAISED
    return None


def _at(likelihood: Likelihood, theta: np.ndarray) -> _Point | None:
    """A point, None where its structure has no response."""
    try:
        residuals = likelihood.residuals(theta)
    except ValueError:  # the integrator gives up
        return None
    if not np.isfinite(residuals).all():
        return None
    return _Point(theta, likelihood.value(theta, residuals), residuals)


def _step(
    matrix: np.ndarray,
    gradient: np.ndarray,
    damping: float,
    theta: np.ndarray,
    limits: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    low, high = limits
    held = (theta <= low) & (gradient > 0.0) | (theta >= high) & (gradient < 0.0)
    scale = np.sqrt(np.diag(matrix))
    free = ~held & (scale > 0.0)
    step = np.zeros_like(theta)
    own = matrix[np.ix_(free, free)] / np.outer(scale[free], scale[free])
    damped = own + damping * np.eye(free.sum())
    step[free] = -np.linalg.solve(damped, gradient[free] / scale[free]) / scale[free]
    longest = np.abs(step).max(initial=0.0)
    return step * min(1.0, LONGEST / longest) if longest > 0.0 else step
