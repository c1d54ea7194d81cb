"""What is estimated from outcomes of all records of a recipe: a probability, or a fragility curve.

An outcome y_i is 1 where record i exceeds the limit and 0 where it does not; where it is not known,
an estimate with the right mean stands for it, which may lie outside 0 to 1. Parameters are
logarithms, so that their errors are shares of the value:

    probability     ln P,  P = mean y,                              d ln P / d y_i = 1 / (M P),
    curve           ln median and ln beta of the maximum of
                    sum_i y_i ln p_i + (1 - y_i) ln (1 - p_i),      p_i = Phi(a + b ln x_i),

with x the intensities, median = exp(-a / b) and beta = 1 / b. The derivatives c_i by the outcomes
say what a mistake in each costs, and, where the records are a sample of all that there might be,
the covariance by the choice of the records is

    sum_i c_i c_i^T (y_i - p_i)^2,     with  y (1 - 2 p) + p^2  for the square.                  (1)
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from surrogate.risk.fragility.lognormal import LOG_ROOT, positive
from surrogate.risk.fragility.newton import maximum
from surrogate.risk.fragility.stripes import SLOWEST


@dataclass(frozen=True, eq=False)
class Value:
    """Parameters with what they depend on.

    Attributes
    ----------
    logarithms : ndarray, shape (parameter,)
    derivatives : ndarray, shape (parameter, record)
        By the outcomes.
    scatter : ndarray, shape (parameter, parameter)
        Covariance (1) by the choice of the records.
    """

    logarithms: np.ndarray
    derivatives: np.ndarray
    scatter: np.ndarray


class Estimand(Protocol):
    """What is estimated."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Their names."""

    def of(self, outcomes: np.ndarray) -> Value:
        """Return the parameters of outcomes, shape (record,); ValueError where there are none."""


@dataclass(frozen=True)
class Probability:
    """The share of the records that exceed the limit."""

    @property
    def parameters(self) -> tuple[str, ...]:
        return ("probability",)

    def of(self, outcomes: np.ndarray) -> Value:
        share = float(outcomes.mean())
        records = len(outcomes)
        if not 1.0 <= share * records <= records - 1.0:
            raise ValueError(
                f"the estimate {share:.2g} of the probability is less than one of {records} "
                "records away from 0 or 1, which tells no standard error"
            )
        derivatives = np.full((1, records), 1.0 / (records * share))
        within = max(1.0 - share, 0.0) / (share * records)
        return Value(np.log([share]), derivatives, np.array([[within]]))


@dataclass(frozen=True, eq=False)
class Curve:
    """The lognormal fragility curve over an intensity.

    Parameters
    ----------
    intensities : ndarray, shape (record,)
        Positive, and not all equal.

    Raises
    ------
    ValueError
        For intensities that are not as described.
    """

    intensities: np.ndarray

    def __post_init__(self) -> None:
        x = positive("intensities", self.intensities)
        if np.ptp(x) == 0.0:
            raise ValueError(
                "all records have the intensity "
                f"{x[0]:.4g}: a curve needs different ones, as by vary={{motion.scale: ...}}"
            )

    @property
    def parameters(self) -> tuple[str, ...]:
        return ("median", "beta")

    def of(self, outcomes: np.ndarray) -> Value:
        x = np.log(self.intensities)
        centre = x.mean()
        spread = x.std()
        z = np.stack([np.ones(len(x)), (x - centre) / spread])
        share = float(np.clip(outcomes.mean(), 0.01, 0.99))
        start = np.array([ndtri(share), 0.5])
        found = maximum(lambda at: _newton(at, z, outcomes), start)
        if found is None or found[1] / spread < SLOWEST:
            raise ValueError("the outcomes known so far have no lognormal curve: too few runs yet")
        return self._value(found, z, outcomes, float(centre), float(spread))

    @staticmethod
    def _value(
        found: np.ndarray, z: np.ndarray, outcomes: np.ndarray, centre: float, spread: float
    ) -> Value:
        offset, slope = found
        argument = found @ z
        _, weight, information = _derivatives(argument, z, outcomes)
        of_line = np.linalg.solve(information, z * weight)  # (offset and slope, record)
        of_median = spread * (-of_line[0] / slope + offset / slope**2 * of_line[1])
        of_beta = -of_line[1] / slope
        derivatives = np.stack([of_median, of_beta])
        expected = ndtr(argument)
        squares = outcomes * (1.0 - 2.0 * expected) + expected**2
        scatter = (derivatives * squares) @ derivatives.T
        logs = np.array([centre - spread * offset / slope, np.log(spread / slope)])
        return Value(logs, derivatives, scatter)


def _newton(at: np.ndarray, z: np.ndarray, outcomes: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the logarithm of the likelihood, and Newton's step."""
    argument = at @ z
    gradient, _, information = _derivatives(argument, z, outcomes)
    likelihood = outcomes @ log_ndtr(argument) + (1.0 - outcomes) @ log_ndtr(-argument)
    return float(likelihood), np.linalg.solve(information, z @ gradient)


def _derivatives(
    argument: np.ndarray, z: np.ndarray, outcomes: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return d L / d argument, its derivative by the outcome, and the observed information."""
    density = -0.5 * argument**2 - LOG_ROOT
    exceed = np.exp(density - log_ndtr(argument))
    keep = np.exp(density - log_ndtr(-argument))
    gradient = outcomes * exceed - (1.0 - outcomes) * keep
    curvature = outcomes * exceed * (exceed + argument)
    curvature = curvature + (1.0 - outcomes) * keep * (keep - argument)
    return gradient, exceed + keep, (curvature * z) @ z.T
