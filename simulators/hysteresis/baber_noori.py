"""The Bouc-Wen law with loss of strength and stiffness, and pinching.

References
----------
Baber, T. T. and Noori, M. N. (1985). Random vibration of degrading, pinching systems. J. Eng. Mech.
111(8), 1010-1026.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numba.extending import register_jitable

from simulators.checks import in_range
from simulators.hysteresis.bouc_wen import bouc_wen_tangent, check_wen, wen_order
from simulators.hysteresis.degradation import exhausted, recoverable_energy
from simulators.hysteresis.law import Law
from simulators.hysteresis.rates import RateEquation, root, stored_energy


@register_jitable
def baber_noori_tangent(
    z: Any,
    velocity: Any,
    work: Any,
    power: Any,
    per_mass: Any,
    amplitude: Any,
    beta: Any,
    gamma: Any,
    strength: Any,
    strength_loss: Any,
    flexibility: Any,
    flexibility_gain: Any,
    amplitude_loss: Any,
    pinching: Any,
    pinching_rate: Any,
    pinching_onset: Any,
    spread: Any,
    spread_rate: Any,
    coupling: Any,
) -> Any:
    """Tangent of the Bouc-Wen-Baber-Noori loop.

    It is h / eta times that of Bouc-Wen with degraded A, nu beta and nu gamma.

    With e = W / mass, nu = strength + strength_loss e, eta = flexibility + flexibility_gain e, A =
    amplitude - amplitude_loss e and the pinching is h = 1 - zeta1 exp(-(z sgn(v) - q z_u)^2 /
    zeta2^2), where 1 / z_u = (nu (beta + gamma))^(1/n), q = pinching_onset, zeta1 = pinching (1 -
    exp(-pinching_rate e)) and zeta2 = (spread + spread_rate e) (coupling + zeta1).
    """
    energy = work * per_mass
    nu = strength + strength_loss * energy
    per_ultimate = root(nu * (beta + gamma), power)
    tangent = bouc_wen_tangent(
        z, velocity, power, amplitude - amplitude_loss * energy, nu * beta, nu * gamma
    )
    severity = pinching * (1.0 - np.exp(-pinching_rate * energy))
    width = (spread + spread_rate * energy) * (coupling + severity) * per_ultimate  # zeta2 / z_u
    eta = flexibility + flexibility_gain * energy
    inverse = 1.0 / (width * eta)  # one division for both: it costs as much as ten multiplications
    offset = (np.copysign(per_ultimate, velocity) * z - pinching_onset) * (inverse * eta)
    return (1.0 - severity * np.exp(-offset * offset)) * tangent * (inverse * width)


@register_jitable
def baber_noori_stored(
    z: Any,
    work: Any,
    scale: Any,
    per_mass: Any,
    amplitude: Any,
    amplitude_loss: Any,
    flexibility: Any,
    flexibility_gain: Any,
) -> Any:
    """Energy (J) that an element without pinching gives back, scale eta z^2 / (2 A)."""
    energy = work * per_mass
    amplitude = amplitude - amplitude_loss * energy
    return stored_energy(z, scale, amplitude, flexibility + flexibility_gain * energy)


BABER_NOORI = RateEquation(
    "Baber-Noori",
    baber_noori_tangent,
    baber_noori_stored,
    order=wen_order,
    recoverable=recoverable_energy,
    exhausted=exhausted,
)


@dataclass(frozen=True, eq=False)
class BaberNoori(Law):
    """Bouc-Wen with degradation and pinching (Baber & Noori 1985); `baber_noori_tangent` has the
    equation.

    Parameters
    ----------
    stiffness, post_yield_ratio, beta, gamma, exponent : array_like, shape (..., element)
        As in `BoucWen`; here beta + gamma > 0.
    mass : array_like
        Reference mass (kg) of e, the hysteretic energy per unit mass: e' = (1 - a) (k / mass) z v.
    strength_loss, flexibility_gain, amplitude_loss : array_like
        delta_nu, delta_eta and delta_A >= 0, kg/J. The law has a meaning while A = A_0 - delta_A e
        > 0.
    pinching : array_like
        zeta_s in [0, 1), total slip; 0 for no pinching.
    pinching_rate : array_like
        p >= 0, kg/J.
    pinching_onset : array_like
        q in [0, 1), the share of z_u at which the loop is thinnest.
    spread, spread_rate, coupling : array_like
        psi > 0 (m), delta_psi >= 0 (m kg/J) and lambda > 0 of the width of the pinched part.
    amplitude, strength, flexibility : array_like
        A_0, nu_0 and eta_0 > 0; 1 by default.

    Examples
    --------
    >>> from simulators import BaberNoori
    >>> law = BaberNoori(
    ...     stiffness=4e7, post_yield_ratio=0.05, beta=5e3, gamma=5e3, exponent=2.0,
    ...     mass=1e5, strength_loss=0.01, pinching=0.8, pinching_rate=0.3,
    ... )
    >>> law.to_dict()["law"]
    'BaberNoori'
    """

    stiffness: np.ndarray
    post_yield_ratio: np.ndarray
    beta: np.ndarray
    gamma: np.ndarray
    exponent: np.ndarray
    mass: np.ndarray
    strength_loss: np.ndarray = 0.0  # type: ignore[assignment]
    flexibility_gain: np.ndarray = 0.0  # type: ignore[assignment]
    amplitude_loss: np.ndarray = 0.0  # type: ignore[assignment]
    pinching: np.ndarray = 0.0  # type: ignore[assignment]
    pinching_rate: np.ndarray = 0.0  # type: ignore[assignment]
    pinching_onset: np.ndarray = 0.0  # type: ignore[assignment]
    spread: np.ndarray = 0.1  # type: ignore[assignment]
    spread_rate: np.ndarray = 0.0  # type: ignore[assignment]
    coupling: np.ndarray = 0.1  # type: ignore[assignment]
    amplitude: np.ndarray = 1.0  # type: ignore[assignment]
    strength: np.ndarray = 1.0  # type: ignore[assignment]
    flexibility: np.ndarray = 1.0  # type: ignore[assignment]
    rate: ClassVar[RateEquation] = BABER_NOORI
    units: ClassVar[dict[str, str]] = {
        "stiffness": "N m-1",
        "post_yield_ratio": "1",
        "beta": "m^-n",
        "gamma": "m^-n",
        "exponent": "1",
        "mass": "kg",
        "strength_loss": "kg J-1",
        "flexibility_gain": "kg J-1",
        "amplitude_loss": "kg J-1",
        "pinching": "1",
        "pinching_rate": "kg J-1",
        "pinching_onset": "1",
        "spread": "m",
        "spread_rate": "m kg J-1",
        "coupling": "1",
        "amplitude": "1",
        "strength": "1",
        "flexibility": "1",
    }

    def check(self) -> None:
        check_wen(self)
        if np.any(self.beta + self.gamma <= 0.0):
            raise ValueError(
                "BaberNoori.gamma: beta + gamma must be > 0, or z_u of the pinching is not defined"
            )
        for name in ("mass", "spread", "coupling", "amplitude", "strength", "flexibility"):
            in_range(self, name, above=0.0)
        for name in (
            "strength_loss",
            "flexibility_gain",
            "amplitude_loss",
            "pinching_rate",
            "spread_rate",
        ):
            in_range(self, name, minimum=0.0)
        for name in ("pinching", "pinching_onset"):
            in_range(self, name, minimum=0.0, below=1.0)

    def columns(self) -> dict[str, np.ndarray]:
        own = set(self.units) - {"stiffness", "post_yield_ratio", "exponent"}
        return {name: getattr(self, name) for name in own} | {
            "elastic": self.post_yield_ratio * self.stiffness,
            "scale": (1.0 - self.post_yield_ratio) * self.stiffness,
            "power": self.exponent - 1.0,
            "per_mass": 1.0 / self.mass,
        }

    def initial_stiffness(self) -> np.ndarray:
        column = self.columns()
        return column["elastic"] + column["scale"] * self.amplitude / self.flexibility

    @property
    def exhaustible(self) -> bool:
        return bool(np.any(self.amplitude_loss))

    @property
    def stores_more(self) -> bool:
        return bool(np.any(self.pinching))
