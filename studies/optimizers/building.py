"""The optimizers on an LSTM that learns the drifts of the five-storey building.

Each has the same learning rates to choose from, falling to zero along half a cosine, and the same
epochs, records, first weights and order of batches. LBFGS, whose steps compare values of one
function, takes all records for its batch and makes one iteration an epoch: as many passes over the
records as the others.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn
from torch.optim import LBFGS, Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR

from studies.framework.building import records
from studies.optimizers.lstm import contenders, default_rate, network
from surrogate.training.batched.members import Member
from surrogate.training.batched.stack import Stack

BATCH = 16
LOWEST = 1e-3
HIGHEST = 10**1.5
Data = dict[str, tuple[Tensor, Tensor]]


def measure(settings: Any, seed: int) -> xr.Dataset:
    """Train with every optimizer at every learning rate, and at the one that torch gives it.

    Parameters
    ----------
    settings : Optimizers
        With `records`, `epochs` and `lstm_rates`.
    seed : int
        Of the motions, the first weights and the batches.

    Returns
    -------
    Dataset
        `validation_error` (contender, lstm_rate, epoch) and `test_error` (contender, lstm_rate),
        mean squares over the variance; the same as `default_...`, after the last epoch, for torch's
        learning rate, `default_rate`.
    """
    sizes = {
        "train": settings.records,
        "validation": settings.records // 2,
        "test": settings.records,
    }
    data = records(sizes, seed)
    rates = np.geomspace(LOWEST, HIGHEST, settings.lstm_rates)
    kinds = contenders()
    found = []
    for whole in (False, True):
        some = {name: kind for name, kind in kinds.items() if (kind is LBFGS) == whole}
        batch = settings.records if whole else BATCH
        found.append(_compare(some, rates.tolist(), seed, data, settings.epochs, batch))
    return xr.concat(found, "contender").sel(contender=list(kinds))


def _compare(
    kinds: dict[str, type[Optimizer]],
    rates: Sequence[float],
    seed: int,
    data: Data,
    epochs: int,
    batch: int,
) -> xr.Dataset:
    """What `measure` returns, for some of the optimizers."""
    tried: list[Callable[..., Optimizer]] = []
    for kind in kinds.values():
        tried += [_factory(kind, rate) for rate in (*rates, default_rate(kind))]
    validation, test = train(tried, seed, data, epochs, batch)
    validation = validation.reshape(len(kinds), len(rates) + 1, -1)
    test = test.reshape(len(kinds), len(rates) + 1)
    return xr.Dataset(
        {
            "validation_error": (("contender", "lstm_rate", "epoch"), validation[:, :-1]),
            "test_error": (("contender", "lstm_rate"), test[:, :-1]),
            "default_validation_error": ("contender", validation[:, -1, -1]),
            "default_test_error": ("contender", test[:, -1]),
            "default_rate": ("contender", [default_rate(kind) for kind in kinds.values()]),
        },
        {"contender": list(kinds), "lstm_rate": rates},
    )


def _factory(kind: type[Optimizer], rate: float) -> Callable[..., Optimizer]:
    make: Callable[..., Optimizer] = kind
    return partial(make, lr=rate, max_iter=1) if kind is LBFGS else partial(make, lr=rate)


def train(
    factories: Sequence[Callable[..., Optimizer]], seed: int, data: Data, epochs: int, batch: int
) -> tuple[np.ndarray, np.ndarray]:
    """Train one network with each optimizer, all at once.

    Returns
    -------
    validation : ndarray, shape (member, epoch)
        Error after each epoch.
    test : ndarray, shape (member,)
        At the end.
    """
    input, target = data["train"]
    curves = []
    members = [Member(seed, factory) for factory in factories]
    stack = Stack([member.start(network) for member in members], nn.functional.mse_loss)
    parameters = [_views(stack, row) for row in range(len(members))]
    optimizers = [member.optimizer(own) for member, own in zip(members, parameters, strict=True)]
    steps = epochs * -(-len(input) // batch)
    schedulers = [CosineAnnealingLR(optimizer, T_max=steps) for optimizer in optimizers]
    for order in islice(members[0].orders(len(input)), epochs):
        for piece in order.split(batch):
            losses = stack.differentiate(input[piece], target[piece])
            for row, gradients in enumerate(zip(*stack.gradients().values(), strict=True)):
                for parameter, gradient in zip(parameters[row], gradients, strict=True):
                    parameter.grad = gradient
                optimizers[row].step(losses[row].item)
                schedulers[row].step()
        curves.append(stack.score(*data["validation"], None))
    return torch.stack(curves, dim=1).numpy(), stack.score(*data["test"], None).numpy()


def _views(stack: Stack, row: int) -> list[nn.Parameter]:
    """Parameters of one network, in the memory of its row of the matrix."""
    pieces = stack.matrix.detach()[row].split([shape.numel() for shape in stack.shapes.values()])
    return [
        nn.Parameter(piece.view(shape))
        for piece, shape in zip(pieces, stack.shapes.values(), strict=True)
    ]


def tune(trained: xr.Dataset) -> xr.Dataset:
    """Choose each optimizer's learning rate by the last validation error, the mean over the seeds
    of its logarithm.

    Parameters
    ----------
    trained : Dataset
        Of `measure`, with the dimension seed.

    Returns
    -------
    Dataset
        Its errors at the end; `best` (contender), the place of the chosen rate; at this rate
        `curve` (contender, seed, epoch), the validation error, and `tuned_error` (contender, seed),
        the test error.
    """
    curves = trained.validation_error
    last = curves.isel(epoch=-1)
    best = np.log(last).mean("seed", skipna=False).fillna(np.inf).argmin("lstm_rate")
    kept = trained.assign(
        validation_error=last, default_rate=trained.default_rate.isel(seed=0, drop=True)
    )
    at_best = {"curve": curves, "tuned_error": trained.test_error}
    chosen = {name: values.isel(lstm_rate=best, drop=True) for name, values in at_best.items()}
    return kept.assign(best=best, **chosen)
