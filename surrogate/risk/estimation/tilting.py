"""Inputs drawn near failure: the standard normal numbers of a motion, tilted by a surrogate.

In the space of a few unit vectors, the columns of B, the numbers u get another mean and covariance;
across it they stay as they are:

    q_j = N(B m, I + B (C - I) B^T)                                                              (1)
    q = eta N(0, I) + eta_1 q_1 + eta_2 q_2                                                      (2)

A share eta keeps the distribution asked for, so that the weight p / q is at most 1 / eta: no input,
however wrong the surrogate is about it, carries more. B, m and C are the moments of what exceeds a
level, C widened by half. Of few numbers B is all of space; of many, whose covariance so few inputs
do not tell, it is the direction of their mean alone.

They are found by the surrogate, without true runs: levels are raised until the limit is reached,
and each moves q to what exceeded the level (the cross-entropy method). The last level and the one
before it are (2): what exceeds is seldom normal, and has outliers that the last alone would miss.

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
"""eta of (2)."""
BEFORE_SHARE = 0.3
"""eta_1, of the level before the last."""
WIDENED = 1.5
"""Factor on the covariances."""
KEPT = 0.1
"""Share of the inputs that a level is exceeded by."""
MOST_LEVELS = 12
LEAST_VARIANCE = 0.04
"""Of any coordinate before it is widened: few inputs beyond a level would close the density."""
INPUTS_A_DIMENSION = 20
"""Effective inputs beyond a level, over the dimension, from which on their covariance is taken."""

Response = Callable[[np.ndarray], np.ndarray]
"""Answers, shape (input,), to numbers, shape (input, dimension)."""


@dataclass(frozen=True, eq=False)
class Part:
    """A density (1).

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

    def moved(self, numbers: np.ndarray) -> np.ndarray:
        """Return standard normal numbers moved to the density, shape (input, dimension)."""
        within = numbers @ self.basis
        wanted = self.mean + within @ np.linalg.cholesky(self.covariance).T
        return np.asarray(numbers + (wanted - within) @ self.basis.T)

    def log_ratio(self, numbers: np.ndarray) -> np.ndarray:
        """Return log q_j / p for numbers, shape (input,)."""
        within = numbers @ self.basis
        own = multivariate_normal(self.mean, self.covariance).logpdf(within)
        return np.asarray(own - norm.logpdf(within).sum(axis=1))


@dataclass(frozen=True, eq=False)
class Tilted:
    """The density (2).

    Attributes
    ----------
    parts : tuple of Part
        Of the last two levels; of one where the first level was the limit.
    """

    parts: tuple[Part, ...]

    @property
    def shares(self) -> np.ndarray:
        """Of the distribution asked for and of the parts, shape (part + 1,)."""
        if len(self.parts) == 1:
            return np.array([EVEN_SHARE, 1.0 - EVEN_SHARE])
        return np.array([EVEN_SHARE, BEFORE_SHARE, 1.0 - EVEN_SHARE - BEFORE_SHARE])

    def sample(self, generator: np.random.Generator, inputs: int) -> np.ndarray:
        """Return numbers of the density (2), shape (input, dimension)."""
        dimension = len(self.parts[0].basis)
        numbers = generator.standard_normal((inputs, dimension))
        which = generator.choice(len(self.shares), size=inputs, p=self.shares)
        for place, part in enumerate(self.parts, start=1):
            numbers[which == place] = part.moved(numbers[which == place])
        return numbers

    def log_weights(self, numbers: np.ndarray) -> np.ndarray:
        """Return log p / q for numbers, shape (input,)."""
        ratios = [np.zeros(len(numbers)), *(part.log_ratio(numbers) for part in self.parts)]
        weighted = np.stack(ratios) + np.log(self.shares)[:, None]
        return np.asarray(-np.logaddexp.reduce(weighted, axis=0))


def tilted(
    response: Response,
    dimension: int,
    limit: float,
    generator: np.random.Generator,
    inputs: int = 10_000,
) -> Tilted:
    """Return the density (2) for response(u) > limit, by the answers of a surrogate.

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
    before: tuple[Part, ...] = ()
    for _ in range(MOST_LEVELS):
        answers = np.asarray(response(numbers), dtype=float)
        level = min(float(np.quantile(answers, 1.0 - KEPT)), limit)
        exceeds = answers > level
        if not exceeds.any():
            raise ValueError(f"all answers are {level:g}: no level can be set between them")
        last = _moments(numbers[exceeds], weights[exceeds])
        density = Tilted((*before, last))
        if level == limit:
            return density
        before = (last,)
        numbers = density.sample(generator, inputs)
        weights = np.exp(density.log_weights(numbers))
    raise ValueError(f"limit = {limit:g} was not reached within {MOST_LEVELS} levels")


def _moments(numbers: np.ndarray, weights: np.ndarray) -> Part:
    """Return the density with the weighted moments of numbers.

    The largest tenth of the weights is cut to the least of them: any density is right, and one that
    few outliers decide is a poor one.
    """
    weights = np.minimum(weights, np.quantile(weights, 0.9))
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
    widened = WIDENED * (vectors * np.maximum(values, LEAST_VARIANCE) @ vectors.T)
    return Part(basis, mean @ basis, widened)
