"""Multilayer perceptrons: on points, and on a window of past samples that slides along a record."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from surrogate.networks.dropout import check_probability
from surrogate.networks.sequence import SequenceNetwork

Activation = Callable[[], nn.Module]


def perceptron(
    sizes: Sequence[int],
    activation: Activation = nn.ReLU,
    dropout: float = 0.0,
    input_dropout: float = 0.0,
) -> nn.Sequential:
    """Linear layers from sizes[0] to sizes[-1] units, with an activation (and dropout) after each
    but the last.
    """
    check_probability("dropout", dropout)
    check_probability("input_dropout", input_dropout)
    layers: list[nn.Module] = [nn.Dropout(input_dropout)] if input_dropout else []
    for before, after in pairwise(sizes[:-1]):
        layers += [nn.Linear(before, after), activation()]
        layers += [nn.Dropout(dropout)] if dropout else []
    return nn.Sequential(*layers, nn.Linear(sizes[-2], sizes[-1]))


class MLP(nn.Module):
    """Perceptron that maps each point (..., inputs) to (..., outputs).

    Parameters
    ----------
    inputs, outputs : int
    hidden : sequence of int
        Units of each hidden layer; empty for a linear map.
    activation
        Class path of an activation.
    dropout, input_dropout : float
        Probabilities of dropping a hidden unit and an input, each on its own; Hinton et al. (2012)
        take 0.5 and 0.2.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import MLP
    >>> network = MLP(inputs=2, outputs=1, hidden=(16, 16))
    >>> tuple(network(torch.zeros(8, 2)).shape)
    (8, 1)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        hidden: Sequence[int] = (64, 64),
        activation: Activation = nn.ReLU,
        dropout: float = 0.0,
        input_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.layers = perceptron([inputs, *hidden, outputs], activation, dropout, input_dropout)

    def forward(self, input: Tensor) -> Tensor:
        return self.layers(input)


class WindowMLP(SequenceNetwork):
    """Perceptron on the last `window` samples of the input: a nonlinear finite impulse response.

    Parameters
    ----------
    inputs, outputs : int
    window : int
        Samples that the output at a time depends on, that time included. Before the record they are
        zero.
    hidden, activation, dropout, input_dropout
        As for `MLP`; each sample of the window is an input.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import WindowMLP
    >>> network = WindowMLP(inputs=1, outputs=5, window=20, hidden=(32,))
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        window: int = 50,
        hidden: Sequence[int] = (64, 64),
        activation: Activation = nn.ReLU,
        dropout: float = 0.0,
        input_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if window < 1:
            raise ValueError(f"window must be at least 1 sample, got {window}")
        self.window = window
        sizes = [inputs * window, *hidden, outputs]
        self.layers = perceptron(sizes, activation, dropout, input_dropout)

    def run(self, input: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        past = state
        if past is None:
            past = input.new_zeros(len(input), self.window - 1, input.shape[2])
        extended = torch.cat([past, input], dim=1)  # (batch, window - 1 + time, inputs)
        windows = extended.unfold(1, self.window, 1)  # (batch, time, inputs, window)
        return self.layers(windows.flatten(2)), extended[:, len(extended[0]) - self.window + 1 :]
