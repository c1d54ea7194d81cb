"""Training of all networks of the study: the whole set a step, Adam, the rate along a cosine."""

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR

RATE = 1e-2


def fit(network: nn.Module, x: Tensor, y: Tensor, steps: int, rate: float = RATE) -> nn.Module:
    """Train a network by mean squared error on the device of its samples, and return it.

    Parameters
    ----------
    network : Module
    x, y : Tensor, shapes (sample, input), (sample, output)
    steps : int
    rate : float
        Learning rate at the start; it falls to zero along half a cosine.
    """
    network = network.to(x.device)
    optimizer = torch.optim.Adam(network.parameters(), rate)
    schedule = CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.mse_loss(network(x), y).backward()
        optimizer.step()
        schedule.step()
    return network


def error(network: nn.Module, x: Tensor, y: Tensor) -> float:
    """Mean squared error over the variance of the target."""
    with torch.no_grad():
        residual = (network(x) - y).square().mean()
    return float(residual / (y - y.mean(0)).square().mean())
