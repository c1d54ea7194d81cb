"""The test function of the chapter (Gatti 2023, eq. 78), and descents on it."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain

import numpy as np
import torch
import xarray as xr
from scipy.optimize import minimize
from torch import Tensor
from torch.optim import LBFGS, Optimizer

STARTS = ((135.0, 135.0), (45.0, 35.0))
START_NAMES = ["(135, 135)", "(45, 35)"]
LOWEST_NEAR = (62.0, 68.0)  # found by a grid; refined by `lowest`
GONE = 1e9
HALF_SPACING = np.pi / 2 / np.array([0.15, 0.1])  # of the hollows of both waves
EXACT = 1e-12  # loss above the lowest that rounding explains
CLOSE = 0.1  # loss above the lowest at which a run counts as there
LAST = 100  # steps at the end of a run that are judged


def loss(a: Tensor, b: Tensor) -> Tensor:
    """L(a, b)."""
    waves = 8 * torch.sin(0.15 * a - 3) ** 2 + 8 * torch.cos(0.1 * b - 2) ** 2
    return waves + 0.3 * ((a / 5 - 12) ** 2 + (b / 10 - 8) ** 2) + 10


def lowest() -> tuple[np.ndarray, float]:
    """Place and value of the lowest loss."""
    found = minimize(lambda point: float(loss(*torch.tensor(point))), LOWEST_NEAR, tol=1e-12)
    return found.x, found.fun


def descend(make: Callable[..., Optimizer], steps: int, rates: Sequence[float]) -> np.ndarray:
    """Runs from both starts for each learning rate.

    One optimizer moves them all, each a parameter of its own that sees its own gradient alone;
    LBFGS, which takes all its parameters for one vector, gets an optimizer for each run and one
    iteration a step.

    Parameters
    ----------
    make : callable
        Of parameters, or of groups of them that have a learning rate `lr` each.
    steps : int
    rates : sequence of float

    Returns
    -------
    ndarray, shape (rate, start, step + 1, 2)
        Not a number once a run has left for good.
    """
    points = [_starts() for _ in rates]
    pairs: list[tuple[Optimizer, list[Tensor]]] = []
    if make is LBFGS:
        for row, rate in zip(points, rates, strict=True):
            pairs += [(make([point], lr=rate, max_iter=1), [point]) for point in row]
    else:
        groups = [{"params": row, "lr": rate} for row, rate in zip(points, rates, strict=True)]
        pairs.append((make(groups), list(chain.from_iterable(points))))
    path = np.empty((len(rates), len(STARTS), steps + 1, 2))
    for step in range(steps + 1):
        for number, row in enumerate(points):
            path[number, :, step] = [point.detach().numpy() for point in row]
        for optimizer, own in pairs:
            optimizer.step(partial(_differentiate, own))
    return np.where(np.abs(path) < GONE, path, np.nan)


def _starts() -> list[Tensor]:
    return [torch.tensor(start, dtype=torch.float64, requires_grad=True) for start in STARTS]


def _differentiate(points: list[Tensor]) -> float:
    """Set the gradient of the loss at each point; returns the sum of the losses."""
    at = torch.stack(points).detach().requires_grad_()
    with torch.enable_grad():
        value = loss(*at.T).sum()
    for point, gradient in zip(points, torch.autograd.grad(value, at)[0], strict=True):
        point.grad = gradient
    return value.item()


def assess(path: np.ndarray) -> xr.Dataset:
    """Where each run is at its end.

    Parameters
    ----------
    path : ndarray, shape (..., step, 2)
        The leading dimension is the start.

    Returns
    -------
    Dataset
        `settled`: the step from which the loss stays close to the lowest (NaN: never).
        `last_excess`, `least_excess`: largest and least loss of the last steps above the lowest.
        `hollows`: distance of their mean place from the lowest, along the axis where it is largest,
        in halves of the distance between hollows: below 1 the run is in the lowest hollow.
    """
    excess = loss(*torch.tensor(path).unbind(-1)).numpy() - lowest()[1]
    excess = np.where(np.abs(excess) < EXACT, 0.0, excess)
    away = ~(excess <= CLOSE)  # a loss that is not a number is away
    settled = away.shape[-1] - np.argmax(away[..., ::-1], axis=-1)
    settled = np.where(away.any(axis=-1), np.where(away[..., -1], np.nan, settled), 0.0)
    last = excess[..., -LAST:]
    off = path[..., -LAST:, :].mean(axis=-2) - lowest()[0]
    return xr.Dataset(
        {
            "settled": ("start", settled),
            "last_excess": ("start", last.max(axis=-1)),
            "least_excess": ("start", last.min(axis=-1)),
            "hollows": ("start", (np.abs(off) / HALF_SPACING).max(axis=-1)),
        },
        {"start": START_NAMES},
    )
