"""Multi-fidelity Monte Carlo: a few true runs correct many answers of a surrogate.

With true values f and surrogate values g at n inputs, and g at M further inputs,

    P = mean_n(f) + alpha (mean_M(g) - mean_n(g))                                                (1)

has the mean of f whatever the surrogate is worth, as long as alpha does not depend on the values
that it multiplies. The variance is least with alpha = M / (n + M) cov(f, g) / var(g); here each
part of the runs gets the alpha of the other parts, so that (1) stays without bias. The variance is

    var(f - alpha g) / n + alpha^2 var(g) / M,                                                   (2)

and a given budget is spent best with m = n + M = r n surrogate answers,

    r = sqrt(c rho^2 / (1 - rho^2))                                                              (3)

where rho is the correlation of f and g and c the cost of a true run in surrogate answers.

References
----------
Peherstorfer, B., Willcox, K. and Gunzburger, M. (2016). Optimal model management for multifidelity
Monte Carlo estimation. SIAM J. Sci. Comput. 38(5), A3163-A3194. (Two models of their many.)
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from simulators.checks import finite_array, is_number
from surrogate.risk.estimation.estimate import Estimate

PARTS = 5
"""Parts of the runs, each of which takes alpha from the others."""
LEAST_PAIRS = 10


@dataclass(frozen=True)
class Allocation:
    """What a budget buys.

    Attributes
    ----------
    runs : int
        True runs n.
    cheap_runs : int
        Surrogate answers m = n + M, those to the inputs of the true runs included.
    variance_ratio : float
        Variance of (1) over that of crude Monte Carlo with the whole budget.
    """

    runs: int
    cheap_runs: int
    variance_ratio: float


def control_variate(
    true: npt.ArrayLike, surrogate: npt.ArrayLike, further: npt.ArrayLike
) -> Estimate:
    """Return the estimate (1) of the mean of the true values.

    Parameters
    ----------
    true, surrogate : array_like, shape (run,)
        f and g at the same independent inputs: numbers, or flags of what exceeds.
    further : array_like, shape (further,)
        g at independent inputs of the same distribution, none of which is among the runs.

    Raises
    ------
    ValueError
        For fewer than 10 runs, unequal numbers of f and g, or runs that tell no error: f and g
        agree in all, or g is the same in all.
    """
    f, g = _pairs(true, surrogate)
    more = finite_array("further", further, ndim=1)
    if len(more) < 2:
        raise ValueError(f"further has {len(more)} values: expected at least 2")
    share = len(more) / (len(f) + len(more))
    parts = np.arange(len(f)) % PARTS
    alpha = np.array([share * _slope(f[parts != part], g[parts != part]) for part in parts])
    residual = f - alpha * g
    if residual.std() == 0.0:
        raise ValueError(
            f"the surrogate tells all {len(f)} runs up to a factor: the error cannot be told from "
            "them; make more runs, or choose them by `guided`"
        )
    weight = float(alpha.mean())
    variance = residual.var(ddof=1) / len(f) + weight**2 * more.var(ddof=1) / len(more)
    value = float(residual.mean() + weight * more.mean())
    return Estimate(value, sqrt(variance), len(f), len(f) + len(more))


def allocate(
    true: npt.ArrayLike, surrogate: npt.ArrayLike, cost_ratio: float, budget: float
) -> Allocation:
    """Return the numbers of runs and answers with the least variance (3), from a pilot.

    Parameters
    ----------
    true, surrogate : array_like, shape (run,)
        f and g of a pilot that does not enter the estimate.
    cost_ratio : float
        Cost of a true run in surrogate answers, above 1.
    budget : float
        What may be spent, in true runs.

    Raises
    ------
    ValueError
        As `control_variate`; where the pilot shows no correlation, or the surrogate is too dear for
        its correlation to be worth an answer.
    """
    f, g = _pairs(true, surrogate)
    for name, value, least in (("cost_ratio", cost_ratio, 1.0), ("budget", budget, LEAST_PAIRS)):
        if not is_number(value) or value <= least:
            raise ValueError(f"{name} = {value!r}: must be a number above {least:g}")
    if f.std() == 0.0 or g.std() == 0.0:
        raise ValueError("the pilot's true or surrogate values are all equal: no correlation yet")
    square = float(np.corrcoef(f, g)[0, 1]) ** 2
    ratio = sqrt(cost_ratio * square / max(1.0 - square, 1.0 / len(f)))
    if ratio <= 1.0:
        raise ValueError(
            f"a correlation of {sqrt(square):.2g} is not worth a surrogate of 1/{cost_ratio:g} of "
            "the cost: spend the budget on true runs"
        )
    runs = int(budget / (1.0 + ratio / cost_ratio))
    if runs < LEAST_PAIRS:
        raise ValueError(
            f"budget = {budget:g}: it leaves {runs} true runs, fewer than {LEAST_PAIRS}"
        )
    variance = (1.0 - square * (1.0 - 1.0 / ratio)) * budget / runs
    return Allocation(runs, round(ratio * runs), variance)


def _pairs(true: npt.ArrayLike, surrogate: npt.ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    f = finite_array("true", true, ndim=1)
    g = finite_array("surrogate", surrogate, ndim=1)
    if len(f) != len(g):
        raise ValueError(f"{len(f)} true and {len(g)} surrogate values: expected as many")
    if len(f) < LEAST_PAIRS:
        raise ValueError(f"true has {len(f)} values: expected at least {LEAST_PAIRS}")
    if g.std() == 0.0:
        raise ValueError(
            f"the surrogate gives {g[0]:g} in all {len(g)} runs: they tell nothing of its worth; "
            "make more runs, or choose them by `guided`"
        )
    return f, g


def _slope(f: np.ndarray, g: np.ndarray) -> float:
    """Return cov(f, g) / var(g), zero where g does not vary."""
    deviation = g - g.mean()
    square = float(deviation @ deviation)
    return float(deviation @ (f - f.mean())) / square if square > 0.0 else 0.0
