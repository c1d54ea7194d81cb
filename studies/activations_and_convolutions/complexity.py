"""Multiplications of a convolutional network, by the chapter's estimate and counted by torch.

    sum over the layers of N_(l-1) N_l k_l^2 m_l^2        (Gatti 2023, eq. 30, after He & Sun 2015)

for N_l channels, kernels of k_l and maps of m_l pixels along an axis. torch's counter takes a
multiplication and an addition as two operations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from surrogate.networks.convolution import output_length

PIXELS = 32  # CIFAR-10, as in Example 6
COLOURS = 3


@dataclass(frozen=True)
class Layer:
    """A convolution and the pooling behind it: 1 for none."""

    channels: int
    kernel: int
    stride: int = 1
    pooling: int = 1


EXAMPLE = (Layer(6, 5, pooling=2), Layer(16, 5, pooling=2))
UNPOOLED = (Layer(6, 5), Layer(16, 5))


def estimate(layers: Sequence[Layer]) -> tuple[int, int]:
    """Multiplications by the formula, and values that the last maps have."""
    total = 0
    before = COLOURS
    pixels = PIXELS
    for layer in layers:
        pixels = output_length(pixels, layer.kernel, layer.stride)
        total += before * layer.channels * layer.kernel**2 * pixels**2
        pixels //= layer.pooling
        before = layer.channels
    return total, before * pixels**2


def counted(layers: Sequence[Layer]) -> int:
    """Multiplications that torch counts for one picture."""
    stack: list[nn.Module] = []
    before = COLOURS
    for layer in layers:
        stack.append(nn.Conv2d(before, layer.channels, layer.kernel, layer.stride))
        stack.append(nn.MaxPool2d(layer.pooling))
        before = layer.channels
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        nn.Sequential(*stack)(torch.zeros(1, COLOURS, PIXELS, PIXELS))
    return counter.get_total_flops() // 2


def count(seed: int, stacks: int) -> xr.Dataset:
    """Formula and count for random stacks and for the chapter's network with and without pooling.

    Returns
    -------
    Dataset
        `multiplications_formula`, `multiplications_counted` (complexity_stack); `pooled_formula`,
        `pooled_values` (pooling), of Example 6 with and without its poolings.
    """
    generator = np.random.default_rng(seed)
    drawn = [_random(generator) for _ in range(stacks)] + [EXAMPLE, UNPOOLED]
    examples = [estimate(EXAMPLE), estimate(UNPOOLED)]
    return xr.Dataset(
        {
            "multiplications_formula": ("complexity_stack", [estimate(one)[0] for one in drawn]),
            "multiplications_counted": ("complexity_stack", [counted(one) for one in drawn]),
            "pooled_formula": ("pooling", [total for total, _ in examples]),
            "pooled_values": ("pooling", [values for _, values in examples]),
        },
        {"pooling": ["with", "without"]},
    )


def _random(generator: np.random.Generator) -> list[Layer]:
    """One to three layers that leave some pixels of 32."""
    layers = []
    for _ in range(int(generator.integers(1, 4))):
        channels = int(generator.integers(1, 9))
        kernel = int(generator.choice([1, 3]))
        layers.append(Layer(channels, kernel, int(generator.choice([1, 2]))))
    return layers
