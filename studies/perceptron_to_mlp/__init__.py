"""A line separates OR and AND but not XOR; one hidden layer does, and back-propagation trains it.

Gates. Rosenblatt's rule w <- w + (t - step(w x)) x (1958) ends without mistakes on a gate that a
line separates (Novikoff 1962) and never on XOR (Minsky & Papert 1969). Whether a line exists is
also decided without any training, by the linear program of the largest margin. Logistic regression
is the same line. The network 2-2-1 of Goodfellow, Bengio & Courville (2016, 6.1) has weights for
XOR that are exact; how often training finds weights depends on the number of hidden units.

Back-propagation. The gradient of a network with two hidden layers written out in thirteen steps,
for softmax with cross-entropy and for squared error, against automatic differentiation.

Descent. y = amplitude exp(rate x) + noise: gradient descent with the whole batch, with 16 samples
and with one sample, with and without momentum, at equal learning rate. Counted in samples that were
looked at, small batches arrive first; with a constant learning rate they never settle, with a
decaying one they do (Robbins & Monro 1951).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import xarray as xr

from studies.framework import Cache, Claim, Settings, Study, Verdict
from studies.framework.sources import OURS, gatti
from studies.perceptron_to_mlp import backpropagation, descent, drawing, gates


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

LINE = Claim(
    "The perceptron algorithm finds a line for OR and for AND.",
    "Rosenblatt 1958, Novikoff 1962",
    "wrong corners at the end, OR and AND",
    at_most=0,
)
NO_LINE = Claim(
    "It never finds one for XOR.",
    "Minsky & Papert 1969",
    "fewest wrong corners on the way, XOR",
    at_least=1,
)
MARGIN = Claim(
    "No line at all separates XOR.",
    "linear program",
    "largest margin of any line, XOR",
    at_most=1e-9,
)
LOGISTIC = Claim(
    "Logistic regression fails on XOR too.",
    "Minsky & Papert 1969",
    "share of right corners, XOR",
    at_most=0.75,
)
EXACT = Claim(
    "A 2-2-1 network with ReLU represents XOR exactly.",
    "Goodfellow, Bengio & Courville 2016, 6.1",
    "largest absolute error on the corners",
    at_most=0.0,
)
WIDE = Claim(
    "Training finds XOR in a hidden layer of 16 units.",
    OURS,
    "wrong corners after training",
    at_most=0,
)
NARROW = Claim(
    "It also finds XOR in the two units that suffice.",
    OURS,
    "wrong corners after training, 2 units",
    at_most=0,
)
BY_HAND = Claim(
    "Back-propagation in thirteen steps is the gradient.",
    gatti("4.1", "eqs. 84-105"),
    "largest relative difference to autograd",
    at_most=1e-12,
    setting="a perceptron with two hidden layers, cross-entropy of a softmax",
)
SMALL_BATCHES = Claim(
    "Batches of 16 get near the minimum with a fraction of the samples that the whole batch needs.",
    OURS,
    "samples until the excess loss is a tenth of the noise, whole batch (at least) over 16",
    at_least=4.0,
)
RESTLESS = Claim(
    "Single samples at a constant learning rate never settle.",
    "Robbins & Monro 1951",
    "excess loss over the last tenth, one sample over whole batch with momentum",
    at_least=10.0,
)
SETTLED = Claim(
    "A decaying learning rate settles them.",
    "Robbins & Monro 1951",
    "excess loss over the last tenth, constant over decaying rate",
    at_least=2.0,
)


def measure(settings: Perceptrons, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """Everything that is trained, a part for each seed."""
    once = cache.measure(
        {
            "boundaries": partial(
                gates.boundaries, seeds[0], max(settings.widths), settings.training_steps
            ),
            "lines": gates.lines,
        }
    )
    repeated = cache.per_seed(seeds, partial(_repeat, settings))
    return xr.merge([*once.values(), repeated])


def _repeat(settings: Perceptrons, seed: int) -> xr.Dataset:
    return xr.merge(
        [
            gates.perceptron(seed, settings.perceptron_epochs),
            gates.trained(seed, settings.widths, settings.training_steps),
            backpropagation.compare(seed),
            descent.descend(seed, settings.samples, settings.epochs),
        ]
    )


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    wrong = results.perceptron_wrong
    excess = results.excess_loss
    near = descent.samples_to(excess, 0.1)
    late = excess.isel(epoch=slice(-max(1, results.sizes["epoch"] // 10), None)).mean("epoch")
    one = late.sel(variant="one sample")
    decaying = late.sel(variant="one sample, decay")
    whole = late.sel(variant="whole, momentum")
    return [
        LINE.judge(wrong.isel(round=-1).sel(gate=["OR", "AND"]).max("gate")),
        NO_LINE.judge(wrong.sel(gate="XOR").min("round")),
        MARGIN.judge(results.margin.sel(gate="XOR")),
        LOGISTIC.judge(results.logistic_right.sel(gate="XOR")),
        EXACT.judge(results.exact_error),
        WIDE.judge(results.mlp_wrong.sel(width=16)),
        NARROW.judge(results.mlp_wrong.sel(width=2)),
        BY_HAND.judge(results.gradient_difference.max("loss")),
        SMALL_BATCHES.judge(
            near.sel(variant="whole batch").fillna(len(excess.epoch))
            / near.sel(variant="16 samples")
        ),
        RESTLESS.judge(one / whole),
        SETTLED.judge(one / decaying),
    ]


STUDY = Study(
    "perceptron_to_mlp",
    "From the perceptron to the multilayer perceptron",
    PRESETS,
    measure,
    judge,
    drawing.draw,
)
