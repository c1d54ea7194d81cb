"""The ridge of one neuron, h(x) = g(<w, x> + b), constant on every line <w, x> = const."""

import numpy as np
import torch
import xarray as xr

RIDGES = {"logistic": torch.sigmoid, "tanh": torch.tanh}
WEIGHTS = (2.0, 1.0)
BIASES = (0.0, 3.0)
AXIS = np.linspace(-3.0, 3.0, 61)
MIDDLE = {"logistic": 0.5, "tanh": 0.0}
POINTS = 1000


def surface() -> xr.Dataset:
    """Value of the logistic unit over the plane, `ridge` (x2, x1)."""
    grid = torch.tensor(np.stack(np.meshgrid(AXIS, AXIS), axis=-1))
    values = torch.sigmoid(_activation(grid, BIASES[0])).float().numpy()
    return xr.Dataset(
        {"ridge": (("ridge_x2", "ridge_x1"), values)}, {"ridge_x1": AXIS, "ridge_x2": AXIS}
    )


def check(seed: int) -> xr.Dataset:
    """How far both neurons are from ridges, at random points.

    Returns
    -------
    Dataset
        `across` (activation), share of the gradient that is not along w; `translated`, error of
        h with another bias as h moved by the difference of the biases along w; `middle`, error of
        the middle value on the decision boundary.
    """
    generator = torch.Generator().manual_seed(seed)
    x = 3.0 * torch.randn(POINTS, 2, generator=generator, dtype=torch.float64)
    w = torch.tensor(WEIGHTS, dtype=torch.float64)
    shift = (BIASES[1] - BIASES[0]) * w / w.square().sum()
    along = (x @ w + BIASES[0])[:, None] * w / w.square().sum()
    found = []
    for name, g in RIDGES.items():
        x.requires_grad_()
        (slope,) = torch.autograd.grad(g(_activation(x, BIASES[0])).sum(), x)
        across = slope[:, 0] * w[1] - slope[:, 1] * w[0]
        x.requires_grad_(False)
        moved = g(_activation(x, BIASES[1])) - g(_activation(x + shift, BIASES[0]))
        boundary = g(_activation(x - along, BIASES[0])) - MIDDLE[name]
        found.append([_largest(across / w.norm()), _largest(moved), _largest(boundary)])
    across, moved, boundary = np.transpose(found)
    return xr.Dataset(
        {
            "across": ("activation", across),
            "translated": ("activation", moved),
            "middle": ("activation", boundary),
        },
        {"activation": list(RIDGES)},
    )


def _activation(x: torch.Tensor, bias: float) -> torch.Tensor:
    return x @ torch.tensor(WEIGHTS, dtype=torch.float64) + bias


def _largest(values: torch.Tensor) -> float:
    return float(values.abs().max())
