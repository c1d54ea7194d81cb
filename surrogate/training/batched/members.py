"""Many small trainings at once: the members of a study side by side in one process.

A step of a small network is mostly the overhead of its hundreds of calls. Here the parameters of
all members (seeds, initialisers, optimizers, learning rates) are the rows of one matrix
(`surrogate.training.batched.stack`), whose losses and gradients come from one pass through
`torch.vmap`; an optimizer that treats every parameter on its own needs no more than rows, whatever
they belong to. Each member ends as it would alone, to rounding: its seed decides its initial
weights and the order of its batches, and nothing passes from one member to another.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, repeat
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from surrogate.optim.initializers import Initialize
from surrogate.training.batched.stack import Loss, Stack

OptimizerFactory = Callable[[Iterable[Tensor]], Optimizer]


@dataclass(frozen=True)
class Member:
    """One training of a study.

    Parameters
    ----------
    seed : int
        Of the initial weights and of the order of the batches.
    optimizer
        Callable that takes the parameters, such as ``partial(torch.optim.AdamW, lr=1e-2)``.
        Successive members with equal partials share one optimizer, which costs less than one for
        each.
    initialize : Initialize, optional
        How the parameters start; by default as torch makes them.
    """

    seed: int
    optimizer: OptimizerFactory
    initialize: Initialize | None = None

    def start(self, network: Callable[[], nn.Module]) -> nn.Module:
        """Network with the initial weights of this member; torch's own generator stays as it
        was.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            made = network()
            if self.initialize is not None:
                self.initialize(made)
        return made

    def orders(self, samples: int) -> Iterator[Tensor]:
        """Order of the samples in one epoch after another."""
        generator = torch.Generator().manual_seed(self.seed)
        while True:
            yield torch.randperm(samples, generator=generator)


@dataclass(frozen=True)
class Trained:
    """What `train` returns, in the order of the members.

    Attributes
    ----------
    networks : list of Module
        The trained network of each member.
    train_loss : ndarray, shape (member, epoch)
        Mean over the samples of an epoch, each batch scored before its step.
    validation_loss : ndarray, shape (member, epoch), or None
        After each epoch.
    """

    networks: list[nn.Module]
    train_loss: np.ndarray
    validation_loss: np.ndarray | None


def train(
    network: Callable[[], nn.Module],
    members: Sequence[Member],
    input: Tensor,
    target: Tensor,
    *,
    epochs: int,
    batch_size: int | None = None,
    loss: Loss = nn.functional.mse_loss,
    validation: tuple[Tensor, Tensor] | None = None,
    lr_scheduler: Callable[[Optimizer], LRScheduler] | None = None,
    observe: Callable[[dict[str, Tensor]], None] | None = None,
) -> Trained:
    """Train all members of a study on the same data.

    Parameters
    ----------
    network
        Makes one network, of the same architecture each time.
    members : sequence of Member
    input, target : Tensor, shape (sample, ...)
        The members are trained on their device.
    epochs : int
    batch_size : int, optional
        The last batch of an epoch may be smaller. By default all samples are one batch.
    loss
        Of (output, target): the mean over a batch.
    validation : tuple of Tensor, optional
        Input and target of samples that are scored after each epoch, with the network in evaluation
        mode.
    lr_scheduler
        Callable that takes an optimizer; stepped after every batch.
    observe
        Called before every step with the gradient of each parameter by its name, shape (member,
        ...).

    Raises
    ------
    ValueError
        When an optimizer couples parameters or torch cannot batch the network: such members are
        trained one by one. Also for values that are not finite, as the padding of records of
        different lengths, which are trained one by one or cut into windows of one length.
    """
    _check(members, input, target, epochs, batch_size)
    _require_finite(input=input, target=target)
    stack = Stack([member.start(network).to(input.device) for member in members], loss)
    optimizers = _Optimizers(members, stack.matrix, lr_scheduler)
    train_loss = []
    validation_loss = []
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "There is a performance drop because we have not yet implemented"
        )
        stack.require_batching(input[:2], target[:2])
        for _, batches in zip(range(epochs), _epochs(members, input, batch_size), strict=False):
            total = stack.matrix.new_zeros(len(members))
            for batch in batches:
                total += batch.shape[-1] * stack.differentiate(
                    input[batch], target[batch], own=batch.ndim == 2
                )
                if observe is not None:
                    observe(stack.gradients())
                optimizers.step(stack.gradient)
            train_loss.append(total / len(input))
            if validation is not None:
                validation_loss.append(stack.score(*validation, batch_size))
    networks = [stack.network(member) for member in range(len(members))]
    return Trained(
        networks, _history(train_loss), _history(validation_loss) if validation else None
    )


