"""One neuron is a ridge, a line separates OR and AND but not XOR, and one hidden layer does.

One neuron. Its value is constant across its weights; threshold neurons compute NOT, OR, AND and
the chapter's AND1 (x1 and not x2) and AND2 (x2 and not x1). Rosenblatt's rule
w <- w + (t - step(w x)) x (1958) ends without mistakes on a gate that a line separates (Novikoff
1962) and never on XOR (Minsky & Papert 1969). Whether a line exists is also decided without any
training, by the linear program of the largest margin; the linear model of least squares for XOR is
the constant 1/2. Probit and logistic model are fitted to one set of binary outcomes.

One hidden layer. AND1 and AND2 as hidden units make XOR a matter of one line in their plane. The
network 2-2-1 of Goodfellow, Bengio & Courville (2016, 6.1) has weights for XOR that are exact; how
often training finds weights depends on the number of hidden units.

Back-propagation. The thirteen steps of the course, with the softmax above activated units, against
automatic differentiation.

Descent. y = amplitude exp(rate x) + noise: gradient descent with the whole batch, with 16 samples
and with one sample, with and without momentum, at equal learning rate. Counted in samples that were
looked at, small batches arrive first; with a constant learning rate they never settle, with a
decaying one they do (Robbins & Monro 1951).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import xarray as xr

from studies.framework import Cache, Settings, Study, Verdict
from studies.perceptron_to_mlp import (
    backpropagation,
    claims,
    descent,
    drawing,
    gates,
    hidden,
    outcomes,
    ridge,
)


@dataclass(frozen=True, kw_only=True)
class Perceptrons(Settings):
    """Sizes of the study.

    Attributes
    ----------
    perceptron_epochs : int
        Passes of Rosenblatt's rule over the four corners.
    widths : tuple of int
        Hidden units of the networks trained on XOR.
    training_steps : int
        Of each network.
    samples, epochs : int
        Of the regression.
    """

    perceptron_epochs: int = 200
    widths: tuple[int, ...] = (1, 2, 3, 4, 8, 16)
    training_steps: int = 500
    samples: int = 200
    epochs: int = 200


PRESETS = {
    "tiny": Perceptrons(seeds=2, widths=(2, 16), training_steps=200, samples=60, epochs=10),
    "cpu": Perceptrons(seeds=10),
    "full": Perceptrons(seeds=100, training_steps=2000),
}


def measure(settings: Perceptrons, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """What is computed once, and what is drawn or trained for each seed."""
    once = cache.measure(
        {
            "boundaries": gates.boundaries,
            "lines": gates.lines,
            "exact": hidden.exact,
            "ridge": ridge.surface,
            "xor": partial(hidden.surface, seeds[0], settings.training_steps),
        }
    )
    repeated = cache.per_seed(seeds, partial(_repeat, settings))
    return xr.merge([*once.values(), keep_first(repeated)])


def keep_first(repeated: xr.Dataset) -> xr.Dataset:
    """Keep what is only drawn for the first seed alone: it is most of the numbers."""
    drawn = ("way", "least_squares", "chance", "hidden", "hidden_line")
    return repeated.assign({name: repeated[name].isel(seed=0, drop=True) for name in drawn})


def _repeat(settings: Perceptrons, seed: int) -> xr.Dataset:
    return xr.merge(
        [
            ridge.check(seed),
            gates.perceptron(seed, settings.perceptron_epochs),
            hidden.trained(seed, settings.widths, settings.training_steps),
            hidden.plane(seed, settings.training_steps),
            outcomes.compare(seed),
            backpropagation.compare(seed),
            descent.descend(seed, settings.samples, settings.epochs),
        ]
    )


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    return [*_one_neuron(results), *_hidden_layer(results), *_descent(results)]


def _one_neuron(results: xr.Dataset) -> list[Verdict]:
    wrong = results.perceptron_wrong
    counted = xr.DataArray([4, 14, 104], {"bits": results.bits}, "bits")
    slope = results.coefficient.sel(term="w1")
    return [
        claims.NEURON_RIDGE.judge(results.across.max("activation")),
        claims.TRANSLATED.judge(results.translated.max("activation")),
        claims.MIDDLE.judge(results.middle.max("activation")),
        claims.NEURONS.judge(results.neuron_wrong),
        claims.LINE.judge(wrong.isel(round=-1).sel(gate=gates.SEPARABLE).max("gate")),
        claims.NO_LINE.judge(wrong.sel(gate="XOR").min("round")),
        claims.SEPARABLE.judge(results.margin.sel(gate=["OR", "AND1", "AND2"]).min()),
        claims.MARGIN.judge(results.margin.sel(gate="XOR")),
        claims.SEPARABLE_COUNT.judge(abs(results.separable - counted).sum()),
        claims.LEAST_SQUARES.judge(results.least_squares_error),
        claims.LOGISTIC.judge(results.logistic_right.sel(gate="XOR")),
        claims.CROSS_ENTROPY_GRADIENT.judge(results.outcome_gradient_error),
        claims.LINK.judge(outcomes.link_distance()),
        claims.COEFFICIENTS.judge(slope.sel(link="logistic") / slope.sel(link="probit")),
    ]


def _hidden_layer(results: xr.Dataset) -> list[Verdict]:
    return [
        claims.COMPOSED.judge(results.composition_wrong),
        claims.PLANE.judge(results.plane_margin),
        claims.LEARNT_PLANE.judge(results.hidden_margin),
        claims.EXACT.judge(results.exact_error),
        claims.WIDE.judge(results.mlp_wrong.sel(width=16)),
        claims.NARROW.judge(results.mlp_wrong.sel(width=2)),
        claims.BY_HAND.judge(results.gradient_difference.max("unit_activation")),
    ]


def _descent(results: xr.Dataset) -> list[Verdict]:
    excess = results.excess_loss
    near = descent.samples_to(excess, 0.1)
    late = excess.isel(epoch=slice(-max(1, results.sizes["epoch"] // 10), None)).mean("epoch")
    one = late.sel(variant="one sample")
    whole = near.sel(variant="whole batch").fillna(len(excess.epoch))
    return [
        claims.SMALL_BATCHES.judge(whole / near.sel(variant="16 samples")),
        claims.RESTLESS.judge(one / late.sel(variant="whole, momentum")),
        claims.SETTLED.judge(one / late.sel(variant="one sample, decay")),
    ]


STUDY = Study(
    "perceptron_to_mlp",
    "From the perceptron to the multilayer perceptron",
    PRESETS,
    measure,
    judge,
    drawing.draw,
)
