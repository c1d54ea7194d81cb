"""Convolutions follow their arithmetic, move with the image, see what they should, and read digits
better than an MLP.

Activations with their derivatives, whose suprema (1 for tanh and ReLU, 1/4 for the logistic
function) decide how fast gradients vanish.

Convolutions along one axis, with kernel k, stride s, padding p, dilation d:

    out   = floor((in + 2 p - d (k - 1) - 1) / s) + 1               Dumoulin & Visin 2016
    field = 1 + sum over layers l of (k_l - 1) d_l prod over j < l of s_j

The arithmetic is compared with torch for every combination, and shown on an image of rings, the
radial function of Eldan & Shamir. A convolution commutes with a shift of the image exactly when the
shift is a multiple of all its strides. The receptive field is measured as the range of inputs on
which an output has a gradient.

Digits. A convolutional network against a perceptron with equally many parameters on scikit-learn's
8 x 8 digits: on the test part, and on the same test digits moved by one pixel, which neither has
seen in training.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import xarray as xr

from studies.activations_and_convolutions import activations, convolutions, digits, drawing
from studies.framework import Cache, Claim, Settings, Study, Verdict
from studies.framework.sources import OURS, gatti


@dataclass(frozen=True, kw_only=True)
class Convolutions(Settings):
    """Sizes of the study.

    Attributes
    ----------
    epochs : int
        Of each training on the digits.
    stacks : int
        Random stacks of layers whose receptive field is measured.
    """

    epochs: int = 40
    stacks: int = 40


PRESETS = {
    "tiny": Convolutions(seeds=1, epochs=5, stacks=10),
    "cpu": Convolutions(seeds=10),
    "full": Convolutions(seeds=30, epochs=100, stacks=400),
}

SUPREMA = Claim(
    "The derivative is at most 1 for tanh and ReLU and 1/4 for the logistic function.",
    "analysis",
    "largest error of the measured supremum",
    at_most=1e-4,
)
ARITHMETIC = Claim(
    "The formula gives the size of every convolution.",
    "Dumoulin & Visin 2016",
    "combinations with another size",
    at_most=0,
)
FIELD = Claim(
    "The formula gives the receptive field of every stack of layers.",
    "Dumoulin & Visin 2016",
    "stacks in which gradients show another field",
    at_most=0,
)
NETWORK_FIELD = Claim(
    "So it does for the package's CNN and TCN.",
    OURS,
    "networks with another field",
    at_most=0,
)
EQUIVARIANT = Claim(
    "Without a stride, convolution and shift commute.",
    gatti("2.6"),
    "largest relative difference",
    at_most=1e-6,
    setting="in words, of any filter; one random layer, single precision",
)
BROKEN = Claim(
    "A stride or pooling of 2 breaks this for a shift by one pixel.",
    gatti("2.6"),
    "smallest relative difference, of which rounding explains 1e-6",
    at_least=1e-6,
    setting="in words, of any subsampling; stride 2 and max pooling by 2",
)
RESTORED = Claim(
    "It holds again for a shift by the stride.",
    OURS,
    "largest relative difference",
    at_most=1e-6,
)
DIGITS = Claim(
    "A convolutional network reads digits better than a perceptron with equally many parameters.",
    OURS,
    "accuracy on the test part, difference (percentage points)",
    at_least=0.0,
)
MOVED = Claim(
    "It bears a shift by one pixel far better.",
    OURS,
    "accuracy on moved digits, difference (percentage points)",
    at_least=10.0,
)


def measure(settings: Convolutions, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """Everything computed once, and a training of both networks for each seed."""
    once = cache.measure(
        {
            "activations": activations.tabulate,
            "arithmetic": convolutions.arithmetic,
            "equivariance": partial(convolutions.equivariance, seeds[0]),
            "fields": partial(convolutions.fields, seeds[0], settings.stacks),
        }
    )
    return xr.merge(
        [*once.values(), cache.per_seed(seeds, partial(digits.compare, settings.epochs))]
    )


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    other_field = results.field_measured != results.field_formula
    commutes = results.shift_difference
    ahead = 100 * (results.accuracy.sel(network="CNN") - results.accuracy.sel(network="MLP"))
    return [
        SUPREMA.judge(abs(results.supremum - results.supremum_exact).max()),
        ARITHMETIC.judge((results.size_measured != results.size_formula).sum()),
        FIELD.judge(other_field.sum()),
        NETWORK_FIELD.judge(
            (results.network_field_measured != results.network_field_formula).sum()
        ),
        EQUIVARIANT.judge(commutes.sel(operation="stride 1").max()),
        BROKEN.judge(commutes.sel(operation=["stride 2", "max pooling 2"], shift=1).min()),
        RESTORED.judge(commutes.sel(operation=["stride 2", "max pooling 2"], shift=2).max()),
        DIGITS.judge(ahead.sel(digits="as they are")),
        MOVED.judge(ahead.sel(digits="moved by one pixel")),
    ]


STUDY = Study(
    "activations_and_convolutions",
    "Activations and convolutions",
    PRESETS,
    measure,
    judge,
    drawing.draw,
)
