"""What every network on time series has in common: the shape it maps, and how it runs piece by
piece.
"""

import math
from collections.abc import Sequence, Sized
from numbers import Integral
from typing import Any

import torch
from torch import Tensor, nn


def require_sizes(**sizes: int) -> None:
    """Raise ValueError for the first size that is no whole number or below 1, of which torch makes
    an empty layer or an error of its own.
    """
    for name, size in sizes.items():
        if not isinstance(size, Integral):
            raise ValueError(f"{name} must be a whole number, got {size!r}")
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")


def each_state(state: Sequence[Any] | None, layers: Sized) -> Sequence[Any]:
    """State of each layer of a stack; None for every one at the start of a record."""
    return state or [None] * len(layers)


def vibrations(states: int, period: float) -> Tensor:
    """A linear start of a difference equation: A of x <- x + A x, shape (states, states).

    Each pair of states is a lightly damped vibration, the first of the given period in samples, the
    further ones shorter; a state that is left over decays.
    """
    matrix = torch.zeros(states, states)
    decay = math.exp(-0.2 / period)
    for first in range(0, states - 1, 2):
        angle = (1.0 + 0.15 * first) * 2.0 * math.pi / period
        rotation = [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]
        pair = slice(first, first + 2)
        matrix[pair, pair] = decay * torch.tensor(rotation) - torch.eye(2)
    if states % 2:
        matrix[-1, -1] = -0.4 / period
    return matrix


class SequenceNetwork(nn.Module):
    """A map from (batch, time, inputs) to (batch, time, outputs).

    A subclass implements `run`. It knows nothing of units, scaling, files or training.

    Attributes
    ----------
    causal : bool
        Whether the output at a time depends on the input up to that time only. A causal network can
        be run in pieces with its state carried over; an acausal one needs the whole record.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import SequenceNetwork
    >>> class RunningSum(SequenceNetwork):
    ...     def run(self, input, state):
    ...         total = input.cumsum(dim=1) + (0.0 if state is None else state)
    ...         return total, total[:, -1:]
    ...
    >>> network = RunningSum()
    >>> first, state = network.stream(torch.ones(1, 2, 1))
    >>> second, _ = network.stream(torch.ones(1, 2, 1), state)
    >>> second.flatten().tolist()
    [3.0, 4.0]
    """

    causal: bool = True

    def run(self, input: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Output for `input` and the state at its end, from the state before it (None: at rest)."""
        raise NotImplementedError

    def forward(self, input: Tensor) -> Tensor:
        """Response to whole records that start from rest.

        Parameters
        ----------
        input : Tensor, shape (batch, time, inputs)

        Returns
        -------
        Tensor, shape (batch, time, outputs)
        """
        return self.run(input, None)[0]

    def stream(self, input: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Response to the next piece of a record.

        Parameters
        ----------
        input : Tensor, shape (batch, time, inputs)
        state
            What the call for the piece before returned; None at the start of a record.

        Returns
        -------
        output : Tensor, shape (batch, time, outputs)
        state
            To be passed with the next piece.

        Raises
        ------
        ValueError
            When the network is not causal.
        """
        if not self.causal:
            raise ValueError(
                f"{type(self).__name__} looks ahead: it needs whole records and cannot be run in "
                "pieces"
            )
        return self.run(input, state)


class DifferenceEquation(SequenceNetwork):
    """A network whose state is one vector that a step carries from sample to sample, starting from
    zero.

    With features w of the input it is x_t = step(x_{t-1}, w_t), y_t = read(x_t, w_t); `run` must
    agree with that.

    Attributes
    ----------
    states : int
        Length of x.
    """

    states: int

    def features(self, input: Tensor) -> Tensor:
        """What of the input enters each step, shape (batch, time, features)."""
        raise NotImplementedError

    def step(self, x: Tensor, w: Tensor) -> Tensor:
        """States at the end of a step, shape (batch, states), from those before it and w, shape
        (batch, features).
        """
        raise NotImplementedError

    def read(self, x: Tensor, w: Tensor) -> Tensor:
        """Outputs, shape (..., outputs)."""
        raise NotImplementedError
