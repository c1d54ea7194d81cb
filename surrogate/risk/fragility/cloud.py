"""Fragility from a cloud: demands of unscaled motions, a line through their logarithms.

    ln D = a + b ln x + sigma e,   e standard normal                                             (1)
    median = exp((ln limit - a) / b),   beta = sigma / b                                         (2)

Of a motion that collapses, or whose simulation ended early, the demand is known to lie above a
value alone: it enters by the probability of that (a regression with censoring), and is neither left
out nor given a number.

References
----------
Cornell, C. A., Jalayer, F., Hamburger, R. O. and Foutch, D. A. (2002). Probabilistic basis for 2000
SAC Federal Emergency Management Agency steel moment frame guidelines. J. Struct. Eng. 128(4),
526-533.
Tobin, J. (1958). Estimation of relationships for limited dependent variables. Econometrica 26(1),
24-36.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from simulators.checks import is_number
from surrogate.risk.fragility.lognormal import LOG_ROOT, Fragility, positive
from surrogate.risk.fragility.newton import maximum

LEAST = 5
"""Motions with a demand below which no line is drawn."""


@dataclass(frozen=True)
class CloudFragility(Fragility):
    """A curve that a line of demands has given.

    Parameters
    ----------
    median, beta : float
        As of `Fragility`.
    slope : float
        b of (1).
    """

    slope: float

    def line(self, limit: float) -> tuple[float, float, float]:
        """Return a, b and sigma of (1) for the limit that the curve belongs to."""
        offset = float(np.log(limit) - self.slope * np.log(self.median))
        return offset, self.slope, self.beta * self.slope


def fit_cloud(
    intensities: npt.ArrayLike,
    demands: npt.ArrayLike,
    limit: float,
    censored: npt.ArrayLike | None = None,
) -> CloudFragility:
    """Fit a fragility curve to demands by maximum likelihood (1), (2).

    Parameters
    ----------
    intensities, demands : array_like, shape (motion,)
        x and D, positive.
    limit : float
        Demand of the curve.
    censored : array_like of bool, shape (motion,), optional
        Whether the demand is only known to exceed what is given for it; False by default.

    Returns
    -------
    CloudFragility
        With the unbiased variance of the residuals where nothing is censored, the maximum of the
        likelihood otherwise.

    Raises
    ------
    ValueError
        For arrays of different lengths, fewer than 5 demands that are known, demands that do not
        grow with the intensity, or lie on the line exactly.
    """
    x = np.log(positive("intensities", intensities))
    y = np.log(positive("demands", demands))
    if not is_number(limit) or limit <= 0.0:
        raise ValueError(f"limit = {limit!r}: must be a positive number")
    beyond = np.zeros(len(y), bool) if censored is None else np.asarray(censored, bool)
    if not len(x) == len(y) == len(beyond):
        raise ValueError(f"{len(x)} intensities, {len(y)} demands, {len(beyond)} flags: one each")
    if (~beyond).sum() < LEAST:
        raise ValueError(f"{(~beyond).sum()} demands are known: expected at least {LEAST}")
    offset, slope, sigma = _line(x[~beyond], y[~beyond])
    if beyond.any():
        offset, slope, sigma = _censored_line(x, y, beyond, np.array([offset, slope, sigma]))
    if slope <= 0.0:
        raise ValueError(
            f"demands do not grow with the intensity (b = {slope:.2g}): no fragility curve; use "
            "another intensity measure, or more motions"
        )
    median = float(np.exp((np.log(limit) - offset) / slope))
    return CloudFragility(median, sigma / slope, slope)


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Return a, b and sigma by least squares."""
    if np.ptp(x) == 0.0:
        raise ValueError("all intensities are equal: use stripes, or motions of other intensities")
    slope, offset = np.polyfit(x - x.mean(), y, 1)
    residual = y - offset - slope * (x - x.mean())
    sigma = float(np.sqrt(residual @ residual / (len(x) - 2)))
    if sigma < 1e-9:
        raise ValueError("the demands lie on the line exactly: beta cannot be told from them")
    return float(offset - slope * x.mean()), float(slope), sigma


def _censored_line(
    x: np.ndarray, y: np.ndarray, beyond: np.ndarray, start: np.ndarray
) -> tuple[float, float, float]:
    """Return a, b and sigma where the likelihood with censored demands is largest.

    In b / sigma, a / sigma and 1 / sigma its logarithm is concave (Olsen 1978, Econometrica 46(5),
    1211-1215): there is one maximum.
    """
    offset, slope, sigma = start
    directions = np.stack([-np.ones_like(x), -x, y])  # of the residual, by parameter

    def look(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        precision = parameters[2]
        if precision <= 0.0:
            return -np.inf, parameters
        residual = parameters @ directions
        over = log_ndtr(-residual)
        density = -0.5 * residual**2 - LOG_ROOT
        hazard = np.exp(density - over)
        value = np.where(beyond, over, density + np.log(precision)).sum()
        gradient = -directions @ np.where(beyond, hazard, residual)
        weight = np.where(beyond, hazard * (hazard - residual), 1.0)
        curvature = (weight * directions) @ directions.T
        known = float((~beyond).sum())
        gradient[2] += known / precision
        curvature[2, 2] += known / precision**2
        return float(value), np.linalg.solve(curvature, gradient)

    found = maximum(look, np.array([offset / sigma, slope / sigma, 1.0 / sigma]))
    if found is None:
        raise ValueError("the likelihood of the demands has no maximum: too many are censored")
    sigma = 1.0 / float(found[2])
    return float(found[0] * sigma), float(found[1] * sigma), sigma
