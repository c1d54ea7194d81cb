"""What every network on time series has in common: the shape it maps, and how it runs piece by piece."""

from typing import Any, ClassVar

from torch import Tensor, nn


class SequenceNetwork(nn.Module):
    """A map from (batch, time, inputs) to (batch, time, outputs).

    A subclass implements `stream`. It knows nothing of units, scaling, files or training.

    Attributes
    ----------
    causal : bool
        Whether the output at a time depends on the input up to that time only. A causal network can be run in
        pieces with its state carried over; an acausal one needs the whole record.
    """

    causal: ClassVar[bool] = True

    def forward(self, input: Tensor) -> Tensor:
        """Response to whole records that start from rest, shape (batch, time, outputs)."""
        return self.stream(input)[0]

    def stream(self, input: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """Response to the next piece of a record.

        Parameters
        ----------
        input : Tensor, shape (batch, time, inputs)
        state
            What the previous call returned; None at the start of a record.

        Returns
        -------
        output : Tensor, shape (batch, time, outputs)
        state
            To be passed with the next piece.
        """
        raise NotImplementedError
