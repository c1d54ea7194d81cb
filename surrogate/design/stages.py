"""Estimates from runs that were chosen stage by stage, each by what the runs before have taught.

At stage r a surrogate that has learned from all runs before says with which probability pi_i each
record i exceeds the limit. Records that were run before are known, f_i. Of the others n are drawn
with the probabilities q_i, largest where the surrogate is in doubt and the record counts,

    q_i = (1 - eta) d_i / sum d + eta / M,      d_i = |c_i| sqrt(pi_i (1 - pi_i)),               (1)

with c_i the derivative of what is estimated by the outcome of the record. The outcomes

    y_i = pi_i + sum_(draws j of i) (f_i - pi_i) / (n q_i),      y_i = f_i where it is known,    (2)

have the right mean whatever the surrogate is worth, since pi and q were fixed before the draws.
So has their mean over the stages with weights that depend on no outcome; stage r of R gets one
proportional to sqrt(r), which costs an eighth of efficiency at most whether the surrogates have
become better at once, slowly or not at all (Owen and Zhou). Runs of a stage train the next: each of
them counts twice, and the estimate stays without bias.

The variance is that of independent draws and of the choice of the records. In stretches of pi where
hardly any draw goes the other way, the mean of the squares seen and of those that pi expects is
taken (`surrogate.risk.estimation.two_phase`, where the reasons are given).

References
----------
Owen, A. B. and Zhou, Y. (2019). The square root rule for adaptive importance sampling. ACM Trans.
Model. Comput. Simul. 30(2), 13.
Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling. Springer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from surrogate.design.estimand import Estimand, Value
from surrogate.risk.estimation.counting import binomial_interval
from surrogate.risk.estimation.estimate import checked_level
from surrogate.risk.estimation.two_phase import (
    EVEN_SHARE,
    LEAST_OUTCOMES,
    SAFE,
    STRETCHES,
    systematic,
)

LEAST_DOUBT = 1e-12
"""Of a variance pi (1 - pi): a record that the surrogate is sure of may be drawn evenly."""


@dataclass(frozen=True, eq=False)
class Stage:
    """What was drawn, and by which probabilities.

    Attributes
    ----------
    expected : ndarray, shape (record,)
        pi; the outcome itself of a record that was run before.
    shares : ndarray, shape (record,)
        q; zero of a record that was run before.
    chosen : ndarray of int, shape (draw,)
        Records; one that is there twice is run once and counted twice.
    """

    expected: np.ndarray
    shares: np.ndarray
    chosen: np.ndarray

    def outcomes(self, exceeds: Mapping[int, bool]) -> np.ndarray:
        """Return y of (2) for all records, from the outcomes of those that were run."""
        found = self.expected.copy()
        np.add.at(found, self.chosen, self._corrections(exceeds) / len(self.chosen))
        return found

    def _corrections(self, exceeds: Mapping[int, bool]) -> np.ndarray:
        """Return (f - pi) / q of each draw."""
        return (_outcomes(self, exceeds) - self.expected[self.chosen]) / self.shares[self.chosen]


@dataclass(frozen=True, eq=False)
class Estimated:
    """Parameters with their standard errors, from all stages.

    Attributes
    ----------
    parameters : tuple of str
    values : ndarray, shape (parameter,)
    errors : ndarray, shape (parameter,)
        Standard errors as shares of the values.
    of_records : ndarray, shape (parameter,)
        The part of them that the choice of the records has: no run makes it smaller.
    """

    parameters: tuple[str, ...]
    values: np.ndarray
    errors: np.ndarray
    of_records: np.ndarray

    def interval(self, parameter: str, level: float = 0.9) -> tuple[float, float]:
        """Return the interval of a parameter, normal in its logarithm."""
        place = self.parameters.index(parameter)
        factor = float(np.exp(norm.ppf(0.5 + 0.5 * checked_level(level)) * self.errors[place]))
        value = float(self.values[place])
        return value / factor, value * factor


def draw(
    expected: np.ndarray,
    known: Mapping[int, bool],
    estimand: Estimand,
    targets: Mapping[str, float],
    runs: int,
    generator: np.random.Generator,
) -> Stage:
    """Choose the runs of a stage by (1).

    Parameters
    ----------
    expected : ndarray, shape (record,)
        pi by the surrogate.
    known : mapping of int to bool
        Outcomes of the records that were run before.
    estimand : Estimand
    targets : mapping of str to float
        Standard error that is asked of each parameter; several share the runs in proportion.
    runs : int
        Draws; fewer than the records that are left.
    generator : numpy.random.Generator

    Raises
    ------
    ValueError
        For more runs than records are left.
    """
    places = np.array(sorted(known), dtype=int)
    others = np.setdiff1d(np.arange(len(expected)), places)
    if runs >= len(others):
        raise ValueError(
            f"{runs} runs of {len(others)} records that are left: give more records, as in "
            "records=10000"
        )
    found = np.clip(expected, 0.0, 1.0)
    found[places] = [known[int(place)] for place in places]
    weights = _weights(estimand.of(found), estimand, targets)[others]
    doubt = weights * np.sqrt(np.maximum(found * (1.0 - found), LEAST_DOUBT))[others]
    shares = np.zeros(len(expected))
    shares[others] = (1.0 - EVEN_SHARE) * doubt / doubt.sum() + EVEN_SHARE / len(others)
    chosen = others[systematic(found[others], shares[others], runs, generator)]
    return Stage(found, shares, chosen)


def combine(stages: Sequence[Stage], exceeds: Mapping[int, bool], estimand: Estimand) -> Estimated:
    """Return the estimate from the outcomes of all stages.

    ValueError where they determine none yet.
    """
    weights = np.sqrt(np.arange(1, len(stages) + 1))
    weights /= weights.sum()
    outcomes = sum(
        weight * stage.outcomes(exceeds) for weight, stage in zip(weights, stages, strict=True)
    )
    value = estimand.of(np.asarray(outcomes))
    of_draws = _covariance(stages, weights, exceeds, value.derivatives)
    of_records = np.maximum(np.diag(value.scatter), 0.0)
    errors = np.sqrt(np.diag(of_draws) + of_records)
    values = np.exp(value.logarithms)
    return Estimated(estimand.parameters, values, errors, np.sqrt(of_records))


def overlooked(stages: Sequence[Stage], exceeds: Mapping[int, bool], level: float = 0.9) -> float:
    """Return a bound on the share of the records called safe that exceed all the same.

    That of Clopper and Pearson with the confidence `level`, from the draws among records whose pi
    is below 1e-3; 1 without any.
    """
    safe = [_outcomes(stage, exceeds)[stage.expected[stage.chosen] < SAFE] for stage in stages]
    every = np.concatenate(safe)
    if not len(every):
        return 1.0
    return binomial_interval(int(every.sum()), len(every), 2.0 * checked_level(level) - 1.0)[1]


def _weights(value: Value, estimand: Estimand, targets: Mapping[str, float]) -> np.ndarray:
    """Return |c| of (1): that of several parameters in units of the errors asked for."""
    rows = [
        derivatives / targets[name]
        for name, derivatives in zip(estimand.parameters, value.derivatives, strict=True)
        if name in targets
    ]
    return np.sqrt(np.square(rows).sum(axis=0))


def _outcomes(stage: Stage, exceeds: Mapping[int, bool]) -> np.ndarray:
    return np.array([exceeds[int(place)] for place in stage.chosen], dtype=float)


def _covariance(
    stages: Sequence[Stage],
    weights: np.ndarray,
    exceeds: Mapping[int, bool],
    derivatives: np.ndarray,
) -> np.ndarray:
    """Return the covariance of the parameters by the draws, shape (parameter, parameter)."""
    tells = _tells(stages, exceeds)
    found = np.zeros((len(derivatives), len(derivatives)))
    for weight, stage in zip(weights, stages, strict=True):
        runs = len(stage.chosen)
        terms = derivatives[:, stage.chosen] * stage._corrections(exceeds)
        told = tells[np.searchsorted(STRETCHES, stage.expected[stage.chosen])]
        seen = terms[:, told]
        squares = seen @ seen.T - np.outer(seen.sum(axis=1), seen.sum(axis=1)) / runs
        untold = terms[:, ~told]
        squares = squares + 0.5 * (untold @ untold.T + runs * _expected(stage, derivatives, ~tells))
        found += weight**2 * squares / (runs * (runs - 1))
    return found


def _tells(stages: Sequence[Stage], exceeds: Mapping[int, bool]) -> np.ndarray:
    """Return whether the draws of a stretch of pi go both ways often enough, bool, (stretch,)."""
    kinds = len(STRETCHES) + 1
    stretch = np.concatenate(
        [np.searchsorted(STRETCHES, stage.expected[stage.chosen]) for stage in stages]
    )
    outcomes = np.concatenate([_outcomes(stage, exceeds) for stage in stages])
    every = np.bincount(stretch, minlength=kinds)
    exceed = np.bincount(stretch, weights=outcomes, minlength=kinds)
    return np.minimum(exceed, every - exceed) >= LEAST_OUTCOMES


def _expected(stage: Stage, derivatives: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Return the mean of the squares of a draw's terms that pi expects in some stretches."""
    drawn = (stage.shares > 0.0) & which[np.searchsorted(STRETCHES, stage.expected)]
    variance = stage.expected[drawn] * (1.0 - stage.expected[drawn]) / stage.shares[drawn]
    own = derivatives[:, drawn]
    return (own * variance) @ own.T
