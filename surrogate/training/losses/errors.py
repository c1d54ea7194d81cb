"""Losses of an output against its target that torch lacks.

A loss is any module that is called with output and target, both of shape (record, time, channel).
"""

import math

import torch
from torch import Tensor, nn


class GaussianNLL(nn.Module):
    """Negative log-likelihood of a normal distribution whose mean and variance the network
    predicts.

    The network gets two outputs for each target: the means, then the logarithms of the variances.

    Examples
    --------
    >>> import torch
    >>> from surrogate.training.losses import GaussianNLL
    >>> target = torch.zeros(1, 4, 1)
    >>> output = torch.zeros(1, 4, 2)  # mean 0, logarithm of the variance 0
    >>> round(GaussianNLL()(output, target).item(), 4)  # ln(2 pi) / 2
    0.9189
    """

    outputs_per_target = 2

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        mean, log_variance = output.chunk(2, dim=-1)
        weighted_square = (mean - target) ** 2 * torch.exp(-log_variance)
        return 0.5 * (log_variance + weighted_square + math.log(2 * math.pi)).mean()


class RelativeSquaredError(nn.Module):
    """Squared error of each record and channel over the variance of its target, and the mean of
    all: NRMSE^2.

    Weak records then count as much as strong ones, and short ones as much as long ones. Where
    windows are shorter than records, it is the variance in the window.

    Examples
    --------
    >>> import torch
    >>> from surrogate.training.losses import RelativeSquaredError
    >>> target = torch.tensor([1.0, -1.0]).reshape(1, 2, 1)
    >>> RelativeSquaredError()(torch.zeros_like(target), target).item()
    1.0
    """

    weighs_records = True

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        variance = target.var(dim=1, unbiased=False)
        least = torch.finfo(target.dtype).tiny
        square = (output - target).square().mean(dim=1)
        return (square / variance.clamp_min(least)).mean()


class DifferencedSquaredError(nn.Module):
    """Squared error of the differences between successive samples, over the mean square of those
    of the target.

    With the order 2 it compares accelerations, up to the square of the interval: for a target that
    is known through its second derivative alone, as a displacement integrated from accelerations,
    whose slow drift is no error. Constants and lines in time are not seen, slow motions hardly.

    Parameters
    ----------
    order : int
        Of the difference, at least 1.

    Examples
    --------
    >>> import torch
    >>> from surrogate.training.losses import DifferencedSquaredError
    >>> target = torch.sin(torch.arange(50.0)).reshape(1, 50, 1)
    >>> drift = 0.1 * torch.arange(50.0).reshape(1, 50, 1)
    >>> DifferencedSquaredError()(target + drift, target).item() < 1e-10
    True
    """

    def __init__(self, order: int = 2) -> None:
        super().__init__()
        if order < 1:
            raise ValueError(f"order must be at least 1, got {order}")
        self.order = order

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        if target.shape[1] <= self.order:
            raise ValueError(
                f"differences of order {self.order} need more than {self.order} samples, got "
                f"{target.shape[1]}: choose longer windows"
            )
        least = torch.finfo(target.dtype).tiny
        error = (output - target).diff(n=self.order, dim=1).square().mean()
        return error / target.diff(n=self.order, dim=1).square().mean().clamp_min(least)
