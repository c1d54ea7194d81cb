"""Laws of the storeys of `surrogate.networks.InstrumentedBuilding`, on tensors.

A storey of drift d, stiffness k at rest and dashpot c carries c d' + a k d + (1 - a) k r, where

    bouc_wen      r = z,                 z' = d' [1 - |z / u|^n (s sgn(z d') + 1 - s)]
    iwan          r = sum_j w_j z_j,     z_j' = d' while |z_j| < u r_j, or it would fall; else zero

The second is a law that is learnt: sliders in parallel, each a spring that slips at a drift of its
own (Iwan 1966, J. Appl. Mech. 33, 893). Their weights w_j >= 0, whose sum is one, and the drifts
u r_j make any loading curve that is monotone, softens and is straight between the u r_j. Masing's
rule holds on every branch after it, and no closed path of the drift gives energy, whatever they
are. The law of steel is in `surrogate.networks.steel_storey`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor

RATIOS = np.geomspace(0.25, 4.0, 5)
"""Where the r_j start."""
REFERENCE = 3
"""The slider, from 1, that slips at u; weights and drifts of the others are relative to its own."""
_OTHERS = tuple(j for j in range(1, len(RATIOS) + 1) if j != REFERENCE)
WEIGHTS = tuple(f"weight_{j}" for j in _OTHERS)
"""Parameters of the other sliders: their weights over that of the reference."""
SLIPS = tuple(f"slip_{j}" for j in _OTHERS)
"""Parameters of the other sliders: r_j."""
LEAST_WEIGHT = 0.02
"""Of a slider at the start of a search, so that it can be found to be needed."""

Building = Mapping[str, Tensor]
"""Parameters of the equation of motion by their names, each of shape (storeys,)."""


def first_sliders() -> dict[str, float]:
    """Return `WEIGHTS` and `SLIPS` of chords of tanh(d / u), Bouc and Wen's curve for n = 2."""
    ends = np.append(0.0, RATIOS)
    slopes = np.append(np.diff(np.tanh(ends)) / np.diff(ends), 0.0)
    weights = np.maximum(-np.diff(slopes), LEAST_WEIGHT)
    others = np.delete(weights, REFERENCE - 1) / weights[REFERENCE - 1]
    slips = np.delete(RATIOS, REFERENCE - 1)
    return dict(zip((*WEIGHTS, *SLIPS), (*others.tolist(), *slips.tolist()), strict=True))


class Motion(NamedTuple):
    """Storeys at a time: drifts and their rates, (..., storeys), and z."""

    drift: Tensor
    velocity: Tensor
    z: Tensor


class StoreyLaw(ABC):
    """What a storey adds to its dashpot and to the share a k d of its spring.

    Attributes
    ----------
    start : dict of str to float
        Its parameters beside the stiffness and the yield displacement, as they start.
    variables : int
        Hysteretic variables of a storey.
    """

    start: ClassVar[dict[str, float]]
    variables: ClassVar[int]

    @abstractmethod
    def total(self, building: Building, drift: Tensor, z: Tensor) -> Tensor:
        """Return r from drifts (..., storeys) and z (..., variables, storeys): (..., storeys)."""

    @abstractmethod
    def rates(self, building: Building, velocity: Tensor, z: Tensor) -> Tensor:
        """Return z' under rates of the drifts, shape (..., storeys)."""

    def within(self, building: Building, z: Tensor) -> Tensor:
        """Return z where it must lie, after a step of finite length."""
        return z

    def turned(self, building: Building, before: Motion, after: Motion, h: Tensor) -> Tensor:
        """Return z at the end of a step of length h (s), of a law that remembers reversals."""
        return after.z


class BoucWenStorey(StoreyLaw):
    """The law of Bouc and Wen that yields at u."""

    start: ClassVar = {"exponent": 2.0, "share": 0.5, "post_yield_ratio": 0.05}
    variables = 1

    def total(self, building: Building, drift: Tensor, z: Tensor) -> Tensor:
        return z[..., 0, :]

    def rates(self, building: Building, velocity: Tensor, z: Tensor) -> Tensor:
        v = velocity[..., None, :]
        ratio = z / building["yield_displacement"]
        # The tiny number keeps the derivative by the exponent finite at rest.
        power = (ratio.abs() + 1e-12) ** building["exponent"]
        along = v * (1.0 - power * (1.0 - building["share"]))
        return along - v.abs() * torch.sign(z) * power * building["share"]


class IwanStorey(StoreyLaw):
    """Sliders in parallel, whose weights are learnt."""

    start: ClassVar = {"post_yield_ratio": 0.05, **first_sliders()}
    variables = len(RATIOS)

    def total(self, building: Building, drift: Tensor, z: Tensor) -> Tensor:
        weights, _ = sliders(building)
        return (torch.stack(weights) * z).sum(dim=-2)

    def rates(self, building: Building, velocity: Tensor, z: Tensor) -> Tensor:
        v = velocity[..., None, :]
        holds = torch.sign(v) * z < self._bounds(building)
        return torch.where(holds, v, torch.zeros_like(z))

    def within(self, building: Building, z: Tensor) -> Tensor:
        bounds = self._bounds(building)
        return torch.minimum(torch.maximum(z, -bounds), bounds)

    def _bounds(self, building: Building) -> Tensor:
        _, slips = sliders(building)
        return torch.stack(slips)


def sliders(values: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    """Return the weights w_j and the drifts u r_j (m) of all sliders, as arrays or tensors."""
    displacement = values["yield_displacement"]
    weights = [values[name] for name in WEIGHTS]
    weights.insert(REFERENCE - 1, displacement / displacement)
    total = sum(weights)
    slips = [displacement * values[name] for name in SLIPS]
    slips.insert(REFERENCE - 1, displacement)
    return [weight / total for weight in weights], slips
