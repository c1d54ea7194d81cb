"""Norms of dh_t / dh_tau of recurrent networks."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import Any, cast

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from datasets.recipes.catalogue import load_recipe
from surrogate.networks import GRU, LSTM, RNN, PeepholeLSTM, SequenceNetwork
from surrogate.networks.recurrent import ElmanLayer
from surrogate.optim.initializers import Initialize

HIDDEN = 32
WARM_UP = 100  # samples before tau, so that the state has left its rest
RADII = (0.5, 0.8, 0.95, 1.05, 1.2, 1.5)
SMALLEST = 1e-300  # what has a logarithm


def elman(radius: float | None) -> SequenceNetwork:
    """An Elman network, its recurrent matrix normal and scaled to a spectral radius, or as torch
    makes it.
    """
    network = RNN(1, 1, HIDDEN)
    if radius is not None:
        scale(network, radius)
    return network


@torch.no_grad()
def scale(network: RNN, radius: float) -> None:
    """Draw the recurrent matrix anew, normal, and scale it to a spectral radius."""
    recurrent = _recurrent(network).normal_()
    recurrent *= radius / torch.linalg.eigvals(recurrent).abs().max()


def _recurrent(network: RNN) -> Tensor:
    """The recurrent matrix U of the first layer."""
    return cast(ElmanLayer, network.ahead[0]).hidden_to_hidden.weight


def remembering() -> SequenceNetwork:
    """An LSTM whose forget gates start with a bias of 3."""
    network = LSTM(1, 1, HIDDEN)
    Initialize(forget_bias=3.0)(network)
    return network


NETWORKS: dict[str, Callable[[], SequenceNetwork]] = {
    **{f"Elman, radius {radius}": partial(elman, radius) for radius in RADII},
    "Elman": lambda: elman(None),
    "LSTM": lambda: LSTM(1, 1, HIDDEN),
    "LSTM, forget bias 3": remembering,
    "LSTM, peepholes": lambda: PeepholeLSTM(1, 1, HIDDEN),
    "GRU": lambda: GRU(1, 1, HIDDEN),
}


def measure(samples: int, motions: int, seed: int) -> xr.Dataset:
    """Log10 of the norm against t - tau, mean over motions; for Elman networks also without g, and
    log10 of sigma_1.

    Parameters
    ----------
    samples : int
        Largest t - tau.
    motions : int
    seed : int
        Of the weights and of the motions.
    """
    recipe = load_recipe("five_storey", [f"records={motions}", f"seed={seed}"])
    motion = recipe.make(0, motions).base_acceleration.values[..., None]
    input = torch.tensor(motion / motion.std(), dtype=torch.float64)
    torch.manual_seed(seed)
    nets = [make().double() for make in NETWORKS.values()]
    norms = [mean_log_norms(net, input, samples) for net in nets]
    powers = [
        log_powers(net, samples) if isinstance(net, RNN) else np.full(samples, np.nan)
        for net in nets
    ]
    return xr.Dataset(
        {
            "log_norm": (("network", "lag"), norms),
            "log_linear": (("network", "lag"), powers),
            "log_sigma": ("network", [row[0] for row in powers]),
        },
        {"network": list(NETWORKS), "lag": np.arange(1, samples + 1)},
    )


def log_powers(network: RNN, samples: int) -> np.ndarray:
    """Log10 of the largest singular value of U, U^2, ... for the recurrent matrix U."""
    matrix = _recurrent(network).detach()
    powers = torch.stack(
        [torch.linalg.matrix_power(matrix, power) for power in range(1, samples + 1)]
    )
    return torch.linalg.matrix_norm(powers, 2).log10().numpy()


def mean_log_norms(
    network: SequenceNetwork, records: Tensor, samples: int, before: int = WARM_UP
) -> np.ndarray:
    """Mean of `log_norms` over records (record, time, 1)."""
    return np.mean([log_norms(network, one[None], samples, before) for one in records], axis=0)


def log_norms(
    network: SequenceNetwork, record: Tensor, samples: int, before: int = WARM_UP
) -> np.ndarray:
    """Log10 of the spectral norm of the Jacobian of the state after 1, 2, ... samples by the state
    before them.

    Parameters
    ----------
    network : SequenceNetwork
        With one layer.
    record : Tensor, shape (1, time, 1)
    samples : int
    before : int
        Samples before tau.
    """
    with torch.no_grad():
        _, state = network.stream(record[:, :before])
    product = torch.eye(sum(leaf.numel() for leaf in leaves(state)), dtype=record.dtype)
    norms = []
    for sample in range(before, before + samples):
        factor, state = step(network, record[:, sample : sample + 1], state)
        product = factor @ product
        norms.append(torch.linalg.matrix_norm(product, 2).clamp_min(SMALLEST))
    return torch.stack(norms).log10().numpy()


def step(network: SequenceNetwork, input: Tensor, state: Any) -> tuple[Tensor, Any]:
    """Jacobian of one step of the network by the state before it, and the state after it.

    The state is repeated as a batch, a row for each of its numbers: the sum of the i-th number of
    the i-th row has all rows of the Jacobian for its gradient.
    """
    size = sum(leaf.numel() for leaf in leaves(state))
    before = [
        leaf.expand(*leaf.shape[:-2], size, -1).contiguous().requires_grad_()
        for leaf in leaves(state)
    ]
    _, after = network.stream(input.expand(size, -1, -1), rebuild(state, iter(before)))
    flat = torch.cat([leaf.reshape(size, -1) for leaf in leaves(after)], dim=1)
    gradients = torch.autograd.grad(flat.diagonal().sum(), before)
    jacobian = torch.cat([gradient.reshape(size, -1) for gradient in gradients], dim=1)
    return jacobian, rebuild(after, (leaf.detach()[..., :1, :] for leaf in leaves(after)))


def leaves(state: Any) -> list[Tensor]:
    """Tensors of a state, which is a tensor or tuples and lists of them, each of shape (..., batch,
    unit).
    """
    if isinstance(state, Tensor):
        return [state]
    return list(chain.from_iterable(map(leaves, state)))


def rebuild(state: Any, tensors: Iterator[Tensor]) -> Any:
    """A state of the same structure with other tensors."""
    if isinstance(state, Tensor):
        return next(tensors)
    return type(state)(rebuild(part, tensors) for part in state)
