"""Elman's recurrent network (1990) and its deep variants (Pascanu et al. 2014), with any activation
g.

    h_t = g(W x_t + U h_{t-1} + b)                      hidden state
    y_t = V h_t + c                                     read-out

Deep transition: further layers g(U_k . + b_k) between h_{t-1} and h_t. Deep output: a perceptron
instead of V. Input skip connections: x_t also enters every stacked layer and the read-out. Direct
output: the read-out also sees the input and the state before it,

    y_t = V h_t + W_x x_t + W_h h_{t-1} + c
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from surrogate.networks.convolution import CNN
from surrogate.networks.dropout import RecurrentDropout
from surrogate.networks.lstm import LSTM
from surrogate.networks.mlp import Activation, perceptron
from surrogate.networks.sequence import SequenceNetwork, each_state, require_sizes
from surrogate.networks.stacked import StackedNetwork


class RNN(StackedNetwork):
    """Stacked Elman layers with a read-out.

    Parameters
    ----------
    inputs, outputs : int
        Number of input and output channels.
    hidden : int
        Units of each layer (in each direction).
    layers : int
        Number of stacked layers.
    activation
        Class path of any activation.
    transition_layers : int
        Layers between a hidden state and the next one; more than 1 is a deep transition.
    output_layers : int
        Layers of the read-out; more than 1 is a deep output with `hidden` units in each.
    skip : bool
        Whether the input also enters every layer and the read-out.
    bidirectional : bool
        Run a second set of layers backwards in time and read out both (BRNN, Schuster & Paliwal
        1997): acausal.
    recurrent_dropout, input_dropout : float
        Probabilities of dropping a unit between time steps, and an input, from all of a record
        (`surrogate.networks.dropout`).
    direct_output : bool
        Whether the read-out also sees x_t and the state h_{t-1} of the last layer; of a backward
        layer h_{t+1}, which comes before h_t there.
    stack : int
        As for `LSTM`; inputs that skip layers, and states that a direct output reads, are those of
        the step before.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import RNN
    >>> network = RNN(inputs=1, outputs=5, hidden=16)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        hidden: int = 64,
        layers: int = 1,
        activation: Activation = nn.Tanh,
        transition_layers: int = 1,
        output_layers: int = 1,
        skip: bool = False,
        bidirectional: bool = False,
        recurrent_dropout: float = 0.0,
        direct_output: bool = False,
        input_dropout: float = 0.0,
        stack: int = 1,
    ) -> None:
        depths = {
            "layers": layers,
            "transition_layers": transition_layers,
            "output_layers": output_layers,
        }
        require_sizes(hidden=hidden, **depths)
        width = hidden * (1 + bidirectional)
        together = stack * inputs
        seen = width * (1 + direct_output) + together * (skip or direct_output)
        super().__init__(inputs, outputs, stack, seen, not bidirectional, input_dropout)
        self.skip = skip
        self.direct_output = direct_output
        sizes = [together] + [width + together * skip] * (layers - 1)
        how = (hidden, activation, transition_layers, recurrent_dropout)
        self.ahead = nn.ModuleList(ElmanLayer(size, *how) for size in sizes)
        self.back = nn.ModuleList(ElmanLayer(size, *how) for size in sizes if bidirectional)
        self.head = perceptron([seen, *[hidden] * (output_layers - 1), stack * outputs], activation)

    def recur(self, input: Tensor, state: list[Tensor] | None) -> tuple[Tensor, list[Tensor]]:
        hidden = input
        states = []
        for number, before in enumerate(each_state(state, self.ahead)):
            ahead, after = self.ahead[number](hidden, before)
            states.append(after)
            directions = [ahead]
            if self.back:
                directions.append(self._backwards(number, hidden))
            both = torch.cat(directions, dim=2)  # (batch, time, width)
            hidden = torch.cat([both, input], dim=2) if self.skip else both
        if self.direct_output:
            return torch.cat([both, *_earlier(directions, before), input], dim=2), states
        return hidden, states

    def read(self, hidden: Tensor) -> Tensor:
        output: Tensor = self.head(hidden)
        return output

    def _backwards(self, number: int, hidden: Tensor) -> Tensor:
        return self.back[number](hidden.flip(1), None)[0].flip(1)


def _earlier(directions: list[Tensor], before: Tensor | None) -> list[Tensor]:
    """States that came before those of each direction in its own order of time.

    Parameters
    ----------
    directions : list of Tensor, shape (batch, time, hidden)
        States that ran forwards, and backwards where there are such.
    before : Tensor, shape (batch, hidden), or None
        Of the forward layer before the first sample; None at the start of a record.
    """
    ahead, *back = directions
    first = torch.zeros_like(ahead[:, :1]) if before is None else before[:, None]
    earlier = [torch.cat([first, ahead[:, :-1]], dim=1)]
    return earlier + [torch.cat([each[:, 1:], torch.zeros_like(first)], dim=1) for each in back]


class ElmanLayer(nn.Module):
    """One layer: (batch, time, inputs) to (batch, time, hidden).

    Attributes
    ----------
    input_to_hidden : Linear
        W and b.
    hidden_to_hidden : Linear
        U.
    transition : ModuleList of Linear
        The further layers of a deep transition.
    """

    def __init__(
        self,
        inputs: int,
        hidden: int,
        activation: Activation,
        transition_layers: int,
        recurrent_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.dropout = RecurrentDropout(recurrent_dropout)
        self.input_to_hidden = nn.Linear(inputs, hidden)
        self.hidden_to_hidden = nn.Linear(hidden, hidden, bias=False)
        self.transition = nn.ModuleList(
            nn.Linear(hidden, hidden) for _ in range(transition_layers - 1)
        )
        self.activation = activation()

    def forward(self, input: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        h = state
        if h is None:
            h = input.new_zeros(len(input), self.hidden_to_hidden.in_features)
        mask = self.dropout(h)
        recurrent = self.hidden_to_hidden.weight.t()
        outputs = []
        for a in self.input_to_hidden(input).unbind(1):  # (batch, hidden) at each time
            h = self.activation(torch.addmm(a, h if mask is None else mask * h, recurrent))
            for layer in self.transition:
                h = self.activation(layer(h))
            outputs.append(h)
        return torch.stack(outputs, dim=1), h


class RCNN(SequenceNetwork):
    """Features by causal convolutions, then a recurrent network on them.

    The other kind, with recurrent connections inside each convolution, is `RecurrentCNN`.

    Parameters
    ----------
    inputs, outputs : int
    channels : sequence of int
        Channels of each convolution.
    kernel : int
        Samples of the kernels.
    activation
        Class path of the convolutions' activation.
    recurrent
        Class path of a sequence network that takes the numbers of features and outputs.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import RCNN
    >>> network = RCNN(inputs=1, outputs=5, channels=(8,))
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        channels: Sequence[int] = (32, 32),
        kernel: int = 5,
        activation: Activation = nn.ReLU,
        recurrent: Callable[[int, int], SequenceNetwork] = LSTM,
    ) -> None:
        super().__init__()
        dilations = [1] * len(channels)
        self.features = CNN(
            inputs, channels[-1], channels, kernel, dilations, activation=activation
        )
        self.recurrent = recurrent(channels[-1], outputs)
        self.causal = self.recurrent.causal

    def run(self, input: Tensor, state: tuple[Any, Any] | None) -> tuple[Tensor, tuple[Any, Any]]:
        before, hidden = state or (None, None)
        features, before = self.features.run(input, before)
        output, hidden = self.recurrent.run(features, hidden)
        return output, (before, hidden)
