"""A grey-box network of a family of buildings: the equation of motion of each, and one law that all
their storeys share.

Floor i of mass m_i moves by q_i relative to the base of acceleration a_g; storey i has the drift
d_i = q_i - q_{i-1} and the restoring force f_i of `surrogate.networks.storey_law`:

    m_i (q_i'' + a_g) = f_{i+1} - f_i - b sum_j C_ij q_j'

with f = 0 above the roof. Masses, elastic stiffnesses, yield drifts, what else is known of a
storey, the factor b and the number of storeys are the condition of a record. What is learnt are the
law and the ratios of damping in the modes of the middle building
(`surrogate.networks.middle_damping`), the same for all buildings.

A storey does not know where in which building it is: the same law slides along buildings of any
number of storeys. Storeys above the roof of a building have no drift.

A step is that of the fourth-order method of Runge and Kutta for q and q', the acceleration being
linear between samples; the hysteretic force at any moment of it follows from that at its start and
the drift since then. Such steps are of second order where a drift turns within one. Hysteretic
forces are bounded for any weights, damping and what is left after yielding keep the rest of the
structure stable: responses are bounded for any motion, as long as the product of the highest
frequency and the step is below 2.8. `attach_channels` refuses too few steps for the stiffest storey
and the smallest mass of the training part.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from surrogate.data.channels import Interface
from surrogate.networks.building_parameters import require_positive
from surrogate.networks.conditioned import ConditionedNetwork
from surrogate.networks.family_parameters import Channels, places
from surrogate.networks.middle_damping import MiddleDamping
from surrogate.networks.sequence import DifferenceEquation, require_sizes
from surrogate.networks.storey_law import StoreyLaw

State = tuple[Tensor, Tensor]
STABLE = 2.5
"""Largest product of frequency and step; the method becomes unstable at 2.8."""


class _Buildings(NamedTuple):
    """What the steps of a batch have in common, each of shape (batch, storey) unless it says so."""

    mobility: Tensor
    """1 / m, zero above the roof."""
    elastic: Tensor
    """a k."""
    yielding: Tensor
    """(1 - a) k y, N."""
    yield_displacement: Tensor
    law: tuple[Tensor, Tensor]
    """As `StoreyLaw.of_storeys`."""
    damping: Tensor
    """b C, shape (batch, storey, storey)"""


class ShearFamily(ConditionedNetwork, DifferenceEquation):
    """Buildings of the module's docstring, from the acceleration of the base to their drifts.

    It knows the units of its channels, which `attach_channels` tells. Records must begin at rest.

    Parameters
    ----------
    inputs : int
        Number of all input channels. Of several accelerations a learnt weighted sum is taken.
    outputs : int
        Storeys of the tallest building.
    hidden : int
        Units of the law.
    known : list of str, optional
        Parameters that the law of a storey is told, such as ``exponent``: one number a storey, or
        one for all storeys of a building.
    mass, stiffness, yield_displacement : float, optional
        Of every floor or storey (kg, N/m, m), where they do not vary from record to record.
    substeps : int
        Steps of the integration between two samples.
    conditions
        See `ConditionedNetwork`.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import ShearFamily
    >>> building = {"mass": 1e5, "stiffness": 6e7, "yield_displacement": 0.01}
    >>> network = ShearFamily(inputs=1, outputs=5, **building)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    input_mean: Tensor
    input_scale: Tensor
    output_scale: Tensor
    interval: Tensor

    def __init__(
        self,
        inputs: int,
        outputs: int,
        hidden: int = 16,
        known: list[str] | None = None,
        mass: float | None = None,
        stiffness: float | None = None,
        yield_displacement: float | None = None,
        substeps: int = 2,
        conditions: int = 0,
    ) -> None:
        super().__init__(inputs, conditions, odd=True)
        require_sizes(outputs=outputs, substeps=substeps)
        given = {"mass": mass, "stiffness": stiffness, "yield_displacement": yield_displacement}
        self.given = {name: value for name, value in given.items() if value is not None}
        require_positive(**self.given)
        self.storeys = outputs
        self.states = 3 * outputs
        self.substeps = substeps
        self.known = list(known or [])
        self.places: Channels = {}
        self.law = StoreyLaw(len(self.known), hidden)
        self.damping = MiddleDamping(outputs)
        if self.series > 1:
            self.direction: Tensor = nn.Parameter(torch.full((self.series,), 1.0 / self.series))
        else:
            self.register_buffer("direction", torch.ones(1))
        self.register_buffer("input_mean", torch.zeros(inputs))
        self.register_buffer("input_scale", torch.ones(inputs))
        self.register_buffer("output_scale", torch.ones(outputs))
        self.register_buffer("interval", torch.tensor(0.02))
        if len(self.given) == len(given):
            self._attach_damping(torch.zeros(1, conditions))

    def attach_channels(
        self, interface: Interface, statistics: Mapping[str, Sequence[float]]
    ) -> None:
        """Take the meaning, the units and the scales of the channels, and the sampling interval.

        Raises
        ------
        ValueError
            As `family_parameters.places`; for steps that are too long for the stiffest storey and
            the smallest mass.
        """
        self.places = places(interface, self.known, self.given)
        self.interval.fill_(interface.sampling_interval)
        for name in ("input_mean", "input_scale"):
            getattr(self, name).copy_(torch.as_tensor(statistics[name]))
        self.output_scale.copy_(torch.as_tensor(statistics["target_scale"]))
        middle = self.input_mean[self.series :]
        half = self.input_scale[self.series :]
        least_mass = float(self._values("mass", (middle - half)[None]).min())
        most_stiffness = float(self._values("stiffness", (middle + half)[None]).max())
        if least_mass <= 0.0:  # placeholders, until a checkpoint fills the buffers
            return
        self._attach_damping(middle[None])
        self._require_stable(least_mass, most_stiffness)

    def _attach_damping(self, middle: Tensor) -> None:
        """Tell the damping the building of a condition, shape (1, conditions)."""
        mass = self._values("mass", middle)[0]
        stiffness = self._values("stiffness", middle)[0]
        self.damping.attach(mass, stiffness)

    def _require_stable(self, mass: float, stiffness: float) -> None:
        """Raise ValueError where steps are too long for a chain of that mass and stiffness."""
        highest = 2.0 * math.sqrt(stiffness / mass)
        needed = math.ceil(highest * float(self.interval) / STABLE)
        if self.substeps < needed:
            raise ValueError(
                f"model.network.substeps = {self.substeps}: frequencies up to "
                f"{highest / (2.0 * math.pi):.3g} Hz at an interval of {float(self.interval):g} s "
                f"need at least {needed}"
            )

    def run(self, input: Tensor, state: State | None) -> tuple[Tensor, State]:
        x, before = state or (input.new_zeros(input.shape[0], self.states), self._no_past(input))
        ends = self._ends(before, input)
        w = self._steps(ends)
        buildings = self._buildings(w[:, 0])
        trajectory = []
        for each in w.unbind(1):
            x = self._advance(buildings, x, each)
            trajectory.append(x)
        return self.read(torch.stack(trajectory, dim=1), w), (x, ends[:, -1:])

    def features(self, input: Tensor) -> Tensor:
        return self._steps(self._ends(self._no_past(input), input))

    def step(self, x: Tensor, w: Tensor) -> Tensor:
        return self._advance(self._buildings(w), x, w)

    def read(self, x: Tensor, w: Tensor) -> Tensor:
        drift = _drifts(x[..., : self.storeys])
        return drift * self._stands(self._conditions(w)) / self.output_scale

    def _no_past(self, input: Tensor) -> Tensor:
        return input.new_zeros(input.shape[0], 1, input.shape[2] + 1)

    def _ends(self, before: Tensor, input: Tensor) -> Tensor:
        """Channels in physical units and a one at each sample, after the last sample of the past.

        Where there is no past all are zero.
        """
        physical = self.input_mean + self.input_scale * input
        return torch.cat([before, functional.pad(physical, (0, 1), value=1.0)], dim=1)

    def _steps(self, ends: Tensor) -> Tensor:
        """The series at the start of each step, its length in samples and the channels at its end.

        A record starts from rest at its first sample: the length of a step out of no past is zero.
        """
        start = ends[:, :-1]
        return torch.cat([start[..., : self.series], start[..., -1:], ends[:, 1:, :-1]], dim=2)

    def _conditions(self, w: Tensor) -> Tensor:
        """The condition, shape (..., conditions), in what `_steps` gives."""
        return w[..., 2 * self.series + 1 :]

    def _values(self, name: str, condition: Tensor) -> Tensor:
        """A parameter of each storey, shape (batch, storey), from the physical condition."""
        if name in self.places:
            return condition[:, self.places[name]].expand(-1, self.storeys)
        if name not in self.given:
            raise ValueError(
                f"ShearFamily does not know {name}: set it, or train on data whose parameters "
                "tell it"
            )
        return condition.new_full((condition.shape[0], self.storeys), self.given[name])

    def _buildings(self, w: Tensor) -> _Buildings:
        condition = self._conditions(w)
        stands = self._stands(condition)
        stiffness = self._values("stiffness", condition) * stands
        yields = self._values("yield_displacement", condition)
        known = self._known(condition)
        ratio = self.law.post_yield_ratio(known)
        damping = self.damping(stands.sum(dim=1).round())
        if "damping_factor" in self.places:
            damping = damping * condition[:, self.places["damping_factor"], None]
        return _Buildings(
            stands / self._values("mass", condition),
            ratio * stiffness,
            (1.0 - ratio) * stiffness * yields,
            yields,
            self.law.of_storeys(known),
            damping,
        )

    def _stands(self, condition: Tensor) -> Tensor:
        """One for each storey that a building has, zero above its roof, shape (..., storey)."""
        if "storeys" not in self.places:
            return condition.new_ones(*condition.shape[:-1], self.storeys)
        storeys = condition[..., self.places["storeys"]]
        numbers = torch.arange(self.storeys, device=condition.device) + 0.5  # of rounded numbers
        return (numbers < storeys).to(condition.dtype)

    def _known(self, condition: Tensor) -> Tensor:
        """What the law is told, standardised, shape (batch, storey, known)."""
        columns = []
        for name in self.known:
            middle = self.input_mean[self.series :][self.places[name]]
            half = self.input_scale[self.series :][self.places[name]]
            columns.append((self._values(name, condition) - middle) / half)
        if not columns:
            return condition.new_zeros(condition.shape[0], self.storeys, 0)
        return torch.stack(columns, dim=2)

    def _advance(self, buildings: _Buildings, x: Tensor, w: Tensor) -> Tensor:
        """States at the end of the step between two samples."""
        first, length, rest = w.tensor_split([self.series, self.series + 1], dim=1)
        start = (first @ self.direction)[:, None]
        end = (rest[:, : self.series] @ self.direction)[:, None]
        change = (end - start) / self.substeps
        h = self.interval / self.substeps * length
        for number in range(self.substeps):
            x = self._substep(buildings, x, start + number * change, change, h)
        return x

    def _substep(
        self, buildings: _Buildings, x: Tensor, first: Tensor, change: Tensor, h: Tensor
    ) -> Tensor:
        """States after a step of length h (batch, 1) in which the base's acceleration changes."""
        floors = x[:, : 2 * self.storeys]
        middle = first + 0.5 * change
        r1 = self._rates(buildings, x, floors, first)
        r2 = self._rates(buildings, x, floors + 0.5 * h * r1, middle)
        r3 = self._rates(buildings, x, floors + 0.5 * h * r2, middle)
        r4 = self._rates(buildings, x, floors + h * r3, first + change)
        floors = floors + h / 6.0 * (r1 + 2.0 * (r2 + r3) + r4)
        return torch.cat([floors, self._moved(buildings, x, floors)], dim=1)

    def _rates(self, buildings: _Buildings, x: Tensor, floors: Tensor, base: Tensor) -> Tensor:
        """Rates of displacements and velocities of the floors, shape (batch, 2 storeys).

        Parameters
        ----------
        buildings : _Buildings
        x : Tensor, shape (batch, states)
            At the start of the step.
        floors : Tensor, shape (batch, 2 storeys)
            Displacements and velocities now.
        base : Tensor, shape (batch, 1)
            Acceleration of the base.
        """
        displacement, velocity = floors.chunk(2, dim=1)
        moved = self._moved(buildings, x, floors)
        force = buildings.elastic * _drifts(displacement) + buildings.yielding * moved
        damping = (buildings.damping @ velocity[..., None])[..., 0]
        above = functional.pad(force[:, 1:], (0, 1))
        acceleration = buildings.mobility * (above - force - damping) - base
        return torch.cat([velocity, acceleration], dim=1)

    def _moved(self, buildings: _Buildings, x: Tensor, floors: Tensor) -> Tensor:
        """Hysteretic forces, dimensionless, once the floors have moved from where they are in x."""
        before, _, force = x.split(self.storeys, dim=1)
        path = _drifts(floors[:, : self.storeys] - before) / buildings.yield_displacement
        return self.law.moved(force, path, *buildings.law)


def _drifts(floors: Tensor) -> Tensor:
    """Differences between floors, the base being at zero, shape (..., storey)."""
    return floors - functional.pad(floors[..., :-1], (1, 0))
