"""Linear elements: springs and dashpots."""

from dataclasses import dataclass

import numpy as np

from simulators.checks import in_range
from simulators.hysteresis.law import Law


@dataclass(frozen=True, eq=False)
class Elastic(Law):
    """Linear spring f = k d.

    Parameters
    ----------
    stiffness : array_like, shape (..., element)
        k >= 0, N/m.
    """

    stiffness: np.ndarray

    def check(self):
        in_range(self, "stiffness", minimum=0.0)

    def columns(self):
        return {"elastic": self.stiffness}


@dataclass(frozen=True, eq=False)
class Viscous(Law):
    """Linear dashpot f = c v.

    Parameters
    ----------
    damping : array_like, shape (..., element)
        c >= 0, N s/m.
    """

    damping: np.ndarray

    def check(self):
        in_range(self, "damping", minimum=0.0)

    def columns(self):
        return {"viscous": self.damping}
