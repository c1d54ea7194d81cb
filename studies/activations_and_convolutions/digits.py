"""A convolutional network against a perceptron with equally many parameters, on scikit-learn's
digits.
"""

import torch
import xarray as xr
from torch import Tensor, nn

from datasets.recipes.catalogue import load_recipe
from surrogate.networks import MLP, ImageClassifier

SIZE = 8
CLASSES = 10
BATCH = 64
RATE = 2e-3
SHIFTS = ((0, 1), (0, -1), (1, 0), (-1, 0))


def networks() -> dict[str, nn.Module]:
    """Both classifiers: 13 706 and 13 695 parameters."""
    return {
        "CNN": ImageClassifier(1, CLASSES, SIZE),
        "MLP": nn.Sequential(nn.Flatten(), MLP(SIZE**2, CLASSES, [85, 85])),
    }


def compare(epochs: int, seed: int) -> xr.Dataset:
    """Accuracy of both on the test digits, as they are and moved by one pixel, and the number of
    parameters.
    """
    recipe = load_recipe(
        "digits", [f"seed={seed}", "split={train: 0.7, test: 0.3}"]
    )  # the seed draws the split
    data = recipe.make(0, recipe.records)
    images = torch.tensor(data.x.values / 16.0).view(-1, 1, SIZE, SIZE)
    labels = torch.tensor(data.label.values.astype(int))
    train, test = (data.split.values == part for part in (0, 1))
    accuracies = []
    parameters = []
    torch.manual_seed(seed)
    for network in networks().values():
        fit(network, images[train], labels[train], epochs)
        moved = [accuracy(network, shifted(images[test], *shift), labels[test]) for shift in SHIFTS]
        accuracies.append([accuracy(network, images[test], labels[test]), sum(moved) / len(moved)])
        parameters.append(sum(parameter.numel() for parameter in network.parameters()))
    return xr.Dataset(
        {"accuracy": (("network", "digits"), accuracies), "parameters": ("network", parameters)},
        {"network": list(networks()), "digits": ["as they are", "moved by one pixel"]},
    )


def fit(network: nn.Module, images: Tensor, labels: Tensor, epochs: int) -> None:
    """Train by Adam with a learning rate that falls to zero along a cosine."""
    optimizer = torch.optim.Adam(network.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(BATCH):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(images[batch]), labels[batch]).backward()
            optimizer.step()
        schedule.step()


def accuracy(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Share of right classes."""
    with torch.no_grad():
        return float((network(images).argmax(1) == labels).double().mean())


def shifted(images: Tensor, down: int, right: int) -> Tensor:
    """Images moved by pixels; what comes in is empty."""
    padded = nn.functional.pad(images, (1, 1, 1, 1))
    return padded[..., 1 - down : 1 - down + SIZE, 1 - right : 1 - right + SIZE]
