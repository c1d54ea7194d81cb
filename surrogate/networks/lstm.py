"""Long short-term memory (Hochreiter & Schmidhuber 1997) and gated recurrent unit (Cho et al.
2014), with a read-out.

With the logistic function s and the state (h, c), torch's LSTM is

    i_t = s(W_ii x_t + W_ih h_{t-1} + b_i)            input gate
    f_t = s(W_fi x_t + W_fh h_{t-1} + b_f)            forget gate
    c_t = i_t tanh(W_ci x_t + W_ch h_{t-1} + b_c) + f_t c_{t-1}
    o_t = s(W_oi x_t + W_oh h_{t-1} + b_o)            output gate
    h_t = o_t tanh(c_t)
"""

from torch import Tensor, nn

from surrogate.networks.dropout import RecurrentDropout
from surrogate.networks.learnt_start import StartedLSTM

# Where checkpoints of version 0.2.0 look for them.
from surrogate.networks.peephole import PeepholeLayer, PeepholeLSTM, State
from surrogate.networks.sequence import require_sizes
from surrogate.networks.stacked import StackedNetwork

__all__ = ["GRU", "LSTM", "PeepholeLSTM", "PeepholeLayer"]


class LSTM(StackedNetwork):
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
    recurrent_dropout, input_dropout : float
        Probabilities of dropping a unit between time steps, and an input, from all of a record
        (`surrogate.networks.dropout`).
    odd : bool
        Answer the negated input with the negated output, as a structure does whose laws are the
        same in tension and compression: half the difference between the responses to both, which
        costs two. Not for structural parameters among the inputs, which have no sign.
    learn_start : bool
        Begin records in a learnt state in place of zeros (`surrogate.networks.learnt_start`). It is
        learnt from windows that begin at rest and count from their first sample: whole records
        without washout. For causal networks.
    stack : int
        Samples that a step takes together (`surrogate.networks.stacked`): a record has so many
        fewer steps, and the network still sees no sample ahead. For motions that are sampled much
        more finely than they vary.

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
        input_dropout: float = 0.0,
        learn_start: bool = False,
        stack: int = 1,
    ) -> None:
        require_sizes(hidden=hidden, layers=layers)
        require_layers(dropout, layers)
        if learn_start and (bidirectional or stack > 1):
            other = "bidirectional = True" if bidirectional else f"stack = {stack}"
            raise ValueError(
                "learn_start = True is for a causal network that reads its state at each sample, "
                f"got {other}: choose one"
            )
        width = hidden * (1 + bidirectional)
        super().__init__(inputs, outputs, stack, width, not bidirectional, input_dropout, odd)
        self.recurrent: nn.LSTM
        if learn_start:
            self.recurrent = StartedLSTM(inputs, hidden, layers, dropout)
        else:
            how = {"batch_first": True, "dropout": dropout, "bidirectional": bidirectional}
            self.recurrent = nn.LSTM(stack * inputs, hidden, layers, **how)
        self.dropout = RecurrentDropout(recurrent_dropout)
        self.head = nn.Linear(width, stack * outputs)

    def recur(self, input: Tensor, state: State | None) -> tuple[Tensor, State]:
        return self.dropout.run(self.recurrent, input, state)  # (batch, steps, hidden)

    def read(self, hidden: Tensor) -> Tensor:
        output: Tensor = self.head(hidden)
        return output


class GRU(StackedNetwork):
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
        input_dropout: float = 0.0,
        stack: int = 1,
    ) -> None:
        require_sizes(hidden=hidden, layers=layers)
        require_layers(dropout, layers)
        width = hidden * (1 + bidirectional)
        super().__init__(inputs, outputs, stack, width, not bidirectional, input_dropout)
        how = {"batch_first": True, "dropout": dropout, "bidirectional": bidirectional}
        self.recurrent = nn.GRU(stack * inputs, hidden, layers, **how)
        self.dropout = RecurrentDropout(recurrent_dropout)
        self.head = nn.Linear(width, stack * outputs)

    def recur(self, input: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        return self.dropout.run(self.recurrent, input, state)  # (batch, steps, hidden)

    def read(self, hidden: Tensor) -> Tensor:
        output: Tensor = self.head(hidden)
        return output


def require_layers(dropout: float, layers: int) -> None:
    """Raise ValueError for dropout in a single layer: torch drops between layers only."""
    if dropout and layers == 1:
        raise ValueError(
            f"dropout acts between layers: dropout = {dropout} needs layers >= 2, got layers = 1"
        )
