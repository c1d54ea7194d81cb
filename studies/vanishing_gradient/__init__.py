"""Ten saturating layers let the gradient die out, and the loss stalls: in how many of the seeds?

The chapter's listing (Gatti 2023, sec. 4.2, Example 19, Fig. 45) is run as it is printed: Fisher's
iris in centimetres, ten hidden layers of 5 units, tanh or ReLU, Adam with a learning rate of 1e-3,
300 epochs of the same batches of 5 flowers, weights as torch makes them. The listing has one seed,
0; here it has eight. What is judged is the end: the training loss over that of guessing, ln 3, and
the gradient by weights and biases of each layer over that of the output layer, geometric mean of
the last 50 epochs. The loss converges to zero where it ends below a tenth of guessing, a gradient
vanishes where it is below a hundredth of the output layer's; the same numbers judge tanh and ReLU.

What follows is ours. The same network with flowers that are standardised and shuffled, with
logistic units too, and with Xavier's weights (Kaiming's for ReLU).

Why: the gradient passes the Jacobian J = diag(g'(a)) W of every layer, so that

    |dh_L / dh_l| <= prod over the layers between of sup|g'| sigma_1(W)

where sup|g'| is 1 for tanh and ReLU, 1/4 for the logistic function.
The norm of the product itself is compared with this bound, through 2 to 50 layers too. Then the
gradient is followed through networks of as many layers of 20 units before any training, with what
is said to help: other weights, SELU, normalisation, residual connections. Last, classifiers of 30
such layers are trained on the flowers with each, batches of 15, 60 epochs, the same learning rate;
batch normalisation takes its statistics from the flowers that it is given, in the test too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from studies.framework import Cache, Claim, Settings, Study, Verdict
from studies.framework.sources import OURS, gatti
from studies.vanishing_gradient import depth, drawing, jacobians, listing, remedies, training
from studies.vanishing_gradient.measures import CONVERGED, NONE, VANISHED, over_the_output


@dataclass(frozen=True, kw_only=True)
class Vanishing(Settings):
    """Sizes of the study.

    Attributes
    ----------
    epochs : int
        Of each training.
    depths : tuple of int
        Layers of the untrained networks.
    layers, remedy_epochs : int
        Of the deep classifiers that are trained.
    """

    epochs: int = 300
    depths: tuple[int, ...] = (2, 3, 5, 10, 20, 30, 40, 50)
    layers: int = 30
    remedy_epochs: int = 60


PRESETS = {
    "tiny": Vanishing(seeds=2, epochs=2, depths=(2, 30), layers=3, remedy_epochs=1),
    "cpu": Vanishing(seeds=8),
    "full": Vanishing(seeds=50, depths=(2, 3, 5, 10, 20, 30, 40, 50, 100, 200), remedy_epochs=600),
}

LISTED_ACTIVATIONS = ("tanh", "ReLU")
EARLY = "first five epochs"
SETTING = (
    "ten hidden layers of 5 units, 105 flowers in centimetres, the same batches of 5 in each of "
    "300 epochs, Adam with a rate of 1e-3; seeds of split and weights from 0, the listing's"
)
END_LOSS = "training loss at the end over that of guessing, ln 3"
FIRST = "gradient by the first layer over that by the output layer, geometric mean of 50 epochs"
LISTED = {
    "tanh gradient": Claim(
        "With tanh the gradient by weights and biases of the first layers vanishes.",
        gatti("4.2", "Example 19", "Fig. 45c"),
        FIRST,
        at_most=VANISHED,
        setting=SETTING,
    ),
    "tanh loss": Claim(
        "With tanh, therefore, the loss does not converge to zero.",
        gatti("4.2", "Example 19", "Fig. 45a"),
        END_LOSS,
        at_least=CONVERGED,
        setting=SETTING,
    ),
    "ReLU gradient": Claim(
        "With ReLU the gradient vanishes in no layer.",
        gatti("4.2", "Example 19", "Fig. 45d"),
        "least gradient by a layer over that by the output layer, geometric mean of 50 epochs",
        at_least=VANISHED,
        setting=SETTING,
    ),
    "ReLU loss": Claim(
        "With ReLU, therefore, the loss converges to zero.",
        gatti("4.2", "Example 19", "Fig. 45b"),
        END_LOSS,
        at_most=CONVERGED,
        setting=SETTING,
    ),
}
AS_PRINTED = Claim(
    "At the seed of the listing tanh stalls and ReLU learns, as it is printed.",
    gatti("4.2", "Example 19", "Fig. 45"),
    "of these four statements, those that hold at seed 0",
    at_least=4,
    setting=SETTING,
)
LOGISTIC = Claim(
    "With logistic units the first layer's gradient is orders of magnitude below the last's.",
    OURS,
    f"decades from the last hidden layer to the first, {EARLY}",
    at_least=3.0,
)
STALLS = Claim(
    "With logistic units the loss stalls at that of guessing.",
    OURS,
    "training loss after the last epoch over ln 3",
    at_least=0.95,
)
RELU_LEARNS = Claim(
    "With ReLU and torch's default weights the network of ten layers learns.",
    OURS,
    "accuracy on the test flowers",
    at_least=0.85,
)
XAVIER = Claim(
    "With tanh and Xavier's weights the network of ten layers learns.",
    OURS,
    "accuracy on the test flowers",
    at_least=0.85,
)
KAIMING = Claim(
    "With ReLU and Kaiming's weights the network of ten layers learns.",
    OURS,
    "accuracy on the test flowers",
    at_least=0.85,
)
BOUND = Claim(
    "No product of Jacobians exceeds its bound.",
    "Pascanu, Mikolov & Bengio 2013",
    "largest norm over bound, all layers and activations",
    at_most=1.00001,
)
DEEP_BOUND = Claim(
    "No product of Jacobians through 2 to 50 layers exceeds its bound.",
    "Pascanu, Mikolov & Bengio 2013",
    "largest norm over bound, first hidden layer to the last, all depths and activations",
    at_most=1.00001,
)
DEEP = Claim(
    "Through the deepest networks nothing of the gradient is left with logistic units.",
    OURS,
    "decades from the last layer to the first",
    at_least=10.0,
)
RESIDUAL = Claim(
    "Residual connections carry the gradient through the deepest networks.",
    "He et al. 2016",
    "decades from the last layer to the first, absolute, tanh",
    at_most=1.5,
)
NORMALISED = Claim(
    "Layer normalisation carries the gradient through many layers of logistic units.",
    "Ba, Kiros & Hinton 2016",
    "decades from the last layer to the first, absolute",
    at_most=5.0,
)
DEEP_LOGISTIC = Claim(
    "Thirty layers of logistic units do not learn.",
    OURS,
    "training loss after the last epoch over ln 3",
    at_least=0.95,
)
HELPED = {
    "logistic, batch norm": Claim(
        "Batch normalisation lets thirty layers of logistic units learn.",
        "Ioffe & Szegedy 2015",
        "accuracy on the test flowers",
        at_least=0.85,
    ),
    "tanh, residual": Claim(
        "Residual connections let thirty layers of tanh learn.",
        "He et al. 2016",
        "accuracy on the test flowers",
        at_least=0.85,
    ),
    "SELU, LeCun": Claim(
        "SELU and LeCun's weights let thirty layers learn.",
        "Klambauer et al. 2017",
        "accuracy on the test flowers",
        at_least=0.85,
    ),
    "tanh, Xavier": Claim(
        "Xavier's weights let thirty layers of tanh learn.",
        "Glorot & Bengio 2010",
        "accuracy on the test flowers",
        at_least=0.85,
    ),
    "ReLU, Kaiming": Claim(
        "Kaiming's weights let thirty layers of ReLU learn.",
        "He et al. 2015",
        "accuracy on the test flowers",
        at_least=0.85,
    ),
}


def measure(settings: Vanishing, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """The listing, trainings for each activation and each remedy, and the untrained networks."""
    device = settings.device
    printed = [
        cache.per_seed(
            seeds,
            partial(listing.run, name, settings.epochs, accelerator=settings.accelerator),
            f"listing, {name}",
        )
        for name in LISTED_ACTIVATIONS
    ]
    jobs = {
        name: partial(training.train, name, seeds, settings.epochs, device)
        for name in training.ACTIVATIONS
    }
    trained = xr.concat(list(cache.measure(jobs).values()), "activation").assign_coords(
        activation=list(jobs)
    )
    trained["early_gradient"] = trained.gradient.isel(epoch=slice(0, 5)).mean("epoch")
    trained = trained.drop_vars("gradient")  # all of it would fill the file
    untrained = cache.per_seed(
        seeds,
        lambda seed: xr.merge(
            [jacobians.measure(seed, settings.depths), depth.measure(seed, settings.depths)]
        ),
        "untrained",
    )
    arguments = (seeds, settings.layers, settings.remedy_epochs, device)
    found = cache.measure(
        {f"remedy, {name}": partial(remedies.train, name, *arguments) for name in depth.REMEDIES}
    )
    helped = xr.concat(list(found.values()), "remedy").assign_coords(remedy=list(depth.REMEDIES))
    listed = xr.concat(printed, "listed").assign_coords(listed=list(LISTED_ACTIVATIONS))
    listed["listed_ratio"] = over_the_output(listed.listed_norm)
    # What is drawn: all of it would fill the file.
    listed["listed_norm"] = listed.listed_norm.isel(seed=0, drop=True).sel(
        kind="weights", drop=True
    )
    return xr.merge([listed, trained, untrained, helped])


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    listed = _judge_listing(results)
    first = results.seed.values.tolist().index(results.seed.min())
    held = [verdict.claim.holds_for(verdict.values[first]) for verdict in listed]
    return [*listed, AS_PRINTED.judge(sum(held)), *_judge_ours(results)]


def _judge_listing(results: xr.Dataset) -> list[Verdict]:
    """The four statements of the chapter, for each seed."""
    loss = results.listed_loss.sel(part="train").isel(listed_epoch=-1) / listing.GUESSING
    ratio = results.listed_ratio
    measured = {
        "tanh gradient": ratio.sel(listed="tanh").isel(listed_layer=0),
        "tanh loss": loss.sel(listed="tanh"),
        "ReLU gradient": ratio.sel(listed="ReLU").min("listed_layer"),
        "ReLU loss": loss.sel(listed="ReLU"),
    }
    return [claim.judge(measured[name]) for name, claim in LISTED.items()]


def _judge_ours(results: xr.Dataset) -> list[Verdict]:
    early = np.log10(results.early_gradient.clip(NONE))
    decades = (early.isel(layer=-2) - early.isel(layer=0)).sel(start="torch default")
    accuracy = results.accuracy
    loss = results.loss.isel(epoch=-1)
    deepest = -results.decades.isel(depth=-1)
    return [
        LOGISTIC.judge(decades.sel(activation="logistic")),
        STALLS.judge(loss.sel(activation="logistic", start="torch default") / np.log(3.0)),
        RELU_LEARNS.judge(accuracy.sel(activation="ReLU", start="torch default")),
        XAVIER.judge(accuracy.sel(activation="tanh", start="Xavier, Kaiming")),
        KAIMING.judge(accuracy.sel(activation="ReLU", start="Xavier, Kaiming")),
        BOUND.judge((results.jacobian / results.bound).max(["lower", "activation"])),
        DEEP_BOUND.judge(
            10 ** (results.deep_jacobian - results.deep_bound).max(["depth", "activation"])
        ),
        DEEP.judge(deepest.sel(remedy="logistic")),
        RESIDUAL.judge(abs(deepest.sel(remedy="tanh, residual"))),
        NORMALISED.judge(abs(deepest.sel(remedy="logistic, layer norm"))),
        DEEP_LOGISTIC.judge(
            results.remedy_loss.sel(remedy="logistic").isel(remedy_epoch=-1) / np.log(3.0)
        ),
        *(
            claim.judge(results.remedy_accuracy.sel(remedy=remedy))
            for remedy, claim in HELPED.items()
        ),
    ]


STUDY = Study(
    "vanishing_gradient",
    "The vanishing gradient",
    PRESETS,
    measure,
    judge,
    drawing.draw,
    accelerated=True,
)
