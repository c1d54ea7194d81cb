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

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import Elastic, shear_building
    >>> oscillator = shear_building(mass=[1.0], laws=Elastic(stiffness=[(2 * np.pi) ** 2]))
    >>> print(oscillator.frequencies.round(6))  # Hz
    [1.]
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

    Examples
    --------
    >>> from simulators import Elastic, Viscous, shear_building
    >>> oscillator = shear_building(mass=[1.0], laws=Elastic([100.0]))
    >>> damped = oscillator.with_element(Viscous(damping=[2.0]), upper=1)
    >>> print(damped.damping_ratios.round(6))  # c / (2 sqrt(k m))
    [0.1]
    """

    damping: np.ndarray

    def check(self):
        in_range(self, "damping", minimum=0.0)

    def columns(self):
        return {"viscous": self.damping}
