"""The nonlinear elastic spring: a linear term and an odd power of the drift (n = 3: Duffing)."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numba.extending import register_jitable

from simulators.checks import in_range
from simulators.hysteresis.law import Law
from simulators.hysteresis.rates import RateEquation, raised


@register_jitable
def power_tangent(drift: Any, power: Any, exponent: Any) -> Any:
    """dz/dd = n d^(n-1) of z = d^n."""
    return exponent * raised(abs(drift), power)


@register_jitable
def power_stored(z: Any, drift: Any, scale: Any, exponent: Any) -> Any:
    """k_n d^(n+1) / (n + 1), J: all of the energy."""
    return scale * z * drift / (exponent + 1.0)


def power_start(drift: Any, exponent: Any) -> Any:
    """z = d^n at once: an elastic spring remembers nothing."""
    return drift * np.abs(drift) ** (exponent - 1.0)


def power_advance(drift: Any, step: Any, exponent: Any) -> Any:
    """z = d^n at the end of a step."""
    return power_start(drift + step, exponent)


POWER = RateEquation(
    "elastic power", power_tangent, power_stored, start=power_start, advance=power_advance
)


@dataclass(frozen=True, eq=False)
class ElasticPower(Law):
    """Nonlinear spring f = k d + k_n d^n; it dissipates nothing.

    Parameters
    ----------
    stiffness : array_like, shape (..., element)
        k >= 0, N/m.
    power_stiffness : array_like
        k_n, N/m^n: hardening above zero, softening below.
    exponent : array_like, optional
        n, an odd number >= 3; 3 by default.

    Notes
    -----
    Where k_n < 0 the force has its largest value k d (n - 1) / n at d = (k / (n |k_n|))^(1/(n-1)),
    and a spring that is strained beyond pushes on: no tolerance is met then, and `solve` says so.

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import ElasticPower
    >>> law = ElasticPower(stiffness=1e6, power_stiffness=1e10, exponent=3.0)
    >>> drift = np.array([0.0, 0.005, 0.01])
    >>> force = law.drive(drift, interval=0.01).restoring_force
    >>> print(force.values.ravel().round(1))  # k d + k_n d^3, N
    [    0.  6250. 20000.]
    """

    stiffness: np.ndarray
    power_stiffness: np.ndarray
    exponent: np.ndarray = 3.0  # type: ignore[assignment]
    rate: ClassVar[RateEquation] = POWER
    units: ClassVar[dict[str, str]] = {
        "stiffness": "N m-1",
        "power_stiffness": "N m^-n",
        "exponent": "1",
    }
    variable_unit: ClassVar[str] = "m^n"

    def check(self) -> None:
        in_range(self, "stiffness", minimum=0.0)
        odd = (self.exponent >= 3.0) & (self.exponent % 2.0 == 1.0)
        if not odd.all():
            raise ValueError(
                f"ElasticPower.exponent = {self.exponent[~odd].flat[0]:g}: must be an odd number "
                ">= 3; Elastic is the spring with n = 1"
            )

    def columns(self) -> dict[str, np.ndarray]:
        return {
            "elastic": self.stiffness,
            "scale": self.power_stiffness,
            "exponent": self.exponent,
            "power": self.exponent - 1.0,
        }
