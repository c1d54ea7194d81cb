"""Long short-term memory (Hochreiter & Schmidhuber 1997) and gated recurrent unit (Cho et al.
2014), with a read-out.

With the logistic function s and the state (h, c), torch's LSTM is

    i_t = s(W_ii x_t + W_ih h_{t-1} + b_i)            input gate
    f_t = s(W_fi x_t + W_fh h_{t-1} + b_f)            forget gate
    c_t = i_t tanh(W_ci x_t + W_ch h_{t-1} + b_c) + f_t c_{t-1}
    o_t = s(W_oi x_t + W_oh h_{t-1} + b_o)            output gate
    h_t = o_t tanh(c_t)

The peepholes (Gers & Schmidhuber 2000) let the gates see the cell: W_ic c_{t-1} in i_t, W_fc
c_{t-1} in f_t and W_oc c_t in o_t. They are full matrices here, as in the course; Gers's are their
diagonals.
"""

import torch
from torch import Tensor, nn

from surrogate.networks.dropout import RecurrentDropout
from surrogate.networks.sequence import SequenceNetwork, each_state, require_sizes

State = tuple[Tensor, Tensor]


class LSTM(SequenceNetwork):
    """Stacked LSTM layers and a linear read-out of the last layer's hidden state.

    Parameters
    ----------
    inputs, outputs : int
        Number of input and output channels.
    hidden : int
        Units of each layer (in each direction).
    layers : int
        Number of stacked layers.
    dropout : float
        Probability of dropping a unit between two layers, in [0, 1).
    bidirectional : bool
        Run a second LSTM backwards in time and read out both: acausal, it needs the whole record.
    recurrent_dropout : float
        Probability of dropping a unit between time steps, from all of a record
        (`surrogate.networks.dropout`).
    odd : bool
        Answer the negated input with the negated output, as a structure does whose laws are the
        same in tension and compression: half the difference between the responses to both, which
        costs two. Not for structural parameters among the inputs, which have no sign.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import LSTM
    >>> network = LSTM(inputs=1, outputs=5, hidden=16)
    >>> motion = torch.randn(8, 100, 1)
    >>> tuple(network(motion).shape)
    (8, 100, 5)
    >>> first, state = network.stream(motion[:, :50])
    >>> second, _ = network.stream(motion[:, 50:], state)
    >>> torch.allclose(torch.cat([first, second], dim=1), network(motion), atol=1e-6)
    True
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        hidden: int = 64,
        layers: int = 1,
        dropout: float = 0.0,
        bidirectional: bool = False,
        recurrent_dropout: float = 0.0,
        odd: bool = False,
    ) -> None:
        super().__init__()
        require_sizes(hidden=hidden, layers=layers)
        require_layers(dropout, layers)
        self.causal = not bidirectional
        self.odd = odd
        self.recurrent = nn.LSTM(
            inputs, hidden, layers, batch_first=True, dropout=dropout, bidirectional=bidirectional
        )
        self.dropout = RecurrentDropout(recurrent_dropout)
        self.head = nn.Linear(hidden * (1 + bidirectional), outputs)

    def run(self, input: Tensor, state: State | None) -> tuple[Tensor, State]:
        if self.odd:
            input = torch.cat([input, -input])
        hidden, state = self.dropout.run(self.recurrent, input, state)  # (batch, time, hidden)
        output = self.head(hidden)
        if self.odd:
            plus, minus = output.chunk(2)
            output = 0.5 * (plus - minus)
        return output, state


class GRU(SequenceNetwork):
    """Stacked gated recurrent units and a linear read-out; parameters as for `LSTM`.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import GRU
    >>> network = GRU(inputs=1, outputs=5, hidden=16)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        hidden: int = 64,
        layers: int = 1,
        dropout: float = 0.0,
        bidirectional: bool = False,
        recurrent_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        require_sizes(hidden=hidden, layers=layers)
        require_layers(dropout, layers)
        self.causal = not bidirectional
        self.recurrent = nn.GRU(
            inputs, hidden, layers, batch_first=True, dropout=dropout, bidirectional=bidirectional
        )
        self.dropout = RecurrentDropout(recurrent_dropout)
        self.head = nn.Linear(hidden * (1 + bidirectional), outputs)

    def run(self, input: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        hidden, state = self.dropout.run(self.recurrent, input, state)  # (batch, time, hidden)
        return self.head(hidden), state


class PeepholeLSTM(SequenceNetwork):
    """Stacked LSTM layers with peephole connections, and a linear read-out.

    Parameters
    ----------
    inputs, outputs, hidden, layers
        As for `LSTM`.
    diagonal : bool
        Gers's peepholes, one weight for each cell, instead of full matrices.
    recurrent_dropout : float
        As for `LSTM`.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import PeepholeLSTM
    >>> network = PeepholeLSTM(inputs=1, outputs=5, hidden=16)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        hidden: int = 64,
        layers: int = 1,
        diagonal: bool = False,
        recurrent_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        require_sizes(hidden=hidden, layers=layers)
        sizes = [inputs] + [hidden] * (layers - 1)
        self.layers = nn.ModuleList(
            PeepholeLayer(size, hidden, diagonal, recurrent_dropout) for size in sizes
        )
        self.head = nn.Linear(hidden, outputs)

    def run(self, input: Tensor, state: list[State] | None) -> tuple[Tensor, list[State]]:
        states = []
        for layer, before in zip(self.layers, each_state(state, self.layers), strict=True):
            input, after = layer(input, before)
            states.append(after)
        return self.head(input), states


class PeepholeLayer(nn.Module):
    """One layer: (batch, time, inputs) to (batch, time, hidden). Gates are stacked in torch's order
    i, f, c, o.

    Attributes
    ----------
    weight_ih : Parameter, shape (4 hidden, inputs)
    weight_hh : Parameter, shape (4 hidden, hidden)
    bias : Parameter, shape (4 hidden,)
    weight_ch : Parameter, shape (3 hidden, hidden), or (3, hidden) when diagonal
        Peepholes of the gates i, f, o.
    """

    def __init__(
        self, inputs: int, hidden: int, diagonal: bool, recurrent_dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.dropout = RecurrentDropout(recurrent_dropout)
        # Named as in torch's layers.
        self.hidden_size = hidden
        self.diagonal = diagonal
        self.weight_ih = nn.Parameter(torch.empty(4 * hidden, inputs))
        self.weight_hh = nn.Parameter(torch.empty(4 * hidden, hidden))
        self.weight_ch = nn.Parameter(
            torch.empty((3, hidden) if diagonal else (3 * hidden, hidden))
        )
        self.bias = nn.Parameter(torch.empty(4 * hidden))
        for parameter in self.parameters():  # as torch does for its recurrent layers
            nn.init.uniform_(parameter, -(hidden**-0.5), hidden**-0.5)

    def forward(self, input: Tensor, state: State | None) -> tuple[Tensor, State]:
        h, c = state or (input.new_zeros(len(input), self.hidden_size),) * 2
        mask = self.dropout(h)
        peep_if, peep_o = self.weight_ch.split(
            [2 * len(self.weight_ch) // 3, len(self.weight_ch) // 3]
        )
        outputs = []
        for a in nn.functional.linear(input, self.weight_ih, self.bias).unbind(
            1
        ):  # (batch, 4 hidden) at each time
            a = a + (h if mask is None else mask * h) @ self.weight_hh.T
            a_i, a_f, a_c, a_o = a.chunk(4, dim=1)
            p_i, p_f = self._peep(c, peep_if).chunk(2, dim=1)
            c = torch.sigmoid(a_i + p_i) * torch.tanh(a_c) + torch.sigmoid(a_f + p_f) * c
            h = torch.sigmoid(a_o + self._peep(c, peep_o)) * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs, dim=1), (h, c)

    def _peep(self, c: Tensor, weight: Tensor) -> Tensor:
        """What the gates see of the cell, shape (batch, gates x hidden)."""
        return (c[:, None] * weight).flatten(1) if self.diagonal else c @ weight.T


def require_layers(dropout: float, layers: int) -> None:
    """Raise ValueError for dropout in a single layer: torch drops between layers only."""
    if dropout and layers == 1:
        raise ValueError(
            f"dropout acts between layers: dropout = {dropout} needs layers >= 2, got layers = 1"
        )
