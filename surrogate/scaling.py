"""Standardisation of channels: z = (x - mean) / scale, with statistics of the training part alone."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn


class Standardize(nn.Module):
    """Shift and scale of each channel, kept as buffers so that they travel with a checkpoint.

    Parameters
    ----------
    mean, scale : sequence of float, length channels
        In the physical unit of each channel; `scale` > 0.
    """

    def __init__(self, mean: Sequence[float], scale: Sequence[float]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.as_tensor(mean, dtype=torch.float32))
        self.register_buffer("scale", torch.as_tensor(scale, dtype=torch.float32))

    def forward(self, physical: Tensor) -> Tensor:
        """Standardised values of `physical`, shape (..., channels)."""
        return (physical - self.mean) / self.scale

    def inverse(self, standardized: Tensor) -> Tensor:
        """Physical values of `standardized`, shape (..., channels)."""
        return standardized * self.scale + self.mean


def statistics(values: np.ndarray) -> tuple[list[float], list[float]]:
    """Mean and standard deviation of each channel.

    Parameters
    ----------
    values : ndarray, shape (..., channels)

    Returns
    -------
    mean, scale : list of float
        A channel that does not vary gets the scale 1, so that it maps to zero and back without a division by zero.
    """
    values = values.reshape(-1, values.shape[-1])
    mean = values.mean(axis=0, dtype=np.float64)
    scale = values.std(axis=0, dtype=np.float64)
    # A constant channel in single precision shows a spread of the order of its rounding, not exactly zero.
    constant = scale <= np.finfo(np.float32).eps * np.abs(mean)
    return mean.tolist(), np.where(constant, 1.0, scale).tolist()
