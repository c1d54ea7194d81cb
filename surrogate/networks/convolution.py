"""Convolutions along time: causal or centred, dilated, and their arithmetic.

Along one axis, with kernel k, stride s, padding p, dilation d (torch's convention):

    out       = floor((in + 2 p - d (k - 1) - 1) / s) + 1
    effective = k + (k - 1)(d - 1)
    field     = 1 + sum over layers l of (k_l - 1) d_l prod over j < l of s_j
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

from surrogate.networks.mlp import Activation
from surrogate.networks.sequence import SequenceNetwork, each_state, require_sizes


def output_length(
    length: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Samples that a convolution or a pooling leaves of `length`; ValueError where none is left."""
    out = (length + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    if out < 1:
        raise ValueError(
            f"{length} samples with padding {padding} are too few for a kernel of "
            f"{effective_kernel(kernel, dilation)}"
        )
    return out


def effective_kernel(kernel: int, dilation: int) -> int:
    """Samples that a dilated kernel spans."""
    return kernel + (kernel - 1) * (dilation - 1)


def receptive_field(
    kernels: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> int:
    """Samples of the input that one output of stacked layers depends on."""
    layers = zip(kernels, strides, dilations, strict=True)
    return 1 + sum(
        (k - 1) * d * math.prod(strides[:number]) for number, (k, _, d) in enumerate(layers)
    )


class CausalConvolution(nn.Module):
    """Convolution (batch, channel, time) that sees the present and the past alone.

    The samples before a piece are its state: zeros at the start of a record.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, dilation: int = 1, bias: bool = True
    ) -> None:
        super().__init__()
        self.reach = dilation * (kernel - 1)
        self.convolution = nn.Conv1d(inputs, outputs, kernel, dilation=dilation, bias=bias)

    def forward(self, input: Tensor, past: Tensor | None) -> tuple[Tensor, Tensor]:
        if past is None:
            past = input.new_zeros(*input.shape[:2], self.reach)
        extended = torch.cat([past, input], dim=2)  # (batch, channel, reach + time)
        return self.convolution(extended), extended[..., extended.shape[2] - self.reach :]


class CentredConvolution(nn.Module):
    """Convolution (batch, channel, time) that sees as far ahead as back."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, dilation: int = 1, bias: bool = True
    ) -> None:
        super().__init__()
        if kernel % 2 == 0:
            raise ValueError(f"a centred kernel must be odd, got {kernel}")
        padding = dilation * (kernel - 1) // 2
        self.convolution = nn.Conv1d(
            inputs, outputs, kernel, dilation=dilation, padding=padding, bias=bias
        )

    def forward(self, input: Tensor, past: None) -> tuple[Tensor, None]:
        return self.convolution(input), None


class CNN(SequenceNetwork):
    """Stacked convolutions along time and a linear read-out at each time.

    Parameters
    ----------
    inputs, outputs : int
    channels : sequence of int
        Channels of each layer.
    kernel : int
        Samples of the kernels.
    dilations : sequence of int, optional
        Dilation of each layer; by default 1, 2, 4, ... which doubles the receptive field with each
        layer.
    causal : bool
        See the past alone, or as far ahead as back.
    activation
        Class path of an activation.
    dropout : float
        Probability of dropping a whole channel after each layer.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import CNN
    >>> network = CNN(inputs=1, outputs=5, channels=(16, 16), kernel=5)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        channels: Sequence[int] = (32, 32, 32, 32, 32, 32),
        kernel: int = 5,
        dilations: Sequence[int] | None = None,
        causal: bool = True,
        activation: Activation = nn.ReLU,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        require_sizes(kernel=kernel)
        self.causal = causal
        self.dilations = tuple(dilations or (2**layer for layer in range(len(channels))))
        if len(self.dilations) != len(channels):
            raise ValueError(
                f"dilations has {len(self.dilations)} entries for {len(channels)} layers"
            )
        kind: type[nn.Module] = CausalConvolution if causal else CentredConvolution
        sizes = zip([inputs, *channels[:-1]], channels, self.dilations, strict=True)
        self.layers = nn.ModuleList(
            kind(before, after, kernel, dilation) for before, after, dilation in sizes
        )
        self.activation = activation()
        self.dropout = nn.Dropout1d(dropout)
        self.head = nn.Linear(channels[-1], outputs)
        self.receptive_field = receptive_field(
            [kernel] * len(channels), [1] * len(channels), self.dilations
        )

    def run(self, input: Tensor, state: list[Tensor] | None) -> tuple[Tensor, list[Tensor]]:
        hidden = input.mT  # (batch, channel, time)
        states = []
        for layer, past in zip(self.layers, each_state(state, self.layers), strict=True):
            hidden, after = layer(hidden, past)
            hidden = self.dropout(self.activation(hidden))
            states.append(after)
        return self.head(hidden.mT), states


class TCN(SequenceNetwork):
    """Temporal convolutional network (Bai, Kolter & Koltun 2018): residual blocks of two causal
    dilated convolutions.

    Parameters
    ----------
    inputs, outputs : int
    channels : int
        Channels of every block.
    blocks : int
        Number of blocks; block b has the dilation 2^b.
    kernel : int
    activation
        Class path of an activation.
    dropout : float
        Probability of dropping a whole channel after each convolution.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import TCN
    >>> network = TCN(inputs=1, outputs=5, channels=16, blocks=3)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        channels: int = 32,
        blocks: int = 6,
        kernel: int = 5,
        activation: Activation = nn.ReLU,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        require_sizes(channels=channels, blocks=blocks, kernel=kernel)
        sizes = [inputs] + [channels] * (blocks - 1)
        self.blocks = nn.ModuleList(
            ResidualBlock(size, channels, kernel, 2**number, activation, dropout)
            for number, size in enumerate(sizes)
        )
        self.head = nn.Linear(channels, outputs)
        layers = 2 * blocks
        dilations = [2 ** (layer // 2) for layer in range(layers)]
        self.receptive_field = receptive_field([kernel] * layers, [1] * layers, dilations)

    def run(self, input: Tensor, state: list[tuple[Tensor, Tensor]] | None) -> tuple[Tensor, list]:
        hidden = input.mT  # (batch, channel, time)
        states = []
        for block, past in zip(self.blocks, each_state(state, self.blocks), strict=True):
            hidden, after = block(hidden, past)
            states.append(after)
        return self.head(hidden.mT), states


class ResidualBlock(nn.Module):
    """activation(x + two weight-normalised causal convolutions of x)."""

    def __init__(
        self,
        inputs: int,
        channels: int,
        kernel: int,
        dilation: int,
        activation: Activation,
        dropout: float,
    ) -> None:
        super().__init__()
        self.first = CausalConvolution(inputs, channels, kernel, dilation)
        self.second = CausalConvolution(channels, channels, kernel, dilation)
        for layer in (self.first, self.second):
            weight_norm(layer.convolution)
        self.shortcut = nn.Identity() if inputs == channels else nn.Conv1d(inputs, channels, 1)
        self.activation = activation()
        self.dropout = nn.Dropout1d(dropout)

    def forward(self, input: Tensor, past: tuple | None) -> tuple[Tensor, tuple]:
        before_first, before_second = past or (None, None)
        hidden, first = self.first(input, before_first)
        hidden, second = self.second(self.dropout(self.activation(hidden)), before_second)
        residual = self.dropout(self.activation(hidden))
        return self.activation(self.shortcut(input) + residual), (first, second)
