"""A building that yields under the motion of its base and forces on its floors at once.

The solver takes one of both; here classical Runge-Kutta steps follow

    m_i A_i = p_i - f_i + f_(i+1),      f = k (a d + (1 - a) z) + c v,      z' = v (1 - r |z / y|^2)

for the storeys from below, with the forces p, absolute accelerations A, drifts d, their rates v and
the law of Bouc and Wen of exponent two, r = share sign(v z) + 1 - share.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

SUBSTEPS = 4
"""Between two samples."""


@dataclass(frozen=True, eq=False)
class _Building:
    """Parameters of all storeys, each of shape (storey,) or one number."""

    mass: np.ndarray
    stiffness: np.ndarray
    damping: np.ndarray
    yield_displacement: np.ndarray
    share: float
    post_yield_ratio: float

    def accelerations(self, x: np.ndarray, forces: np.ndarray) -> np.ndarray:
        """Absolute, (record, floor), of states (3, record, storey)."""
        d, v, z = x
        ratio = self.post_yield_ratio
        storey = self.stiffness * (ratio * d + (1.0 - ratio) * z) + self.damping * v
        above = np.pad(storey[:, 1:], ((0, 0), (0, 1)))
        return (forces - storey + above) / self.mass

    def rates(self, x: np.ndarray, drive: np.ndarray) -> np.ndarray:
        """Of the states under the base and forces, (record, 1 + floor)."""
        _, v, z = x
        floors = self.accelerations(x, drive[:, 1:])
        below = np.concatenate([drive[:, :1], floors], axis=1)
        turned = self.share * np.sign(v * z) + 1.0 - self.share
        slipped = turned * np.square(z / self.yield_displacement)
        return np.stack([v, np.diff(below, axis=1), v * (1.0 - slipped)])

    def advanced(self, x: np.ndarray, drive: np.ndarray, by: np.ndarray, h: float) -> np.ndarray:
        """States after a step in which the drive changes evenly."""
        r1 = self.rates(x, drive)
        r2 = self.rates(x + 0.5 * h * r1, drive + 0.5 * by)
        r3 = self.rates(x + 0.5 * h * r2, drive + 0.5 * by)
        r4 = self.rates(x + h * r3, drive + by)
        return x + h / 6.0 * (r1 + 2.0 * (r2 + r3) + r4)


def respond(
    parameters: Mapping[str, Any], base: np.ndarray, forces: np.ndarray, interval: float
) -> dict[str, np.ndarray]:
    """Return the drifts (m) and absolute accelerations (m s-2), (record, time, storey).

    Parameters
    ----------
    parameters : mapping
        mass (kg), stiffness (N/m), damping (N s/m), yield_displacement (m), share and
        post_yield_ratio; an exponent is taken as two.
    base : ndarray, shape (record, time)
        m s-2.
    forces : ndarray, shape (record, time, floor)
        N.
    interval : float
        s.
    """
    mass, stiffness, damping, limit = (
        np.array(parameters[name], dtype=float)
        for name in ("mass", "stiffness", "damping", "yield_displacement")
    )
    share, ratio = (float(parameters[name]) for name in ("share", "post_yield_ratio"))
    building = _Building(mass, stiffness, damping, limit, share, ratio)
    drives = np.concatenate([base[..., None], forces], axis=-1)
    x = np.zeros((3, *forces[:, 0].shape))
    drifts = np.zeros(forces.shape)
    accelerations = np.zeros(forces.shape)
    accelerations[:, 0] = building.accelerations(x, forces[:, 0])
    for place in range(1, base.shape[1]):
        by = (drives[:, place] - drives[:, place - 1]) / SUBSTEPS
        for number in range(SUBSTEPS):
            now = drives[:, place - 1] + number * by
            x = building.advanced(x, now, by, interval / SUBSTEPS)
        drifts[:, place] = x[0]
        accelerations[:, place] = building.accelerations(x, forces[:, place])
    return {"drift": drifts, "acceleration": accelerations}
