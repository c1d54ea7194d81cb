"""Activation functions and their derivatives, by automatic differentiation."""

import torch
import xarray as xr
from torch import nn

FUNCTIONS = {
    "ReLU": nn.ReLU(),
    "leaky ReLU": nn.LeakyReLU(0.1),
    "ELU": nn.ELU(),
    "SELU": nn.SELU(),
    "GELU": nn.GELU(),
    "SiLU (swish)": nn.SiLU(),
    "softplus": nn.Softplus(),
    "logistic": nn.Sigmoid(),
    "tanh": nn.Tanh(),
}
SUPREMA = {"ReLU": 1.0, "tanh": 1.0, "logistic": 0.25}
LIMIT = 5.0
POINTS = 1000  # even: no point at zero, where some have no derivative


def tabulate() -> xr.Dataset:
    """Value and derivative on a grid, and the largest derivative of three of them."""
    x = torch.linspace(-LIMIT, LIMIT, POINTS, dtype=torch.float64, requires_grad=True)
    values = [function(x) for function in FUNCTIONS.values()]
    slopes = [torch.autograd.grad(value.sum(), x)[0] for value in values]
    table = xr.Dataset(
        {
            "value": (("activation", "x"), torch.stack(values).detach().numpy()),
            "derivative": (("activation", "x"), torch.stack(slopes).numpy()),
        },
        {"activation": list(FUNCTIONS), "x": x.detach().numpy()},
    )
    known = table.derivative.sel(activation=list(SUPREMA)).rename(activation="bounded")
    exact = xr.DataArray(list(SUPREMA.values()), {"bounded": list(SUPREMA)}, "bounded")
    return table.assign(supremum=known.max("x"), supremum_exact=exact)
