"""The variance of the first weights decides whether signals and gradients survive fifty layers.

With N inputs and weights of variance s^2, mean-field theory (Poole et al. 2016, Schoenholz et al.
2017) has for the mean square q of the values before the activation g, and for that of their
gradients G, from layer to layer

    q' = N s^2 E[g(sqrt(q) z)^2],      G = N s^2 E[g'(sqrt(q) z)^2] G',      z normal,

so that N s^2 = 2 keeps both for ReLU (He et al. 2015), and N s^2 = 1 holds SELU at its fixed point
(LeCun's; Klambauer et al. 2017) and loses tanh's gradients by a power of the depth only, not
exponentially (Glorot & Bengio 2010). Measured on stacks of 50 layers of 100 units.

Weights. Histograms of one layer with fan_in = fan_out = 100 for the initialisers of Gatti (2023,
sec. 4.2.1, Example 20, Fig. 46), on one axis with a logarithmic count as there, and the standard
deviation of the weights while fan_in goes from 25 to 400 and fan_out stays 100. By their laws
Kaiming's is proportional to fan_in^(-1/2), Xavier's to (fan_in + fan_out)^(-1/2).

Training. A perceptron with ten hidden ReLU layers on the digits, and an LSTM on the five-storey
building, from each start. Under constant weights all units of a layer compute the same and, having
equal gradients, stay the same for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.framework import Cache, Claim, Settings, Study, Verdict
from studies.framework.sources import OURS, gatti
from studies.initializers import drawing, signals, training, weights


@dataclass(frozen=True, kw_only=True)
class Initializers(Settings):
    """Sizes of the study.

    Attributes
    ----------
    layers : int
        Depth through which signals are followed.
    trainings : int
        Seeds that are trained on, of all seeds.
    epochs : int
        Of the perceptron on the digits.
    records, steps : int
        Of the LSTM on the five-storey building.
    """

    layers: int = 50
    trainings: int = 3
    epochs: int = 20
    records: int = 64
    steps: int = 120


PRESETS = {
    "tiny": Initializers(trainings=1, epochs=1, records=4, steps=2),
    "cpu": Initializers(seeds=10),
    "full": Initializers(seeds=30, trainings=10, epochs=100, records=1000, steps=2000),
}

STUDENT = 2.26  # 95 % of Student's t for ten seeds lie within
LAYER = "one layer with fan_out = 100, fan_in from 25 to 400 (the text has 100), each by its law"
FAN_IN = Claim(
    "The distribution of Kaiming's weights depends on fan_in.",
    gatti("4.2.1", "Example 20", "Fig. 46"),
    "exponent of the standard deviation over fan_in, which eq. 120 makes -1/2, mean of the uniform "
    "and the normal; 99.9 % of what chance gives",
    at_least=-0.51,
    at_most=-0.49,
    setting=LAYER,
)
OTHERS = Claim(
    "The other distributions stay the same.",
    gatti("4.2.1", "Example 20", "Fig. 46"),
    "standard deviation, largest over least of all fan_in, mean over the seeds: uniform, normal, "
    "Xavier's uniform and normal; 99.9 % of what chance gives",
    at_most=1.03,
    setting=LAYER,
)
VARIANCE = Claim(
    "Every initialiser has the variance of its law.",
    "Glorot & Bengio 2010, He et al. 2015, LeCun et al. 1998",
    "largest relative error of the variance of 10 000 weights",
    at_most=0.08,
)
THEORY = Claim(
    "Mean-field theory predicts the growth of signals from layer to layer.",
    "Poole et al. 2016",
    "largest error of the decades a layer, all initialisers and activations",
    at_most=0.05,
)
THEORY_BACK = Claim(
    "Mean-field theory predicts the growth of gradients from layer to layer.",
    "Schoenholz et al. 2017",
    "largest error of the decades a layer, all initialisers and activations",
    at_most=0.05,
)
KAIMING = Claim(
    "Kaiming's weights carry ReLU signals through 50 layers.",
    "He et al. 2015",
    "decades that the mean square signal changes, absolute",
    at_most=2.0,
)
XAVIER_RELU = Claim(
    "Xavier's weights lose ReLU signals on the way through 50 layers.",
    "He et al. 2015",
    "decades that the mean square signal falls, ReLU",
    at_least=10.0,
)
XAVIER_TANH = Claim(
    "Xavier's weights lose the gradient of tanh layers by a power of the depth, not exponentially.",
    "mean-field theory",
    "decades lost through 50 layers less those of the theory (1.83), over the standard deviation "
    "of the seeds; 95 % of Student's t",
    at_least=-STUDENT,
    at_most=STUDENT,
)
DEFAULT = Claim(
    "The default of torch.nn.Linear, of variance 1/(3 N), loses gradients through 50 tanh layers.",
    "mean-field theory",
    "decades that the mean square gradient falls, tanh",
    at_least=15.0,
)
LARGE = Claim(
    "Standard normal weights make ReLU signals explode.",
    "mean-field theory",
    "decades that the mean square signal grows",
    at_least=50.0,
)
SELU = Claim(
    "SELU with LeCun's weights stays at unit variance.",
    "Klambauer et al. 2017",
    "decades that the mean square signal changes, absolute",
    at_most=0.3,
)
SYMMETRY = Claim(
    "Under constant weights all units of a layer stay equal while they are trained.",
    gatti("4.2.1"),
    "spread over the units of a hidden layer's weights after training, over their size",
    at_most=1e-4,
    setting="a theorem for any network; ten hidden layers of 32 units on digits, single precision",
)
FASTER = Claim(
    "Kaiming's weights train a deep ReLU perceptron faster than torch's default.",
    "He et al. 2015",
    "training loss after the last epoch, default over Kaiming",
    at_least=2.0,
)
STUCK = Claim(
    "Constant weights keep a deep ReLU perceptron from learning.",
    OURS,
    "training loss after the last epoch over that of guessing, ln 10",
    at_least=0.6,
)
RECURRENT = Claim(
    "An LSTM suffers from constant weights too.",
    OURS,
    "training loss after the last step, constant over default",
    at_least=1.5,
)


def measure(settings: Initializers, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """Weights and signals for each seed, trainings for some."""
    found = cache.per_seed(
        seeds, lambda seed: xr.merge([weights.sample(seed), signals.follow(seed, settings.layers)])
    )
    found["count"] = found["count"].isel(seed=0, drop=True)  # what is drawn
    once = cache.measure({"theory": partial(signals.theory, settings.layers), "laws": weights.laws})
    trained = cache.per_seed(
        seeds[: settings.trainings], partial(training.train, settings), "training"
    )
    return xr.merge([found, *once.values(), trained.rename(seed="training")])


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    signal, gradient = (_decades(results[name]) for name in ("signal", "gradient"))
    digits = results.digits_loss.isel(epoch=-1)
    building = results.lstm_loss.isel(step=-1)
    return [
        FAN_IN.judge(_fan_exponent(results)),
        OTHERS.judge(_fan_change(results), "initialisers"),
        VARIANCE.judge(abs(results.drawn_variance / results.law_variance - 1.0).max("initializer")),
        THEORY.judge(_theory_error(results, "signal")),
        THEORY_BACK.judge(_theory_error(results, "gradient")),
        KAIMING.judge(abs(signal.sel(initializer="Kaiming normal", activation="ReLU"))),
        XAVIER_RELU.judge(-signal.sel(initializer="Xavier normal", activation="ReLU")),
        XAVIER_TANH.judge(_beyond_theory(results, initializer="Xavier normal", activation="tanh")),
        DEFAULT.judge(-gradient.sel(initializer="torch default", activation="tanh")),
        LARGE.judge(signal.sel(initializer="normal", activation="ReLU")),
        SELU.judge(abs(signal.sel(initializer="LeCun normal", activation="SELU"))),
        SYMMETRY.judge(results.unit_spread.sel(start="constant")),
        FASTER.judge(digits.sel(start="torch default") / digits.sel(start="Kaiming normal")),
        STUCK.judge(digits.sel(start="constant") / np.log(10.0)),
        RECURRENT.judge(building.sel(start="constant") / building.sel(start="torch default")),
    ]


def _fan_exponent(results: xr.Dataset) -> xr.DataArray:
    """Exponent of the standard deviation of Kaiming's weights over fan_in, for each seed."""
    deviation = results.fan_deviation.sel(drawn=["Kaiming uniform", "Kaiming normal"])
    logarithm = np.log(deviation).mean("drawn").assign_coords(fan_in=np.log(results.fan_in))
    fitted = logarithm.polyfit("fan_in", 1).polyfit_coefficients
    return fitted.sel(degree=1)


