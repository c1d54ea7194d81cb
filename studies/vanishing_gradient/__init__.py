"""Through ten saturating layers the gradient dies out before it reaches the first, and the loss
stalls.

Fisher's iris, a classifier of 10 hidden layers of 5 units, tanh, ReLU and logistic units, Adam with
a learning rate of 1e-3, 300 epochs, batches of 5, 70 % of the flowers for training; weights as
torch makes them, and Xavier's (Kaiming's for ReLU). The norm of the gradient by each layer's
weights, mean over the steps of an epoch.

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
from studies.vanishing_gradient import depth, drawing, jacobians, remedies, training


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
    "cpu": Vanishing(seeds=5),
    "full": Vanishing(seeds=50, depths=(2, 3, 5, 10, 20, 30, 40, 50, 100, 200), remedy_epochs=600),
}

EARLY = "first five epochs"
NONE = 1e-30  # a gradient this small is none; that of dead ReLUs is zero
LOGISTIC = Claim(
    "With logistic units the first layer's gradient is orders of magnitude below the last's.",
    gatti("4.2"),
    f"decades from the last hidden layer to the first, {EARLY}",
    at_least=3.0,
)
TANH = Claim(
    "So it is with tanh.",
    gatti("4.2"),
    f"decades from the last hidden layer to the first, {EARLY}",
    at_least=2.0,
)
RELU = Claim(
    "With ReLU it is not.",
    gatti("4.2"),
    f"decades from the last hidden layer to the first, {EARLY}",
    at_most=1.0,
)
STALLS = Claim(
    "With logistic units the loss stalls at that of guessing.",
    gatti("4.2"),
    "training loss after the last epoch over ln 3",
    at_least=0.95,
)
RELU_LEARNS = Claim(
    "With ReLU and torch's default weights the network learns.",
    OURS,
    "accuracy on the test flowers",
    at_least=0.85,
)
XAVIER = Claim(
    "With tanh and Xavier's weights it learns.",
    OURS,
    "accuracy on the test flowers",
    at_least=0.85,
)
KAIMING = Claim(
    "With ReLU and Kaiming's weights it learns.",
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
    "Nor through 2 to 50 layers.",
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
    "Residual connections carry it through.",
    "He et al. 2016",
    "decades from the last layer to the first, absolute, tanh",
    at_most=1.5,
)
NORMALISED = Claim(
    "Layer normalisation does so for logistic units.",
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
        "Batch normalisation lets them learn.",
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
        "So do SELU and LeCun's weights.",
        "Klambauer et al. 2017",
        "accuracy on the test flowers",
        at_least=0.85,
    ),
    "tanh, Xavier": Claim(
        "So do Xavier's weights for tanh.",
        "Glorot & Bengio 2010",
        "accuracy on the test flowers",
        at_least=0.85,
    ),
    "ReLU, Kaiming": Claim(
        "So do Kaiming's weights for ReLU.",
        "He et al. 2015",
        "accuracy on the test flowers",
        at_least=0.85,
    ),
}


def measure(settings: Vanishing, seeds: Sequence[int], cache: Cache) -> xr.Dataset:
    """Trainings, a part for each activation and each remedy, and the untrained networks."""
    jobs = {
        name: partial(training.train, name, seeds, settings.epochs) for name in training.ACTIVATIONS
    }
    trained = xr.concat(list(cache.measure(jobs).values()), "activation").assign_coords(
        activation=list(jobs)
    )
    trained["early_gradient"] = trained.gradient.isel(epoch=slice(0, 5)).mean("epoch")
    # What is drawn: all of it would fill the file.
    trained["gradient"] = trained.gradient.median("seed")
    untrained = cache.per_seed(
        seeds,
        lambda seed: xr.merge(
            [jacobians.measure(seed, settings.depths), depth.measure(seed, settings.depths)]
        ),
        "untrained",
    )
    arguments = (seeds, settings.layers, settings.remedy_epochs)
    found = cache.measure(
        {f"remedy, {name}": partial(remedies.train, name, *arguments) for name in depth.REMEDIES}
    )
    helped = xr.concat(list(found.values()), "remedy").assign_coords(remedy=list(depth.REMEDIES))
    return xr.merge([trained, untrained, helped])


def judge(results: xr.Dataset) -> list[Verdict]:
    """The verdict on each claim."""
    early = np.log10(results.early_gradient.clip(NONE))
    decades = (early.isel(layer=-2) - early.isel(layer=0)).sel(start="torch default")
    accuracy = results.accuracy
    loss = results.loss.isel(epoch=-1)
    deepest = -results.decades.isel(depth=-1)
    return [
        LOGISTIC.judge(decades.sel(activation="logistic")),
        TANH.judge(decades.sel(activation="tanh")),
        RELU.judge(decades.sel(activation="ReLU")),
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


STUDY = Study("vanishing_gradient", "The vanishing gradient", PRESETS, measure, judge, drawing.draw)
