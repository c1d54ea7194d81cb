"""The law of Menegotto and Pinto for the storeys of `surrogate.networks.InstrumentedBuilding`.

The equations are those of `simulators.hysteresis.menegotto_pinto`, on tensors. What a storey
remembers of its last reversal are seven of its states; they are zero at rest and change at the ends
of steps, as in `simulators.solvers.steel_chain`.
"""

from typing import ClassVar

import torch
from torch import Tensor

from surrogate.networks.storey_laws import Building, Motion, StoreyLaw

DIRECTION, TURNED_AT, TURNED_Z, REACH, SHARPNESS, HIGHEST, LOWEST = range(7)
"""s, d_r, z_r, s B - z_r, R, d_max, d_min."""
SMALLEST = 1e-6
"""Length of a branch over d_y, where it begins at its bound, and of |x|, for finite derivatives."""


class MenegottoPintoStorey(StoreyLaw):
    """Steel that yields at u, with branches that begin at reversals."""

    # The shifts are not zero, so that isotropic hardening can be learnt by their logarithms.
    start: ClassVar = {
        "post_yield_ratio": 0.05,
        "transition": 15.0,
        "transition_loss": 0.9,
        "transition_path": 0.15,
        "negative_shift": 0.01,
        "positive_shift": 0.01,
    }
    variables = 7

    def total(self, building: Building, drift: Tensor, z: Tensor) -> Tensor:
        virgin = z[..., DIRECTION, :] == 0.0
        reach = torch.where(virgin, building["yield_displacement"], z[..., REACH, :])
        sharpness = torch.where(virgin, building["transition"], z[..., SHARPNESS, :])
        gone = drift - z[..., TURNED_AT, :]
        x = (gone / reach).abs().clamp_min(SMALLEST)
        far = x.clamp_min(1.0)
        power = torch.minimum(x, 1.0 / far) ** sharpness  # |x|^R itself would overflow
        return z[..., TURNED_Z, :] + gone / far * (1.0 + power) ** (-1.0 / sharpness)

    def rates(self, building: Building, velocity: Tensor, z: Tensor) -> Tensor:
        return 0.0 * z  # zeros of their own would keep their number of records when exported

    def turned(self, building: Building, before: Motion, after: Motion, h: Tensor) -> Tensor:
        velocity = after.velocity
        old = before.z
        direction = torch.sign(velocity)
        turns = (direction != 0.0) & (old[..., DIRECTION, :] != direction)
        at = before.drift + _until_rest(before.velocity, velocity, h)
        new = self._branch(building, old, direction, at)
        return torch.where(turns[..., None, :], new, old)

    def _branch(self, building: Building, old: Tensor, direction: Tensor, at: Tensor) -> Tensor:
        """What storeys remember that begin a branch in a direction at a drift."""
        u = building["yield_displacement"]
        virgin = old[..., DIRECTION, :] == 0.0
        zero = torch.zeros_like(at)
        at = torch.where(virgin, zero, at)
        force = torch.where(virgin, zero, self.total(building, at, old))
        highest = torch.maximum(torch.maximum(old[..., HIGHEST, :], u), at)
        lowest = torch.minimum(torch.minimum(old[..., LOWEST, :], -u), at)
        shift = torch.where(direction > 0.0, building["positive_shift"], building["negative_shift"])
        shift = torch.where(virgin, zero, shift)
        bound = u * (1.0 + shift * ((highest - lowest) / (2.0 * u)) ** 0.8)
        reach = direction * bound - force
        short = reach.abs() < SMALLEST * u
        reach = torch.where(short, direction * SMALLEST * u, reach)
        xi = (torch.where(direction > 0.0, highest, lowest) - at - reach).abs() / u
        loss = building["transition_loss"] * xi / (building["transition_path"] + xi)
        sharpness = building["transition"] * (1.0 - loss)
        return torch.stack([direction, at, force, reach, sharpness, highest, lowest], dim=-2)


def _until_rest(before: Tensor, after: Tensor, h: Tensor) -> Tensor:
    """Way to the turn in a step of length h in which a velocity changes sign, else zero."""
    changes = before * after < 0.0
    drop = torch.where(changes, before - after, torch.ones_like(before))
    way = 0.5 * h * before.square() / drop
    return torch.where(changes, way, torch.zeros_like(way))
