"""What likelihood, entropy and Fisher information say of a statistical model, and of AdaGrad.

Likelihood. The negative log-likelihood of coins and of normal samples over their parameters: it is
the Kullback-Leibler divergence and the entropy of the data, so that its least is the divergence's.

Entropy. Chain rule and mutual information on random tables; N parallel channels of random
conductivity, whose arrangements are counted (Shannon's experiment with Darcy's law); differential
entropy and divergence of normal laws by quadrature.

Largest entropy. The distribution of largest entropy with given means, found among all
distributions, is of the exponential family; the Hessian of its log-likelihood is minus the
covariance of what is observed.

Fisher information. Variance of the score and curvature of the log-likelihood; no unbiased estimator
has a smaller variance than its inverse (Cramer & Rao), the maximum-likelihood estimate reaches it
and becomes normal. Its diagonal is that of the Hessian, and what AdaGrad accumulates: from single
samples, not from the whole set.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.framework import Cache, Settings, Study, Verdict
from studies.information import (
    accumulator,
    channels,
    claims,
    drawing,
    entropy,
    estimators,
    fisher,
    likelihood,
    maxent,
)


@dataclass(frozen=True, kw_only=True)
class Information(Settings):
    """Sizes of the study.

    Attributes
    ----------
    samples : int
        Of a normal law whose likelihood is drawn.
    experiments : int
        With channels.
    repetitions : int
        Samples that each estimator gets.
    steps : int
        Samples that AdaGrad goes through, one a step.
    """

    samples: int = 200
    experiments: int = 2000
    repetitions: int = 20_000
    steps: int = 4000


PRESETS = {
    "tiny": Information(seeds=2, experiments=500, repetitions=2000, steps=1000),
    "cpu": Information(seeds=10),
    "full": Information(seeds=30, experiments=20_000, repetitions=100_000, steps=8000),
}


def measure(settings: Information, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """What is computed once, and what is drawn for each seed."""
    once = cache.measure(
        {
            "coins": likelihood.coins,
            "surface": partial(likelihood.surface, seeds[0], settings.samples),
            "densities": entropy.densities,
            "count": channels.count,
            "largest_entropy": partial(maxent.solve, seeds[0]),
            "derivatives": maxent.derivatives,
            "fisher": fisher.compare,
            "peaks": partial(fisher.peaks, seeds[0]),
            "distances": estimators.distances,
        }
    )
    repeated = cache.per_seed(seeds, partial(_repeat, settings))
    return xr.merge([*once.values(), repeated]).assign(repetitions=settings.repetitions)


def _repeat(settings: Information, seed: int) -> xr.Dataset:
    return xr.merge(
        [
            likelihood.search(seed, settings.samples),
            entropy.tables(seed),
            channels.draw(seed, settings.experiments),
            estimators.variances(seed, settings.repetitions),
            estimators.likelihood_estimates(seed, settings.repetitions),
            accumulator.bridge(seed, settings.steps),
        ]
    )


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    verdicts = _likelihood_and_entropy(results)
    verdicts += _channels(results)
    verdicts += _largest_entropy(results)
    return verdicts + _fisher(results)


def _likelihood_and_entropy(results: xr.Dataset) -> list[Verdict]:
    chain = np.maximum(results.chain_error, results.mutual_error)
    return [
        claims.IDENTITY.judge(results.identity_error),
        claims.COIN_ABOVE.judge(results.coin_margin),
        claims.DENSITY_ABOVE.judge(results.narrow_margin),
        claims.FORMULA.judge(results.formula_error),
        claims.LEAST.judge(results.search_error),
        claims.CHAIN.judge(chain),
        claims.MUTUAL.judge(results.least_information),
        claims.NORMAL_ENTROPY.judge(results.entropy_error),
        claims.TRACE.judge(results.trace_error),
        claims.DETERMINANT.judge(results.determinant_error),
        claims.DIVERGENCE.judge(results.divergence_error),
        claims.DIVERGENCE_BOUND.judge(results.least_above_bound),
    ]


def _channels(results: xr.Dataset) -> list[Verdict]:
    short = (results.channel_entropy - results.log_arrangements) / results.type_bound
    probability = results.composition_probability
    slope = np.polyfit(np.log(results.number[-4:]), np.log(probability[-4:]), 1)[0]
    return [
        claims.ARRANGEMENT.judge(results.arrangement_error),
        claims.TYPICAL.judge(abs(results.surprise_deviation)),
        claims.DISCHARGE.judge(abs(results.discharge_deviation)),
        claims.COUNT.judge(short.max()),
        claims.CERTAIN.judge(probability[-1] / probability[0]),
        claims.DECAY.judge(slope),
        claims.COMPOSITIONS.judge(results.compositions_printed / results.compositions),
        claims.COMPOSITIONS_RIGHT.judge(results.compositions_by_formula / results.compositions),
    ]


def _largest_entropy(results: xr.Dataset) -> list[Verdict]:
    return [
        claims.FAMILY.judge(abs(results.die - results.die_primal).max()),
        claims.BELL.judge(results.bell_error),
        claims.GAP.judge(results.least_gap),
        claims.SCORE.judge(np.maximum(results.score_error, results.mean_score)),
        claims.HESSIAN.judge(results.hessian_error),
    ]


def _fisher(results: xr.Dataset) -> list[Verdict]:
    repetitions = int(results.repetitions)
    ratio = results.variance_ratio
    variance_error = np.sqrt(2.0 / repetitions)
    slope = np.polyfit(np.log(results.length[-5:]), np.log(results.kolmogorov[-5:]), 1)[0]
    single = results.accumulator.sel(draw="one sample") / results.fisher
    whole = results.accumulator.sel(draw="whole set") / results.fisher
    return [
        claims.CURVATURE.judge(
            np.maximum(results.score_variance_error, results.curvature_error).max()
        ),
        claims.BOUND.judge((ratio.min("estimator") - 1.0) / variance_error),
        claims.ATTAINED.judge((results.rate_variance - 1.0) / variance_error),
        claims.NORMAL.judge(slope),
        claims.DIAGONAL.judge(abs(results.hessian_deviation).max("weight")),
        claims.ACCUMULATED.judge(abs(results.accumulator_deviation).max("weight")),
        claims.WHOLE_SET.judge((whole / single).max("weight")),
    ]


STUDY = Study(
    "information",
    "Likelihood, entropy, Fisher information",
    PRESETS,
    measure,
    judge,
    drawing.draw,
)