class _Optimizers:
    """One optimizer for each run of members that have equal ones, on their rows of the matrix."""

    def __init__(
        self,
        members: Sequence[Member],
        matrix: Tensor,
        lr_scheduler: Callable[[Optimizer], LRScheduler] | None,
    ) -> None:
        self.blocks: list[nn.Parameter] = []  # rows of the matrix, in its memory
        self.stepped: list[Any] = []
        first = 0
        for _, run in groupby(members, key=lambda member: _content(member.optimizer)):
            factory, *others = [member.optimizer for member in run]
            require_elementwise(factory)
            self.blocks.append(nn.Parameter(matrix.detach()[first : first + 1 + len(others)]))
            self.stepped.append(factory([self.blocks[-1]]))
            first += 1 + len(others)
        if lr_scheduler is not None:
            self.stepped += [lr_scheduler(optimizer) for optimizer in self.stepped]

    def step(self, gradient: Tensor) -> None:
        for block, own in zip(
            self.blocks, gradient.split([len(block) for block in self.blocks]), strict=True
        ):
            block.grad = own
        for stepped in self.stepped:
            stepped.step()


def require_elementwise(factory: OptimizerFactory) -> None:
    """Raise ValueError for an optimizer that couples parameters: it steps one at a time unlike side
    by side.
    """
    generator = torch.Generator().manual_seed(0)
    start, *gradients = torch.randn(4, 2, 3, generator=generator)
    columns = [tensor.view(6, 1, 1) for tensor in (start, *gradients)]
    try:
        together = _walk(factory, start, gradients)
        alone = torch.cat(
            [_walk(factory, own, steps) for own, *steps in zip(*columns, strict=True)]
        )
    except (TypeError, RuntimeError):  # wants a closure, or another kind of gradient
        alone = together = start.new_full((2, 3), torch.nan)
    if not torch.allclose(together, alone.view(2, 3), rtol=1e-4, atol=1e-7):
        name = getattr(factory, "func", factory).__name__
        raise ValueError(
            f"{name} does not treat each parameter separately, as batched training needs: train "
            "its members one by one"
        )


def _walk(factory: OptimizerFactory, start: Tensor, gradients: Sequence[Tensor]) -> Tensor:
    """Where an optimizer goes from `start` with these gradients."""
    parameter = nn.Parameter(start.clone())
    optimizer = factory([parameter])
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
    return parameter.detach()


def _content(factory: OptimizerFactory) -> Any:
    """What two factories are compared by."""
    return (
        (factory.func, factory.args, factory.keywords) if isinstance(factory, partial) else factory
    )


def _epochs(
    members: Sequence[Member], input: Tensor, batch_size: int | None
) -> Iterator[Iterable[Tensor]]:
    """Batches of each epoch: samples of each member, shape (member, batch), or all in one batch,
    shape (sample,).
    """
    if batch_size is None:
        yield from repeat([torch.arange(len(input), device=input.device)])
    for orders in zip(*(member.orders(len(input)) for member in members), strict=True):
        yield torch.stack(orders).to(input.device).split(batch_size, dim=1)


def _history(losses: list[Tensor]) -> np.ndarray:
    return torch.stack(losses, dim=1).cpu().numpy()


def _check(
    members: Sequence[Member], input: Tensor, target: Tensor, epochs: int, batch_size: int | None
) -> None:
    if not members:
        raise ValueError("members must hold at least one Member, got none")
    if len(input) != len(target):
        raise ValueError(
            f"input has {len(input)} samples and target {len(target)}: expected as many"
        )
    for name, value in {"epochs": epochs, "batch_size": batch_size}.items():
        if value is not None and value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")


def _require_finite(**given: Tensor) -> None:
    for name, values in given.items():
        if values.is_floating_point() and not torch.isfinite(values).all():
            raise ValueError(
                f"{name} has values that are not finite; records of different lengths, which end "
                "in NaN, are cut into windows of one length or trained one by one"
            )
