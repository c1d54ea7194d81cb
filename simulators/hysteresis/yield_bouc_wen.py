"""The Bouc-Wen law by its yield displacement, whatever its exponent.

In beta and gamma of `BoucWen`, of the unit m^-n, a change of the exponent moves the displacement at
which an element yields by orders of magnitude. Here both follow from it,

    beta = s / d_y^n,       gamma = (1 - s) / d_y^n

so that each parameter can vary alone, as in a family of structures.

References
----------
Wen, Y.-K. (1976). Method for random vibration of hysteretic systems. J. Eng. Mech. Div. 102(2),
249-263.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulators.checks import in_range
from simulators.hysteresis.bouc_wen import BOUC_WEN, BoucWen
from simulators.hysteresis.law import Law
from simulators.hysteresis.rates import RateEquation


@dataclass(frozen=True, eq=False)
class YieldBoucWen(Law):
    """f = a k d + (1 - a) k z, z' = v (1 - |z / d_y|^n (s sgn(v z) + 1 - s)).

    Parameters
    ----------
    stiffness : array_like, shape (..., element)
        k > 0, N/m.
    yield_displacement : array_like
        d_y > 0, m: the bound of z.
    post_yield_ratio : array_like, optional
        a in [0, 1], post- to pre-yield stiffness.
    exponent : array_like, optional
        n >= 1; elastoplastic as n grows.
    beta_share : array_like, optional
        s in [0.5, 1]: one half unloads at the initial stiffness, more makes the loop bulge.

    Examples
    --------
    >>> from simulators import YieldBoucWen
    >>> law = YieldBoucWen(stiffness=4e7, yield_displacement=0.01, exponent=[1.0, 3.0])
    >>> law.columns()["beta"].round(6)  # m^-n
    array([5.e+01, 5.e+05])
    """

    stiffness: np.ndarray
    yield_displacement: np.ndarray
    post_yield_ratio: np.ndarray = 0.05  # type: ignore[assignment]
    exponent: np.ndarray = 2.0  # type: ignore[assignment]
    beta_share: np.ndarray = 0.5  # type: ignore[assignment]
    rate: ClassVar[RateEquation] = BOUC_WEN
    units: ClassVar[dict[str, str]] = {
        "stiffness": "N m-1",
        "yield_displacement": "m",
        "post_yield_ratio": "1",
        "exponent": "1",
        "beta_share": "1",
    }

    def check(self) -> None:
        in_range(self, "stiffness", above=0.0)
        in_range(self, "yield_displacement", above=0.0)
        in_range(self, "post_yield_ratio", minimum=0.0, maximum=1.0)
        in_range(self, "exponent", minimum=1.0)
        in_range(self, "beta_share", minimum=0.5, maximum=1.0)

    def columns(self) -> dict[str, np.ndarray]:
        law = BoucWen.from_yield(
            self.stiffness,
            self.yield_displacement,
            self.post_yield_ratio,
            self.exponent,
            self.beta_share,
        )
        return law.columns()
