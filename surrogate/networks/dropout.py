"""Dropout in recurrent networks (Gal & Ghahramani 2016, "A theoretically grounded application of
dropout in RNNs").

    h_t = f(n * x_t, m * h_{t-1}),     m_i, n_i = 0 with probability p, else 1 / (1 - p)

One mask m of the state, and one mask n of the input, serves all times of a record: what is dropped
stays out, and the memory of the other units is not disturbed at every step, as it would be by a
mask for each time.
"""

from typing import Any

import torch
from torch import Tensor, nn


def check_probability(name: str, value: float) -> float:
    """The value, if it is in [0, 1); else ValueError."""
    if not 0.0 <= value < 1.0:
        raise ValueError(f"{name} must be at least 0 and less than 1, got {value}")
    return value


class RecurrentDropout(nn.Module):
    """Maker of the masks of a layer that runs step by step; each record of a batch has its own.

    Parameters
    ----------
    probability : float
        In [0, 1).
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = check_probability("recurrent_dropout", probability)

    def forward(self, state: Tensor) -> Tensor | None:
        """Mask for the hidden state of shape (batch, hidden), or None where nothing is dropped."""
        return (
            nn.functional.dropout(torch.ones_like(state), self.probability) if self._drops else None
        )

    @property
    def _drops(self) -> bool:
        return self.training and self.probability > 0.0

    def run(self, layers: nn.LSTM | nn.GRU, input: Tensor, state: Any) -> tuple[Tensor, Any]:
        """What torch's `layers` make of `input`, with dropout between time steps.

        W (m * h) = (W diag m) h: the columns of the hidden-to-hidden matrices are dropped, so that
        torch's fused loop over time can be used. The records of a batch therefore share a mask.
        """
        if not self._drops:
            return layers(input, state)
        weights = {
            name: weight * nn.functional.dropout(torch.ones_like(weight[0]), self.probability)
            for name, weight in layers.named_parameters()
            if name.startswith("weight_hh")
        }
        return torch.func.functional_call(layers, weights, (input, state))


class InputDropout(nn.Module):
    """Dropout of whole input channels: each record of a batch is without its own.

    Parameters
    ----------
    probability : float
        In [0, 1). A record may lose all of its inputs: this is for several of them.
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = check_probability("input_dropout", probability)

    def forward(self, input: Tensor) -> Tensor:
        """What is left of `input`, shape (batch, time, inputs)."""
        if not (self.training and self.probability > 0.0):
            return input
        mask = nn.functional.dropout(torch.ones_like(input[:, :1]), self.probability)
        return mask * input  # (batch, 1, inputs) on (batch, time, inputs)
