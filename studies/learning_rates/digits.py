"""A perceptron with one hidden layer on the digits, trained by SGD at many rates side by side."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from datasets.recipes.functions import FunctionRecipe
from studies.learning_rates.laws import LAWS
from surrogate.networks import MLP
from surrogate.training.batched.members import Member, train

PIXELS = 64
CLASSES = 10
IMAGES = 1797
SPLIT = {"train": 0.5, "validation": 0.2, "test": 0.3}
GUESSING = np.log(CLASSES)  # cross-entropy of equal probabilities

Part = tuple[Tensor, Tensor]


def images(seed: int, split: Mapping[str, float] = SPLIT) -> dict[str, Part]:
    """Pixels in [0, 1] and classes of each part; the seed draws the parts."""
    recipe = FunctionRecipe(
        function={"name": "digits"}, split=dict(split), records=IMAGES, seed=seed
    )
    data = recipe.make(0, IMAGES)
    x = torch.tensor(data.x.values / 16.0)
    y = torch.tensor(data.label.values.astype(int))
    return {
        name: (x[data.split.values == number], y[data.split.values == number])
        for number, name in enumerate(split)
    }


def network() -> MLP:
    """64-64-10 with ReLU."""
    return MLP(PIXELS, CLASSES, [64])


def learn(
    law: str, rates: Sequence[float], seed: int, epochs: int, batch: int, momentum: float = 0.0
) -> xr.Dataset:
    """Validation loss after each epoch; training loss and accuracy on the test images after the
    last; for each rate.

    Parameters
    ----------
    law : str
        Of LAWS.
    rates : sequence of float
        Highest rates.
    seed : int
    epochs, batch : int
    momentum : float
    """
    parts = images(seed)
    steps = epochs * -(-len(parts["train"][0]) // batch)
    trained = train(
        network,
        [Member(seed, partial(torch.optim.SGD, lr=rate, momentum=momentum)) for rate in rates],
        *parts["train"],
        epochs=epochs,
        batch_size=batch,
        loss=nn.functional.cross_entropy,
        validation=parts["validation"],
        lr_scheduler=partial(LAWS[law], steps=steps),
    )
    return xr.Dataset(
        {
            "train_loss": ("rate", trained.train_loss[:, -1]),
            "validation_loss": (("rate", "epoch"), trained.validation_loss),
            "accuracy": ("rate", [accuracy(made, parts["test"]) for made in trained.networks]),
        },
        {"rate": list(rates), "epoch": np.arange(epochs) + 1},
    )


def accuracy(network: nn.Module, part: Part) -> float:
    """Share of right classes; a network that has diverged is as good as guessing."""
    with torch.no_grad():
        return float((network(part[0]).argmax(1) == part[1]).double().mean())


def best_rate(loss: xr.DataArray) -> xr.DataArray:
    """Rate of the lowest loss of any epoch; a rate that diverged has none."""
    lowest = loss.where(np.isfinite(loss), np.inf).min("epoch")
    return lowest.rate[lowest.argmin("rate")].drop_vars("rate")


def largest_rate(loss: xr.DataArray) -> xr.DataArray:
    """Largest rate that still trains: its loss is below half of that of guessing."""
    return loss.rate.where(loss < GUESSING / 2.0).max("rate")
