"""Recurrent connections inside each convolution (Liang & Hu 2015, "Recurrent convolutional neural
network for object recognition", CVPR), here along time.

A layer answers its input x in several iterations, whose weights are shared:

    h^(0) = g(F * x + b)
    h^(n) = g(F * x + R * h^(n-1) + b),     n = 1 ... iterations

with the convolutions F (feed-forward) and R (recurrent) and the activation g. Each iteration widens
what a sample of the layer sees by the reach of R: without a parameter more, context comes in that a
plain convolution would need further layers for. Their local response normalisation, which bounds
rectified states over the channels of an image, is left out.
"""

from collections.abc import Sequence

from torch import Tensor, nn

from surrogate.networks.convolution import CausalConvolution, CentredConvolution
from surrogate.networks.mlp import Activation
from surrogate.networks.sequence import SequenceNetwork, each_state, require_sizes

Past = list[Tensor]


class RecurrentConvolution(nn.Module):
    """One recurrent convolutional layer: (batch, inputs, time) to (batch, channels, time).

    Attributes
    ----------
    feedforward, recurrent : CausalConvolution or CentredConvolution
        F with b, and R without a bias.
    """

    def __init__(
        self,
        inputs: int,
        channels: int,
        kernel: int,
        dilation: int,
        iterations: int,
        causal: bool,
        activation: Activation,
    ) -> None:
        super().__init__()
        kind = CausalConvolution if causal else CentredConvolution
        self.iterations = iterations
        self.feedforward = kind(inputs, channels, kernel, dilation)
        self.recurrent = kind(channels, channels, kernel, dilation, bias=False)
        self.activation = activation()

    def forward(self, input: Tensor, past: Past | None) -> tuple[Tensor, Past]:
        """Answer, and the last samples that each convolution has seen, for the next piece."""
        before, *earlier = each_state(past, range(1 + self.iterations))
        driven, after = self.feedforward(input, before)
        states = [after]
        hidden = self.activation(driven)  # (batch, channels, time)
        for each in earlier:
            fed_back, after = self.recurrent(hidden, each)
            states.append(after)
            hidden = self.activation(driven + fed_back)
        return hidden, states


class RecurrentCNN(SequenceNetwork):
    """Stacked recurrent convolutional layers along time, and a linear read-out at each time.

    Parameters
    ----------
    inputs, outputs : int
    channels : sequence of int
        Channels of each layer.
    kernel : int
        Samples of the kernels, of F and of R.
    iterations : int
        Times that a layer feeds its state back into itself.
    causal : bool
        See the past alone, or as far ahead as back; the kernel must be odd then.
    activation
        Class path of an activation.
    dropout : float
        Probability of dropping a whole channel after each layer.

    Layer l has the dilation 2^l, as in `CNN`.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import RecurrentCNN
    >>> network = RecurrentCNN(inputs=1, outputs=5, channels=(8, 8), iterations=2)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        channels: Sequence[int] = (32, 32, 32, 32),
        kernel: int = 5,
        iterations: int = 3,
        causal: bool = True,
        activation: Activation = nn.ReLU,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        require_sizes(kernel=kernel, iterations=iterations)
        self.causal = causal
        sizes = zip([inputs, *channels[:-1]], channels, strict=True)
        self.layers = nn.ModuleList(
            RecurrentConvolution(before, after, kernel, 2**number, iterations, causal, activation)
            for number, (before, after) in enumerate(sizes)
        )
        self.dropout = nn.Dropout1d(dropout)
        self.head = nn.Linear(channels[-1], outputs)
        reach = (kernel - 1) * (2 ** len(channels) - 1)  # of F alone, over all layers
        self.receptive_field = 1 + (1 + iterations) * reach

    def run(self, input: Tensor, state: list[Past] | None) -> tuple[Tensor, list[Past]]:
        hidden = input.mT  # (batch, channel, time)
        states = []
        for layer, past in zip(self.layers, each_state(state, self.layers), strict=True):
            hidden, after = layer(hidden, past)
            hidden = self.dropout(hidden)
            states.append(after)
        return self.head(hidden.mT), states
