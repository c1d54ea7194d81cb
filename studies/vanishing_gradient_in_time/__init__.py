"""Through time an Elman network's gradient decays, even where its linear part explodes; gates let a
cell keep it.

For h_s = g(U h_{s-1} + W x_s + b) the chain rule gives

    |dh_t / dh_tau| = |prod over s of diag(g'(a_s)) U| <= sigma_1(U)^(t - tau)

for g = tanh, whose sup|g'| is 1 (Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013).
Spectral norms of the Jacobian between the states (h, with c for the LSTMs) of untrained networks
under the base acceleration of the five-storey building: Elman networks whose U is scaled through
the spectral radius 1, LSTM, LSTM with peepholes and GRU as torch makes them, and an LSTM whose
forget gates start with a bias of 3. Beside them the linear networks h_s = U h_{s-1}, which do not
saturate.

Then the norms before and after training on the first storey's drift, every fourth sample of 0.02 s,
by Adam from a learning rate of 0.01 with clipped gradients, beside the error on test records; and
what clipping the gradient's norm at 1 does to Elman networks that are made to explode, trained by
stochastic gradient descent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.framework import Cache, Claim, Search, Settings, Study, Verdict, best_on
from studies.framework.sources import OURS, gatti
from studies.vanishing_gradient_in_time import clipping, drawing, memory, training


@dataclass(frozen=True, kw_only=True)
class InTime(Settings):
    """Sizes of the study.

    Attributes
    ----------
    samples : int
        Longest t - tau.
    motions : int
        Over which the norms are averaged (geometric mean).
    trained_samples : int
        Longest t - tau of the networks that are trained.
    records : int
        For training, and as many for test.
    epochs : int
    """

    samples: int = 100
    motions: int = 4
    trained_samples: int = 70
    records: int = 64
    epochs: int = 40


PRESETS = {
    "tiny": InTime(seeds=1, samples=30, motions=1, trained_samples=10, records=4, epochs=2),
    "cpu": InTime(seeds=5),
    "full": InTime(seeds=20, samples=400, motions=16, records=1000, epochs=400),
}

BOUND = Claim(
    "The gradient through time stays below its bound in Elman networks.",
    gatti("2.8", "eqs. 45-48"),
    "largest norm over sigma_1^(t - tau), all radii and lags",
    at_most=1.0001,
    setting="a theorem for any weights; tanh, whose slope is at most 1",
)
VANISHES = Claim(
    "Below a spectral radius of 1 the gradient vanishes.",
    "Bengio, Simard & Frasconi 1994",
    "decades lost a sample, radius 0.8",
    at_least=0.09,
)
LINEAR = Claim(
    "Above a spectral radius of 1 the gradient of a linear network explodes.",
    "Bengio, Simard & Frasconi 1994",
    "decades gained a sample, radius 1.5, g(a) = a",
    at_least=0.15,
)
EXPLODES = Claim(
    "Above a spectral radius of 1 that of a tanh network under an earthquake explodes too.",
    OURS,
    "decades gained a sample, radius 1.5",
    at_least=0.01,
)
SATURATION = Claim(
    "Saturation holds an exploding gradient below what the spectral radius says.",
    "Pascanu, Mikolov & Bengio 2013",
    "decades gained a sample, radius 1.5, over log10 1.5",
    at_most=0.9,
)
GATES = Claim(
    "An untrained LSTM keeps the gradient longer than an Elman network.",
    "Hochreiter & Schmidhuber 1997",
    "decades lost a sample, Elman as torch makes it over LSTM",
    at_least=1.5,
)
FORGET = Claim(
    "A forget bias of 3 makes an LSTM keep the gradient five times as long.",
    "Gers, Schmidhuber & Cummins 2000; Jozefowicz et al. 2015",
    "decades lost a sample, LSTM with the bias over LSTM",
    at_most=0.2,
)
LEARNS = Claim(
    "Training makes an LSTM remember longer.",
    OURS,
    "decades lost a sample, untrained minus trained",
    at_least=0.05,
)
ELMAN_LEARNS = Claim(
    "Training makes an Elman network as torch makes it remember longer.",
    OURS,
    "decades lost a sample, untrained minus trained",
    at_least=0.05,
)
MEMORY = Claim(
    "Networks that forget less predict better.",
    OURS,
    "rank correlation of decades lost a sample and test error, trained networks",
    at_least=0.5,
)
DIVERGES = Claim(
    "At a learning rate of 1 Elman networks that explode end in no number.",
    OURS,
    "errors that are a number, tanh and ReLU, not clipped",
    at_most=0.0,
)
SURVIVES = Claim(
    "At a learning rate of 1 clipping saves Elman networks that explode.",
    "Pascanu, Mikolov & Bengio 2013",
    "errors below that of predicting zero, tanh and ReLU, clipped",
    at_least=2.0,
)
CLIPPING = Claim(
    "Clipping lets Elman networks that explode learn at larger learning rates.",
    "Pascanu, Mikolov & Bengio 2013",
    "largest learning rate that ends better than predicting zero, clipped over not, ReLU",
    at_least=10.0,
)
CLIPPED_BETTER = Claim(
    "At the best learning rates Elman networks that explode end lower with clipping.",
    "Pascanu, Mikolov & Bengio 2013",
    "training error, not clipped over clipped, least of tanh and ReLU",
    at_least=1.0,
)


def measure(settings: InTime, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """Three measurements for each seed: untrained networks, training, clipping."""
    untrained = cache.per_seed(seeds, partial(memory.measure, settings.samples, settings.motions))
    trained = cache.per_seed(seeds, partial(training.measure, settings), "trained")
    clipped = cache.per_seed(seeds, partial(clipping.measure, settings), "clipped")
    # what is drawn: all of it would fill the file
    clipped["gradient"] = clipped.gradient.isel(seed=0, drop=True)
    return xr.merge([untrained, trained, clipped])


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    far = results.log_norm.isel(lag=-1, drop=True) / results.sizes["lag"]
    linear = results.log_linear.isel(lag=-1, drop=True) / results.sizes["lag"]
    excess = (results.log_norm - results.lag * results.log_sigma).where(results.log_sigma.notnull())
    return [
        BOUND.judge(10 ** excess.max(["lag", "network"])),
        VANISHES.judge(-far.sel(network="Elman, radius 0.8")),
        LINEAR.judge(linear.sel(network="Elman, radius 1.5")),
        EXPLODES.judge(far.sel(network="Elman, radius 1.5")),
        SATURATION.judge(far.sel(network="Elman, radius 1.5") / np.log10(1.5)),
        GATES.judge(far.sel(network="Elman") / far.sel(network="LSTM")),
        FORGET.judge(far.sel(network="LSTM, forget bias 3") / far.sel(network="LSTM")),
        *_judge_trained(results),
    ]


def _judge_trained(results: xr.Dataset) -> list[Verdict]:
    learnt = -training.forgetting(results).diff("state").squeeze("state")
    error = results.clipped_error
    free, clipped = results.limit.values
    fastest = error.sel(rate=clipping.FAST)
    largest = results.rate.where(error < 1.0).max("rate").fillna(0.0)
    least = error.min("rate")
    return [
        LEARNS.judge(learnt.sel(learner="LSTM")),
        ELMAN_LEARNS.judge(learnt.sel(learner="Elman")),
        MEMORY.judge(training.rank_correlation(results)),
        DIVERGES.judge(np.isfinite(fastest.sel(limit=free)).sum("kind")),
        SURVIVES.judge((fastest.sel(limit=clipped) < 1.0).sum("kind")),
        CLIPPING.judge(
            (largest.sel(limit=clipped) / largest.sel(limit=free)).sel(kind="ReLU, radius 1.1")
        ),
        CLIPPED_BETTER.judge((least.sel(limit=free) / least.sel(limit=clipped)).min("kind")),
    ]


def searches(results: xr.Dataset) -> list[Search]:
    """Learning rates with and without clipping."""
    return [Search("rate", results.rate, best_on(results.clipped_error, "rate"))]


STUDY = Study(
    "vanishing_gradient_in_time",
    "The vanishing gradient in time",
    PRESETS,
    measure,
    judge,
    drawing.draw,
    searches,
)
