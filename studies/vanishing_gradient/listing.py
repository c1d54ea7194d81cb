"""The chapter's listing of ten hidden layers on Fisher's iris (Gatti 2023, sec. 4.2, Example 19).

Flowers in centimetres as they were measured; 105 of them, drawn by the seed, in batches of 5 that
stay the same in every epoch; Adam with a learning rate of 1e-3; weights as torch makes them. The
listing's file has two flowers with a digit other than in Fisher's paper, which is followed here.
"""

from collections.abc import Iterator

import numpy as np
import torch
import xarray as xr
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

from studies.vanishing_gradient.training import ACTIVATIONS, BATCH, LAYERS, RATE, UNITS
from surrogate.networks import MLP

TRAINED = 0.7
SPECIES = 3
GUESSING = float(np.log(SPECIES))  # cross-entropy of equal probabilities
Part = tuple[Tensor, Tensor]


def run(activation: str, epochs: int, seed: int, device: torch.device) -> xr.Dataset:
    """Train as the listing does; its own seed is 0.

    Parameters
    ----------
    activation : str
        Of `training.ACTIVATIONS`.
    epochs : int
    seed : int
        Of the split and of the weights.
    device : device

    Returns
    -------
    Dataset
        `listed_loss` (part, listed_epoch): cross-entropy, of training the mean over the batches,
        each scored before its step. `listed_norm` (kind, depth_of_layer, listed_epoch): norm of the
        gradient by the weights and by the biases of each layer, mean over the batches.
    """
    train, test = split(seed, device)
    torch.manual_seed(seed)
    network = MLP(4, SPECIES, [UNITS] * LAYERS, ACTIVATIONS[activation]).to(device)
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    losses = np.empty((2, epochs))
    norms = np.empty((2, LAYERS + 1, epochs))
    for epoch in range(epochs):
        steps = list(_epoch(network, optimizer, train))
        with torch.no_grad():
            tested = nn.functional.cross_entropy(network(test[0]), test[1])
        losses[:, epoch] = np.mean([loss for loss, _ in steps]), float(tested)
        norms[..., epoch] = np.mean([norm for _, norm in steps], axis=0)
    return xr.Dataset(
        {
            "listed_loss": (("part", "listed_epoch"), losses),
            "listed_norm": (("kind", "listed_layer", "listed_epoch"), norms),
        },
        {
            "part": ["train", "test"],
            "kind": ["weights", "biases"],
            "listed_layer": np.arange(LAYERS + 1) + 1,
            "listed_epoch": np.arange(epochs) + 1,
        },
    )


def split(seed: int, device: torch.device) -> tuple[Part, Part]:
    """Flowers for training and for test, in centimetres, and their species."""
    flowers = load_iris()
    measures = flowers.data.astype(np.float32)
    x, x_test, y, y_test = train_test_split(
        measures, flowers.target, train_size=TRAINED, shuffle=True, random_state=seed
    )
    train, test = (
        (torch.tensor(inputs, device=device), torch.tensor(species, device=device))
        for inputs, species in ((x, y), (x_test, y_test))
    )
    return train, test


def _epoch(
    network: MLP, optimizer: torch.optim.Optimizer, train: Part
) -> Iterator[tuple[float, np.ndarray]]:
    """Loss and gradient norms, shape (kind, layer), of each step."""
    for x, y in zip(*(values.split(BATCH) for values in train), strict=True):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(x), y)
        loss.backward()
        optimizer.step()
        yield loss.item(), _norms(network)


def _norms(network: nn.Module) -> np.ndarray:
    """Norm of the gradient by the weights and the biases of each layer, shape (2, layer)."""
    gradients = [parameter.grad for parameter in network.parameters()]
    norms = torch.stack(torch._foreach_norm(gradients))
    return norms.view(-1, 2).T.cpu().numpy()
