"""Dropout and the L1 penalty of activations, with few images; early stopping, with few samples of a
noisy function.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from datasets.recipes.functions import FunctionRecipe
from studies.learning_rates.digits import CLASSES, PIXELS, Part, accuracy, images
from surrogate.networks import MLP
from surrogate.training.losses import ActivationPenalty

SPLIT = {"train": 0.17, "validation": 0.2, "test": 0.63}  # 305 images to train on
HIDDEN = [128, 128]
BATCH = 32
RATE = 1e-3
NOISE = 0.3
SAMPLES = 20
EVERY = 20
POINT = 0.01  # of accuracy


@dataclass(frozen=True)
class Variant:
    """Probability of dropping a unit, and factor of the mean activation in the loss."""

    dropout: float = 0.0
    l1: float = 0.0


DROPOUTS = (0.2, 0.5)
PENALTIES = (0.01, 0.03, 0.1, 0.3, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0)
PLAIN = "plain"
VARIANTS = (
    {PLAIN: Variant()}
    | {f"dropout {p}": Variant(dropout=p) for p in DROPOUTS}
    | {f"L1 {factor}": Variant(l1=factor) for factor in PENALTIES}
)


def train(settings: Any, seed: int) -> xr.Dataset:
    """Accuracy, cross-entropy and inactive units on the test images, for each variant."""
    parts = images(seed, SPLIT)
    found = [
        _one(variant, parts, settings.regularised_epochs, seed) for variant in VARIANTS.values()
    ]
    return xr.concat(found, "variant").assign_coords(variant=list(VARIANTS))


def _one(variant: Variant, parts: dict[str, Part], epochs: int, seed: int) -> xr.Dataset:
    torch.manual_seed(seed)
    made = MLP(PIXELS, CLASSES, HIDDEN, dropout=variant.dropout)
    before = inactive(made, parts["test"][0])
    _fit(made, *parts["train"], epochs, variant.l1)
    made.eval()
    with torch.no_grad():
        loss = nn.functional.cross_entropy(made(parts["test"][0]), parts["test"][1])
    after = inactive(made, parts["test"][0])
    return xr.Dataset(
        {
            "right": accuracy(made, parts["test"]),
            "test_loss": loss.item(),
            "inactive_at_start": before.mean().item(),
            "inactive": after.mean().item(),
            "dead": (after == 1.0).double().mean().item(),
        }
    )


def _fit(made: nn.Module, x: Tensor, y: Tensor, epochs: int, l1: float) -> None:
    penalty = ActivationPenalty(l1) if l1 else None
    if penalty:
        penalty.attach(made)
    optimizer = torch.optim.Adam(made.parameters(), RATE)
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad()
            output = made(x[rows])
            loss = nn.functional.cross_entropy(output, y[rows])
            if penalty:
                loss = loss + penalty(made, x[rows], output)
            loss.backward()
            optimizer.step()


def cheapest(results: xr.Dataset) -> xr.Dataset:
    """The factor of the L1 penalty that silences most units at no more than a point of accuracy.

    Parameters
    ----------
    results : Dataset
        `right` and `inactive` for each of the variants.

    Returns
    -------
    Dataset
        `factor` and `inactive` for each seed.
    """
    penalised = results.sel(variant=[f"L1 {factor}" for factor in PENALTIES])
    penalised = penalised.assign_coords(variant=list(PENALTIES)).rename(variant="factor")
    cheap = penalised.right >= results.right.sel(variant=PLAIN, drop=True) - POINT
    silent = penalised.inactive.where(cheap)
    return xr.Dataset({"factor": silent.idxmax("factor"), "inactive": silent.max("factor")})


def inactive(made: MLP, x: Tensor) -> Tensor:
    """Share of the inputs for which each hidden ReLU unit is zero, shape (unit,)."""
    training = made.training
    shares = []
    made.eval()
    with torch.no_grad():
        for module in made.layers:
            x = module(x)
            if isinstance(module, nn.ReLU):
                shares.append((x == 0.0).double().mean(0))
    made.train(training)
    return torch.cat(shares)


def overfit(steps: int, seed: int) -> xr.Dataset:
    """Errors every few steps on y = exp(x) + noise: over the variance of the noise, of which
    validation has its own.
    """
    recipe = FunctionRecipe(
        function={"name": "exponential", "noise": NOISE},
        split={"train": 1.0},
        records=2 * SAMPLES,
        seed=seed,
    )
    data = recipe.make(0, 2 * SAMPLES)
    x, x_validation = torch.tensor(data["x"].values).split(SAMPLES)
    y, y_validation = torch.tensor(data["y"].values).split(SAMPLES)
    grid = torch.linspace(-1.0, 1.0, 101)[:, None]
    pairs = {
        "training": (x, y),
        "validation": (x_validation, y_validation),
        "true": (grid, torch.exp(grid)),
    }
    torch.manual_seed(seed)
    made = MLP(1, 1, HIDDEN)
    optimizer = torch.optim.Adam(made.parameters(), RATE)
    errors = []
    for step in range(steps):
        if step % EVERY == 0:
            errors.append(_errors(made, pairs))
        optimizer.zero_grad()
        nn.functional.mse_loss(made(x), y).backward()
        optimizer.step()
    errors.append(_errors(made, pairs))
    return xr.Dataset(
        {"error": (("check", "of"), np.array(errors))},
        {"of": list(pairs), "check": EVERY * np.arange(len(errors))},
    )


def _errors(made: nn.Module, pairs: dict[str, Part]) -> list[float]:
    with torch.no_grad():
        return [nn.functional.mse_loss(made(x), y).item() / NOISE**2 for x, y in pairs.values()]
