"""Inputs drawn near failure: the standard normal numbers of a motion, tilted by a surrogate.

In the plane of a few unit vectors, the columns of B, the numbers u get another mean and covariance;
across it they stay as they are, and a share eta keeps the distribution asked for:

    q = (1 - eta) N(B m, I + B (C - I) B^T) + eta N(0, I)                                        (1)

The weight p / q depends on B^T u alone and is at most 1 / eta: no input, however wrong the
surrogate is about it, carries more. B, m and C are the moments of what exceeds. Of few numbers B is
all of space; of many, whose covariance so few inputs do not tell, it is the direction of their mean
alone.

They are found by the surrogate, without true runs: levels are raised until the limit is reached,
and each moves q to what exceeded the level (the cross-entropy method).

References
----------
Rubinstein, R. Y. and Kroese, D. P. (2004). The Cross-Entropy Method. Springer, section 2.
El Masri, M., Morio, J. and Simatos, F. (2021). Improvement of the cross-entropy method in high
dimension for failure probability estimation through a one-dimensional projection. Reliab. Eng.
Syst. Saf. 216, 107991.
Peherstorfer, B., Cui, T., Marzouk, Y. and Willcox, K. (2016). Multifidelity importance sampling.
Comput. Methods Appl. Mech. Eng. 300, 490-509. (The density from a surrogate, the outcomes from true
runs.)
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import multivariate_normal, norm

from simulators.checks import is_number
from surrogate.risk.estimation.estimate import checked_count

EVEN_SHARE = 0.1
"""eta of (1)."""
KEPT = 0.1
"""Share of the inputs that a level is exceeded by."""
MOST_LEVELS = 12
LEAST_VARIANCE = 0.04
"""Of any coordinate, so that a level that few inputs exceed does not close the density about them.
"""
INPUTS_A_DIMENSION = 20
"""Effective inputs beyond a level, over the dimension, from which on their covariance is taken."""

Response = Callable[[np.ndarray], np.ndarray]
"""Answers, shape (input,), to numbers, shape (input, dimension)."""


@dataclass(frozen=True, eq=False)
class Tilted:
    """The density (1).

    Attributes
    ----------
    basis : ndarray, shape (dimension, direction)
        B, of orthonormal columns.
    mean : ndarray, shape (direction,)
        m.
    covariance : ndarray, shape (direction, direction)
        C.
    """

    basis: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray

    def sample(self, generator: np.random.Generator, inputs: int) -> np.ndarray:
        """Return numbers of the density (1), shape (input, dimension)."""
        numbers = generator.standard_normal((inputs, len(self.basis)))
        within = numbers @ self.basis
        is_tilted = generator.random(inputs) >= EVEN_SHARE
        moved = self.mean + within @ np.linalg.cholesky(self.covariance).T
        wanted = np.where(is_tilted[:, None], moved, within)
        return np.asarray(numbers + (wanted - within) @ self.basis.T)

    def log_weights(self, numbers: np.ndarray) -> np.ndarray:
        """Return log p / q for numbers, shape (input,)."""
        within = numbers @ self.basis
        of_tilted = multivariate_normal(self.mean, self.covariance).logpdf(within)
        of_even = norm.logpdf(within).sum(axis=1)
        ratio = of_tilted - of_even
        return -np.logaddexp(np.log(EVEN_SHARE), np.log1p(-EVEN_SHARE) + ratio)


def tilted(
    response: Response,
    dimension: int,
    limit: float,
    generator: np.random.Generator,
    inputs: int = 10_000,
) -> Tilted:
    """Return the density (1) for response(u) > limit, by the answers of a surrogate.

    Parameters
    ----------
    response : callable
        From numbers, shape (input, dimension), to answers, shape (input,).
    dimension : int
    limit : float
    generator : numpy.random.Generator
    inputs : int
        Answers a level, at least 100.

    Raises
    ------
    ValueError
        If an argument is not as described, or the surrogate does not reach the limit.
    """
    checked_count("dimension", dimension, 1)
    checked_count("inputs", inputs, 100)
    if not is_number(limit):
        raise ValueError(f"limit = {limit!r}: must be a finite number")
    numbers = generator.standard_normal((inputs, dimension))
    weights = np.ones(inputs)
    for _ in range(MOST_LEVELS):
        answers = np.asarray(response(numbers), dtype=float)
        level = min(float(np.quantile(answers, 1.0 - KEPT)), limit)
        exceeds = answers > level
        if not exceeds.any():
            raise ValueError(f"all answers are {level:g}: no level can be set between them")
        density = _moments(numbers[exceeds], weights[exceeds])
        if level == limit:
            return density
        numbers = density.sample(generator, inputs)
        weights = np.exp(density.log_weights(numbers))
    raise ValueError(f"limit = {limit:g} was not reached within {MOST_LEVELS} levels")


def _moments(numbers: np.ndarray, weights: np.ndarray) -> Tilted:
    """Return the density with the weighted moments of numbers."""
    mean = np.average(numbers, axis=0, weights=weights)
    length = float(np.linalg.norm(mean))
    if length == 0.0:
        raise ValueError("what exceeds lies evenly about zero: no direction leads to failure")
    dimension = len(mean)
    effective = float(weights.sum() ** 2 / (weights @ weights))
    basis = (mean / length)[:, None]
    if effective >= INPUTS_A_DIMENSION * dimension:
        basis = np.eye(dimension)
    within = numbers @ basis
    covariance = np.cov(within.T, aweights=weights).reshape(basis.shape[1], -1)
    values, vectors = np.linalg.eigh(covariance)
    widened = vectors * np.maximum(values, LEAST_VARIANCE) @ vectors.T
    return Tilted(basis, mean @ basis, widened)
