"""Training from each start: a deep perceptron on the digits, an LSTM on the five-storey
building.
"""

from typing import Any, cast

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from datasets.recipes.catalogue import load_recipe
from studies.framework.building import records
from studies.initializers.weights import INITIALIZERS
from surrogate.networks import LSTM, MLP

STARTS = (
    "constant",
    "torch default",
    "LeCun normal",
    "Xavier normal",
    "Kaiming normal",
    "orthogonal",
)
HIDDEN = [32] * 10
BATCH = 64
RATE = 1e-3
LSTM_HIDDEN = 32
LSTM_RATE = 5e-3


def train(settings: Any, seed: int) -> xr.Dataset:
    """Losses on the way, and the spread over the units of the second hidden layer after it.

    Parameters
    ----------
    settings : Initializers
        With `epochs`, `records`, `steps`.
    seed : int
    """
    digits = [_digits(start, settings.epochs, seed) for start in STARTS]
    input, drift = records({"train": settings.records}, seed)["train"]
    building = [_lstm(start, input, drift[..., :1], settings.steps, seed) for start in STARTS]
    return xr.Dataset(
        {
            "digits_loss": (("start", "epoch"), [losses for losses, _ in digits]),
            "unit_spread": ("start", [spread for _, spread in digits]),
            "lstm_loss": (("start", "step"), building),
        },
        {"start": list(STARTS)},
    )


def _digits(start: str, epochs: int, seed: int) -> tuple[list[float], float]:
    recipe = load_recipe("digits")
    data = recipe.make(0, recipe.records)
    images = torch.tensor(data.x.values / 16.0)
    labels = torch.tensor(data.label.values.astype(int))
    torch.manual_seed(seed)
    network = MLP(64, 10, HIDDEN)
    INITIALIZERS[start](network)
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images)).split(BATCH):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    second = cast(nn.Linear, network.layers[2])
    return losses, unit_spread(second.weight)


def unit_spread(weight: Tensor) -> float:
    """Largest deviation of a unit's weights from the mean over the units, over the largest
    weight.
    """
    weight = weight.detach()
    return float((weight - weight.mean(0)).abs().max() / weight.abs().max())


def _lstm(start: str, input: Tensor, target: Tensor, steps: int, seed: int) -> np.ndarray:
    """Loss of each step on the first storey's drift, all records in a batch; 1 is the loss of
    predicting zero.
    """
    torch.manual_seed(seed)
    network = LSTM(1, 1, LSTM_HIDDEN)
    INITIALIZERS[start](network)
    optimizer = torch.optim.Adam(network.parameters(), LSTM_RATE)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(network(input), target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses)
