"""The law of Ramberg and Osgood in the form of a rate: a power of the force flows plastically.

The drift is elastic and plastic, d = z + p, with the force f = k z. Where the force grows,

    dp/dz = alpha n (|z| / d_y)^(n-1),   which integrates to   d = z + alpha d_y (|z| / d_y)^n   (1)

on first loading, the curve of Ramberg and Osgood. Unloading is elastic, and beyond zero force (1)
holds again from there. That is what a rate without a memory of the last reversal can say; the
branches after a reversal are not the twice enlarged ones of Masing's rule.

References
----------
Ramberg, W. and Osgood, W. R. (1943). Description of stress-strain curves by three parameters. NACA
Technical Note 902.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numba.extending import register_jitable

from simulators.checks import in_range
from simulators.hysteresis.law import Law
from simulators.hysteresis.rates import RateEquation, raised


@register_jitable
def ramberg_osgood_tangent(z: Any, velocity: Any, power: Any, softness: Any) -> Any:
    """dz/dd: 1 / (1 + dp/dz) while |z| grows, one while it falls."""
    growing = np.heaviside(np.copysign(1.0, velocity) * z, 0.0)
    return 1.0 / (1.0 + growing * softness * raised(abs(z), power))


@register_jitable
def ramberg_osgood_stored(z: Any, scale: Any) -> Any:
    """Elastic energy k z^2 / 2, J; what flows plastically is dissipated."""
    return 0.5 * scale * z * z


def ramberg_osgood_order(power: Any) -> Any:
    """n: |z|^(n-1) in the tangent has no more than n - 1 derivatives at z = 0."""
    return power + 1.0


RAMBERG_OSGOOD = RateEquation(
    "Ramberg-Osgood", ramberg_osgood_tangent, ramberg_osgood_stored, order=ramberg_osgood_order
)


@dataclass(frozen=True, eq=False)
class RambergOsgood(Law):
    """f = k z, d = z + alpha d_y (|z| / d_y)^n sgn z on first loading (Ramberg & Osgood 1943).

    Parameters
    ----------
    stiffness : array_like, shape (..., element)
        k > 0, N/m.
    yield_displacement : array_like
        d_y > 0, m: at the force k d_y the plastic drift is alpha d_y.
    alpha : array_like, optional
        > 0, dimensionless; 3/7 by default, where the secant of the curve at k d_y is 0.7 k.
    exponent : array_like, optional
        n > 1; 5 by default.

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import RambergOsgood
    >>> law = RambergOsgood(stiffness=1e6, yield_displacement=0.01)
    >>> drift = np.linspace(0.0, 0.01 * (1 + 3 / 7), 201)
    >>> force = law.drive(drift, interval=0.01).restoring_force
    >>> round(float(force[-1, 0]) / (1e6 * 0.01), 3)  # at k d_y the plastic drift is alpha d_y
    1.0
    """

    stiffness: np.ndarray
    yield_displacement: np.ndarray
    alpha: np.ndarray = 3.0 / 7.0  # type: ignore[assignment]
    exponent: np.ndarray = 5.0  # type: ignore[assignment]
    rate: ClassVar[RateEquation] = RAMBERG_OSGOOD
    units: ClassVar[dict[str, str]] = {
        "stiffness": "N m-1",
        "yield_displacement": "m",
        "alpha": "1",
        "exponent": "1",
    }

    def check(self) -> None:
        for name in ("stiffness", "yield_displacement", "alpha"):
            in_range(self, name, above=0.0)
        in_range(self, "exponent", above=1.0)

    def columns(self) -> dict[str, np.ndarray]:
        softness = self.alpha * self.exponent * self.yield_displacement ** (1.0 - self.exponent)
        return {
            "scale": self.stiffness,
            "softness": softness,
            "power": self.exponent - 1.0,
        }
