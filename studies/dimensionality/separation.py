"""A sum of functions of one coordinate each, by one network and by a network for each coordinate.

    f(x) = sum_n f_n(x_n)                                        Gatti 2023, eq. 16 and below eq. 17

Both have one hidden layer and equally many neurons; the separate one joins each neuron to a single
coordinate. The product x_1 x_2, which is no such sum, is what separation cannot learn.
"""

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from studies.dimensionality.training import error, fit
from surrogate.networks import MLP

INPUTS = 8
NEURONS = 16  # for each coordinate
TEST = 1000
NUMBERS = (1, 2, 4, 8)  # coordinates


class Additive(nn.Module):
    """A network with one hidden layer for each coordinate, and the sum of their outputs.

    Parameters
    ----------
    inputs : int
        Coordinates.
    neurons : int
        Hidden units for each.
    """

    def __init__(self, inputs: int, neurons: int) -> None:
        super().__init__()
        # a convolution in groups joins each hidden unit to one coordinate
        self.below = nn.Conv1d(inputs, inputs * neurons, 1, groups=inputs)
        self.above = nn.Linear(inputs * neurons, 1)

    def forward(self, input: Tensor) -> Tensor:
        hidden = torch.tanh(self.below(input[..., None])[..., 0])  # (sample, inputs * neurons)
        return self.above(hidden)


def compare(seed: int, samples: int, steps: int, device: torch.device) -> xr.Dataset:
    """Test errors, over the variance.

    Returns
    -------
    Dataset
        `separate_error` and `dense_error` (number), on sums of that many functions; `product_error`
        (kind), on the product of two coordinates.
    """
    separate = []
    dense = []
    for number in NUMBERS:
        x, y = _sums(seed, samples + TEST, number, device)
        both = _networks(number, seed)
        separate.append(_error(both["separate"], x, y, samples, steps))
        dense.append(_error(both["one network"], x, y, samples, steps))
    x, _ = _sums(seed, samples + TEST, 2, device)
    product = x[:, :1] * x[:, 1:]
    kinds = _networks(2, seed)
    on_product = [_error(network, x, product, samples, steps) for network in kinds.values()]
    return xr.Dataset(
        {
            "separate_error": ("number", separate),
            "dense_error": ("number", dense),
            "product_error": ("kind", on_product),
        },
        {"number": list(NUMBERS), "kind": list(kinds)},
    )


def _networks(inputs: int, seed: int) -> dict[str, nn.Module]:
    torch.manual_seed(seed)
    return {
        "separate": Additive(inputs, NEURONS),
        "one network": MLP(inputs, 1, [inputs * NEURONS], nn.Tanh),
    }


def _sums(seed: int, samples: int, number: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Points of a cube and sums of sines of their coordinates, (sample, number), (sample, 1)."""
    generator = np.random.default_rng(seed)
    x = generator.uniform(-1.0, 1.0, (samples, number))
    pace = generator.uniform(2.0, 5.0, number)
    phase = generator.uniform(0.0, 2 * np.pi, number)
    y = np.sin(pace * x + phase).sum(axis=1, keepdims=True)
    tables = [torch.tensor(values, dtype=torch.float32, device=device) for values in (x, y)]
    return tables[0], tables[1]


def _error(network: nn.Module, x: Tensor, y: Tensor, samples: int, steps: int) -> float:
    trained = fit(network, x[:samples], y[:samples], steps)
    return error(trained, x[samples:], y[samples:])
