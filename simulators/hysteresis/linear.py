"""Linear elements: springs and dashpots."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numba.extending import register_jitable

from simulators.checks import in_range
from simulators.hysteresis.law import Law
from simulators.hysteresis.rates import RateEquation


@register_jitable
def no_hysteresis(z: Any) -> Any:
    """Zero: z of a linear element stays at zero, and stores nothing."""
    return 0.0 * z


LINEAR = RateEquation("linear", tangent=no_hysteresis, stored=no_hysteresis)


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
    rate: ClassVar[RateEquation] = LINEAR
    units: ClassVar[dict[str, str]] = {"stiffness": "N m-1"}

    def check(self) -> None:
        in_range(self, "stiffness", minimum=0.0)

    def columns(self) -> dict[str, np.ndarray]:
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
    rate: ClassVar[RateEquation] = LINEAR
    units: ClassVar[dict[str, str]] = {"damping": "N s m-1"}

    def check(self) -> None:
        in_range(self, "damping", minimum=0.0)

    def columns(self) -> dict[str, np.ndarray]:
        return {"viscous": self.damping}
