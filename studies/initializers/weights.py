"""The initialisers that are compared, their variances by law, and the weights that they draw."""

import math

import numpy as np
import torch
import xarray as xr
from torch import nn

from surrogate.optim.initializers import Initialize, lecun_normal_

FAN = 100
CONSTANT = 0.05
LIMIT = 0.5
INITIALIZERS = {
    "constant": Initialize(nn.init.constant_, bias=nn.init.zeros_, arguments={"val": CONSTANT}),
    "uniform": Initialize(nn.init.uniform_, arguments={"a": -LIMIT, "b": LIMIT}),
    "normal": Initialize(nn.init.normal_),
    "torch default": Initialize(),
    "LeCun normal": Initialize(lecun_normal_),
    "Xavier uniform": Initialize(nn.init.xavier_uniform_),
    "Xavier normal": Initialize(nn.init.xavier_normal_),
    "Kaiming uniform": Initialize(nn.init.kaiming_uniform_),
    "Kaiming normal": Initialize(nn.init.kaiming_normal_),
    "orthogonal": Initialize(nn.init.orthogonal_),
}
LAWS = {
    "uniform": LIMIT**2 / 3,
    "normal": 1.0,
    "torch default": 1 / (3 * FAN),
    "LeCun normal": 1 / FAN,
    "Xavier uniform": 2 / (FAN + FAN),
    "Xavier normal": 2 / (FAN + FAN),
    "Kaiming uniform": 2 / FAN,
    "Kaiming normal": 2 / FAN,
    "orthogonal": 1 / FAN,
}
EDGES = np.linspace(-4.0, 4.0, 401)
FANS = (25, 50, 100, 200, 400)
"""Inputs of a layer with FAN outputs."""
FIGURE = (
    "uniform",
    "normal",
    "Xavier uniform",
    "Xavier normal",
    "Kaiming uniform",
    "Kaiming normal",
)
"""The initialisers of the chapter's Fig. 46."""


def laws() -> xr.Dataset:
    """Variance by law."""
    names = {"initializer": list(INITIALIZERS)}
    variance = [LAWS.get(name, math.nan) for name in INITIALIZERS]
    return xr.Dataset({"law_variance": xr.DataArray(variance, names, "initializer")})


def sample(seed: int) -> xr.Dataset:
    """Weights of one layer of each initialiser.

    Returns
    -------
    Dataset
        `count` (initializer, bin): histogram over EDGES; `drawn_variance` (initializer);
        `fan_deviation` (drawn, fan_in): standard deviation for other numbers of inputs.
    """
    torch.manual_seed(seed)
    drawn = [_draw(name, FAN) for name in INITIALIZERS]
    deviations = [[_draw(name, fan_in).std() for fan_in in FANS] for name in FIGURE]
    return xr.Dataset(
        {
            "count": (("initializer", "bin"), [np.histogram(one, EDGES)[0] for one in drawn]),
            "drawn_variance": ("initializer", [one.var() for one in drawn]),
            "fan_deviation": (("drawn", "fan_in"), deviations),
        },
        {"initializer": list(INITIALIZERS), "drawn": list(FIGURE), "fan_in": list(FANS)},
    )


def _draw(name: str, fan_in: int) -> np.ndarray:
    layer = nn.Linear(fan_in, FAN)
    INITIALIZERS[name](layer)
    return layer.weight.detach().double().numpy()
