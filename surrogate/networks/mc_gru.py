"""Gated recurrent unit whose candidate sees the structure.

He & Zhang 2025, "MC-GRU: a multi-channel GRU network for generalized nonlinear structural response
prediction across structures" (arXiv 2503.07258).

With the logistic function s and the condition c, the parameters of the structure,

    r_t = s(W_r x_t + U_r h_{t-1} + b_r)                              reset gate
    z_t = s(W_z x_t + U_z h_{t-1} + b_z)                              update gate
    n_t = tanh(W_n x_t + S c + b_n + r_t (U_n h_{t-1} + d_n))         candidate
    h_t = (1 - z_t) n_t + z_t h_{t-1}

The structure leaves the gates alone. A learnt factor of its stiffness would be one of a column of
S, which is learnt already. torch's GRU runs this, cuDNN's on a GPU: x_t and c are its inputs, and
the weights of c in the gates are zeros that are no parameters.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from surrogate.networks.conditioned import ConditionedNetwork
from surrogate.networks.sequence import each_state, require_sizes


class MCGRU(ConditionedNetwork):
    """Stacked gated recurrent units whose candidates see the structure, and a linear read-out.

    Parameters
    ----------
    inputs, outputs : int
        Number of all input channels, and of output channels.
    hidden : int
        Units of each layer.
    layers : int
    odd, conditions
        See `ConditionedNetwork`; without conditions this is a GRU.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import MCGRU
    >>> network = MCGRU(inputs=3, outputs=5, hidden=16, conditions=2)
    >>> tuple(network(torch.zeros(8, 100, 3)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        hidden: int = 64,
        layers: int = 1,
        odd: bool = False,
        conditions: int = 0,
    ) -> None:
        super().__init__(inputs, conditions, odd)
        require_sizes(hidden=hidden, layers=layers)
        sizes = [self.series] + [hidden] * (layers - 1)
        self.layers = nn.ModuleList(StructureGRU(size, hidden, conditions) for size in sizes)
        self.head = nn.Linear(hidden, outputs)

    def respond(
        self, series: Tensor, condition: Tensor, state: Sequence[Tensor] | None
    ) -> tuple[Tensor, list[Tensor]]:
        hidden = series
        states = []
        for layer, before in zip(self.layers, each_state(state, self.layers), strict=True):
            hidden, after = layer(hidden, condition, before)  # (batch, time, hidden)
            states.append(after)
        return self.head(hidden), states


class StructureGRU(nn.Module):
    """One layer: (batch, time, inputs) to (batch, time, hidden). Gates are stacked in torch's order
    r, z, n.

    Attributes
    ----------
    weight_ih : Parameter, shape (3 hidden, inputs)
    weight_hh : Parameter, shape (3 hidden, hidden)
    weight_structure : Parameter, shape (hidden, conditions), or None
        S, of the candidate alone.
    bias_ih, bias_hh : Parameter, shape (3 hidden,)
    """

    def __init__(self, inputs: int, hidden: int, conditions: int) -> None:
        super().__init__()
        self.hidden_size = hidden  # named as in torch's layers
        self.weight_ih = nn.Parameter(torch.empty(3 * hidden, inputs))
        self.weight_hh = nn.Parameter(torch.empty(3 * hidden, hidden))
        self.weight_structure = (
            nn.Parameter(torch.empty(hidden, conditions)) if conditions else None
        )
        self.bias_ih = nn.Parameter(torch.empty(3 * hidden))
        self.bias_hh = nn.Parameter(torch.empty(3 * hidden))
        for parameter in self.parameters():  # as torch does for its recurrent layers
            nn.init.uniform_(parameter, -(hidden**-0.5), hidden**-0.5)

    def forward(
        self, series: Tensor, condition: Tensor, state: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        weight: Tensor = self.weight_ih
        if self.weight_structure is not None:
            gates = series.new_zeros(2 * self.hidden_size, condition.shape[1])
            of_structure = torch.cat([gates, self.weight_structure])
            weight = torch.cat([weight, of_structure], dim=1)
            constant = condition[:, None].expand(-1, series.shape[1], -1)
            series = torch.cat([series, constant], dim=2)
        if state is None:
            state = series.new_zeros(1, series.shape[0], self.hidden_size)
        weights: list[Tensor] = [weight, self.weight_hh, self.bias_ih, self.bias_hh]
        # Biases, one layer, no dropout, what cuDNN keeps for gradients, one direction, batch first.
        return torch.gru(series, state, weights, True, 1, 0.0, self.training, False, True)
