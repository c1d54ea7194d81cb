"""The probability that a record of a recipe exceeds a limit, from its simulator and a surrogate.

Without a surrogate the records are run one block after the other (crude Monte Carlo). With one, it
answers all of them. A pilot runs those whose answers lie nearest the limit: they are then known,
and they show how far and to which side the surrogate is off there, in the logarithm of the demand.
Of the others, batches of true runs are chosen by `surrogate.risk.estimation.guided` until the
standard error is reached:

    P = (exceedances of the pilot + (M - n_0) P_others) / M                                      (1)

of M records with a pilot of n_0. A surrogate that is worthless leaves (1) without bias; it costs
runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from surrogate.risk.asking.answering import Answering
from surrogate.risk.asking.asked import AskedRecipe, blocks
from surrogate.risk.asking.kept import Kept
from surrogate.risk.asking.population import Block, Done, Runs, answers
from surrogate.risk.asking.quantity import Quantity
from surrogate.risk.asking.simulated import Simulated
from surrogate.risk.estimation.counting import crude
from surrogate.risk.estimation.estimate import Estimate
from surrogate.risk.estimation.two_phase import Plan, guided, joined

BATCH = 50
"""True runs between two looks at the standard error."""
LEAST_PILOT = 10
LEAST_ERROR = 1e-3
"""Of the surrogate, in the logarithm of the demand: what a pilot that agrees cannot prove away."""


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked.

    Parameters
    ----------
    recipe : ResponseRecipe or SimulatorRecipe
        Its records are the inputs.
    quantity : Quantity
    limit : float
    runs : int
        True runs at most; of a surrogate's, a fifth are the pilot.
    variation : float
        Standard error over the value at which the runs stop; 0 makes all of them.
    seed : int
        Of the choice of runs.

    Raises
    ------
    ValueError
        Naming the field that is not as described.
    """

    recipe: AskedRecipe
    quantity: Quantity
    limit: float
    runs: int
    variation: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        self.quantity.require(self.recipe)
        if not 0.0 < self.limit < np.inf:
            raise ValueError(f"limit = {self.limit:g}: must be a positive demand")
        self.quantity.require_plausible("limit", self.limit)
        if not 0.0 <= self.variation < 1.0:
            raise ValueError(f"standard error = {self.variation:g}: must be a share from 0 to 1")
        if self.runs < 2:
            raise ValueError(f"runs = {self.runs}: must be at least 2")
        if self.seed < 0:
            raise ValueError(f"seed = {self.seed}: must be a whole number >= 0")

    def setup(self) -> dict[str, object]:
        """Return what the answers depend on: not the limit, nor when the runs stop."""
        return {"recipe": self.recipe.to_yaml(), "quantity": self.quantity.name}


@dataclass(frozen=True, eq=False)
class Found:
    """What came out.

    Attributes
    ----------
    estimate : Estimate
    places : ndarray of int, shape (run,)
        Records that were run, by their numbers.
    true : ndarray, shape (run,)
        Their demands, infinite where the simulation failed.
    answers : ndarray, shape (record,)
        Demands by the surrogate; empty without one.
    error : float
        Standard deviation of the surrogate's error near the limit, in the logarithm.
    beyond : float
        Share of the answers beyond the training of the surrogate.
    overlooked : float
        Bound on the share of the records that the surrogate calls safe and exceed, with 90 %
        confidence.
    """

    estimate: Estimate
    places: np.ndarray
    true: np.ndarray
    answers: np.ndarray
    error: float = float("nan")
    beyond: float = 0.0
    overlooked: float = float("nan")


def by_simulator(question: Question, simulator: Simulated, kept: Kept, done: Done) -> Found:
    """Estimate by crude Monte Carlo over the records, block by block.

    ValueError where no record exceeds, or all do, and for more runs than there are records.
    """
    require_records(question)
    recipe = question.recipe
    found: list[np.ndarray] = []
    for number, (first, count) in enumerate(blocks(recipe, question.runs)):
        values = kept.block(f"block-{number:06d}", Block(simulator, recipe, first, count))
        found.append(np.where(np.isnan(values), np.inf, values))
        done(count)
        exceeds = np.concatenate(found) > question.limit
        if exceeds.any() and crude(exceeds).variation <= question.variation:
            break
    true = np.concatenate(found)
    estimate = crude(true > question.limit)
    return Found(estimate, np.arange(len(true)), true, np.empty(0))


