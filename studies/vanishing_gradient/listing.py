"""The chapter's listing of ten hidden layers on Fisher's iris (Gatti 2023, sec. 4.2, Example 19).

Flowers in centimetres as they were measured; 105 of them, drawn by the seed, in batches of 5 that
stay the same in every epoch; Adam with a learning rate of 1e-3; weights as torch makes them. The
listing's file has two flowers with a digit other than in Fisher's paper, which is followed here.
"""

from functools import partial
from typing import Any

import numpy as np
import torch
import xarray as xr
from lightning.pytorch import Callback
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

from studies.framework.lightning import Batches, Fit, fit
from studies.vanishing_gradient.training import BATCH, LAYERS, RATE, network

TRAINED = 0.7
SPECIES = 3
GUESSING = float(np.log(SPECIES))  # cross-entropy of equal probabilities
Part = tuple[Tensor, Tensor]


class Norms(Callback):
    """Mean over the steps of each epoch: norm of the gradient by weights and biases of each layer.

    Attributes
    ----------
    epochs : list of Tensor, shape (kind, layer)
    test : list of float
        Cross-entropy of the test flowers after each epoch.
    """

    def __init__(self, test: Part) -> None:
        self.flowers = test
        self.steps: list[Tensor] = []
        self.epochs: list[Tensor] = []
        self.test: list[float] = []

    def on_after_backward(self, trainer: Any, pl_module: Any) -> None:
        gradients = [parameter.grad for parameter in pl_module.network.parameters()]
        self.steps.append(torch.stack(torch._foreach_norm(gradients)).view(-1, 2).T)

    @torch.no_grad()
    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        x, y = (values.to(pl_module.device) for values in self.flowers)
        self.test.append(nn.functional.cross_entropy(pl_module.network(x), y).item())
        self.epochs.append(torch.stack(self.steps).mean(0).cpu())
        self.steps.clear()


def run(activation: str, epochs: int, seed: int, accelerator: str) -> xr.Dataset:
    """Train as the listing does, through Lightning; the listing's own seed is 0.

    Parameters
    ----------
    activation : str
        Of `training.ACTIVATIONS`.
    epochs : int
    seed : int
        Of the split and of the weights.
    accelerator : str
        Of Lightning.

    Returns
    -------
    Dataset
        `listed_loss` (part, listed_epoch): cross-entropy, of training the mean over the batches,
        each scored before its step. `listed_norm` (kind, listed_layer, listed_epoch): norm of the
        gradient by the weights and by the biases of each layer, mean over the batches.
    """
    train, test = split(seed)
    torch.manual_seed(seed)
    adam = partial(torch.optim.Adam, lr=RATE)
    module = Fit(network(activation), nn.functional.cross_entropy, adam)
    norms = Norms(test)
    fit(module, Batches(train, BATCH), epochs, accelerator, [norms])
    losses = np.array([module.losses, norms.test])
    return xr.Dataset(
        {
            "listed_loss": (("part", "listed_epoch"), losses),
            "listed_norm": (
                ("kind", "listed_layer", "listed_epoch"),
                torch.stack(norms.epochs, dim=-1).numpy(),
            ),
        },
        {
            "part": ["train", "test"],
            "kind": ["weights", "biases"],
            "listed_layer": np.arange(LAYERS + 1) + 1,
            "listed_epoch": np.arange(epochs) + 1,
        },
    )


def split(seed: int) -> tuple[Part, Part]:
    """Flowers for training and for test, in centimetres, and their species."""
    flowers = load_iris()
    measures = flowers.data.astype(np.float32)
    x, x_test, y, y_test = train_test_split(
        measures, flowers.target, train_size=TRAINED, shuffle=True, random_state=seed
    )
    train, test = (
        (torch.tensor(inputs), torch.tensor(species))
        for inputs, species in ((x, y), (x_test, y_test))
    )
    return train, test
