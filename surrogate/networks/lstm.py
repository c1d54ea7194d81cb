"""Long short-term memory (Hochreiter & Schmidhuber 1997), with a linear read-out."""

from torch import Tensor, nn

from surrogate.networks.sequence import SequenceNetwork


class LSTM(SequenceNetwork):
    """Stacked LSTM layers and a linear read-out of the last layer's hidden state.

    Parameters
    ----------
    inputs, outputs : int
        Number of input and output channels.
    hidden : int
        Units of each layer.
    layers : int
        Number of stacked layers.
    dropout : float
        Probability of dropping a unit between two layers, in [0, 1).
    """

    def __init__(self, inputs: int, outputs: int, hidden: int = 64, layers: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        if dropout and layers == 1:
            raise ValueError(f"dropout acts between layers: dropout = {dropout} needs layers >= 2, got layers = 1")
        self.recurrent = nn.LSTM(inputs, hidden, layers, batch_first=True, dropout=dropout)
        self.head = nn.Linear(hidden, outputs)

    def stream(self, input: Tensor, state: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        hidden, state = self.recurrent(input, state)  # (batch, time, hidden)
        return self.head(hidden), state
