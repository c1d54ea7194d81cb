"""Smith's range test (2017) on the digits: a short training at a rate that grows, and the range
that it recommends.
"""

import numpy as np
import torch
import xarray as xr
from torch import nn

from studies.learning_rates.digits import images, network
from surrogate.optim.schedulers import RangeTest

LOWEST = 1e-4
HIGHEST = 10.0
SMOOTHING = 0.9  # of the exponential mean over steps
BEGUN = 0.05  # share of the fall at which the range begins


def sweep(seed: int, epochs: int, batch: int, momentum: float) -> xr.Dataset:
    """Rate and smoothed training loss of each step."""
    x, y = images(seed)["train"]
    torch.manual_seed(seed)
    made = network()
    optimizer = torch.optim.SGD(made.parameters(), lr=1.0, momentum=momentum)
    batches = [rows for _ in range(epochs) for rows in torch.randperm(len(x)).split(batch)]
    schedule = RangeTest(optimizer, len(batches), LOWEST, HIGHEST)
    rates = []
    losses = []
    for rows in batches:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(made(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return xr.Dataset(
        {"swept_rate": ("sweep", rates), "swept_loss": ("sweep", smooth(np.array(losses)))},
    )


def smooth(losses: np.ndarray) -> np.ndarray:
    """Exponential mean, without the bias of its start."""
    mean = 0.0
    smoothed = []
    for number, loss in enumerate(losses, start=1):
        mean = SMOOTHING * mean + (1.0 - SMOOTHING) * loss
        smoothed.append(mean / (1.0 - SMOOTHING**number))
    return np.array(smoothed)


def useful(rates: np.ndarray, losses: np.ndarray) -> tuple[float, float]:
    """Rates where the loss begins to fall and where it is lowest."""
    lowest = int(np.nanargmin(losses))
    falling = losses[: lowest + 1] <= losses[0] - BEGUN * (losses[0] - losses[lowest])
    return float(rates[int(np.argmax(falling))]), float(rates[lowest])
