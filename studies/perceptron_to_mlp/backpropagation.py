"""Back-propagation of the course in its thirteen steps, for one sample.

The chapter's classifier puts the activation g on its last layer too, below the softmax:

    h(0) = x,    a(k) = W(k) h(k-1) + b(k),    h(k) = g(a(k)),    p = softmax h(L),    l = - ln p_y

    1   dl/dp_c    = - [c = y] / p_c                 2   the vector of these
    3   dp_i/dh_c  = p_i ([i = c] - p_c)             4   dl/dh(L)    = - (e_y - p)
    5   dh_i/da_c  = g'(a_c) [i = c]                 6   dl/da(L)    = dl/dh(L) * g'(a(L))
    7   dl/dW_ij   = dl/da_i h_j                     8   dl/db_i     = dl/da_i
    9   dl/dW(L)   = dl/da (x) h(L-1)                10  dl/db(L)    = dl/da
    11  dl/dh_j(L-1) = sum_i dl/da_i W_ij            12  dl/dh(L-1)  = W(L)' dl/da
    13  steps 5 to 12 for the layer below, down to the first

Sources: Gatti 2023, sec. 4.1, eqs. 83-104.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import torch
import xarray as xr
from scipy.special import expit, softmax
from torch import Tensor, nn

SIZES = (4, 6, 5, 3)
SAMPLES = 16
BIAS = 0.5  # ReLU units of the output that were all off would leave nothing to compare
Layers = Sequence[tuple[np.ndarray, np.ndarray]]
Activation = Callable[[np.ndarray], np.ndarray]
ACTIVATIONS: dict[str, tuple[Activation, Activation, Callable[[Tensor], Tensor]]] = {
    "tanh": (np.tanh, lambda a: 1 - np.tanh(a) ** 2, torch.tanh),
    "logistic": (expit, lambda a: expit(a) * expit(-a), torch.sigmoid),
    "ReLU": (lambda a: np.maximum(a, 0.0), lambda a: (a > 0).astype(float), torch.relu),
}


def compare(seed: int) -> xr.Dataset:
    """Largest relative difference of the thirteen steps from automatic differentiation."""
    found = [_difference(seed, name) for name in ACTIVATIONS]
    return xr.Dataset({"gradient_difference": ("unit_activation", found)}).assign_coords(
        unit_activation=list(ACTIVATIONS)
    )


def gradients(
    layers: Layers, x: np.ndarray, label: int, g: Activation, derivative: Activation
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Gradients of the loss of one sample by the thirteen steps.

    Parameters
    ----------
    layers : sequence of (W, b)
        W of shape (units, inputs).
    x : ndarray, shape (input,)
    label : int
        Its class y.
    g, derivative : callable
        Activation of every layer, and its derivative.

    Returns
    -------
    list of (dl/dW, dl/db)
        For each layer.
    """
    h = [x]
    a = []
    for weight, bias in layers:
        a.append(weight @ h[-1] + bias)
        h.append(g(a[-1]))
    p = softmax(h[-1])
    by_chance = -np.eye(len(p))[label] / p  # 1, 2
    slope_of_softmax = p[:, None] * (np.eye(len(p)) - p)  # 3
    by_h = slope_of_softmax.T @ by_chance  # 4
    found = []
    for level in reversed(range(len(layers))):  # 13
        by_a = by_h * derivative(a[level])  # 5, 6
        found.append((np.outer(by_a, h[level]), by_a))  # 7 to 10
        by_h = layers[level][0].T @ by_a  # 11, 12
    return found[::-1]


def _difference(seed: int, name: str) -> float:
    g, derivative, of_torch = ACTIVATIONS[name]
    torch.manual_seed(seed)
    linear = [nn.Linear(*pair).double() for pair in pairwise(SIZES)]
    for part in linear:
        nn.init.constant_(part.bias, BIAS)
    layers = [(part.weight.detach().numpy(), part.bias.detach().numpy()) for part in linear]
    x = torch.randn(SAMPLES, SIZES[0]).double()
    labels = torch.randint(SIZES[-1], (SAMPLES,))
    errors = []
    sizes = []
    for sample, label in zip(x, labels, strict=True):
        h = sample
        for part in linear:
            h = of_torch(part(h))
        weights = [parameter for part in linear for parameter in part.parameters()]
        automatic = torch.autograd.grad(nn.functional.cross_entropy(h, label), weights)
        by_hand = gradients(layers, sample.numpy(), int(label), g, derivative)
        flat = [part for pair in by_hand for part in pair]
        pairs = zip(flat, automatic, strict=True)
        errors += [abs(mine - other.numpy()).max() for mine, other in pairs]
        sizes += [float(part.abs().max()) for part in automatic]
    return max(errors) / max(sizes)
