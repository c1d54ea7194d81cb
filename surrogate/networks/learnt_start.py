"""An LSTM whose records begin in a learnt state.

A network at rest need not have a state of zeros: what zeros mean is nothing that a training fixes
unless it counts the start of a record. With a learnt start s_0, the state after t samples is

    s_t = f(s_{t-1}, x_t),        s = (h, c)

as always, and what is carried from piece to piece of a record is s_t - s_0, so that zeros mean the
start wherever a state is made of zeros: at the first sample, and in exported programs.
"""

import torch
from torch import Tensor, nn

LayerState = tuple[Tensor, Tensor]
"""h and c, shape (layers, batch, hidden)."""


class StartedLSTM(nn.LSTM):
    """Torch's LSTM, batch first, whose state is counted from a learnt one.

    Parameters
    ----------
    inputs, hidden, layers : int
    dropout : float
        Between layers.

    Attributes
    ----------
    start_h_l0, start_c_l0, ... : Parameter, shape (hidden,)
        h_0 and c_0 of each layer, zeros before the training. Vectors, as biases are, for optimizers
        that treat matrices in a way of their own.
    """

    def __init__(self, inputs: int, hidden: int, layers: int = 1, dropout: float = 0.0) -> None:
        super().__init__(inputs, hidden, layers, batch_first=True, dropout=dropout)
        for name in self.start_names():
            self.register_parameter(name, nn.Parameter(torch.zeros(hidden)))

    def start_names(self) -> list[str]:
        """Names of the parameters of the start: of h for every layer, then of c."""
        return [f"start_{part}_l{layer}" for part in "hc" for layer in range(self.num_layers)]

    def start(self) -> LayerState:
        """The learnt state (h_0, c_0), shape (layers, 1, hidden) each."""
        parts = torch.stack([getattr(self, name) for name in self.start_names()])
        h, c = parts[:, None].chunk(2)
        return h, c

    def forward(  # type: ignore[override]
        self, input: Tensor, state: LayerState | None = None
    ) -> tuple[Tensor, LayerState]:
        """Hidden states of the last layer, shape (batch, time, hidden), and the state at the end
        from that before; None at the start of a record.
        """
        h_0, c_0 = self.start()
        if state is None:
            zeros = input.new_zeros(self.num_layers, input.shape[0], self.hidden_size)
            state = (zeros, zeros)
        h, c = state
        hidden, (h, c) = super().forward(input, (h + h_0, c + c_0))
        return hidden, (h - h_0, c - c_0)
