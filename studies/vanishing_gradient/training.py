"""The chapter's classifier on Fisher's iris, with the norms of its gradients."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from datasets.recipes.catalogue import load_recipe
from surrogate.networks import MLP
from surrogate.optim.initializers import Initialize
from surrogate.training.batched import members

CPU = torch.device("cpu")
LAYERS = 10
UNITS = 5
BATCH = 5
RATE = 1e-3
ACTIVATIONS = {"tanh": nn.Tanh, "ReLU": nn.ReLU, "logistic": nn.Sigmoid}
XAVIER = Initialize(nn.init.xavier_uniform_)
STARTS = {
    "tanh": {"torch default": None, "Xavier, Kaiming": XAVIER},
    "ReLU": {"torch default": None, "Xavier, Kaiming": Initialize(nn.init.kaiming_uniform_)},
    "logistic": {"torch default": None, "Xavier, Kaiming": XAVIER},
}


def network(activation: str, layers: int = LAYERS) -> MLP:
    """Four measures of a flower to three species."""
    return MLP(4, 3, [UNITS] * layers, ACTIVATIONS[activation])


def iris(device: torch.device = CPU) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Measures, standardised by the training part, and species as 0 and 1; for training, then for
    test.
    """
    recipe = load_recipe("iris", ["split={train: 0.7, test: 0.3}"])
    data = recipe.make(0, recipe.records)
    train, test = (data.isel(sample=data.split.values == part) for part in (0, 1))
    mean = train.x.mean("sample")
    deviation = train.x.std("sample")

    def pair(part: xr.Dataset) -> tuple[Tensor, Tensor]:
        x = (part.x - mean) / deviation
        species = torch.eye(3)[part.label.values.astype(int)]
        return torch.tensor(x.values, device=device), species.to(device)

    return pair(train), pair(test)


def train(activation: str, seeds: Sequence[int], epochs: int, device: torch.device) -> xr.Dataset:
    """Loss, gradient norms by layer and epoch, and accuracy, for both starts and all seeds."""
    (x, y), test = iris(device)
    adam = partial(torch.optim.Adam, lr=RATE)
    starts = STARTS[activation]
    trainings = [members.Member(seed, adam, start) for start in starts.values() for seed in seeds]
    norms: list[Tensor] = []
    trained = members.train(
        partial(network, activation),
        trainings,
        x,
        y,
        epochs=epochs,
        batch_size=BATCH,
        loss=nn.functional.cross_entropy,
        observe=lambda gradients: norms.append(layer_norms(gradients)),
    )
    shape = (len(starts), len(seeds))
    by_epoch = torch.stack(norms, dim=-1).unflatten(-1, (epochs, -1))
    steps = by_epoch.mean(-1).cpu().numpy()  # (member, layer, epoch)
    return xr.Dataset(
        {
            "loss": (("start", "seed", "epoch"), trained.train_loss.reshape(*shape, -1)),
            "gradient": (
                ("start", "seed", "layer", "epoch"),
                steps.reshape(*shape, *steps.shape[1:]),
            ),
            "accuracy": (("start", "seed"), np.reshape(accuracies(trained.networks, *test), shape)),
        },
        {
            "start": list(starts),
            "seed": list(seeds),
            "layer": np.arange(steps.shape[1]) + 1,
            "epoch": np.arange(epochs) + 1,
        },
    )


@torch.no_grad()
def accuracies(networks: Sequence[nn.Module], input: Tensor, target: Tensor) -> list[float]:
    """Share of the flowers whose species each network tells, all of them seen at once."""
    return [float((made(input).argmax(1) == target.argmax(1)).double().mean()) for made in networks]


def layer_norms(gradients: dict[str, Tensor]) -> Tensor:
    """Norm of the gradient by each layer's weights, shape (member, layer)."""
    return torch.stack(
        [g.flatten(1).norm(dim=1) for name, g in gradients.items() if name.endswith("weight")],
        dim=1,
    )