def by_both(
    question: Question,
    simulator: Simulated,
    surrogates: Sequence[Answering],
    kept: Kept,
    done: Done,
) -> Found:
    """Estimate (1): the surrogates answer all records, the simulator those in doubt.

    Raises
    ------
    ValueError
        Where the surrogate answers below the limit and far from it throughout, or for fewer than 50
        runs.
    """
    pilot = require_runs(question)
    middle, spread, beyond = answers(question.recipe, surrogates, kept, done)
    logs = np.log(middle)
    ask = Runs(question.recipe, simulator, kept, done)
    nearest = np.argsort(np.abs(logs - np.log(question.limit)))[:pilot]
    known = ask(nearest)
    offset, error = _error(np.log(known), logs[nearest])
    others = np.setdiff1d(np.arange(len(logs)), nearest)
    errors = np.sqrt(error**2 + spread[others] ** 2)
    generator = np.random.default_rng(question.seed)
    plans: list[Plan] = []
    true: list[np.ndarray] = []
    while (len(plans) + 1) * BATCH + pilot <= question.runs:
        shifted = logs[others] + offset
        plan = guided(shifted, np.log(question.limit), errors, BATCH, generator)
        plans.append(plan)
        true.append(ask(others[plan.chosen]))
        whole = joined(plans)
        outcomes = np.concatenate(true) > question.limit
        estimate = _together(question, known, whole, outcomes)
        if estimate.variation <= question.variation:
            break
    places = np.concatenate([nearest, others[whole.chosen]])
    demands = np.concatenate([known, *true])
    bound = whole.overlooked(outcomes)
    return Found(estimate, places, demands, middle, error, float(beyond.mean()), bound)


def require_records(question: Question) -> None:
    """Raise ValueError for more runs than the recipe has records."""
    if question.runs > question.recipe.records:
        raise ValueError(
            f"runs = {question.runs}: the recipe has {question.recipe.records} records, and each "
            f"is run once: give records={question.runs}, or fewer runs"
        )


def require_runs(question: Question) -> int:
    """Return the runs of the pilot; ValueError where the runs are too few beside it."""
    least = BATCH + LEAST_PILOT
    if question.runs < least:
        raise ValueError(f"runs = {question.runs}: a surrogate is corrected by {least} or more")
    if question.recipe.records <= question.runs:
        raise ValueError(
            f"records = {question.recipe.records}: a surrogate answers more records than the "
            f"{question.runs} that are run, give more, as in records=10000"
        )
    return min(max(LEAST_PILOT, question.runs // 5), question.runs - BATCH)


def _together(question: Question, known: np.ndarray, plan: Plan, outcomes: np.ndarray) -> Estimate:
    """Return (1)."""
    of_others = plan.estimate(outcomes)
    share = plan.inputs / (plan.inputs + len(known))
    exceed = float((known > question.limit).sum()) / (plan.inputs + len(known))
    return replace(
        of_others,
        value=exceed + share * of_others.value,
        standard_error=_all_inputs(of_others, exceed, share, plan),
        runs=of_others.runs + len(known),
        cheap_runs=question.recipe.records,
    )


def _all_inputs(of_others: Estimate, exceed: float, share: float, plan: Plan) -> float:
    """Return the standard error of (1): the pilot adds the scatter of its inputs alone."""
    total = plan.inputs / share
    return sqrt((share * of_others.standard_error) ** 2 + exceed * (1.0 - exceed) / total)


def _error(true: np.ndarray, answers: np.ndarray) -> tuple[float, float]:
    """Return the mean and the standard deviation of what the surrogate is off by.

    A simulation that failed says that the demand is large, not how large.
    """
    off = (true - answers)[np.isfinite(true)]
    if len(off) < LEAST_PILOT // 2:
        raise ValueError(
            f"{len(true) - len(off)} of {len(true)} runs nearest the limit failed: the error of "
            "the surrogate cannot be told, ask for a limit below collapse"
        )
    return float(off.mean()), max(float(off.std(ddof=1)), LEAST_ERROR)
