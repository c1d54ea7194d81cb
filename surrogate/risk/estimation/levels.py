"""Subset simulation: a small probability as a product of large ones.

The limit is reached over levels y_1 < y_2 < ... each of which a share p_0 of the runs beyond the
level before exceeds:

    P = p_0^(levels) P(y > limit | y > last level).                                              (1)

Runs beyond a level come from Markov chains that start at the runs which exceeded it. A chain
proposes rho u + sqrt(1 - rho^2) xi with xi standard normal, which leaves the standard normal
distribution as it is, and stays where the proposal does not exceed the level. The coefficient of
variation of a level of n runs with the conditional probability p is

    delta^2 = (1 - p) / (p n) (1 + gamma)                                                        (2)

with gamma from the correlation along the chains, and delta^2 of P is taken as the sum over levels.
The levels adapt to the runs: the estimate has a bias of the order of 1 / n, and correlation between
levels makes the true error somewhat larger than (2) says.

References
----------
Au, S.-K. and Beck, J. L. (2001). Estimation of small failure probabilities in high dimensions by
subset simulation. Probabilistic Eng. Mech. 16(4), 263-277. (Equations 27 to 30.)
Papaioannou, I. et al. (2015). MCMC algorithms for subset simulation. Probabilistic Eng. Mech. 41,
89-103. (The proposal.)
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from simulators.checks import is_number
from surrogate.risk.estimation.estimate import Estimate, checked_count

KEPT = 0.1
"""p_0."""
CORRELATION = 0.8
"""rho of the proposal."""
MOST_LEVELS = 12

Response = Callable[[np.ndarray], np.ndarray]
"""Demands, shape (run,), for standard normal numbers, shape (run, dimension)."""


@dataclass(frozen=True, eq=False)
class _Level:
    """Runs of one level, as chains: shapes (chain, step, dimension) and (chain, step)."""

    numbers: np.ndarray
    demands: np.ndarray

    def variation(self, level: float) -> tuple[float, float]:
        """Return the share of runs above a level, and delta^2 of (2)."""
        above = self.demands > level
        share = float(above.mean())
        chains, steps = above.shape
        variance = share * (1.0 - share)
        if variance == 0.0:
            return share, 0.0
        gamma = 0.0
        for lag in range(1, steps):
            products = above[:, :-lag] & above[:, lag:]
            correlation = (float(products.mean()) - share**2) / variance
            gamma += 2.0 * (1.0 - lag / steps) * correlation
        return share, (1.0 - share) / (share * chains * steps) * max(1.0 + gamma, 1.0)


def subset(
    response: Response, dimension: int, limit: float, runs: int, generator: np.random.Generator
) -> Estimate:
    """Return P(response(u) > limit) for standard normal u.

    Parameters
    ----------
    response : callable
        From numbers, shape (run, dimension), to demands, shape (run,).
    dimension : int
    limit : float
    runs : int
        Runs a level, a multiple of 10 and at least 100.
    generator : numpy.random.Generator

    Raises
    ------
    ValueError
        If an argument is not as described, a demand is not finite, or the limit is not reached
        within 12 levels (a probability of 1e-12).
    """
    checked_count("dimension", dimension, 1)
    if not is_number(limit):
        raise ValueError(f"limit = {limit!r}: must be a finite number")
    if checked_count("runs", runs, 100) % 10:
        raise ValueError(f"runs = {runs}: must be a multiple of 10, a tenth of which is kept")
    numbers = generator.standard_normal((runs, 1, dimension))
    level = _Level(numbers, _demands(response, numbers[:, 0])[:, None])
    value = 1.0
    variation = 0.0
    total = runs
    for _ in range(MOST_LEVELS):
        edge = _edge(level.demands)
        if edge >= limit:
            break
        share, square = level.variation(edge)
        value *= share
        variation += square
        level = _beyond(response, level, edge, generator)
        total += level.demands.size - len(level.demands)  # seeds are not run again
    share, square = level.variation(limit)
    if share == 0.0:
        raise ValueError(f"limit = {limit:g} was not reached within {MOST_LEVELS} levels")
    value *= share
    return Estimate(value, value * sqrt(variation + square), total)


def _edge(demands: np.ndarray) -> float:
    """Return the level that a share p_0 of the runs exceeds."""
    ordered = np.sort(demands, axis=None)
    return float(ordered[-round(KEPT * ordered.size) - 1])


def _beyond(
    response: Response, level: _Level, edge: float, generator: np.random.Generator
) -> _Level:
    """Return chains beyond a level, as many runs in all as before, from those that exceeded it."""
    above = level.demands > edge
    now = level.numbers[above]
    demands = level.demands[above]
    if len(now) == 0:
        raise ValueError(f"all demands are {edge:g}: no level can be set between them")
    steps = max(1, level.demands.size // len(now))
    path = [now]
    path_demands = [demands]
    for _ in range(steps - 1):
        noise = generator.standard_normal(now.shape)
        proposed = CORRELATION * now + sqrt(1.0 - CORRELATION**2) * noise
        found = _demands(response, proposed)
        accepted = found > edge
        now = np.where(accepted[:, None], proposed, now)
        demands = np.where(accepted, found, demands)
        path.append(now)
        path_demands.append(demands)
    return _Level(np.stack(path, axis=1), np.stack(path_demands, axis=1))


def _demands(response: Response, numbers: np.ndarray) -> np.ndarray:
    values = np.asarray(response(numbers), dtype=float)
    if values.shape != (len(numbers),) or not np.isfinite(values).all():
        raise ValueError(
            f"response gave demands of shape {values.shape} for {len(numbers)} runs: expected one "
            "finite number a run; give runs that failed a demand above the limit"
        )
    return values
