"""The product of the layers' Jacobians in the untrained classifier, and its bound."""

import numpy as np
import torch
import xarray as xr
from torch import nn
from torch.func import jacrev, vmap

from studies.vanishing_gradient.training import ACTIVATIONS, iris, network

SUPREMA = {"tanh": 1.0, "ReLU": 1.0, "logistic": 0.25}


def measure(seed: int) -> xr.Dataset:
    """Largest spectral norm of dh_L / dh_l over the flowers, and its bound, for each hidden layer l but the last, L."""
    found = [_one(name, seed) for name in ACTIVATIONS]
    dims = ("activation", "lower")
    return xr.Dataset(
        {"jacobian": (dims, [norms for norms, _ in found]), "bound": (dims, [bound for _, bound in found])},
        {"activation": list(ACTIVATIONS)},
    )


def _one(activation: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    torch.manual_seed(seed)
    layers = network(activation).double().layers[:-1]
    hidden = [nn.Sequential(*layers[first : first + 2]) for first in range(0, len(layers), 2)]
    h = iris()[0][0].double()
    factors, norms, bound = [], [], []
    for layer in hidden:
        factors.append(vmap(jacrev(layer))(h))  # (flower, output, input)
        h = layer(h)
    product, limit = torch.eye(h.shape[1], dtype=h.dtype), 1.0
    for layer, factor in zip(hidden[:0:-1], factors[:0:-1], strict=True):
        product = product @ factor
        limit = limit * SUPREMA[activation] * float(torch.linalg.matrix_norm(layer[0].weight, 2).detach())
        norms.append(float(torch.linalg.matrix_norm(product, 2).max().detach()))
        bound.append(limit)
    return np.array(norms[::-1]), np.array(bound[::-1])
