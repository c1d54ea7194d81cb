"""Bounds by Markov chains: the posterior of the parameters itself, in place of a normal one.

The logarithm of the posterior is minus `Likelihood.value` within the limits of the space. An
ensemble of walkers samples it by the library emcee (Foreman-Mackey et al. 2013, PASP 125, 306): it
takes the likelihood as it is, without derivatives by a second framework, and asks for many vectors
at once, which the batch integrator runs together. Half of the moves are differences of walkers (ter
Braak 2006), half propose independently of where a walker is, from a Student distribution with the
covariance of the sandwich: nearly normal posteriors are sampled within few steps.

Two numbers tell whether it has converged: the integrated autocorrelation time tau of the slowest
parameter, of which the chain must be `LENGTH` long, and the split R-hat over the walkers (Vehtari
et al. 2021, Bayesian Anal. 16, 667). A chain that is too short is refused.

Unlike the sandwich the posterior takes the noise for what the model says it is: where residuals are
correlated beyond it, its bounds are too narrow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from scipy import stats

from surrogate.identification.bounds import Bounds
from surrogate.identification.likelihood import Likelihood

LENGTH = 50
"""Autocorrelation times that a chain must have."""
LARGEST_R_HAT = 1.05
BURN_IN = 5
"""Autocorrelation times at the start that do not count."""
STEPS = 4000
"""Most steps of every walker, unless more are asked for."""
LOOKED = 200
"""Steps between two looks at the convergence."""
WALKERS = 3
"""For each entry of the vector; at least `FEWEST_WALKERS`."""
FEWEST_WALKERS = 16
WIDER, TAILS, LEAST_VARIANCE = 1.5, 5.0, 1e-12
"""Of the proposals: a covariance this much larger, degrees of freedom, and what an entry that is
held at a limit may move.
"""

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Chains(Bounds):
    """Bounds whose draws are those of the chains.

    Attributes
    ----------
    draws : ndarray, shape (draw, entry)
        Without those at the start.
    steps : int
        Of every walker.
    autocorrelation : float
        Steps, of the slowest parameter.
    r_hat : float
        The largest.
    """

    draws: np.ndarray
    steps: int
    autocorrelation: float
    r_hat: float

    def sample(self, count: int, seed: int = 0) -> np.ndarray:
        """Return vectors out of the chains, shape (count, entry), as far as they go no two alike.

        A walker that stays repeats its vector, of which an ensemble of buildings has no use.
        """
        drawn = np.random.default_rng(seed).choice(self.draws, 4 * count)
        _, first = np.unique(drawn, axis=0, return_index=True)
        places = np.sort(first)[:count]
        return drawn[places] if len(places) == count else drawn[:count]

    def kind(self) -> str:
        """Return in words where the bounds come from."""
        return (
            f"Bounds are quantiles of the posterior, by chains of {self.steps} steps, "
            f"{self.steps / self.autocorrelation:.0f} autocorrelation\ntimes long (R-hat at most "
            f"{self.r_hat:.3f})."
        )


def require_installed() -> None:
    """Raise ValueError without the library."""
    if find_spec("emcee") is None:
        raise ValueError("emcee is not installed: pip install 'structural-surrogates[bayes]'")


def require_steps(steps: int) -> None:
    """Raise ValueError for a number of steps that is no chain."""
    if steps < LOOKED:
        raise ValueError(f"chain = {steps}: must be at least {LOOKED} steps")


def chains(
    likelihood: Likelihood, about: Bounds, steps: int = STEPS, seed: int = 0, say: Say | None = None
) -> Chains:
    """Return bounds by chains that begin about the most likely parameters.

    Parameters
    ----------
    likelihood : Likelihood
        Under the noise that was found.
    about : Bounds
        The most likely parameters, and a covariance from which the walkers start.
    steps : int
        Most steps of every walker; it ends earlier once it has converged.
    seed : int
    say : callable, optional
        Told of the convergence on the way.

    Raises
    ------
    ValueError
        Without the library, for fewer than `LOOKED` steps, and where the chains have not converged
        after all steps.
    """
    require_installed()
    require_steps(steps)
    import emcee

    begin = _begin(likelihood, about, seed)
    sampler = emcee.EnsembleSampler(
        *begin.shape,
        lambda thetas: _log_posterior(likelihood, thetas),
        vectorize=True,
        moves=[(emcee.moves.MHMove(_independent(about)), 0.5), (emcee.moves.DEMove(), 0.5)],
    )
    sampler.random_state = np.random.RandomState(seed).get_state()  # emcee's own
    state = begin
    while sampler.iteration < steps:
        state = sampler.run_mcmc(state, min(LOOKED, steps - sampler.iteration))
        time = float(np.max(sampler.get_autocorr_time(tol=0)))
        kept = sampler.get_chain(discard=_discarded(time, sampler.iteration))
        ratio = r_hat(kept)
        if say is not None:
            say(f"chain: {sampler.iteration} steps, autocorrelation {time:.0f}, R-hat {ratio:.3f}")
        if sampler.iteration >= LENGTH * time and ratio < LARGEST_R_HAT:
            break
    _require_converged(sampler.iteration, time, ratio)
    draws = kept.reshape(-1, kept.shape[-1])
    covariance = np.cov(draws, rowvar=False).reshape(len(about.theta), -1)
    none_held = np.zeros(len(about.theta), bool)
    return Chains(
        about.space, about.theta, covariance, none_held, draws, sampler.iteration, time, ratio
    )


def r_hat(chain: np.ndarray) -> float:
    """Return the largest split R-hat of a chain of shape (step, walker, entry).

    Each walker is cut in two; with the variance W within the halves of n steps and B / n between
    their means, R-hat is sqrt((n - 1) / n + B / (n W)).
    """
    half = len(chain) // 2
    halves = np.concatenate([chain[:half], chain[half : 2 * half]], axis=1)
    within = halves.var(axis=0, ddof=1).mean(axis=0)
    between = halves.mean(axis=0).var(axis=0, ddof=1)
    ratios = np.sqrt((half - 1) / half + between / np.maximum(within, np.finfo(float).tiny))
    return float(ratios.max())


def _independent(about: Bounds) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """A proposal that does not look at where walkers are, with its ratio of densities."""
    covariance = about.covariance + LEAST_VARIANCE * np.eye(len(about.theta))
    student = stats.multivariate_t(about.theta, WIDER * covariance, df=TAILS)

    def propose(before: np.ndarray, generator: Any) -> tuple[np.ndarray, np.ndarray]:
        after = np.atleast_2d(student.rvs(len(before), random_state=generator))
        after = after.reshape(before.shape)
        return after, student.logpdf(before) - student.logpdf(after)

    return propose


def _begin(likelihood: Likelihood, about: Bounds, seed: int) -> np.ndarray:
    """Walkers about the most likely parameters, each with a finite posterior."""
    walkers = max(FEWEST_WALKERS, WALKERS * len(about.theta))
    walkers += walkers % 2
    drawn = about.sample(4 * walkers, seed)
    finite = np.isfinite(_log_posterior(likelihood, drawn))
    if finite.sum() < walkers:
        raise ValueError(
            "too few buildings about the most likely one can be simulated to start chains: the "
            "records leave too much open; fix or tie some parameters, or give priors"
        )
    return drawn[finite][:walkers]


def _log_posterior(likelihood: Likelihood, thetas: np.ndarray) -> np.ndarray:
    """Of each row; minus infinity outside the limits, and where there is no response."""
    low, high = likelihood.space.limits()
    inside = ((thetas >= low) & (thetas <= high)).all(axis=1)
    result = np.full(len(thetas), -np.inf)
    if inside.any():
        result[inside] = -likelihood.values(thetas[inside])
    return result


def _discarded(time: float, steps: int) -> int:
    """Steps at the start that do not count, at most half."""
    return min(steps // 2, int(np.ceil(BURN_IN * time)))


def _require_converged(steps: int, time: float, ratio: float) -> None:
    if steps >= LENGTH * time and ratio < LARGEST_R_HAT:
        return
    needed = int(np.ceil(1.5 * LENGTH * time / LOOKED)) * LOOKED
    raise ValueError(
        f"the chains of {steps} steps have not converged: they are {steps / time:.0f} "
        f"autocorrelation times long ({LENGTH} are needed), R-hat is {ratio:.3f} (below "
        f"{LARGEST_R_HAT}); give --chain {max(needed, 2 * steps)}, fix or tie parameters, "
        "or take --bounds sandwich"
    )
