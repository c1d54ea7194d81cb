"""Gradients of untrained networks of many depths, and what is said to help them through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from surrogate.networks.mlp import Activation
from surrogate.optim.initializers import Initialize, lecun_normal_

WIDTH = 20
BATCH = 64


class Layer(nn.Module):
    """g(N(W h)), and h added to it where it is residual; N is a normalisation or nothing."""

    def __init__(
        self, activation: Activation, norm: Callable[[int], nn.Module], residual: bool
    ) -> None:
        super().__init__()
        self.linear = nn.Linear(WIDTH, WIDTH)
        self.norm = norm(WIDTH)
        self.activation = activation()
        self.residual = residual

    def forward(self, h: Tensor) -> Tensor:
        out = self.activation(self.norm(self.linear(h)))
        return h + out if self.residual else out


@dataclass(frozen=True)
class Remedy:
    """A kind of layer and its first weights."""

    activation: Activation
    initialize: Initialize | None = None
    norm: Callable[[int], nn.Module] = nn.Identity
    residual: bool = False


REMEDIES = {
    "logistic": Remedy(nn.Sigmoid),
    "tanh": Remedy(nn.Tanh),
    "ReLU": Remedy(nn.ReLU),
    "tanh, Xavier": Remedy(nn.Tanh, Initialize(nn.init.xavier_normal_)),
    "ReLU, Kaiming": Remedy(nn.ReLU, Initialize(nn.init.kaiming_normal_)),
    "SELU, LeCun": Remedy(nn.SELU, Initialize(lecun_normal_)),
    "logistic, batch norm": Remedy(
        nn.Sigmoid, norm=partial(nn.BatchNorm1d, track_running_stats=False)
    ),
    "logistic, layer norm": Remedy(nn.Sigmoid, norm=nn.LayerNorm),
    "tanh, residual": Remedy(nn.Tanh, residual=True),
}


def measure(seed: int, depths: Sequence[int]) -> xr.Dataset:
    """Decades by which the norm of the gradient by the first layer's weights exceeds that by the
    last's.
    """
    found = [[decades(remedy, layers, seed) for layers in depths] for remedy in REMEDIES.values()]
    return xr.Dataset(
        {"decades": (("remedy", "depth"), found)}, {"remedy": list(REMEDIES), "depth": list(depths)}
    )


def decades(remedy: Remedy, layers: int, seed: int) -> float:
    """For one network in double precision and a random linear form of its outputs."""
    torch.manual_seed(seed)
    stack = [Layer(remedy.activation, remedy.norm, remedy.residual) for _ in range(layers)]
    network = nn.Sequential(*stack).double()
    if remedy.initialize is not None:
        remedy.initialize(network)
    output = network(torch.randn(BATCH, WIDTH, dtype=torch.float64))
    form = (output * torch.randn_like(output)).sum()
    ends = [stack[0].linear.weight, stack[-1].linear.weight]
    first, last = (float(gradient.norm()) for gradient in torch.autograd.grad(form, ends))
    return float(np.log10(first / last))
