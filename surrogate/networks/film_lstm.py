"""Long short-term memory whose gates and candidate are modulated by the structure.

With FiLM of `surrogate.networks.conditioned` and the condition c, layer l has

    v_t = FiLM_l(E x_t, c),  of the layers above it FiLM_l(h_t, c)
    a_t = W v_t + U h_{t-1} + b         of the input, forget and output gates and the candidate
    y_t = V FiLM(h_t, c) + d

so that the structure scales the drive of every gate and of the candidate and shifts them, at all
times alike. U is the same for all structures: torch's fused loop over time (cuDNN's on a GPU) runs
it.
"""

from torch import Tensor, nn

from surrogate.networks.conditioned import ConditionedNetwork, FiLM
from surrogate.networks.sequence import each_state, require_sizes

State = tuple[Tensor, Tensor]


class FiLMLSTM(ConditionedNetwork):
    """Stacked LSTM layers, each behind a feature-wise linear modulation by the structure.

    Parameters
    ----------
    inputs, outputs : int
        Number of all input channels, and of output channels.
    hidden : int
        Units of each layer, and of the features that drive the first.
    layers : int
    odd : bool
        See `ConditionedNetwork`. The parameters of a structure keep their sign, so that this is for
        a network with structural parameters too.
    modulation : int
        Units of the perceptrons that make scales and shifts.
    conditions : int
        See `ConditionedNetwork`; without any this is an LSTM behind a linear layer.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import FiLMLSTM
    >>> network = FiLMLSTM(inputs=3, outputs=5, hidden=16, conditions=2)
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
        modulation: int = 64,
        conditions: int = 0,
    ) -> None:
        super().__init__(inputs, conditions, odd)
        require_sizes(hidden=hidden, layers=layers, modulation=modulation)
        self.embedding = nn.Linear(self.series, hidden)
        self.modulations = nn.ModuleList(
            FiLM(conditions, hidden, modulation) for _ in range(layers + 1)
        )
        self.layers = nn.ModuleList(
            nn.LSTM(hidden, hidden, batch_first=True) for _ in range(layers)
        )
        self.head = nn.Linear(hidden, outputs)

    def respond(
        self, series: Tensor, condition: Tensor, state: list[State] | None
    ) -> tuple[Tensor, list[State]]:
        *inner, last = self.modulations
        hidden = self.embedding(series)  # (batch, time, hidden)
        states = []
        stack = zip(inner, self.layers, each_state(state, self.layers), strict=True)
        for modulate, layer, before in stack:
            hidden, after = layer(modulate(hidden, condition), before)
            states.append(after)
        return self.head(last(hidden, condition)), states
