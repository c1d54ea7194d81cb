"""The Bouc-Wen law with loss of strength and stiffness, and pinching.

References
----------
Baber, T. T. and Noori, M. N. (1985). Random vibration of degrading, pinching systems. J. Eng. Mech.
111(8), 1010-1026.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulators.checks import in_range
from simulators.hysteresis.bouc_wen import check_wen
from simulators.hysteresis.law import BABER_NOORI, Law


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
    strength_loss: np.ndarray = 0.0
    flexibility_gain: np.ndarray = 0.0
    amplitude_loss: np.ndarray = 0.0
    pinching: np.ndarray = 0.0
    pinching_rate: np.ndarray = 0.0
    pinching_onset: np.ndarray = 0.0
    spread: np.ndarray = 0.1
    spread_rate: np.ndarray = 0.0
    coupling: np.ndarray = 0.1
    amplitude: np.ndarray = 1.0
    strength: np.ndarray = 1.0
    flexibility: np.ndarray = 1.0
    tangent: ClassVar[int] = BABER_NOORI

    def check(self):
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

    def columns(self):
        same = (
            "amplitude",
            "beta",
            "gamma",
            "strength",
            "strength_loss",
            "flexibility",
            "flexibility_gain",
            "amplitude_loss",
        )
        same += (
            "pinching",
            "pinching_rate",
            "pinching_onset",
            "spread",
            "spread_rate",
            "coupling",
            "mass",
        )
        return {name: getattr(self, name) for name in same} | {
            "elastic": self.post_yield_ratio * self.stiffness,
            "scale": (1.0 - self.post_yield_ratio) * self.stiffness,
            "power": self.exponent - 1.0,
        }
