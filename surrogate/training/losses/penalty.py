"""What every penalty must have: a term added to the loss while training."""

from functools import partial

from torch import Tensor, nn

from surrogate.data import lengths
from surrogate.data.channels import Interface


class Penalty(nn.Module):
    """A term added to the training loss, not to the validation loss.

    Attributes
    ----------
    sees_padding : bool
        Whether it looks at more than its arguments, and so at the padding of records of different
        lengths, which it then refuses.

    Examples
    --------
    >>> import torch
    >>> from surrogate.training.losses import Penalty
    >>> class OutputPenalty(Penalty):
    ...     def forward(self, network, input, prediction):
    ...         return prediction.square().mean()
    ...
    >>> OutputPenalty()(torch.nn.Identity(), torch.ones(2), 3.0 * torch.ones(2)).item()
    9.0
    """

    sees_padding = False

    def attach(self, network: nn.Module, interface: Interface) -> None:
        """Called once, when the network has been made."""

    def forward(self, network: nn.Module, input: Tensor, prediction: Tensor) -> Tensor:
        """Scalar; `input` and `prediction` are of equal length in time, in physical units."""
        raise NotImplementedError

    def of_lengths(
        self, network: nn.Module, input: Tensor, prediction: Tensor, samples: Tensor
    ) -> Tensor:
        """The penalty on records of different lengths: `samples` of each count.

        By default the mean over all samples of `forward`, for the records of one length at a time.
        """
        return lengths.mean(partial(self, network), input, prediction, samples)
