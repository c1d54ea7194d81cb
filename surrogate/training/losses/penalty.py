"""What every penalty must have: a term added to the loss while training."""

from torch import Tensor, nn

from surrogate.data.channels import Interface


class Penalty(nn.Module):
    """A term added to the training loss, not to the validation loss.

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

    def attach(self, network: nn.Module, interface: Interface) -> None:
        """Called once, when the network has been made."""

    def forward(self, network: nn.Module, input: Tensor, prediction: Tensor) -> Tensor:
        """Scalar; `input` and `prediction` are of equal length in time, in physical units."""
        raise NotImplementedError
