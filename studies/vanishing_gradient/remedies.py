"""Deep classifiers of the flowers, trained with what is said to help the gradient through."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
import xarray as xr
from torch import nn

from studies.vanishing_gradient.depth import REMEDIES, WIDTH, Layer
from studies.vanishing_gradient.training import RATE, accuracies, iris
from surrogate.training.batched import members

BATCH = 15


def train(
    name: str, seeds: Sequence[int], layers: int, epochs: int, device: torch.device
) -> xr.Dataset:
    """Train with one remedy from each seed.

    Parameters
    ----------
    name : str
        Of depth.REMEDIES.
    seeds : sequence of int
    layers : int
        Hidden layers between the first and the last.
    epochs : int
    device : device

    Returns
    -------
    Dataset
        `remedy_loss` (seed, remedy_epoch) on the training flowers, `remedy_accuracy` (seed) on the
        test flowers.
    """
    (x, y), test = iris(device)
    adam = partial(torch.optim.Adam, lr=RATE)
    start = REMEDIES[name].initialize
    trained = members.train(
        partial(network, name, layers),
        [members.Member(seed, adam, start) for seed in seeds],
        x,
        y,
        epochs=epochs,
        batch_size=BATCH,
        loss=nn.functional.cross_entropy,
    )
    return xr.Dataset(
        {
            "remedy_loss": (("seed", "remedy_epoch"), trained.train_loss),
            "remedy_accuracy": ("seed", accuracies(trained.networks, *test)),
        },
        {"seed": list(seeds), "remedy_epoch": np.arange(epochs) + 1},
    )


def network(name: str, layers: int) -> nn.Sequential:
    """Four measures of a flower to three species."""
    remedy = REMEDIES[name]
    deep = (Layer(remedy.activation, remedy.norm, remedy.residual) for _ in range(layers))
    return nn.Sequential(nn.Linear(4, WIDTH), *deep, nn.Linear(WIDTH, 3))
