"""A read-out that accumulates: permanent drift is the sum of all slips since the start of the record."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from surrogate.networks.lstm import LSTM
from surrogate.networks.sequence import SequenceNetwork


class Accumulating(SequenceNetwork):
    """y_t = a_t + k sum over s <= t of b_s, where (a, b) are the outputs of another network.

    A yielding structure comes to rest away from where it began. The offset is a sum over its whole past, which a
    network that forgets can only approximate; summed outside, it has to learn the slips alone. A window that begins in
    the middle of a record starts from an offset that it cannot know: train on whole records.

    Parameters
    ----------
    inputs, outputs : int
    network
        Class path of a causal sequence network that takes the numbers of inputs and of 2 x outputs.

    Attributes
    ----------
    factor : Parameter, shape (outputs,)
        k, zero at the start: the network begins without an accumulating part.
    """

    def __init__(self, inputs: int, outputs: int, network: Callable[[int, int], SequenceNetwork] = LSTM) -> None:
        super().__init__()
        self.network = network(inputs, 2 * outputs)
        if not self.network.causal:
            raise ValueError(f"an accumulating read-out needs a causal network, got {type(self.network).__name__}")
        self.factor = nn.Parameter(torch.zeros(outputs))

    def run(self, input: Tensor, state: tuple[Any, Tensor] | None) -> tuple[Tensor, tuple[Any, Tensor]]:
        before, total = state or (None, 0.0)
        output, after = self.network.run(input, before)
        direct, slip = output.chunk(2, dim=2)  # (batch, time, outputs) each
        total = total + slip.cumsum(dim=1)
        return direct + self.factor * total, (after, total[:, -1:])
