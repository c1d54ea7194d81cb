"""Stochastic gradient descent of Elman networks whose gradients explode, with and without
clipping.
"""

from functools import partial
from itertools import islice, product
from typing import Any, cast

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from studies.framework.building import records
from studies.vanishing_gradient_in_time.memory import HIDDEN, scale
from surrogate.networks import RNN
from surrogate.training.batched.members import Member
from surrogate.training.batched.stack import Stack

BATCH = 16
LIMITS = (np.inf, 1.0)
RATES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
FAST = 1.0  # the rate at which clipping is judged
KINDS = {"tanh, radius 1.5": (nn.Tanh, 1.5), "ReLU, radius 1.1": (nn.ReLU, 1.1)}


def measure(settings: Any, seed: int) -> xr.Dataset:
    """Train each kind of network with each limit of the gradient's norm and each learning rate.

    Parameters
    ----------
    settings : InTime
        With `records` and `epochs`.
    seed : int
        Of the motions, the first weights and the batches.

    Returns
    -------
    Dataset
        `gradient` (kind, limit, rate, step): norm before clipping; `clipped_error` (kind, limit,
        rate): on the training records at the end, mean square over variance.
    """
    input, target = records({"train": settings.records}, seed)["train"]
    found = [
        descend(partial(elman, *kind), input, target[..., :1], settings.epochs, seed)
        for kind in KINDS.values()
    ]
    shape = (len(KINDS), len(LIMITS), len(RATES))
    gradient = np.stack([norms for norms, _ in found])
    error = np.stack([errors for _, errors in found])
    return xr.Dataset(
        {
            "gradient": (("kind", "limit", "rate", "step"), gradient.reshape(*shape, -1)),
            "clipped_error": (("kind", "limit", "rate"), error.reshape(shape)),
        },
        {"kind": list(KINDS), "limit": list(LIMITS), "rate": list(RATES)},
    )


def elman(activation: type[nn.Module], radius: float) -> RNN:
    """An Elman network whose recurrent matrix has this spectral radius."""
    network = RNN(1, 1, HIDDEN, activation=activation)
    scale(network, radius)
    return network


def descend(
    make: Any, input: Tensor, target: Tensor, epochs: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Norms of the gradient, shape (member, step), and errors, shape (member,): limits times
    learning rates.

    All members start alike and see the same batches. One whose weights are no longer numbers
    stays so.
    """
    limits, rates = torch.tensor(list(product(LIMITS, RATES)), dtype=torch.float32).T
    member = Member(seed, torch.optim.SGD)
    stack = Stack([member.start(make) for _ in rates], nn.functional.mse_loss)
    norms = []
    for order in islice(member.orders(len(input)), epochs):
        for batch in order.split(BATCH):
            stack.differentiate(input[batch], target[batch])
            gradient = cast(Tensor, stack.matrix.grad)
            norms.append(gradient.norm(dim=1))
            stack.matrix.data -= (rates * (limits / norms[-1]).clamp(max=1.0))[:, None] * gradient
    return torch.stack(norms, dim=1).numpy(), stack.score(input, target, None).numpy()
