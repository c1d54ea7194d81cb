"""True runs where the surrogate is in doubt: two-phase sampling of a small probability.

A surrogate answers M random inputs, s_i, of weight w_i: one, or the ratio of densities of inputs
that were drawn near failure (`surrogate.risk.estimation.tilting`). With e the standard deviation of
its error, as validation records show it for all inputs or each, an input exceeds the limit z with a
probability of about

    pi_i = Phi((s_i - z) / e).                                                                   (1)

n true runs are drawn from the inputs with the probabilities

    q_i = (1 - eta) w_i sqrt(pi_i (1 - pi_i)) / sum + eta / M,                                   (2)

most of them where a true run may go either way. With f_i their outcomes,

    P = mean_M(w pi) + mean_n(w_i (f_i - pi_i) / (M q_i))                                        (3)

has the right mean whether (1) is right or not: (1) decides about the variance alone, which is that
of the second mean and that of the inputs.

Three things keep the standard error from being understated. The runs are drawn systematically along
the inputs in the order of their answers: every stretch of answers that has a share h of q gets at
least h n - 1 of the runs, and the share eta is spread evenly over all inputs, so that a stretch of
M h inputs gets at least eta h n - 1. The variance of the second mean is that of independent draws,
which is not smaller. And in a stretch of pi where fewer than two runs exceed, or fewer than two do
not, the runs hardly tell a variance: the mean of theirs and of the one that (1) expects is taken,
which is right on average where (1) is, and not zero where the runs agree by chance. What remains:
exceedances among inputs that the surrogate calls safe, rarer than 1 / (eta n), will mostly not be
met, and the standard error does not know of them; `Plan.overlooked` bounds them.

References
----------
Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling. Springer.
(Two-phase sampling, section 9; the difference estimator, section 6; systematic sampling with
unequal probabilities, section 3.6.)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from simulators.checks import finite_array, is_number
from surrogate.risk.estimation.counting import binomial_interval, flags
from surrogate.risk.estimation.estimate import Estimate, checked_count, checked_level

EVEN_SHARE = 0.1
"""eta of (2)."""
SAFE = 1e-3
"""pi below which the surrogate calls an input safe."""
STRETCHES = np.array([SAFE, 0.01, 0.05, 0.2, 0.8, 0.95, 0.99, 1.0 - SAFE])
"""Bounds of the stretches of pi."""
LEAST_OUTCOMES = 2
"""Of either kind in a stretch that tells its variance."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Inputs chosen for true runs.

    Attributes
    ----------
    chosen : ndarray of int, shape (run,)
        Places among the inputs; one that is there twice is run once and counted twice.
    expected : ndarray, shape (run,)
        pi of (1) of the chosen inputs.
    weights : ndarray, shape (run,)
        w / (M q) of the chosen inputs.
    mean : float
        Mean of w pi over all inputs: what the surrogate alone says.
    second : float
        Mean of w^2 pi.
    expected_squares : ndarray, shape (stretch,)
        What each stretch of pi adds to the mean square of a term of the second mean of (3), where
        (1) is right.
    inputs : int
        M.
    """

    chosen: np.ndarray
    expected: np.ndarray
    weights: np.ndarray
    mean: float
    second: float
    expected_squares: np.ndarray
    inputs: int

    def estimate(self, exceeds: npt.ArrayLike) -> Estimate:
        """Return the estimate (3) from the outcomes of the chosen inputs, shape (run,).

        Raises
        ------
        ValueError
            For another number of outcomes than inputs chosen, or an estimate that is not positive:
            the runs are too few for so small a probability.
        """
        outcomes = self._outcomes(exceeds)
        corrections = self.weights * (outcomes - self.expected)
        value = self.mean + float(corrections.mean())
        if value <= 0.0:
            raise ValueError(
                f"the estimate {value:.2g} is not positive: {len(outcomes)} runs are too few, or "
                "the error of the surrogate is stated too large"
            )
        within = min(value, 1.0)
        of_inputs = max(within * self.second / self.mean - within**2, 0.0) / self.inputs
        error = sqrt(self._of_runs(outcomes, corrections) + of_inputs)
        return Estimate(value, error, len(np.unique(self.chosen)), self.inputs)

    def overlooked(self, exceeds: npt.ArrayLike, level: float = 0.9) -> float:
        """Return a bound on the share of the inputs called safe that exceed all the same.

        Of runs among inputs whose pi is below 1e-3, which the even share draws evenly, as many
        exceed as `exceeds` says; the bound is that of Clopper and Pearson with the confidence
        `level`. It is a share of the inputs as they were drawn, 1 without any such run.
        """
        outcomes = self._outcomes(exceeds)
        safe = self.expected < SAFE
        if not safe.any():
            return 1.0
        count = int(outcomes[safe].sum())
        return binomial_interval(count, int(safe.sum()), 2.0 * checked_level(level) - 1.0)[1]

    def _of_runs(self, outcomes: np.ndarray, corrections: np.ndarray) -> float:
        """Return the variance of the second mean of (3)."""
        stretch = np.searchsorted(STRETCHES, self.expected)
        kinds = len(STRETCHES) + 1
        runs = len(outcomes)
        every = np.bincount(stretch, minlength=kinds)
        exceed = np.bincount(stretch, weights=outcomes, minlength=kinds)
        tells = np.minimum(exceed, every - exceed) >= LEAST_OUTCOMES
        squares = np.bincount(stretch, weights=corrections**2, minlength=kinds) / runs
        taken = np.where(tells, squares, 0.5 * (squares + self.expected_squares))
        mean = float(corrections[tells[stretch]].sum()) / runs
        return float(taken.sum() - mean**2) / (runs - 1)

    def _outcomes(self, exceeds: npt.ArrayLike) -> np.ndarray:
        outcomes = flags("exceeds", exceeds)
        if len(outcomes) != len(self.chosen):
            raise ValueError(f"{len(outcomes)} outcomes for {len(self.chosen)} chosen inputs")
        return outcomes


def joined(plans: Sequence[Plan]) -> Plan:
    """Return plans of one set of inputs and as many runs each as one plan.

    Plans made one after the other let a run stop at a standard error. ValueError for plans of
    different sizes.
    """
    first = plans[0]
    sizes = {(plan.inputs, len(plan.chosen)) for plan in plans}
    if len(sizes) > 1:
        raise ValueError(f"plans of {sorted(sizes)} inputs and runs: expected one size")
    return replace(
        first,
        chosen=np.concatenate([plan.chosen for plan in plans]),
        expected=np.concatenate([plan.expected for plan in plans]),
        weights=np.concatenate([plan.weights for plan in plans]),
    )


def guided(
    answers: npt.ArrayLike,
    limit: float,
    error: npt.ArrayLike,
    runs: int,
    generator: np.random.Generator,
    logarithms: npt.ArrayLike | None = None,
) -> Plan:
    """Choose true runs among inputs that a surrogate has answered.

    Parameters
    ----------
    answers : array_like, shape (input,)
        s, of independent inputs.
    limit : float
        z.
    error : float or array_like, shape (input,)
        e, from records that are not among the inputs. A wrong value costs variance; the estimate
        stays without bias.
    runs : int
        n, at least 2.
    generator : numpy.random.Generator
    logarithms : array_like, shape (input,), optional
        log w; inputs of the distribution asked for by default.

    Raises
    ------
    ValueError
        If an argument is not as described, or the surrogate is in doubt about no input.
    """
    values = finite_array("answers", answers, ndim=1)
    checked_count("runs", runs, 2)
    if not is_number(limit):
        raise ValueError(f"limit = {limit!r}: must be a finite number")
    weights = _weights(logarithms, len(values))
    distance = (values - limit) / _errors(error, len(values))
    expected = np.asarray(norm.cdf(distance))
    variance = expected * norm.sf(distance)
    doubt = weights * np.sqrt(variance)
    if not doubt.sum() > 0.0:
        raise ValueError(f"no answer lies near limit = {limit:g}: ask for more inputs")
    share = (1.0 - EVEN_SHARE) * doubt / doubt.sum() + EVEN_SHARE / len(values)
    chosen = systematic(values, share, runs, generator)
    scaled = weights / (len(values) * share)
    return Plan(
        chosen,
        expected[chosen],
        scaled[chosen],
        float((weights * expected).mean()),
        float((weights**2 * expected).mean()),
        _by_stretch(expected, weights * scaled * variance),
        len(values),
    )


def _by_stretch(expected: np.ndarray, squares: np.ndarray) -> np.ndarray:
    stretch = np.searchsorted(STRETCHES, expected)
    summed = np.bincount(stretch, weights=squares, minlength=len(STRETCHES) + 1)
    return np.asarray(summed / len(expected))


def _errors(error: npt.ArrayLike, inputs: int) -> np.ndarray:
    errors = finite_array("error", error, ndim=(0, 1))
    if (errors <= 0.0).any():
        raise ValueError(f"error = {errors.min():g}: must be > 0, as validation records show it")
    if errors.ndim and len(errors) != inputs:
        raise ValueError(f"{inputs} answers for {len(errors)} errors: expected one, or as many")
    return errors


def _weights(logarithms: npt.ArrayLike | None, inputs: int) -> np.ndarray:
    if logarithms is None:
        return np.ones(inputs)
    weights = np.exp(finite_array("logarithms", logarithms, ndim=1))
    if len(weights) != inputs:
        raise ValueError(f"{inputs} answers for {len(weights)} weights: expected as many")
    return np.asarray(weights)


def systematic(
    values: np.ndarray, share: np.ndarray, runs: int, generator: np.random.Generator
) -> np.ndarray:
    """Return the places of runs at equal steps of the share along the ordered values."""
    order = np.argsort(values)
    grown = np.cumsum(share[order])
    points = grown[-1] * (generator.random() + np.arange(runs)) / runs
    return np.asarray(order[np.searchsorted(grown, points, side="right")])
