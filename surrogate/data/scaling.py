"""Standardisation of channels: z = (x - mean) / scale, with statistics of the training part
alone.

The scale of a history is its standard deviation. A parameter that is constant in time has the
middle and the half of its range in place of both.
"""

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
    trailing : int
        Axes behind that of the channels: 2 for images, 0 elsewhere.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, mean: Sequence[float], scale: Sequence[float], trailing: int = 0) -> None:
        super().__init__()
        self.behind = (1,) * trailing
        self.register_buffer("mean", torch.as_tensor(mean, dtype=torch.float32))
        self.register_buffer("scale", torch.as_tensor(scale, dtype=torch.float32))

    def forward(self, physical: Tensor) -> Tensor:
        """Standardised values of `physical`, shape (..., channels), images (..., channels, height,
        width).
        """
        if self.behind:
            mean = self.mean.unflatten(0, (-1, *self.behind))
            return (physical - mean) / self.scale.unflatten(0, (-1, *self.behind))
        return (physical - self.mean) / self.scale

    def inverse(self, standardized: Tensor) -> Tensor:
        """Physical values of `standardized`, shape (..., channels)."""
        return standardized * self.scale + self.mean


class Moments:
    """Mean, spread and peak of each channel, from blocks of values that need not be in memory
    together.

    Sums are in double precision, about the mean of each block, and joined by the formula of Chan,
    Golub & LeVeque (1983), Am. Stat. 37, 242.
    """

    def __init__(self) -> None:
        self._count = 0
        self._mean: np.ndarray = np.zeros(1)
        self._squares: np.ndarray = np.zeros(1)
        self._peak: np.ndarray = np.zeros(1)
        self._low: np.ndarray = np.full(1, np.inf)
        self._high: np.ndarray = np.full(1, -np.inf)

    def add(self, values: np.ndarray) -> None:
        """Add a block of values, shape (..., channels)."""
        values = values.reshape(-1, values.shape[-1])
        mean = values.mean(axis=0, dtype=np.float64)
        total = self._count + len(values)
        apart = mean - self._mean
        squares = np.square(values - mean).sum(axis=0)
        self._squares = self._squares + squares + apart**2 * (self._count * len(values) / total)
        self._mean = self._mean + apart * (len(values) / total)
        self._count = total
        self._peak = np.maximum(self._peak, np.abs(values).max(axis=0))
        self._low = np.minimum(self._low, values.min(axis=0))
        self._high = np.maximum(self._high, values.max(axis=0))

    @property
    def mean(self) -> list[float]:
        """Mean of each channel."""
        return list(map(float, self._mean))

    @property
    def scale(self) -> list[float]:
        """Standard deviation of each channel.

        A channel that does not vary gets the scale 1, so that it maps to zero and back without a
        division by zero.
        """
        deviation = np.sqrt(self._squares / self._count)
        # A constant channel in single precision shows a spread of the order of its rounding, not
        # exactly zero.
        constant = deviation <= np.finfo(np.float32).eps * np.abs(self._mean)
        return list(map(float, np.where(constant, 1.0, deviation)))

    def standardisation(self, by_bounds: Sequence[bool]) -> tuple[list[float], list[float]]:
        """Mean and scale of each channel, or middle and half of the range where `by_bounds`."""
        mean = self.mean
        scale = self.scale
        for channel in np.flatnonzero(by_bounds):
            low = float(self._low[channel])
            high = float(self._high[channel])
            mean[channel] = 0.5 * (low + high)
            scale[channel] = 0.5 * (high - low) or 1.0
        return mean, scale

    @property
    def peak(self) -> list[float]:
        """Largest magnitude of each channel."""
        return list(map(float, self._peak))

    @property
    def bounds(self) -> tuple[list[float], list[float]]:
        """Lowest and highest value of each channel."""
        return list(map(float, self._low)), list(map(float, self._high))
