"""The law of Giuffre, Menegotto and Pinto, by which reinforcing and structural steel yields.

An element of drift d carries, with the hysteretic drift z,

    f = b k d + (1 - b) k z                                                                      (1)

Between two reversals z runs on a branch from the reversal (d_r, z_r) towards a bound s B, at first
as the drift does:

    z = z_r + (d - d_r) (1 + |x|^R)^(-1/R),     x = (d - d_r) / (s B - z_r)                      (2)
    B = d_y (1 + a_s q^0.8),                    q = (d_max - d_min) / (2 d_y)                    (3)
    R = R_0 (1 - c_1 xi / (c_2 + xi)),          xi = |d_pl - d_r - (s B - z_r)| / d_y            (4)

with the direction s = sgn(d'), the largest and least drifts d_max >= d_y and d_min <= -d_y at which
it has turned, and d_pl that of the two in the direction of motion. First loading starts at the
origin with B = d_y and R = R_0. a_s widens the bounds with the largest amplitude, isotropic
hardening; without it the law hardens kinematically. By (1) the asymptotes of the sources are those
of slope b k through (s B, k s B), and d_r + s B - z_r is where they meet the elastic line of a
branch.

A branch needs the place of the last reversal: the law is no rate equation for one hysteretic
variable, so that it is no `simulators.hysteresis.Law`, and structures of it are integrated by
`simulators.solvers.steel_chain`. In OpenSees it is the material Steel02, whose a1 / a2^0.8 and a3 /
a4^0.8 are the a_s of motions in the negative and in the positive direction.

It remembers the last reversal alone: after a short unloading the force may pass the curve that it
has left by a little, as that of Steel02 does.

References
----------
Menegotto, M. and Pinto, P. E. (1973). Method of analysis for cyclically loaded R.C. plane frames.
IABSE Symposium on resistance and ultimate deformability of structures, Lisbon, 15-22.
Filippou, F. C., Popov, E. P. and Bertero, V. V. (1983). Effects of bond deterioration on hysteretic
behavior of reinforced concrete joints. Report EERC 83-19, University of California, Berkeley.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numba.extending import register_jitable

from simulators.checks import common_shape, finite_array, in_range, read_only

PARAMETERS = 8
"""Numbers of an element in `MenegottoPinto.table`."""
STATE = 7
"""Numbers that an element remembers: s, d_r, z_r, s B - z_r, R, d_max, d_min; zeros at rest."""
SMALLEST = 1e-12
"""Length of a branch over d_y, where it begins at its bound."""


@register_jitable
def hysteretic_drift(own: Any, state: Any, e: int, drift: float) -> float:
    """Return z (m) of (2).

    Parameters
    ----------
    own : ndarray, shape (element, PARAMETERS)
    state : ndarray, shape (element, STATE)
    e : int
        The element.
    drift : float
        m, on the branch that the state tells.
    """
    virgin = state[e, 0] == 0.0
    reach = own[e, 1] if virgin else state[e, 3]
    sharpness = own[e, 3] if virgin else state[e, 4]
    gone = drift - state[e, 1]
    x = abs(gone / reach)
    far = max(x, 1.0)
    power = min(x, 1.0 / far) ** sharpness  # |x|^R itself would overflow
    if power < 1e-17:
        return state[e, 2] + gone / far
    return state[e, 2] + gone / far * (1.0 + power) ** (-1.0 / sharpness)


@register_jitable
def spring_force(own: Any, state: Any, e: int, drift: float) -> float:
    """Return f (N) of (1); parameters as of `hysteretic_drift`."""
    z = hysteretic_drift(own, state, e, drift)
    return own[e, 0] * (own[e, 2] * drift + (1.0 - own[e, 2]) * z)


@register_jitable
def turn(own: Any, state: Any, e: int, direction: float, drift: float) -> None:
    """Begin the branch in a direction, 1.0 or -1.0, at a drift (m), by (3) and (4).

    Parameters as of `hysteretic_drift`; the state is changed.
    """
    displacement = own[e, 1]
    if state[e, 0] == 0.0:
        state[e, 0] = direction
        state[e, 3] = direction * displacement
        state[e, 4] = own[e, 3]
        state[e, 5] = displacement
        state[e, 6] = -displacement
        return
    z = hysteretic_drift(own, state, e, drift)
    state[e, 5] = max(state[e, 5], drift)
    state[e, 6] = min(state[e, 6], drift)
    amplitude = (state[e, 5] - state[e, 6]) / (2.0 * displacement)
    shift = own[e, 7] if direction > 0.0 else own[e, 6]
    reach = direction * displacement * (1.0 + shift * amplitude**0.8) - z
    if abs(reach) < SMALLEST * displacement:
        reach = direction * SMALLEST * displacement
    farthest = state[e, 5] if direction > 0.0 else state[e, 6]
    xi = abs(farthest - drift - reach) / displacement
    state[e, 0] = direction
    state[e, 1] = drift
    state[e, 2] = z
    state[e, 3] = reach
    state[e, 4] = own[e, 3] * (1.0 - own[e, 4] * xi / (own[e, 5] + xi))


@dataclass(frozen=True, eq=False)
class MenegottoPinto:
    """Elements of the law of the module's docstring.

    Each parameter is a number for all elements or an array of shape (element,); with a leading
    axis, (record, element), every record has parameters of its own.

    Parameters
    ----------
    stiffness : array_like
        k > 0 at rest, N/m.
    yield_displacement : array_like
        d_y > 0, m.
    post_yield_ratio : array_like
        b in [0, 1].
    transition : array_like
        R_0 > 0 of first loading: the larger, the sharper the element yields.
    transition_loss : array_like
        c_1 in [0, 1).
    transition_path : array_like
        c_2 > 0.
    negative_shift, positive_shift : array_like
        a_s >= 0 of motions in the negative and in the positive direction.

    Raises
    ------
    ValueError
        Naming the parameter, its value and what is allowed.

    Examples
    --------
    >>> import numpy as np
    >>> from simulators.hysteresis.menegotto_pinto import MenegottoPinto
    >>> law = MenegottoPinto(stiffness=1e6, yield_displacement=0.01, post_yield_ratio=0.05)
    >>> print(law.force(np.array([0.0, 0.005, 0.05, 0.04])).ravel().round(1))  # N
    [    0.   5000.  12000.   2840.2]
    """

    stiffness: np.ndarray
    yield_displacement: np.ndarray
    post_yield_ratio: np.ndarray = 0.0  # type: ignore[assignment]
    transition: np.ndarray = 20.0  # type: ignore[assignment]
    transition_loss: np.ndarray = 0.925  # type: ignore[assignment]
    transition_path: np.ndarray = 0.15  # type: ignore[assignment]
    negative_shift: np.ndarray = 0.0  # type: ignore[assignment]
    positive_shift: np.ndarray = 0.0  # type: ignore[assignment]

    def __post_init__(self) -> None:
        law = type(self).__name__
        values = {
            f.name: finite_array(f"{law}.{f.name}", getattr(self, f.name), ndim=(0, 1, 2))
            for f in fields(self)
        }
        shape = common_shape(law, values)
        if 0 in shape:
            raise ValueError(f"{law}: its parameters have shape {shape}, expected one element")
        for name, value in values.items():
            object.__setattr__(self, name, read_only(np.broadcast_to(value, shape)))
        in_range(self, "stiffness", above=0.0)
        in_range(self, "yield_displacement", above=0.0)
        in_range(self, "post_yield_ratio", minimum=0.0, maximum=1.0)
        in_range(self, "transition", above=0.0)
        in_range(self, "transition_loss", minimum=0.0, below=1.0)
        in_range(self, "transition_path", above=0.0)
        in_range(self, "negative_shift", minimum=0.0)
        in_range(self, "positive_shift", minimum=0.0)

    @property
    def shape(self) -> tuple[int, ...]:
        """(element,) or (record, element)."""
        return self.stiffness.shape

    def table(self) -> np.ndarray:
        """Return all parameters in the order of the fields, shape (..., element, PARAMETERS)."""
        return np.stack([getattr(self, f.name) for f in fields(self)], axis=-1)

    def force(self, drift: Any) -> np.ndarray:
        """Return the restoring force (N) along a drift history, from rest: (time, element).

        Parameters
        ----------
        drift : array_like, shape (time,) or (time, element)
            m; it turns at samples only.

        Raises
        ------
        ValueError
            For a law with a record axis, and a history that does not fit it.
        """
        path = finite_array("drift", drift, ndim=(1, 2))
        path = path[:, None] if path.ndim == 1 else path
        if self.stiffness.ndim > 1:
            raise ValueError(
                f"{type(self).__name__} has {len(self.stiffness)} records: expected a law without "
                "a record axis"
            )
        if path.shape[1] not in (1, len(self.stiffness)):
            raise ValueError(
                f"drift has {path.shape[1]} elements: expected one, or {len(self.stiffness)} as "
                "the law has"
            )
        own = self.table()
        path = np.broadcast_to(path, (len(path), len(own)))
        return np.stack([_along(own, e, path[:, e]) for e in range(len(own))], axis=1)


def _along(own: np.ndarray, e: int, path: np.ndarray) -> np.ndarray:
    state = np.zeros((len(own), STATE))
    force = np.zeros(len(path))
    before = 0.0
    for t, drift in enumerate(path):
        direction = float(np.sign(drift - before))
        if direction * state[e, 0] < 0.0 or (direction != 0.0 and state[e, 0] == 0.0):
            turn(own, state, e, direction, before)
        force[t] = spring_force(own, state, e, drift)
        before = drift
    return force
