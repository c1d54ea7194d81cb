"""Through time an Elman network's gradient decays, even where its linear part explodes; gates let a cell keep it.

For h_s = g(U h_{s-1} + W x_s + b) the chain rule gives

    |dh_t / dh_tau| = |prod over s of diag(g'(a_s)) U| <= sigma_1(U)^(t - tau),       g = tanh, sup|g'| = 1

(Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013). Spectral norms of the Jacobian between the states (h,
with c for the LSTMs) of untrained networks under the base acceleration of the five-storey building: Elman networks
whose U is scaled through the spectral radius 1, LSTM, LSTM with peepholes and GRU as torch makes them, and an LSTM
whose forget gates start with a bias of 3. Beside them the linear networks h_s = U h_{s-1}, which do not saturate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.frame import Claim, Parts, Settings, Study, Verdict
from studies.vanishing_gradient_in_time import drawing, memory


@dataclass(frozen=True, kw_only=True)
class InTime(Settings):
    """Sizes of the study.

    Attributes
    ----------
    samples : int
        Longest t - tau.
    motions : int
        Over which the norms are averaged (geometric mean).
    """

    samples: int = 100
    motions: int = 4


PRESETS = {
    "tiny": InTime(seeds=1, samples=30, motions=1),
    "cpu": InTime(seeds=5),
    "full": InTime(seeds=20, samples=400, motions=16),
}

BOUND = Claim(
    "The bound holds for Elman networks.",
    "Pascanu, Mikolov & Bengio 2013",
    "largest norm over sigma_1^(t - tau), all radii and lags",
    at_most=1.0001,
)
VANISHES = Claim(
    "Below a spectral radius of 1 the gradient vanishes.",
    "Bengio, Simard & Frasconi 1994",
    "decades lost a sample, radius 0.8",
    at_least=0.09,
)
LINEAR = Claim(
    "Above 1 the gradient of a linear network explodes.",
    "Bengio, Simard & Frasconi 1994",
    "decades gained a sample, radius 1.5, g(a) = a",
    at_least=0.15,
)
EXPLODES = Claim(
    "So does that of a tanh network under an earthquake.",
    "this study",
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
    "A forget bias of 3 makes it keep the gradient five times as long.",
    "Gers, Schmidhuber & Cummins 2000; Jozefowicz et al. 2015",
    "decades lost a sample, LSTM with the bias over LSTM",
    at_most=0.2,
)


def measure(settings: InTime, seeds: Sequence[int], parts: Parts) -> xr.Dataset:
    """A part for each seed."""
    return parts.per_seed(seeds, partial(memory.measure, settings.samples, settings.motions))


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
    ]


STUDY = Study("vanishing_gradient_in_time", "The vanishing gradient in time", PRESETS, measure, judge, drawing.draw)
