"""The radial function in any dimension, and perceptrons trained on it, all seeds and learning rates
at once.

Inputs and targets are standardised. Errors are mean squares over the variance of the training
targets: 1 is what the mean alone would reach.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR

from simulators.functions.radial import RadialFunction
from surrogate.networks import MLP
from surrogate.training.batched.members import Member, Trained, train

# Of the chapter, in two dimensions.
RADIUS = 0.2
HALF_WIDTH = 10.0
BATCH = 100


@dataclass(frozen=True)
class Problem:
    """Points uniform in a cube, and the function there.

    The half width is such that the points lie as far from the centre as in the chapter, where it is
    10 in two dimensions: their mean square radius is half_width^2 d / 3.

    Parameters
    ----------
    dimension : int
    train, validation, test : int
        Numbers of points.
    seed : int
    """

    dimension: int
    train: int
    validation: int
    test: int
    seed: int

    @property
    def half_width(self) -> float:
        return HALF_WIDTH * (2.0 / self.dimension) ** 0.5

    def points(self) -> dict[str, tuple[Tensor, Tensor]]:
        """Input and target of each part, standardised."""
        sizes = {"train": self.train, "validation": self.validation, "test": self.test}
        pieces = np.split(self._uniform, np.cumsum(list(sizes.values()))[:-1])
        return {
            name: (self.input(x), self.target(x)) for name, x in zip(sizes, pieces, strict=True)
        }

    def plain(self) -> dict[str, tuple[Tensor, Tensor]]:
        """Input and target of each part as they are."""
        sizes = {"train": self.train, "validation": self.validation, "test": self.test}
        pieces = np.split(self._uniform, np.cumsum(list(sizes.values()))[:-1])
        return {
            name: (_single(x), _single(self.function(x))[:, None])
            for name, x in zip(sizes, pieces, strict=True)
        }

    @property
    def function(self) -> RadialFunction:
        """What is learnt."""
        return RadialFunction(self.dimension, RADIUS)

    def physical(self, values: np.ndarray) -> np.ndarray:
        """Values of the function from standardised ones."""
        known = self.function(self._uniform[: self.train])
        return values * known.std() + known.mean()

    def input(self, x: np.ndarray) -> Tensor:
        """Points, shape (sample, dimension), as a network sees them."""
        return _single(x / self.half_width * 3.0**0.5)

    def target(self, x: np.ndarray) -> Tensor:
        """Values of the function there, shape (sample, 1), standardised."""
        known = self.function(self._uniform[: self.train])
        return _single((self.function(x) - known.mean()) / known.std())[:, None]

    @cached_property
    def _uniform(self) -> np.ndarray:
        shape = (self.train + self.validation + self.test, self.dimension)
        generator = np.random.default_rng([self.seed, self.dimension])
        return generator.uniform(-self.half_width, self.half_width, shape)


def _single(values: np.ndarray) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)


def learn(
    problem: Problem,
    hidden: Sequence[int],
    rates: Sequence[float],
    seeds: Sequence[int],
    epochs: int,
    device: torch.device,
) -> tuple[Trained, xr.Dataset]:
    """Train with AdamW from each seed, at each learning rate, which falls to zero along a cosine.

    Parameters
    ----------
    hidden : sequence of int
        Units of each hidden layer.
    device : device

    Returns
    -------
    trained : Trained
        Its members are the rates times the seeds.
    errors : Dataset
        Dimensions rate, seed, epoch: `train_error` and `test_error` after each epoch,
        `validation_error` at the end.
    """
    points = {name: (x.to(device), y.to(device)) for name, (x, y) in problem.points().items()}
    steps = epochs * -(-problem.train // BATCH)
    trained = train(
        partial(MLP, problem.dimension, 1, hidden=list(hidden)),
        [Member(seed, partial(torch.optim.AdamW, lr=rate)) for rate in rates for seed in seeds],
        *points["train"],
        epochs=epochs,
        batch_size=BATCH,
        validation=points["test"],
        lr_scheduler=partial(CosineAnnealingLR, T_max=steps),
    )
    shape = (len(rates), len(seeds))
    curves = {"train_error": trained.train_loss, "test_error": np.asarray(trained.validation_loss)}
    errors: dict[str, Any] = {
        name: (("rate", "seed", "epoch"), values.reshape(*shape, epochs))
        for name, values in curves.items()
    }
    validation_error = _error(trained, *points["validation"]).reshape(shape)
    errors["validation_error"] = (("rate", "seed"), validation_error)
    return trained, xr.Dataset(errors, {"rate": list(rates), "seed": list(seeds)})


def evaluate(network: nn.Module, input: Tensor) -> np.ndarray:
    """Standardised output, shape (sample,), in pieces that fit into a cache."""
    with torch.no_grad():
        return torch.cat([network(piece) for piece in input.split(BATCH)])[:, 0].cpu().numpy()


def _error(trained: Trained, input: Tensor, target: Tensor) -> np.ndarray:
    outputs = np.stack([evaluate(network, input) for network in trained.networks])
    return ((outputs - target[:, 0].cpu().numpy()) ** 2).mean(axis=1)
