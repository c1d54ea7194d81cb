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
