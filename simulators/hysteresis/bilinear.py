"""The bilinear law with kinematic hardening: a spring beside a spring in series with a slider.

z is the elongation of the second spring. It follows the drift until the slider moves, which holds z
at the yield displacement: the stop operator,

    z = min(max(z_0 + d - d_0, -d_y), d_y)     between two reversals                             (1)

The loop between two extreme drifts is a parallelogram, and Masing's rule holds.

References
----------
Visintin, A. (1994). Differential models of hysteresis. Springer, chapter III (stop and play).
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numba.extending import register_jitable

from simulators.checks import in_range
from simulators.hysteresis.law import Law
from simulators.hysteresis.rates import RateEquation


@register_jitable
def stop_tangent(z: Any, velocity: Any, bound: Any) -> Any:
    """dz/dd: one while the slider holds, zero while it moves."""
    return np.heaviside(bound - np.copysign(1.0, velocity) * z, 0.0)


@register_jitable
def stop_stored(z: Any, scale: Any) -> Any:
    """Energy (J) of the spring in series with the slider."""
    return 0.5 * scale * z * z


@register_jitable
def stop_project(z: Any, bound: Any) -> Any:
    """z within its bounds, which a stage of finite length passes."""
    return np.minimum(np.maximum(z, -bound), bound)


def stop_advance(z: Any, step: Any, bound: Any) -> Any:
    """(1) at the end of a step of drift in one direction."""
    return stop_project(z + step, bound)


def stop_order() -> float:
    """Two: the force has a kink where the slider begins to move, at an unknown place of a step."""
    return 2.0


STOP = RateEquation(
    "bilinear",
    stop_tangent,
    stop_stored,
    project=stop_project,
    advance=stop_advance,
    order=stop_order,
)


@dataclass(frozen=True, eq=False)
class Bilinear(Law):
    """f = a k d + (1 - a) k z, with z the drift within +-d_y: bilinear, kinematic hardening.

    Parameters
    ----------
    stiffness : array_like, shape (..., element)
        k > 0, N/m.
    yield_displacement : array_like
        d_y > 0, m.
    post_yield_ratio : array_like, optional
        a in [0, 1], post- to pre-yield stiffness; 0, elastoplastic, by default.

    Notes
    -----
    Its tangent jumps where it yields. The batch integrator is of second order here, where smooth
    laws have the third, and takes more steps for a tolerance; its error is proved by that order.

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import Bilinear
    >>> law = Bilinear(stiffness=1e6, yield_displacement=0.01, post_yield_ratio=0.1)
    >>> force = law.drive(np.array([0.0, 0.01, 0.02]), interval=0.01).restoring_force
    >>> print(force.values.ravel().round(1))  # N
    [    0. 10000. 11000.]
    """

    stiffness: np.ndarray
    yield_displacement: np.ndarray
    post_yield_ratio: np.ndarray = 0.0  # type: ignore[assignment]
    rate: ClassVar[RateEquation] = STOP
    units: ClassVar[dict[str, str]] = {
        "stiffness": "N m-1",
        "yield_displacement": "m",
        "post_yield_ratio": "1",
    }

    def check(self) -> None:
        in_range(self, "stiffness", above=0.0)
        in_range(self, "yield_displacement", above=0.0)
        in_range(self, "post_yield_ratio", minimum=0.0, maximum=1.0)

    def columns(self) -> dict[str, np.ndarray]:
        return {
            "elastic": self.post_yield_ratio * self.stiffness,
            "scale": (1.0 - self.post_yield_ratio) * self.stiffness,
            "bound": self.yield_displacement,
        }
