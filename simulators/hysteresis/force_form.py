"""The Bouc-Wen law as a rate of the force itself, as Zhang et al. state it.

References
----------
Zhang, R. et al. (2019). Deep long short-term memory networks for nonlinear structural seismic
response prediction. Computers & Structures 220, 55-68.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from simulators.checks import in_range
from simulators.hysteresis.bouc_wen import BOUC_WEN
from simulators.hysteresis.law import Law
from simulators.hysteresis.rates import RateEquation

_FORCE_UNITS = {"N": 1.0, "kN": 1e3, "MN": 1e6}


@dataclass(frozen=True, eq=False)
class ForceFormBoucWen(Law):
    """f' = k v - alpha |v| |f|^(n-1) f - beta v |f|^n (Zhang et al. 2019), in newton; `in_unit`
    takes others.

    Parameters
    ----------
    stiffness : array_like, shape (..., element)
        k > 0, N/m.
    alpha : array_like
        >= 0, N^(1-n)/m.
    beta : array_like
        N^(1-n)/m. The law dissipates in every motion only if |beta| <= alpha (`dissipative`).
        Published parameter sets break this (storeys 1, 3 and 5 of Zhang's building, the benchmark
        of Noel and Schoukens), so it is reported and not required.
    exponent : array_like
        n >= 1.

    Notes
    -----
    The ultimate force is f_u = (k / (alpha + beta))^(1/n), infinite where alpha + beta <= 0.

    Examples
    --------
    >>> from simulators import ForceFormBoucWen
    >>> law = ForceFormBoucWen.in_unit("kN", stiffness=4e4, alpha=1e-5, beta=1e-5, exponent=2.0)
    >>> print(law.stiffness, law.ultimate_force.round(-3))  # N/m, N
    [40000000.] [44721000.]
    """

    stiffness: np.ndarray
    alpha: np.ndarray
    beta: np.ndarray
    exponent: np.ndarray
    rate: ClassVar[RateEquation] = BOUC_WEN
    units: ClassVar[dict[str, str]] = {
        "stiffness": "N m-1",
        "alpha": "N^(1-n) m-1",
        "beta": "N^(1-n) m-1",
        "exponent": "1",
    }
    variable_unit: ClassVar[str] = "N"

    @classmethod
    def in_unit(
        cls,
        force_unit: str,
        stiffness: Any,
        alpha: Any,
        beta: Any,
        exponent: Any,
    ) -> "ForceFormBoucWen":
        """Law from parameters stated for a force in `force_unit` ("N", "kN" or "MN"), stiffness in
        that unit per metre.

        With f = u f_unit, k becomes u k, and alpha and beta become u^(1-n) alpha and u^(1-n) beta:
        the ultimate force (k / (alpha + beta))^(1/n) is then the same force in both units.
        """
        if not isinstance(force_unit, str) or force_unit not in _FORCE_UNITS:
            raise ValueError(
                f"force_unit = {force_unit!r}: expected one of {', '.join(_FORCE_UNITS)}"
            )
        unit = _FORCE_UNITS[force_unit]
        law = cls(stiffness, alpha, beta, exponent)
        factor = unit ** (1.0 - law.exponent)
        return cls(unit * law.stiffness, factor * law.alpha, factor * law.beta, law.exponent)

    def check(self) -> None:
        in_range(self, "stiffness", above=0.0)
        in_range(self, "alpha", minimum=0.0)
        in_range(self, "exponent", minimum=1.0)

    @property
    def dissipative(self) -> np.ndarray:
        """Whether |beta| <= alpha, ndarray of bool, shape (..., element)."""
        return np.abs(self.beta) <= self.alpha

    @property
    def ultimate_force(self) -> np.ndarray:
        """f_u (N), ndarray, shape (..., element); inf where alpha + beta <= 0."""
        total = self.alpha + self.beta
        softening = total > 0.0
        return np.where(
            softening,
            (self.stiffness / np.where(softening, total, 1.0)) ** (1.0 / self.exponent),
            np.inf,
        )

    def columns(self) -> dict[str, np.ndarray]:
        return {
            "scale": np.ones_like(self.stiffness),
            "amplitude": self.stiffness,
            "beta": self.alpha,
            "gamma": self.beta,
            "power": self.exponent - 1.0,
        }
