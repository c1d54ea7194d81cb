"""Mean squares of signals and of gradients through many layers, in decades: measured, and by
mean-field theory.
"""

import math
from itertools import product

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from studies.initializers.weights import FAN, INITIALIZERS, LAWS
from surrogate.networks.mlp import perceptron

ACTIVATIONS = {"tanh": nn.Tanh, "ReLU": nn.ReLU, "SELU": nn.SELU}
BATCH = 200
NODES = np.linspace(-9.0, 9.0, 10_000)  # even: none at zero, where ReLU has its kink


def follow(seed: int, layers: int) -> xr.Dataset:
    """Log10 of the mean square of the values before each activation, and of the gradients of a
    random linear form.
    """
    torch.manual_seed(seed)
    pairs = product(INITIALIZERS, ACTIVATIONS.values())
    found = np.array([_one(name, kind, layers) for name, kind in pairs])
    names = {"initializer": list(INITIALIZERS), "activation": list(ACTIVATIONS)}
    table = xr.DataArray(
        found.reshape(len(INITIALIZERS), len(ACTIVATIONS), 2, layers),
        names,
        ("initializer", "activation", "moment", "layer"),
    )
    return xr.Dataset(
        {"signal": table.isel(moment=0, drop=True), "gradient": table.isel(moment=1, drop=True)}
    )


def _one(name: str, activation: type[nn.Module], layers: int) -> np.ndarray:
    """Shape (2, layer)."""
    network = perceptron([FAN] * (layers + 1), activation).double()
    INITIALIZERS[name](network)
    values = []
    x = torch.randn(BATCH, FAN, dtype=torch.float64)
    for module in network:
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.bias)
            x = module(x)
            x.retain_grad()
            values.append(x)
        else:
            x = module(x)
    (x * torch.randn_like(x)).sum().backward()
    squares = [
        [value.detach().square().mean() for value in values],
        [value.grad.square().mean() for value in values],
    ]
    return np.log10(squares)


def theory(layers: int) -> xr.Dataset:
    """Mean squares of signals and gradients by mean-field theory, for inputs of unit variance."""
    signal = np.full((len(INITIALIZERS), len(ACTIVATIONS), layers), np.nan)
    gradient = signal.copy()
    for row, name in enumerate(INITIALIZERS):
        for column, kind in enumerate(ACTIVATIONS.values()):
            if name in LAWS:
                signal[row, column], gradient[row, column] = mean_field(
                    FAN * LAWS[name], kind(), layers
                )
    dims = ("initializer", "activation", "layer")
    return xr.Dataset({"signal_theory": (dims, signal), "gradient_theory": (dims, gradient)})


def mean_field(
    strength: float, activation: nn.Module, layers: int
) -> tuple[np.ndarray, np.ndarray]:
    """Log10 of q and of G / G_last for each layer and N s^2 = strength."""
    q = [strength]
    factors = []
    for _ in range(layers - 1):
        value, slope = expectations(activation, q[-1])
        q.append(strength * value)
        factors.append(strength * slope)
    return np.log10(q), np.append(np.cumsum(np.log10(factors[::-1]))[::-1], 0.0)


def expectations(activation: nn.Module, q: float) -> tuple[float, float]:
    """E[g(sqrt(q) z)^2] and E[g'(sqrt(q) z)^2], fine enough for a g' that is a needle for large
    q.
    """
    x = torch.tensor(math.sqrt(q) * NODES, requires_grad=True)
    y: Tensor = activation(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    density = torch.tensor(np.exp(-(NODES**2) / 2.0))
    weights = density / density.sum()
    return float((weights * y.detach().square()).sum()), float((weights * slope.square()).sum())
