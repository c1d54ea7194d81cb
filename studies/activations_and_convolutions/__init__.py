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

The chapter's Figs. 20 to 24. Its settings of padding, kernel, stride, dilation and pooling on a
picture of its size; the number of multiplications of a network (eq. 30) against torch's count.

Digits. A convolutional network against a perceptron with equally many parameters on scikit-learn's
8 x 8 digits: on the test part, and on the same test digits moved by one pixel, which neither has
seen in training.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import xarray as xr

from studies.activations_and_convolutions import (
    activations,
    chapter,
    claims,
    complexity,
    convolutions,
    digits,
    drawing,
)
from studies.framework import Cache, Settings, Study, Verdict


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


def measure(settings: Convolutions, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """Everything computed once, and a training of both networks for each seed."""
    once = cache.measure(
        {
            "activations": activations.tabulate,
            "arithmetic": convolutions.arithmetic,
            "equivariance": partial(convolutions.equivariance, seeds[0]),
            "fields": partial(convolutions.fields, seeds[0], settings.stacks),
            "maps": chapter.maps,
            "identities": chapter.identities,
            "complexity": partial(complexity.count, seeds[0], settings.stacks),
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
        claims.SUPREMA.judge(abs(results.supremum - results.supremum_exact).max()),
        claims.ARITHMETIC.judge((results.size_measured != results.size_formula).sum()),
        claims.FIELD.judge(other_field.sum()),
        claims.NETWORK_FIELD.judge(
            (results.network_field_measured != results.network_field_formula).sum()
        ),
        claims.EQUIVARIANT.judge(commutes.sel(operation="stride 1").max()),
        claims.BROKEN.judge(commutes.sel(operation=["stride 2", "max pooling 2"], shift=1).min()),
        claims.RESTORED.judge(commutes.sel(operation=["stride 2", "max pooling 2"], shift=2).max()),
        claims.DIGITS.judge(ahead.sel(digits="as they are")),
        claims.MOVED.judge(ahead.sel(digits="moved by one pixel")),
        *_chapter(results),
    ]


def _chapter(results: xr.Dataset) -> list[Verdict]:
    """What Figs. 20 to 24 and eq. 30 say."""
    image = xr.DataArray([chapter.HEIGHT, chapter.WIDTH], {"axis": results.axis}, "axis")
    size = results.map_size
    lost = image - size
    bands = abs(lost.sel(layer="Fig. 20, p = 0") - 4) + abs(lost.sel(layer="Fig. 20, p = 2"))
    halves = abs(size.sel(layer="Fig. 22, s = 2") - image / 2)
    kept = abs(lost.sel(layer="Fig. 22, s = 1"))
    dilated = abs(lost.sel(layer="Fig. 23, d = 5") - 18) + abs(lost.sel(layer="Fig. 23, d = 1") - 2)
    other = abs(results.multiplications_counted / results.multiplications_formula - 1)
    pooled = [results.pooled_formula, results.pooled_values]
    saved = [float(one.sel(pooling="without") / one.sel(pooling="with")) for one in pooled]
    return [
        claims.PADDING.judge(bands.sum()),
        claims.KERNEL.judge(lost.sel(layer=["Fig. 21, k = 3", "Fig. 21, k = 5"]).max()),
        claims.STRIDE.judge(xr.concat([halves, kept], "stride").max()),
        claims.DILATION.judge(dilated.sum()),
        claims.HOLES.judge(results.dilation_error),
        claims.SUBSAMPLED.judge(results.stride_error),
        claims.POOLED.judge(results.pooled.sel(setting="Fig. 24")),
        claims.POOLED_LISTING.judge(results.pooled.sel(setting="listing")),
        claims.COMPLEXITY.judge(other.max()),
        claims.SUBSAMPLING.judge(min(saved)),
    ]


STUDY = Study(
    "activations_and_convolutions",
    "Activations and convolutions",
    PRESETS,
    measure,
    judge,
    drawing.draw,
)
