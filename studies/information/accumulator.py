"""Fisher information, Hessian and AdaGrad's accumulator of a logistic regression.

    diag I = E[(dl/dt_k)^2] = diag of the Hessian of E[l]          where the model is the truth
    G_k(i) = sum over the steps of (gradient_k)^2                  AdaGrad, torch.optim.Adagrad

The features have spreads that differ tenfold, so that the three diagonals run over two decades.
"""

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

SPREADS = torch.tensor([0.3, 1.0, 3.0])
TRUTH = torch.tensor([1.0, -0.5, 0.3])
OFFSET = 0.2
RATE = 1e-4  # of the descent: it begins at the truth and stays near it
PARAMETERS = ["x1", "x2", "x3", "bias"]
DRAWS = ("one sample", "whole set")
ENOUGH = 200  # steps with the whole set
MANY = 400_000  # samples that stand for all


def bridge(seed: int, samples: int) -> xr.Dataset:
    """The diagonals at the truth, and how far they are apart in standard errors.

    Parameters
    ----------
    seed : int
    samples : int
        Size of the set; AdaGrad goes through it once, a sample a step.

    Returns
    -------
    Dataset
        `fisher`, the mean over another large set of what a gradient squared is expected to be;
        `hessian` (weight), of the loss; `accumulator` (draw, weight), G over the steps;
        `hessian_deviation`, of the mean squared gradient from the Hessian, and
        `accumulator_deviation`, from the Fisher information, in standard errors.
    """
    generator = torch.Generator().manual_seed(seed)
    x = features(samples, generator)
    chance = torch.sigmoid(x @ TRUTH + OFFSET)
    y = (torch.rand(samples, generator=generator) < chance).to(x.dtype)
    squares = (chance - y)[:, None].square() * extended(x).square()  # (sample, weight)
    difference = squares - (chance * (1 - chance))[:, None] * extended(x).square()
    fisher = expected(features(MANY, generator))
    single = accumulate(x, y, torch.arange(samples).split(1))
    whole = accumulate(x, y, [torch.arange(samples)] * ENOUGH)
    return xr.Dataset(
        {
            "fisher": ("weight", fisher),
            "hessian": ("weight", hessian(x, y)),
            "accumulator": (("draw", "weight"), torch.stack([single, whole])),
            "hessian_deviation": ("weight", difference.mean(0) / error(difference)),
            "accumulator_deviation": ("weight", (single - fisher) / error(squares)),
        },
        {"weight": PARAMETERS, "draw": [*DRAWS]},
    )


def features(samples: int, generator: torch.Generator) -> Tensor:
    """Independent normal features, shape (sample, 3)."""
    return torch.randn(samples, len(SPREADS), generator=generator) * SPREADS


def extended(x: Tensor) -> Tensor:
    """The features and the 1 of the bias, in double precision, shape (sample, weight)."""
    return torch.cat([x, torch.ones(len(x), 1)], dim=1).double()


def expected(x: Tensor) -> Tensor:
    """Diagonal of the Fisher information with the mean over the classes taken, shape (weight,)."""
    chance = torch.sigmoid(x @ TRUTH + OFFSET)
    return ((chance * (1 - chance))[:, None] * extended(x).square()).mean(0)


def error(values: Tensor) -> Tensor:
    """Standard error of the mean over the samples, shape (weight,)."""
    return values.std(0) / np.sqrt(len(values))


def at_truth() -> nn.Linear:
    """The regression with the weights that made the set."""
    network = nn.Linear(len(SPREADS), 1)
    with torch.no_grad():
        network.weight.copy_(TRUTH)
        network.bias.fill_(OFFSET)
    return network


def accumulate(x: Tensor, y: Tensor, batches: list[Tensor] | tuple[Tensor, ...]) -> Tensor:
    """AdaGrad's accumulator over the number of its steps, shape (weight,)."""
    network = at_truth()
    optimizer = torch.optim.Adagrad(network.parameters(), RATE)
    for batch in batches:
        optimizer.zero_grad()
        output = network(x[batch])[:, 0]
        nn.functional.binary_cross_entropy_with_logits(output, y[batch]).backward()
        optimizer.step()
    sums = [optimizer.state[parameter]["sum"].flatten() for parameter in network.parameters()]
    return torch.cat(sums).double() / len(batches)


def hessian(x: Tensor, y: Tensor) -> Tensor:
    """Diagonal of the loss's Hessian at the truth by automatic differentiation."""

    def loss(parameters: Tensor) -> Tensor:
        output = x.double() @ parameters[:-1] + parameters[-1]
        return nn.functional.binary_cross_entropy_with_logits(output, y.double())

    at = torch.cat([TRUTH, torch.tensor([OFFSET])]).double()
    return torch.func.hessian(loss)(at).diagonal()
