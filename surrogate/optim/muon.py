"""Muon (Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/) in single precision on a
processor.

A step moves a matrix along the momentum M of its gradient, with all singular values made nearly
equal: M = U S V' becomes U p(S / |M|) V'. Here |M| is Frobenius's norm, and p is the polynomial
a s + b s^3 + c s^5 applied five times, which takes singular values from 0.002 to 1 to between 0.68
and 1.21. Without a decomposition, by products alone (Newton and Schulz), it is

    X <- a X + (b G + c G^2) X,      G = X X',      X = M / |M| at first

`torch.optim.Muon` computes these products in bfloat16, as suits a GPU. On a processor, even one
with instructions for bfloat16, they take up to eight times as long for matrices of a small network
as in single precision, and a step as a whole two to three times (`benchmarks/lstm_step.py`).
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, optim

MOST_STEPS = 100
"""Applications of the polynomial from which on torch refuses them."""


class Muon(optim.Muon):
    """`torch.optim.Muon` whose products are in single precision where they are on a processor.

    Arguments and state are those of `torch.optim.Muon`: one goes on from a checkpoint of the other.

    Examples
    --------
    >>> import torch
    >>> from surrogate.optim.muon import Muon
    >>> weight = torch.nn.Parameter(torch.eye(2))
    >>> optimizer = Muon([weight], lr=0.1, weight_decay=0.0)
    >>> weight.square().sum().backward()
    >>> optimizer.step()
    >>> bool((weight.diagonal() < 1.0).all())
    True
    """

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Take parameters with their settings; ValueError for a setting that trains nothing, or
        that torch refuses at the first step.
        """
        super().add_param_group(param_group)
        _require_settings(self.param_groups[-1])

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step of all matrices that have a gradient; the loss, where a closure gives one."""
        parameters = [each for group in self.param_groups for each in group["params"]]
        if any(each.device.type != "cpu" for each in parameters):
            return super().step(closure)
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            self._step_group(group)
        return loss

    def _step_group(self, group: dict[str, Any]) -> None:
        matrices: list[Tensor] = []
        gradients: list[Tensor] = []
        momenta: list[Tensor] = []
        self._init_group(group, matrices, gradients, momenta)
        if not matrices:
            return
        kept = group["momentum"]
        torch._foreach_lerp_(momenta, gradients, 1.0 - kept)
        along = torch._foreach_lerp(gradients, momenta, kept) if group["nesterov"] else momenta
        how = (group["ns_coefficients"], group["ns_steps"], group["eps"])
        directions = [orthogonalised(each, *how) for each in along]
        rate = float(group["lr"])
        lengths = [length_of_step(each.shape, group["adjust_lr_fn"]) for each in matrices]
        torch._foreach_mul_(directions, [-rate * length for length in lengths])
        torch._foreach_mul_(matrices, 1.0 - rate * group["weight_decay"])
        torch._foreach_add_(matrices, directions)


def _require_settings(group: dict[str, Any]) -> None:
    if not 0.0 <= group["momentum"] < 1.0:
        raise ValueError(f"momentum = {group['momentum']}: must lie in [0, 1)")
    steps = group["ns_steps"]
    if not isinstance(steps, int) or not 0 <= steps < MOST_STEPS:
        raise ValueError(f"ns_steps = {steps}: must be a whole number below {MOST_STEPS}")
    if len(group["ns_coefficients"]) != 3:
        raise ValueError(f"ns_coefficients = {group['ns_coefficients']}: expected three numbers")


def orthogonalised(
    matrix: Tensor, coefficients: tuple[float, float, float], steps: int, least: float
) -> Tensor:
    """U p(S / |M|) V' of a matrix M = U S V', in single precision at least.

    Parameters
    ----------
    matrix : Tensor, shape (rows, columns)
    coefficients : tuple of float
        a, b and c.
    steps : int
        How often the polynomial is applied.
    least : float
        Taken for |M| where that is smaller.
    """
    a, b, c = coefficients
    precise = matrix.to(torch.promote_types(matrix.dtype, torch.float32))
    is_tall = matrix.shape[0] > matrix.shape[1]
    wide = precise.T if is_tall else precise  # G is of the smaller side
    wide = wide / wide.norm().clamp(min=least)
    for _ in range(steps):
        gram = wide @ wide.T
        change = torch.addmm(gram, gram, gram, beta=b, alpha=c)
        wide = torch.addmm(wide, change, wide, beta=a)
    return wide.T if is_tall else wide


def length_of_step(shape: torch.Size, adjustment: str | None) -> float:
    """Factor on the learning rate for a matrix of a shape, by torch's name of the adjustment.

    A matrix with n columns and equal singular values has a root mean square of 1 / sqrt(n) times
    these; ``match_rms_adamw`` gives all of them that of a step of AdamW, about 0.2.
    """
    rows, columns = shape
    if adjustment == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1.0, rows / columns))
