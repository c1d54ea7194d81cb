"""True runs where the surrogate is in doubt: two-phase sampling of a small probability.

A surrogate answers M random inputs, s_i. With e the standard deviation of its error, as validation
records show it, an input exceeds the limit z with a probability of about

    pi_i = Phi((s_i - z) / e).                                                                   (1)

n true runs are drawn from the inputs, with replacement and the probabilities

    q_i = (1 - eta) sqrt(pi_i (1 - pi_i)) / sum + eta / M,                                       (2)

most of them where a true run may go either way. With f_i their outcomes,

    P = mean_M(pi) + mean_n((f_i - pi_i) / (M q_i))                                              (3)

has the right mean whether (1) is right or not: (1) decides about the variance alone, which is that
of the second mean and that of the inputs, P (1 - P) / M. The share eta is drawn evenly, so that no
weight exceeds 1 / eta and exceedances that the surrogate misses altogether can be met; if they are
rarer than 1 / (eta n) they will mostly not be, and the standard error does not know of them.

References
----------
Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling. Springer.
(Two-phase sampling, section 9; the difference estimator, section 6.)
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from simulators.checks import finite_array, is_number
from surrogate.risk.estimation.counting import flags
from surrogate.risk.estimation.estimate import Estimate, checked_count, mean_error

EVEN_SHARE = 0.1
"""eta of (2)."""


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
        1 / (M q) of the chosen inputs.
    mean : float
        Mean of pi over all inputs: what the surrogate alone says.
    inputs : int
        M.
    """

    chosen: np.ndarray
    expected: np.ndarray
    weights: np.ndarray
    mean: float
    inputs: int

    def estimate(self, exceeds: npt.ArrayLike) -> Estimate:
        """Return the estimate (3) from the outcomes of the chosen inputs, shape (run,).

        Raises
        ------
        ValueError
            For another number of outcomes than inputs chosen, or an estimate that is not positive:
            the runs are too few for so small a probability.
        """
        outcomes = flags("exceeds", exceeds)
        if len(outcomes) != len(self.chosen):
            raise ValueError(f"{len(outcomes)} outcomes for {len(self.chosen)} chosen inputs")
        corrections = self.weights * (outcomes - self.expected)
        value = self.mean + float(corrections.mean())
        if value <= 0.0:
            raise ValueError(
                f"the estimate {value:.2g} is not positive: {len(outcomes)} runs are too few, or "
                "the error of the surrogate is stated too large"
            )
        of_inputs = min(value, 1.0) * (1.0 - min(value, 1.0)) / self.inputs
        error = sqrt(mean_error(corrections) ** 2 + of_inputs)
        return Estimate(value, error, len(np.unique(self.chosen)), self.inputs)


def guided(
    answers: npt.ArrayLike, limit: float, error: float, runs: int, generator: np.random.Generator
) -> Plan:
    """Choose true runs among inputs that a surrogate has answered.

    Parameters
    ----------
    answers : array_like, shape (input,)
        s, independent inputs of the distribution asked for.
    limit : float
        z.
    error : float
        e, from records that are not among the inputs. Too small a value costs variance and makes
        the standard error uncertain; the estimate stays without bias.
    runs : int
        n, at least 2.
    generator : numpy.random.Generator

    Raises
    ------
    ValueError
        If an argument is not as described, or the surrogate is in doubt about no input.
    """
    values = finite_array("answers", answers, ndim=1)
    checked_count("runs", runs, 2)
    for name, value in (("limit", limit), ("error", error)):
        if not is_number(value):
            raise ValueError(f"{name} = {value!r}: must be a finite number")
    if error <= 0.0:
        raise ValueError(f"error = {error:g}: must be > 0, as validation records show it")
    expected = np.asarray(norm.cdf((values - limit) / error))
    doubt = np.sqrt(expected * norm.sf((values - limit) / error))
    if not doubt.sum() > 0.0:
        raise ValueError(f"no answer lies near limit = {limit:g}: ask for more inputs")
    share = (1.0 - EVEN_SHARE) * doubt / doubt.sum() + EVEN_SHARE / len(values)
    chosen = generator.choice(len(values), size=runs, p=share / share.sum())
    weights = 1.0 / (len(values) * share[chosen])
    return Plan(chosen, expected[chosen], weights, float(expected.mean()), len(values))
