"""A linear recurrence of all times together, by a scan (Blelloch 1990, "Prefix sums and their
applications").

    x_t = k_t x_{t-1} + d_t,        x_0 = d_0

Two successive steps are one step of the same form: the states after every second sample are those
of a record of half the length, and the others follow from them, in log2(time) levels.

Its gradient is a scan too, backwards in time, so that nothing of the levels is kept: with the
gradient y_t of x_t and the complex conjugate *,

    g_t = y_t + k_{t+1}* g_{t+1},     gradients  g_t x_{t-1}*  of k_t  and  g_t  of d_t
"""

from typing import Any

import torch
from torch import Tensor


def linear_scan(kept: Tensor, driven: Tensor) -> Tensor:
    """States of the recurrence from rest.

    Parameters
    ----------
    kept, driven : Tensor, shape (batch, time, ...)
        k and d, real or complex.

    Returns
    -------
    Tensor, shape (batch, time, ...)
    """
    states: Tensor = LinearScan.apply(kept, driven)
    return states


class LinearScan(torch.autograd.Function):
    """The scan with its gradient, of any order, and its forward derivative."""

    generate_vmap_rule = True

    @staticmethod
    def forward(kept: Tensor, driven: Tensor) -> Tensor:
        return _levels(kept, driven)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0], output)
        ctx.save_for_forward(inputs[0], output)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        kept, states = ctx.saved_tensors
        (gradient,) = gradients
        following = torch.cat([kept[:, 1:], torch.zeros_like(kept[:, :1])], dim=1)
        reversed_time = linear_scan(following.conj().flip(1), gradient.flip(1))
        of_driven = reversed_time.flip(1)
        return of_driven * _before(states).conj(), of_driven

    @staticmethod
    def jvp(ctx: Any, *tangents: Tensor | None) -> Tensor:
        kept, states = ctx.saved_tensors
        of_kept, of_driven = tangents
        driven = torch.zeros_like(states) if of_driven is None else of_driven
        if of_kept is not None:
            driven = driven + of_kept * _before(states)
        return linear_scan(kept, driven)


def _before(states: Tensor) -> Tensor:
    """States before each sample."""
    return torch.cat([torch.zeros_like(states[:, :1]), states[:, :-1]], dim=1)


def _levels(kept: Tensor, driven: Tensor) -> Tensor:
    samples = kept.shape[1]
    if samples == 1:
        return driven.clone()
    even = slice(0, samples - samples % 2, 2)
    joined_kept = kept[:, 1::2] * kept[:, even]
    joined_driven = torch.addcmul(driven[:, 1::2], kept[:, 1::2], driven[:, even])
    states = torch.empty_like(driven)
    states[:, :1] = driven[:, :1]
    states[:, 1::2] = _levels(joined_kept, joined_driven)
    before = states[:, 1::2][:, : (samples - 1) // 2]
    states[:, 2::2] = torch.addcmul(driven[:, 2::2], kept[:, 2::2], before)
    return states
