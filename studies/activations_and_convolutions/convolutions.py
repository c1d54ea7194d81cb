"""Size, equivariance and receptive field of convolutions, measured and by formula."""

from collections.abc import Callable
from itertools import product

import numpy as np
import torch
import xarray as xr
from torch import Tensor, nn

from simulators.functions.radial import RadialFunction
from surrogate.networks import CNN, TCN
from surrogate.networks.convolution import output_length, receptive_field

PIXELS = 32
HALF_WIDTH = 10.0
RADIUS = 0.2
LENGTHS = range(5, 21)
KERNELS = (1, 2, 3, 5)
STRIDES = (1, 2, 3)
PADDINGS = (0, 1, 2)
DILATIONS = (1, 2)
OPERATIONS = {
    "stride 1": nn.Conv2d(1, 4, 3, padding=1, padding_mode="circular"),
    "stride 2": nn.Conv2d(1, 4, 3, stride=2, padding=1, padding_mode="circular"),
    "max pooling 2": nn.MaxPool2d(2),
}
SHIFTS = (0, 1, 2, 3, 4)
SMOOTH = nn.Softplus  # its gradient is nowhere zero
LONG = 400  # samples of the input on which receptive fields are measured


def image() -> Tensor:
    """The radial function on a grid, shape (1, 1, PIXELS, PIXELS)."""
    axis = (np.arange(PIXELS) - PIXELS // 2 + 0.5) * 2 * HALF_WIDTH / PIXELS
    points = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    values = RadialFunction(2, RADIUS)(points).reshape(1, 1, PIXELS, PIXELS)
    return torch.tensor(values / np.abs(values).max(), dtype=torch.float32)


def arithmetic() -> xr.Dataset:
    """Output size of every combination that has one, by torch and by formula."""
    sizes = []
    for length, kernel, stride, padding, dilation in product(
        LENGTHS, KERNELS, STRIDES, PADDINGS, DILATIONS
    ):
        if dilation * (kernel - 1) + 1 <= length + 2 * padding:
            layer = nn.Conv1d(1, 1, kernel, stride, padding, dilation)
            measured = layer(torch.zeros(1, 1, length)).shape[-1]
            sizes.append((measured, output_length(length, kernel, stride, padding, dilation)))
    measured, formula = np.transpose(sizes)
    return xr.Dataset(
        {"size_measured": ("combination", measured), "size_formula": ("combination", formula)}
    )


def equivariance(seed: int) -> xr.Dataset:
    """|operation(shifted image) - shifted operation(image)| / |operation(image)| for shifts along
    one axis.

    The image and the paddings are periodic. Behind a stride the shift is the nearest that there is,
    shift // stride.
    """
    torch.manual_seed(seed)
    picture = image() + 0.3 * torch.randn(1, 1, PIXELS, PIXELS)
    differences = []
    for operation in OPERATIONS.values():
        if isinstance(operation, nn.Conv2d):
            operation.reset_parameters()
        with torch.no_grad():
            reference = operation(picture)
            factor = PIXELS // reference.shape[-1]
            moved = [
                operation(picture.roll(shift, -1)) - reference.roll(shift // factor, -1)
                for shift in SHIFTS
            ]
        differences.append([float(difference.norm() / reference.norm()) for difference in moved])
    names = {"operation": list(OPERATIONS), "shift": list(SHIFTS)}
    return xr.Dataset({"shift_difference": (("operation", "shift"), differences)}, names)


def fields(seed: int, stacks: int) -> xr.Dataset:
    """Receptive fields of random stacks of layers, and of the package's networks, by gradient and
    by formula.
    """
    generator = np.random.default_rng(seed)
    torch.manual_seed(seed)
    pairs = [_random_stack(generator) for _ in range(stacks)]
    networks = {
        "CNN, causal": CNN(1, 1, [2] * 4, activation=SMOOTH),
        "CNN, centred": CNN(1, 1, [2] * 3, 3, causal=False, activation=SMOOTH),
        "TCN, kernel 3": TCN(1, 1, 2, 3, 3, SMOOTH),
        "TCN, kernel 5": TCN(1, 1, 2, 2, 5, SMOOTH),
    }
    own = [(extent(_by_channel(made)), made.receptive_field) for made in networks.values()]
    return xr.Dataset(
        {
            "field_measured": ("stack", [measured for measured, _ in pairs]),
            "field_formula": ("stack", [formula for _, formula in pairs]),
            "network_field_measured": ("network_type", [measured for measured, _ in own]),
            "network_field_formula": ("network_type", [formula for _, formula in own]),
        },
        {"network_type": list(networks)},
    )


def _by_channel(network: nn.Module) -> Callable[[Tensor], Tensor]:
    """A network on (batch, channel, time), as layers of torch have it."""
    return lambda x: network(x.mT).mT


def _random_stack(generator: np.random.Generator) -> tuple[int, int]:
    layers = int(generator.integers(1, 5))
    kernels = generator.choice([1, 2, 3, 5], layers).tolist()
    strides = generator.choice([1, 1, 2, 3], layers).tolist()
    dilations = generator.choice([1, 2], layers).tolist()
    stack = []
    for kernel, stride, dilation in zip(kernels, strides, dilations, strict=True):
        layer = nn.Conv1d(1, 1, kernel, stride, dilation=dilation)
        nn.init.ones_(layer.weight)  # no gradient is zero by chance
        stack.append(layer)
    return extent(nn.Sequential(*stack)), receptive_field(kernels, strides, dilations)


def extent(network: Callable[[Tensor], Tensor]) -> int:
    """Samples from the first to the last on which the middle output has a gradient."""
    x = torch.randn(1, 1, LONG, requires_grad=True)
    output = network(x)
    (gradient,) = torch.autograd.grad(output[0, 0, output.shape[-1] // 2], x)
    reached = gradient[0, 0].nonzero()
    return int(reached.max() - reached.min()) + 1
