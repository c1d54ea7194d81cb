"""Which records to run next: those that surrogates of several seeds disagree about.

Members of an ensemble answer all records of a recipe, ln D. Their spread is what more training data
would take away. Runs are proposed

    by disagreement    with a probability proportional to the spread,
    by effect          on P(D > limit), as `surrogate.risk.estimation.guided` chooses its runs with
                       the spread as the error of each answer,

systematically along the answers, so that they are not all of one kind. The same spread says which
standard error an estimate by `surrogate probability` can expect from so many true runs: where that
is small enough, there is nothing left to train for.

References
----------
Lakshminarayanan, B., Pritzel, A. and Blundell, C. (2017). Simple and scalable predictive
uncertainty estimation using deep ensembles. NeurIPS 30. (The spread.)
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from surrogate.risk.estimation.two_phase import guided, systematic
from surrogate.risk.probability import LEAST_ERROR


@dataclass(frozen=True, eq=False)
class Proposal:
    """Records to run next.

    Attributes
    ----------
    places : ndarray of int, shape (run,)
        Ascending, each once.
    spread : ndarray, shape (run,)
        Standard deviation of the members' ln D there.
    """

    places: np.ndarray
    spread: np.ndarray


def by_disagreement(
    middle: np.ndarray, spread: np.ndarray, runs: int, generator: np.random.Generator
) -> Proposal:
    """Propose runs where members disagree.

    Parameters
    ----------
    middle, spread : ndarray, shape (record,)
        Mean and standard deviation of the members' ln D.
    runs : int
        Fewer than there are records.
    generator : numpy.random.Generator

    Raises
    ------
    ValueError
        Where no record is left to choose from.
    """
    _check(runs, len(middle))
    shares = np.maximum(spread, LEAST_ERROR)
    drawn = systematic(middle, shares / shares.sum(), runs, generator)
    return _each_once(drawn, spread, runs)


def by_effect(
    middle: np.ndarray, spread: np.ndarray, limit: float, runs: int, generator: np.random.Generator
) -> Proposal:
    """Propose runs that decide about the probability of exceeding a limit; see `by_disagreement`.

    ValueError also where no answer lies near the limit.
    """
    _check(runs, len(middle))
    errors = np.maximum(spread, LEAST_ERROR)
    plan = guided(middle, float(np.log(limit)), errors, runs, generator)
    return _each_once(plan.chosen, spread, runs)


def expected_variation(middle: np.ndarray, spread: np.ndarray, limit: float, runs: int) -> float:
    """Return the standard error over P(D > limit) that so many true runs can expect.

    Where the spread is the error of the answers: members that agree and are wrong do not show it.
    ValueError where fewer than one record is expected to exceed the limit, or not to.
    """
    errors = np.maximum(spread, LEAST_ERROR)
    plan = guided(middle, float(np.log(limit)), errors, runs, np.random.default_rng(0))
    exceeding = plan.mean * plan.inputs
    if not 1.0 <= exceeding <= plan.inputs - 1.0:
        raise ValueError(
            f"limit = {limit:g}: by the surrogates {exceeding:.1f} of {plan.inputs} records exceed "
            "it, which tells no standard error: give more records, or another limit"
        )
    of_runs = float(plan.expected_squares.sum()) / runs
    of_inputs = plan.mean * (1.0 - plan.mean) / plan.inputs
    return sqrt(of_runs + of_inputs) / plan.mean


def _each_once(drawn: np.ndarray, spread: np.ndarray, runs: int) -> Proposal:
    """Return as many runs as asked for, the widest spreads in the place of those drawn twice."""
    places = np.unique(drawn)
    widest = np.argsort(-spread)
    more = widest[~np.isin(widest, places)][: runs - len(places)]
    chosen = np.sort(np.concatenate([places, more]))
    return Proposal(chosen, spread[chosen])


def _check(runs: int, records: int) -> None:
    if not 2 <= runs < records:
        raise ValueError(
            f"runs = {runs}: must be at least 2 and fewer than the {records} records to choose from"
        )
