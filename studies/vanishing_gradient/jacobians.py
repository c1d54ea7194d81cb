"""The product of the layers' Jacobians in the untrained classifier, and its bound."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
import xarray as xr
from torch import nn
from torch.func import jacrev, vmap

from studies.vanishing_gradient.training import ACTIVATIONS, LAYERS, iris, network

SUPREMA = {"tanh": 1.0, "ReLU": 1.0, "logistic": 0.25}
NONE = 1e-300  # what has a logarithm, where dead ReLUs let nothing through


def measure(seed: int, depths: Sequence[int]) -> xr.Dataset:
    """Largest spectral norm of dh_L / dh_l over the flowers, and its bound.

    Parameters
    ----------
    seed : int
    depths : sequence of int
        Numbers L of hidden layers.

    Returns
    -------
    Dataset
        `jacobian`, `bound` (activation, lower): of the chapter's classifier for each l < L;
        `deep_jacobian`, `deep_bound` (activation, depth): log10 of them through all layers, from
        the first to the last.
    """
    found = [_one(name, LAYERS, seed) for name in ACTIVATIONS]
    deep = [_through_all(name, depths, seed) for name in ACTIVATIONS]
    norms, bounds = np.stack(found, axis=1)
    deep_norms, deep_bounds = np.stack(deep, axis=1)
    return xr.Dataset(
        {
            "jacobian": (("activation", "lower"), norms),
            "bound": (("activation", "lower"), bounds),
            "deep_jacobian": (("activation", "depth"), deep_norms),
            "deep_bound": (("activation", "depth"), deep_bounds),
        },
        {"activation": list(ACTIVATIONS), "depth": list(depths)},
    )


def _through_all(activation: str, depths: Sequence[int], seed: int) -> np.ndarray:
    """Log10 of norms and bounds from the first layer to the last, shape (2, depth)."""
    found = [_one(activation, depth, seed)[:, 0] for depth in depths]
    return np.log10(np.maximum(np.stack(found, axis=1), NONE))


def _one(activation: str, depth: int, seed: int) -> np.ndarray:
    """Norms and bounds, shape (2, lower)."""
    torch.manual_seed(seed)
    *layers, _ = network(activation, depth).double().layers
    hidden = [nn.Sequential(*layers[first : first + 2]) for first in range(0, len(layers), 2)]
    h = iris()[0][0].double()
    factors = []
    norms = []
    bound = []
    for layer in hidden:
        factors.append(vmap(jacrev(layer))(h))  # (flower, output, input)
        h = layer(h)
    product = torch.eye(h.shape[1], dtype=h.dtype)
    limit = 1.0
    for layer, factor in zip(hidden[:0:-1], factors[:0:-1], strict=True):
        product = product @ factor
        weight = cast(nn.Linear, layer[0]).weight
        limit = limit * SUPREMA[activation] * float(torch.linalg.matrix_norm(weight, 2).detach())
        norms.append(float(torch.linalg.matrix_norm(product, 2).max().detach()))
        bound.append(limit)
    return np.array([norms[::-1], bound[::-1]])
