"""The chapter's two networks for each combination of what it leaves open: scaling, rate and batch.

Errors are mean squares over the variance of the targets of training: 1 is what the mean alone would
reach, whatever the targets are divided by.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
import xarray as xr
from lightning.pytorch import Callback
from torch import nn

from studies.depth_vs_width.training import Problem, evaluate
from studies.framework.lightning import Batch, Batches, Fit, fit
from surrogate.networks import MLP

SCALINGS = {
    "none": (False, False),
    "inputs": (True, False),
    "targets": (False, True),
    "both": (True, True),
}
"""Whether inputs and targets are standardised."""
PARTS = ("train", "test")
PIECE = 100  # samples that fit into a cache with 10 000 units


@dataclass(frozen=True)
class Combination:
    """One choice of what the chapter does not tell."""

    scaling: str
    rate: float
    batch: int

    @property
    def name(self) -> str:
        """Of its measurement."""
        return f"scaling {self.scaling}, rate {self.rate:g}, batch {self.batch}"


def every_combination(rates: Sequence[float], batches: Sequence[int]) -> Iterator[Combination]:
    """Every combination of the scalings with these rates and batches."""
    for scaling in SCALINGS:
        for rate in rates:
            for batch in batches:
                yield Combination(scaling, rate, batch)


def compare(
    points: Problem,
    networks: Mapping[str, Sequence[int]],
    chosen: Combination,
    epochs: int,
    seed: int,
    accelerator: str,
) -> xr.Dataset:
    """Train both networks with AdamW at a constant rate, through Lightning.

    Parameters
    ----------
    points : Problem
    networks : mapping of str to sequence of int
        Units of the hidden layers of each.
    chosen : Combination
    epochs : int
    seed : int
        Of the weights and of the order of the points.
    accelerator : str
        Of Lightning.

    Returns
    -------
    Dataset
        `error` (scaling, learning_rate, batch, network, part, epoch): of training the mean over the
        batches, each scored before its step; of test after the epoch.
    """
    data = scaled(points, chosen.scaling)
    curves = [
        _train(_start(points.dimension, hidden, seed), data, chosen, epochs, seed, accelerator)
        for hidden in networks.values()
    ]
    place = {"scaling": [chosen.scaling], "learning_rate": [chosen.rate], "batch": [chosen.batch]}
    names = {"network": list(networks), "part": list(PARTS)}
    error = xr.DataArray(np.array(curves), names, ("network", "part", "epoch"))
    return xr.Dataset({"error": error.expand_dims(place)})


def surfaces(
    points: Problem,
    networks: Mapping[str, Sequence[int]],
    chosen: Combination,
    epochs: int,
    seed: int,
    plane: np.ndarray,
    accelerator: str,
) -> np.ndarray:
    """Values of both trained networks at points of the plane, in the unit of the function.

    Returns
    -------
    ndarray, shape (network, point)
    """
    data = scaled(points, chosen.scaling)
    of_inputs, of_targets = SCALINGS[chosen.scaling]
    x = points.input(plane) if of_inputs else torch.tensor(plane, dtype=torch.float32)
    found = []
    for hidden in networks.values():
        network = _start(points.dimension, hidden, seed)
        _train(network, data, chosen, epochs, seed, accelerator)
        found.append(evaluate(network, x))
    return points.physical(np.array(found)) if of_targets else np.array(found)


def scaled(points: Problem, scaling: str) -> dict[str, Batch]:
    """Input and target of training and test, standardised or as they are."""
    of_inputs, of_targets = SCALINGS[scaling]
    standard = points.points()
    plain = points.plain()
    return {
        part: (
            (standard if of_inputs else plain)[part][0],
            (standard if of_targets else plain)[part][1],
        )
        for part in PARTS
    }


class Scores(Callback):
    """Mean square error of the test points after each epoch."""

    def __init__(self, test: Batch) -> None:
        self.test = test
        self.losses: list[float] = []

    @torch.no_grad()
    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        x, y = (values.to(pl_module.device) for values in self.test)
        output = torch.cat([pl_module.network(piece) for piece in x.split(PIECE)])
        self.losses.append(nn.functional.mse_loss(output, y).item())


def _start(dimension: int, hidden: Sequence[int], seed: int) -> nn.Module:
    torch.manual_seed(seed)
    return MLP(dimension, 1, list(hidden))


def _train(
    network: nn.Module,
    data: dict[str, Batch],
    chosen: Combination,
    epochs: int,
    seed: int,
    accelerator: str,
) -> np.ndarray:
    """Errors of training and of test, shape (part, epoch)."""
    adamw = partial(torch.optim.AdamW, lr=chosen.rate)
    module = Fit(network, nn.functional.mse_loss, adamw)
    order = torch.Generator().manual_seed(seed)
    scores = Scores(data["test"])
    fit(module, Batches(data["train"], chosen.batch, order), epochs, accelerator, [scores])
    variance = float(data["train"][1].var(correction=0))
    return np.array([module.losses, scores.losses]) / variance
