"""The learning-rate laws that are compared; the optimizer's rate is the highest of each."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np
import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import ConstantLR, CyclicLR, LinearLR, LRScheduler, OneCycleLR

from surrogate.optim.schedulers import InverseDecay, Sequence

FALL = 100.0  # of inverse decay, from the first step to the last
CYCLES = 4  # triangles
LOWEST = 0.1  # of a triangle, over its highest rate
WARM_UP = 0.1  # share of the steps


def constant(optimizer: Optimizer, steps: int) -> LRScheduler:
    """eta_0."""
    return ConstantLR(optimizer, factor=1.0, total_iters=0)


def inverse_decay(optimizer: Optimizer, steps: int) -> LRScheduler:
    """eta_0 / (1 + i decay)."""
    return InverseDecay(optimizer, (FALL - 1.0) / steps)


def warm_up(optimizer: Optimizer, steps: int) -> LRScheduler:
    """From a hundredth of eta_0 along a line, then eta_0."""
    rising = max(1, int(WARM_UP * steps))
    laws: list[Callable[[Optimizer], LRScheduler]] = [
        partial(LinearLR, start_factor=0.01, total_iters=rising),
        partial(constant, steps=steps),
    ]
    return Sequence(optimizer, laws, [rising])


def cycles(optimizer: Optimizer, steps: int) -> LRScheduler:
    """Triangles between LOWEST eta_0 and eta_0 (Smith 2017)."""
    rates = _rates(optimizer)
    half = max(1, steps // (2 * CYCLES))
    return CyclicLR(optimizer, [LOWEST * rate for rate in rates], rates, half, cycle_momentum=False)


def one_cycle(optimizer: Optimizer, steps: int) -> LRScheduler:
    """Up to eta_0 and down to nearly nothing, along cosines (Smith & Topin 2019)."""
    return OneCycleLR(optimizer, _rates(optimizer), total_steps=steps, cycle_momentum=False)


class Law(Protocol):
    """A learning-rate law over a number of steps."""

    def __call__(self, optimizer: Optimizer, steps: int) -> LRScheduler: ...


LAWS: dict[str, Law] = {
    "constant": constant,
    "inverse decay": inverse_decay,
    "warm-up": warm_up,
    "cycles": cycles,
    "one cycle": one_cycle,
}


def course(law: Law, steps: int) -> np.ndarray:
    """Rate at each step over the highest, shape (step,)."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = law(optimizer, steps)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return np.array(rates)


def _rates(optimizer: Optimizer) -> list[float]:
    return [group["lr"] for group in optimizer.param_groups]
