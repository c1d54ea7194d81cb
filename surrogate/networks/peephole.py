"""Long short-term memory whose gates see the cell (Gers & Schmidhuber 2000, "Recurrent nets that
time and count").

To the gates of `surrogate.networks.lstm` come W_ic c_{t-1} in i_t, W_fc c_{t-1} in f_t and W_oc c_t
in o_t. They are full matrices here, as in the course; Gers's are their diagonals.
"""

import torch
from torch import Tensor, nn

from surrogate.networks.dropout import RecurrentDropout
from surrogate.networks.sequence import each_state, require_sizes
from surrogate.networks.stacked import StackedNetwork

State = tuple[Tensor, Tensor]


class PeepholeLSTM(StackedNetwork):
    """Stacked LSTM layers with peephole connections, and a linear read-out.

    Parameters
    ----------
    inputs, outputs, hidden, layers
        As for `LSTM`.
    diagonal : bool
        Gers's peepholes, one weight for each cell, instead of full matrices.
    recurrent_dropout, input_dropout, bidirectional, stack
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
        bidirectional: bool = False,
        input_dropout: float = 0.0,
        stack: int = 1,
    ) -> None:
        require_sizes(hidden=hidden, layers=layers)
        width = hidden * (1 + bidirectional)
        super().__init__(inputs, outputs, stack, width, not bidirectional, input_dropout)
        sizes = [stack * inputs] + [width] * (layers - 1)
        how = (hidden, diagonal, recurrent_dropout)
        self.layers = nn.ModuleList(PeepholeLayer(size, *how) for size in sizes)
        self.back = nn.ModuleList(PeepholeLayer(size, *how) for size in sizes if bidirectional)
        self.head = nn.Linear(width, stack * outputs)

    def recur(self, input: Tensor, state: list[State] | None) -> tuple[Tensor, list[State]]:
        hidden = input
        states = []
        for number, before in enumerate(each_state(state, self.layers)):
            ahead, after = self.layers[number](hidden, before)
            states.append(after)
            if self.back:
                back = self.back[number](hidden.flip(1), None)[0].flip(1)
                ahead = torch.cat([ahead, back], dim=2)  # (batch, time, 2 hidden)
            hidden = ahead
        return hidden, states

    def read(self, hidden: Tensor) -> Tensor:
        output: Tensor = self.head(hidden)
        return output


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
