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
BINS = 60


def laws() -> xr.Dataset:
    """Variance by law, and the half-width of the histograms: 3.5 standard deviations."""
    names = {"initializer": list(INITIALIZERS)}
    variance = xr.DataArray(
        [LAWS.get(name, math.nan) for name in INITIALIZERS], names, "initializer"
    )
    return xr.Dataset(
        {"law_variance": variance, "span": 3.5 * np.sqrt(variance.fillna(CONSTANT**2))}
    )


def sample(seed: int) -> xr.Dataset:
    """Histogram and variance of the weights of one layer."""
    torch.manual_seed(seed)
    counts = []
    variances = []
    spans = laws().span.values
    for initialize, span in zip(INITIALIZERS.values(), spans, strict=True):
        layer = nn.Linear(FAN, FAN)
        initialize(layer)
        weights = layer.weight.detach().double().numpy()
        counts.append(np.histogram(weights, BINS, (-span, span))[0])
        variances.append(weights.var())
    return xr.Dataset(
        {
            "count": (("initializer", "bin"), np.array(counts)),
            "drawn_variance": ("initializer", variances),
        },
        {"initializer": list(INITIALIZERS)},
    )
