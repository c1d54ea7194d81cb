"""One hidden layer on XOR: exact weights, training, and the plane of the hidden units."""

from collections.abc import Sequence

import numpy as np
import torch
import xarray as xr
from torch import nn

from studies.perceptron_to_mlp.gates import AXIS, CORNERS, GATES, margin, threshold
from surrogate.networks import MLP

XOR = GATES["XOR"]
TRIES = 50  # first weights of two units that are tried until training finds XOR


def exact() -> xr.Dataset:
    """Largest error of the exact network, and the margin of XOR in the plane of AND1 and AND2."""
    outputs = exact_network()(_tensor(CORNERS)).detach()[:, 0]
    plane = np.column_stack([threshold(gate, CORNERS) for gate in ("AND1", "AND2")])
    return xr.Dataset(
        {
            "exact_error": float((outputs - _tensor(XOR)).abs().max()),
            "plane_margin": margin(plane.astype(float), XOR),
        }
    )


def exact_network() -> MLP:
    """XOR as max(0, x1 + x2) - 2 max(0, x1 + x2 - 1)."""
    network = MLP(2, 1, [2])
    values = ([[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], [[1.0, -2.0]], [0.0])
    with torch.no_grad():
        for parameter, value in zip(network.parameters(), values, strict=True):
            parameter.copy_(torch.tensor(value))
    return network.double()


def trained(seed: int, widths: Sequence[int], steps: int) -> xr.Dataset:
    """Wrong corners of networks with one hidden layer, trained on XOR."""
    wrong = [mistakes(train(seed, width, steps)) for width in widths]
    return xr.Dataset({"mlp_wrong": ("width", wrong)}, {"width": list(widths)})


def train(seed: int, width: int, steps: int) -> MLP:
    """A network with one hidden layer of tanh units, trained on the four corners by Adam."""
    torch.manual_seed(seed)
    network = MLP(2, 1, [width], nn.Tanh).double()
    optimizer = torch.optim.Adam(network.parameters(), 0.05)
    x = _tensor(CORNERS)
    t = _tensor(XOR)
    for _ in range(steps):
        optimizer.zero_grad()
        nn.functional.binary_cross_entropy_with_logits(network(x)[:, 0], t).backward()
        optimizer.step()
    return network


def mistakes(network: MLP) -> int:
    """Corners of XOR at which a network is wrong."""
    with torch.no_grad():
        scores = network(_tensor(CORNERS))[:, 0].numpy()
    return int(np.sum((scores > 0) != XOR))


def plane(seed: int, steps: int) -> xr.Dataset:
    """The plane of two hidden units, of the first training that finds XOR.

    Returns
    -------
    Dataset
        `hidden` (corner, unit), the units at the corners; `hidden_margin`, of a line between them;
        `hidden_line` (weight), w1, w2, b of the output.

    Raises
    ------
    RuntimeError
        When none of the first weights leads to XOR.
    """
    network = _learnt(seed, steps)
    below = network.get_submodule("layers.0")
    output = network.get_submodule("layers.2")
    with torch.no_grad():
        units = torch.tanh(below(_tensor(CORNERS))).numpy()
    parameters = [parameter.detach().numpy().ravel() for parameter in output.parameters()]
    return xr.Dataset(
        {
            "hidden": (("corner", "unit"), units),
            "hidden_margin": margin(units, XOR),
            "hidden_line": ("weight", np.concatenate(parameters)),
        },
        {"weight": ["w1", "w2", "b"]},
    )


def surface(seed: int, steps: int) -> xr.Dataset:
    """Probability of 1 by this network over the plane of the inputs, `xor_probability` (x2, x1)."""
    grid = np.stack(np.meshgrid(AXIS, AXIS), axis=-1).reshape(-1, 2)
    network = _learnt(seed, steps)
    with torch.no_grad():
        chance = torch.sigmoid(network(_tensor(grid))[:, 0])
    values = chance.view(len(AXIS), len(AXIS)).float().numpy()
    return xr.Dataset({"xor_probability": (("x2", "x1"), values)}, {"x1": AXIS, "x2": AXIS})


def _learnt(seed: int, steps: int) -> MLP:
    for attempt in range(TRIES):
        network = train(TRIES * seed + attempt, 2, steps)
        if mistakes(network) == 0:
            return network
    raise RuntimeError(f"seed = {seed}: none of {TRIES} trainings finds XOR; allow more steps")


def _tensor(values: np.ndarray) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)
