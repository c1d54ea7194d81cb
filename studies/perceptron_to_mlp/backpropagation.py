"""Back-propagation through two hidden layers, written out in thirteen steps.

    forward     1  a1 = x W1 + b1      2  h1 = tanh a1      3  a2 = h1 W2 + b2      4  h2 = tanh a2
                5  a3 = h2 W3 + b3
                6  p = softmax a3, L = -mean sum t log p,  or  L = mean sum (a3 - t)^2
    backward    7  d3 = dL/da3                              (p - t) / N,          or  2 (a3 - t) / N
                8  dW3 = h2' d3, db3 = sum d3               9  d2 = (d3 W3') (1 - h2^2)
               10  dW2 = h1' d2, db2 = sum d2              11  d1 = (d2 W2') (1 - h1^2)
               12  dW1 = x' d1,  db1 = sum d1
    update     13  W <- W - rate dW,  b <- b - rate db

for N samples in the rows of x; a prime is a transpose.
"""

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr
from scipy.special import softmax
from torch import nn

from surrogate.networks import MLP

SAMPLES = 32
SIZES = (4, 6, 5, 3)
RATE = 0.1
LOSSES = ("cross-entropy", "squared error")


def compare(seed: int) -> xr.Dataset:
    """Largest difference of any weight after one step by hand and one by torch, over the largest
    change.
    """
    return xr.Dataset(
        {"gradient_difference": ("loss", [_difference(seed, loss) for loss in LOSSES])},
        {"loss": [*LOSSES]},
    )


def step(
    weights: Sequence[np.ndarray], x: np.ndarray, target: np.ndarray, loss: str, rate: float
) -> list[np.ndarray]:
    """The thirteen steps.

    Parameters
    ----------
    weights : sequence of ndarray
        W1, b1, W2, b2, W3, b3; W has the shape (inputs, outputs).
    x, target : ndarray, shapes (sample, input), (sample, output)
    loss : {"cross-entropy", "squared error"}
        The loss itself (the second half of step 6) is not needed for its gradient.
    rate : float

    Returns
    -------
    list of ndarray
        The weights after the update.
    """
    w1, b1, w2, b2, w3, b3 = weights
    a1 = x @ w1 + b1  # 1
    h1 = np.tanh(a1)  # 2
    a2 = h1 @ w2 + b2  # 3
    h2 = np.tanh(a2)  # 4
    a3 = h2 @ w3 + b3  # 5
    output = softmax(a3, axis=1) if loss == "cross-entropy" else a3  # 6
    d3 = (output - target) * (1.0 if loss == "cross-entropy" else 2.0) / len(x)  # 7
    dw3 = h2.T @ d3  # 8
    db3 = d3.sum(axis=0)
    d2 = (d3 @ w3.T) * (1.0 - h2**2)  # 9
    dw2 = h1.T @ d2  # 10
    db2 = d2.sum(axis=0)
    d1 = (d2 @ w2.T) * (1.0 - h1**2)  # 11
    dw1 = x.T @ d1  # 12
    db1 = d1.sum(axis=0)
    gradients = (dw1, db1, dw2, db2, dw3, db3)
    pairs = zip(weights, gradients, strict=True)
    return [weight - rate * gradient for weight, gradient in pairs]  # 13


def _difference(seed: int, loss: str) -> float:
    torch.manual_seed(seed)
    network = MLP(SIZES[0], SIZES[-1], SIZES[1:-1], nn.Tanh).double()
    x = torch.randn(SAMPLES, SIZES[0]).double()
    classes = torch.randint(SIZES[-1], (SAMPLES,))
    target = nn.functional.one_hot(classes).double()
    before = _rows(network)
    by_hand = step(before, x.numpy(), target.numpy(), loss, RATE)
    output = network(x)
    optimizer = torch.optim.SGD(network.parameters(), RATE)
    if loss == "cross-entropy":
        nn.functional.cross_entropy(output, classes).backward()
    else:
        (output - target).square().sum(1).mean().backward()
    optimizer.step()
    after = _rows(network)
    change = max(np.abs(a - b).max() for a, b in zip(after, before, strict=True))
    return max(np.abs(a - b).max() for a, b in zip(after, by_hand, strict=True)) / change


def _rows(network: nn.Module) -> list[np.ndarray]:
    """Copies of the parameters, matrices as (inputs, outputs)."""
    return [parameter.detach().numpy().T.copy() for parameter in network.parameters()]
