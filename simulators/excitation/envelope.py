"""Envelopes: the rise, the strong part and the decay of an earthquake, as a factor with maximum one."""

from typing import Protocol

import numpy as np


class Envelope(Protocol):
    """Anything hashable that maps times (s) to factors in [0, 1]."""

    def __call__(self, time: np.ndarray) -> np.ndarray: ...