def _fan_change(results: xr.Dataset) -> xr.DataArray:
    """Largest standard deviation over the least of all fan_in, for the other initialisers."""
    others = [name for name in results.drawn.values if not name.startswith("Kaiming")]
    deviation = results.fan_deviation.sel(drawn=others).mean("seed")
    return deviation.max("fan_in") / deviation.min("fan_in")


def _beyond_theory(results: xr.Dataset, **place: str) -> xr.DataArray:
    """Decades that the gradient loses beyond the theory's, in standard deviations of the seeds."""
    lost = -_decades(results.gradient.sel(place))
    expected = -_decades(results.gradient_theory.sel(place).rename("gradient"))
    return (lost - expected) / lost.std("seed", ddof=1)


def _decades(values: xr.DataArray) -> xr.DataArray:
    """Growth from the first layer to the last; of gradients, which run backwards, from the last to
    the first.
    """
    first, last = (-1, 0) if values.name == "gradient" else (0, -1)
    return values.isel(layer=last) - values.isel(layer=first)


def _theory_error(results: xr.Dataset, moment: str) -> xr.DataArray:
    """Of the decades a layer over all layers, for the initialisers that the theory is for."""
    measured = _decades(results[moment])
    expected = _decades(results[f"{moment}_theory"].rename(moment))
    error = abs(measured - expected) / results.sizes["layer"]
    return error.where(results.law_variance.notnull()).max(["initializer", "activation"])


STUDY = Study("initializers", "Initial weights", PRESETS, measure, judge, drawing.draw)
