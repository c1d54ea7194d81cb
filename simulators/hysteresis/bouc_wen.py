"""The Bouc-Wen law in its normalised form, and the conditions under which it creates no energy.

References
----------
Wen, Y.-K. (1976). Method for random vibration of hysteretic systems. J. Eng. Mech. Div. 102(2),
249-263.
Erlicher, S. and Point, N. (2004). Thermodynamic admissibility of Bouc-Wen type hysteresis models.
C. R. Mecanique 332(1), 51-57.
"""

import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numba.extending import register_jitable

from simulators.checks import common_shape, finite_array, in_range
from simulators.hysteresis.law import Law
from simulators.hysteresis.rates import RateEquation, raised, stored_energy


class InadmissibleLaw(UserWarning):
    """A law has published parameters that are thermodynamically inadmissible.

    Some of its cycles create energy.
    """


@register_jitable
def bouc_wen_tangent(
    z: Any, velocity: Any, power: Any, amplitude: Any, beta: Any, gamma: Any
) -> Any:
    """Tangent dz/dd of the Bouc-Wen loop (Wen 1976).

    It is A - |z|^(n-1) (beta sgn(v) z + gamma |z|), with beta >= 0.

    The force form of Zhang et al. (2019) is this function of z = f with A = k, beta = alpha and
    gamma = beta.
    """
    return amplitude - raised(abs(z), power) * (np.copysign(beta, velocity) * z + gamma * abs(z))


@register_jitable
def bouc_wen_stored(z: Any, scale: Any, amplitude: Any) -> Any:
    """scale z^2 / (2 A), J."""
    return stored_energy(z, scale, amplitude, 1.0)


def wen_order(power: Any) -> Any:
    """n + 1: |z|^n in z' has no more than n derivatives at z = 0."""
    return power + 2.0


BOUC_WEN = RateEquation("Bouc-Wen", bouc_wen_tangent, bouc_wen_stored, order=wen_order)


def check_wen(law: Any) -> None:
    """Refuse parameters without a meaning, and warn of those that create energy.

    Admissible are n >= 1, beta > 0, -beta <= gamma <= beta (Erlicher & Point 2004). Published
    models break the last condition (configurations B and C of Vlachas et al. 2021 do), so it gives
    the warning `InadmissibleLaw` and no error.
    """
    in_range(law, "stiffness", above=0.0)
    in_range(law, "post_yield_ratio", minimum=0.0, maximum=1.0)
    in_range(law, "exponent", minimum=1.0)
    in_range(law, "beta", above=0.0)
    excess = np.abs(law.gamma) - law.beta
    if np.any(excess > 0.0):
        gamma, beta = law.gamma.flat[excess.argmax()], law.beta.flat[excess.argmax()]
        warnings.warn(
            f"{type(law).__name__}.gamma = {gamma:g} lies outside [-beta, beta] = [{-beta:g}, "
            f"{beta:g}]: some cycles create energy",
            InadmissibleLaw,
            stacklevel=2,
        )


@dataclass(frozen=True, eq=False)
class BoucWen(Law):
    """f = a k d + (1 - a) k z, z' = A v - beta |v| |z|^(n-1) z - gamma v |z|^n (Wen 1976).

    Parameters
    ----------
    stiffness : array_like, shape (..., element)
        k > 0, N/m.
    post_yield_ratio : array_like
        a in [0, 1], post- to pre-yield stiffness.
    beta, gamma : array_like
        m^-n; beta > 0. Outside -beta <= gamma <= beta some cycles create energy: a warning.
    exponent : array_like
        n >= 1; elastoplastic as n grows.
    amplitude : array_like, optional
        A > 0, dimensionless; 1 by default.

    Notes
    -----
    The yield displacement is z_u = (A / (beta + gamma))^(1/n).

    Examples
    --------
    >>> from simulators import BoucWen
    >>> law = BoucWen.from_yield(stiffness=4e7, yield_displacement=0.01, post_yield_ratio=0.05)
    >>> print(law.yield_displacement.round(6))  # m
    [0.01]
    """

    stiffness: np.ndarray
    post_yield_ratio: np.ndarray
    beta: np.ndarray
    gamma: np.ndarray
    exponent: np.ndarray
    amplitude: np.ndarray = 1.0  # type: ignore[assignment]
    rate: ClassVar[RateEquation] = BOUC_WEN
    units: ClassVar[dict[str, str]] = {
        "stiffness": "N m-1",
        "post_yield_ratio": "1",
        "beta": "m^-n",
        "gamma": "m^-n",
        "exponent": "1",
        "amplitude": "1",
    }

    @classmethod
    def from_yield(
        cls,
        stiffness: Any,
        yield_displacement: Any,
        post_yield_ratio: Any = 0.05,
        exponent: Any = 2.0,
        beta_share: Any = 0.5,
    ) -> "BoucWen":
        """Law that yields at a given displacement: A = 1, beta + gamma = d_y^-n.

        Parameters
        ----------
        stiffness, post_yield_ratio, exponent : array_like, shape (..., element)
            As for the law.
        yield_displacement : array_like
            d_y > 0 (m).
        beta_share : array_like
            beta / (beta + gamma) >= 0.5: one half unloads at the initial stiffness, more makes the
            loop bulge.
        """
        owner = "BoucWen.from_yield"
        given = {
            "yield_displacement": yield_displacement,
            "exponent": exponent,
            "beta_share": beta_share,
        }
        given = {name: finite_array(f"{owner}: {name}", value) for name, value in given.items()}
        common_shape(owner, given)
        d_y, n, share = given.values()
        if np.any(d_y <= 0.0):
            raise ValueError(f"{owner}: yield_displacement = {d_y.min():g}: must be > 0")
        if np.any(n < 1.0):
            raise ValueError(f"{owner}: exponent = {n.min():g}: must be >= 1")
        if np.any(share < 0.5):
            raise ValueError(
                f"{owner}: beta_share = {share.min():g}: must be >= 0.5, or some cycles would "
                "create energy"
            )
        with np.errstate(over="ignore"):  # an infinite beta is refused below
            total = d_y**-n
        return cls(stiffness, post_yield_ratio, share * total, (1.0 - share) * total, n)

    def check(self) -> None:
        check_wen(self)
        in_range(self, "amplitude", above=0.0)

    @property
    def yield_displacement(self) -> np.ndarray:
        """z_u (m), ndarray, shape (..., element); inf where gamma <= -beta."""
        total = self.beta + self.gamma
        softening = total > 0.0
        return np.where(
            softening,
            (self.amplitude / np.where(softening, total, 1.0)) ** (1.0 / self.exponent),
            np.inf,
        )

    def columns(self) -> dict[str, np.ndarray]:
        return {
            "elastic": self.post_yield_ratio * self.stiffness,
            "scale": (1.0 - self.post_yield_ratio) * self.stiffness,
            "amplitude": self.amplitude,
            "beta": self.beta,
            "gamma": self.gamma,
            "power": self.exponent - 1.0,
        }
