"""Learning-rate laws that torch lacks, or whose parts a configuration cannot write down.

With eta_0 the optimizer's learning rate and i the step:

    inverse decay     eta_0 / (1 + i decay)
    range test        lowest (highest / lowest)^(i / (total_steps - 1))       Smith 2017
    sequence          one law after another, such as a warm-up and what follows it

A law with the argument `total_steps` gets the length of the training; one with `per_batch = True`
steps after every batch. (Triangular cycles and one cycle are torch's CyclicLR and OneCycleLR.)
"""

import inspect
from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import CyclicLR, LRScheduler, OneCycleLR, SequentialLR

STEPPED_PER_BATCH = (OneCycleLR, CyclicLR)


def make(
    factory: Callable[..., LRScheduler],
    optimizer: Optimizer,
    total_steps: int,
    interval: str | None,
) -> dict[str, Any]:
    """Make a scheduler, and say when it steps, in the terms of Lightning.

    Parameters
    ----------
    factory
        Takes the optimizer, and `total_steps` if it has that argument and no value for it.
    optimizer : Optimizer
    total_steps : int
        Of the training.
    interval : {"step", "epoch"}, optional
        By default a law that counts batches steps after every batch, any other after every epoch.

    Raises
    ------
    ValueError
        For settings that torch takes and that cannot train: a negative rate, steps of no length;
        and for a momentum to be cycled that the optimizer does not have.
    """
    rates = {float(group["lr"]) for group in optimizer.param_groups}
    length = {"total_steps": total_steps} if _lacks(factory, "total_steps") else {}
    try:
        scheduler = factory(optimizer, **length)
    except ValueError as error:
        if "cycle_momentum" in str(error):
            raise ValueError(
                f"{type(optimizer).__name__} has no momentum that a cycle could change: set "
                "cycle_momentum of the lr_scheduler to false"
            ) from None
        raise
    if len(rates) > 1 and len({float(group["lr"]) for group in optimizer.param_groups}) == 1:
        raise ValueError(
            f"{type(scheduler).__name__} sets one learning rate, and the groups have several: give "
            "it a list of rates, or choose a law that multiplies them, such as ExponentialLR"
        )
    rate = min(group["lr"] for group in optimizer.param_groups)
    if rate < 0.0:
        raise ValueError(
            f"the learning rate must be at least 0, {type(scheduler).__name__} makes it {rate:g}"
        )
    step_size = getattr(scheduler, "step_size", 1)
    if step_size < 1:
        raise ValueError(
            f"step_size of {type(scheduler).__name__} must be at least 1, got {step_size}"
        )
    per_batch = getattr(scheduler, "per_batch", isinstance(scheduler, STEPPED_PER_BATCH))
    return {"scheduler": scheduler, "interval": interval or ("step" if per_batch else "epoch")}


def needs_length(factory: Callable[..., LRScheduler]) -> bool:
    """Tell whether a scheduler has to be given the number of steps of the training."""
    return _lacks(factory, "total_steps")


class InverseDecay(LRScheduler):
    """Learning rate eta_0 / (1 + i decay).

    Parameters
    ----------
    optimizer : Optimizer
    decay : float
        At least 0; after 1 / decay steps the learning rate has halved.

    Examples
    --------
    >>> import torch
    >>> from surrogate.optim.schedulers import InverseDecay
    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = InverseDecay(optimizer, decay=1.0)
    >>> for _ in range(3):
    ...     optimizer.step()
    ...     scheduler.step()
    ...
    >>> scheduler.get_last_lr()  # 1 / (1 + 3)
    [0.25]
    """

    def __init__(self, optimizer: Optimizer, decay: float, last_epoch: int = -1) -> None:
        if decay < 0.0:
            raise ValueError(f"decay must be at least 0, got {decay}")
        self.decay = decay
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        return [rate / (1.0 + self.last_epoch * self.decay) for rate in self.base_lrs]


class RangeTest(LRScheduler):
    """Learning rate that grows geometrically over the training: the losses tell which rates are of
    use.

    `surrogate.training.callbacks.outputs.RangeReport` draws them.

    Parameters
    ----------
    optimizer : Optimizer
    total_steps : int, optional
        Steps from `lowest` to `highest`; filled in by the training.
    lowest, highest : float

    Examples
    --------
    >>> import torch
    >>> from surrogate.optim.schedulers import RangeTest
    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    >>> scheduler = RangeTest(optimizer, total_steps=3, lowest=1e-4, highest=1.0)
    >>> optimizer.step()
    >>> scheduler.step()
    >>> round(scheduler.get_last_lr()[0], 6)  # half-way over the logarithm
    0.01
    """

    per_batch = True

    def __init__(
        self,
        optimizer: Optimizer,
        total_steps: int | None = None,
        lowest: float = 1e-6,
        highest: float = 1.0,
        last_epoch: int = -1,
    ) -> None:
        if not 0.0 < lowest < highest:
            raise ValueError(
                f"0 < lowest < highest must hold, got lowest = {lowest}, highest = {highest}"
            )
        if total_steps is None or total_steps < 2:
            raise ValueError(f"total_steps must be at least 2, got {total_steps}")
        self.total_steps = total_steps
        self.lowest = lowest
        self.highest = highest
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float | Tensor]:
        share = min(self.last_epoch / (self.total_steps - 1), 1.0)
        return [self.lowest * (self.highest / self.lowest) ** share for _ in self.base_lrs]


class Sequence(SequentialLR):
    """One learning-rate law after another: a warm-up is torch.optim.lr_scheduler.LinearLR before
    any other.

    Parameters
    ----------
    optimizer : Optimizer
    laws : list
        Class paths of the laws, in their order.
    milestones : list of int
        Step at which each law after the first begins.
    per_batch : bool
        Whether a step is a batch, rather than an epoch.

    Examples
    --------
    >>> import torch
    >>> from functools import partial
    >>> from surrogate.optim.schedulers import Sequence
    >>> from torch.optim.lr_scheduler import ConstantLR, LinearLR
    >>> optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    >>> warm_up = partial(LinearLR, start_factor=0.5, total_iters=2)
    >>> scheduler = Sequence(optimizer, [warm_up, partial(ConstantLR, factor=1.0)], milestones=[2])
    >>> scheduler.get_last_lr()
    [0.5]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        laws: list[Callable[[Optimizer], LRScheduler]],
        milestones: list[int],
        per_batch: bool = True,
    ) -> None:
        if len(milestones) != len(laws) - 1 or sorted(milestones) != list(milestones):
            raise ValueError(
                f"milestones must be {len(laws) - 1} increasing steps for {len(laws)} laws, got "
                f"{milestones}"
            )
        self.per_batch = per_batch
        super().__init__(optimizer, [law(optimizer) for law in laws], milestones)


def _lacks(factory: Callable, argument: str) -> bool:
    """Whether `factory` has an argument of this name whose value is not given yet.

    A class path of the command line arrives as a `functools.partial` that lists all arguments,
    defaults included.
    """
    given = getattr(factory, "keywords", {})
    known = argument in given or argument in inspect.signature(factory).parameters
    return known and given.get(argument) is None
