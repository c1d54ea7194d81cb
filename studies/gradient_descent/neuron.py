"""The chapter's Examples 9 to 15: one neuron with SiLU on the exponential, one optimizer each.

The settings are as printed: learning rate 0.1, 16 batches of 10 in a fixed order, data of numpy's
seed 42. The listings add the squared errors of a batch; Algorithm 2 takes their mean. Both are run.
Where its argument is large SiLU is the identity, so that the best neuron is nearly the line of
least squares.
"""

from functools import partial
from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn, optim

from studies.gradient_descent.regression import AMPLITUDE, GROWTH, NOISE, OFFSET, SAMPLES

SEED = 42
TRAIN = 160
BATCH = 10
RATE = 0.1
REDUCTIONS = ["sum", "mean"]
LISTINGS: dict[str, partial[Any]] = {
    "SGD": partial(optim.SGD, lr=RATE),
    "momentum 5": partial(optim.SGD, lr=RATE, momentum=0.5 / RATE),
    "Nesterov 0.9": partial(optim.SGD, lr=RATE, momentum=0.9, nesterov=True),
    "AdaGrad": partial(optim.Adagrad, lr=RATE, eps=1e-8),
    "RMSprop": partial(optim.RMSprop, lr=RATE, alpha=0.9),
    "Adadelta": partial(optim.Adadelta, lr=RATE, rho=0.9, eps=1e-8),
    "Adam": partial(optim.Adam, lr=RATE),
}


def data() -> tuple[Tensor, Tensor]:
    """Inputs and values of the listing's training part, each of shape (160, 1)."""
    generator = np.random.RandomState(SEED)
    x = generator.rand(SAMPLES, 1)
    y = OFFSET + AMPLITUDE * np.exp(GROWTH * x) + NOISE * generator.randn(SAMPLES, 1)
    order = np.arange(SAMPLES)
    generator.shuffle(order)
    train = order[:TRAIN]
    return torch.tensor(x[train]).float(), torch.tensor(y[train]).float()


def run(seed: int, epochs: int) -> xr.Dataset:
    """Train a neuron by each listing.

    Returns
    -------
    Dataset
        `neuron_excess` (reduction, listing, epoch), squared error over that of the line of least
        squares, less 1; NaN once it has diverged.
    """
    x, y = data()
    rows = np.column_stack([x.numpy(), np.ones(TRAIN)]).astype(float)
    _, residual, *_ = np.linalg.lstsq(rows, y.numpy()[:, 0].astype(float))
    least = float(residual[0]) / TRAIN
    found = [
        [train(listing, reduction, seed, epochs, x, y) for listing in LISTINGS.values()]
        for reduction in REDUCTIONS
    ]
    excess = np.array(found) / least - 1.0
    return xr.Dataset(
        {"neuron_excess": (("reduction", "listing", "epoch"), excess)},
        {"reduction": REDUCTIONS, "listing": list(LISTINGS), "epoch": np.arange(epochs) + 1},
    )


def train(
    make: partial[Any], reduction: str, seed: int, epochs: int, x: Tensor, y: Tensor
) -> np.ndarray:
    """Mean squared error after each epoch, NaN once it is no number, shape (epoch,)."""
    torch.manual_seed(seed)
    network = nn.Sequential(nn.Linear(1, 1), nn.SiLU())
    optimizer = make(network.parameters())
    losses = np.full(epochs, np.nan)
    for epoch in range(epochs):
        for inputs, values in zip(x.split(BATCH), y.split(BATCH), strict=True):
            optimizer.zero_grad()
            nn.functional.mse_loss(network(inputs), values, reduction=reduction).backward()
            optimizer.step()
        with torch.no_grad():
            losses[epoch] = nn.functional.mse_loss(network(x), y)
        if not np.isfinite(losses[epoch]):
            break
    return np.where(np.isfinite(losses), losses, np.nan)
