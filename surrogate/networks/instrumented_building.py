"""A grey-box network in physical units: a shear building and the sensors that look at it.

Storey i of drift d_i carries the force f_i; m_i are the masses, y_i' the velocities relative to the
base, A_i the absolute accelerations and a_g the acceleration of the base:

    f_i = c_i d_i' + k_i [a_i d_i + (1 - a_i) r_i]
    A_i = (f_{i+1} - f_i) / m_i - b y_i',     d_1'' = A_1 - a_g,     d_i'' = A_i - A_{i-1}

with f = 0 above the roof, and r_i of a law of `surrogate.networks.storey_laws`. What comes out are
the channels of `surrogate.networks.observation`. Steps are those of the fourth-order method of
Runge and Kutta, the acceleration being linear between samples.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from surrogate.data.channels import ChannelGroup, Interface
from surrogate.networks.building_parameters import (
    masses_of,
    physical_of,
    raw_of,
    require_positive,
    storey_law,
    uniform,
)
from surrogate.networks.observation import UNITS, Channel, channels, every, matrices
from surrogate.networks.sequence import DifferenceEquation, require_sizes
from surrogate.networks.storey_laws import Building, Motion

State = tuple[Tensor, Tensor]


class InstrumentedBuilding(DifferenceEquation):
    """The building of the module's docstring, from the motion of its base to what sensors see.

    `surrogate identify` makes it; `surrogate fit` trains it as any other network, best by
    `surrogate.optim.levenberg_marquardt.LevenbergMarquardt`. It knows the units of its channels,
    which `attach_channels` tells: base accelerations in m s-2, and targets in SI units.

    Parameters
    ----------
    inputs : int
        One, the acceleration of the base; of several components, a weighted sum that is learnt.
    outputs : int
    storeys : int, optional
        By default one for each output.
    observed : list of str, optional
        What each output is, such as ``acceleration 2`` (`surrogate.networks.observation`); by
        default what the targets of the data say, which must then be of all floors or storeys.
    period : float
        First natural period (s) at the start, of a uniform building.
    damping : float
        Damping ratio of the first mode at the start.
    yield_displacement : float
        Of every storey (m) at the start.
    mass : list of float, optional
        Masses of the floors (kg), lowest first, which then are fixed.
    fixed, tied : list of str
        Parameters that stay as they start, or are the same in all storeys: mass, stiffness,
        damping, yield_displacement, and those of the law.
    substeps : int
        Steps of the integration between two samples.
    law : str
        Of the storeys: ``bouc_wen``, ``iwan``, which is learnt, or ``menegotto_pinto``, of steel.
    mass_damping : float
        b (1/s) at the start; where it is zero there is no damping by the masses.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import InstrumentedBuilding
    >>> seen = ["acceleration 2", "acceleration 5"]
    >>> network = InstrumentedBuilding(inputs=1, outputs=2, storeys=5, observed=seen)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 2)
    """

    input_mean: Tensor
    input_scale: Tensor
    output_mean: Tensor
    output_scale: Tensor
    interval: Tensor
    weights: Tensor

    def __init__(
        self,
        inputs: int,
        outputs: int,
        storeys: int | None = None,
        observed: list[str] | None = None,
        period: float = 1.0,
        damping: float = 0.05,
        yield_displacement: float = 0.05,
        mass: list[float] | None = None,
        fixed: list[str] | None = None,
        tied: list[str] | None = None,
        substeps: int = 2,
        law: str = "bouc_wen",
        mass_damping: float = 0.0,
    ) -> None:
        super().__init__()
        n = outputs if storeys is None else storeys
        require_sizes(inputs=inputs, storeys=n, substeps=substeps)
        require_positive(period=period, damping=damping, yield_displacement=yield_displacement)
        if not 0.0 <= mass_damping < float("inf"):
            raise ValueError(f"mass_damping = {mass_damping}: must be >= 0 and finite")
        self.law = storey_law(law)
        self.storeys = n
        self.states = (2 + self.law.variables) * n
        self.substeps = substeps
        self.observed = observed
        self.inputs = inputs
        self.register_buffer("weights", torch.zeros(4, outputs, n))
        self._look_at(self._default(outputs) if observed is None else channels(observed, n))
        masses = masses_of(mass, n)
        start = uniform(masses, period, damping, yield_displacement, self.law, mass_damping)
        fixed = [*(fixed or []), *(["mass"] if mass is not None else [])]
        self._make_parameters(start, fixed, tied or [])
        if inputs > 1:
            self.direction: Tensor = nn.Parameter(torch.full((inputs,), 1.0 / inputs))
        else:
            self.register_buffer("direction", torch.ones(1))
        self.register_buffer("input_mean", torch.zeros(inputs))
        self.register_buffer("input_scale", torch.ones(inputs))
        self.register_buffer("output_mean", torch.zeros(outputs))
        self.register_buffer("output_scale", torch.ones(outputs))
        self.register_buffer("interval", torch.tensor(0.02))

    def _default(self, outputs: int) -> tuple[Channel, ...]:
        """Drifts of the lowest storeys, until `attach_channels` tells what the targets are."""
        if outputs > self.storeys:
            raise ValueError(
                f"{outputs} outputs of {self.storeys} storeys: say what they are by observed, such "
                "as [drift 1, acceleration 2]"
            )
        return every("drift", outputs)

    def _look_at(self, seen: Sequence[Channel]) -> None:
        outputs = self.weights.shape[1]
        if len(seen) != outputs:
            raise ValueError(f"observed names {len(seen)} channels for {outputs} outputs")
        self.channels = tuple(seen)
        self.weights.copy_(torch.as_tensor(matrices(seen, self.storeys), dtype=torch.float32))

    def _make_parameters(
        self, start: Mapping[str, np.ndarray], fixed: Sequence[str], tied: Sequence[str]
    ) -> None:
        self.parameter_names = tuple(start)
        for option, names in (("fixed", fixed), ("tied", tied)):
            for name in names:
                if name not in start:
                    raise ValueError(
                        f"{option}: {name!r} is unknown, choose from {', '.join(start)}"
                    )
        for name in start:
            raw = raw_of(name, torch.as_tensor(start[name], dtype=torch.float32))
            if name == "mass_damping" or (name in tied and name != "mass"):
                raw = raw[:1]  # one number, which all storeys have
            if name in fixed:
                self.register_buffer(f"raw_{name}", raw)
            else:
                setattr(self, f"raw_{name}", nn.Parameter(raw))

    @torch.no_grad()
    def set(self, values: Mapping[str, np.ndarray]) -> None:
        """Take parameters in SI units, each of shape (storey,); those not given stay.

        Raises
        ------
        ValueError
            For an unknown parameter, and for one that differs where it is the same in all storeys.
        """
        for name, value in values.items():
            if name not in self.parameter_names:
                known = ", ".join(self.parameter_names)
                raise ValueError(f"{name!r} is no parameter of this building, it has {known}")
            raw = getattr(self, f"raw_{name}")
            own = torch.tensor(np.asarray(value), dtype=raw.dtype).expand(self.storeys)
            if len(raw) == 1 and not bool((own == own[0]).all()):
                raise ValueError(f"{name} is the same in all storeys, got {own.tolist()}")
            raw.copy_(raw_of(name, own[: len(raw)]))

    @torch.no_grad()
    def values(self) -> dict[str, np.ndarray]:
        """Return the parameters in SI units, each of shape (storey,)."""
        building = self._building()
        return {name: value.double().numpy() for name, value in building.items()}

    def attach_channels(
        self, interface: Interface, statistics: Mapping[str, Sequence[float]]
    ) -> None:
        """Take the units, the sampling interval and the scales of the channels.

        Raises
        ------
        ValueError
            For inputs that are no base accelerations in m s-2, and for targets that are not what
            `observed` says or not in SI units.
        """
        for group in interface.inputs:
            if group.constant or group.units != "m s-2":
                raise ValueError(
                    f"InstrumentedBuilding takes accelerations of the base in m s-2, "
                    f"{group.variable} is in {group.units}"
                )
        self._look_at(self._seen(interface.targets))
        self.interval.fill_(interface.sampling_interval)
        for name in ("input_mean", "input_scale"):
            getattr(self, name).copy_(torch.as_tensor(statistics[name]))
        for name in ("mean", "scale"):
            getattr(self, f"output_{name}").copy_(torch.as_tensor(statistics[f"target_{name}"]))

    def _seen(self, targets: Sequence[ChannelGroup]) -> tuple[Channel, ...]:
        """Channels of the targets: those of `observed`, or all places of each variable."""
        found: list[Channel] = []
        for group in targets:
            if UNITS.get(group.variable) != group.units:
                known = ", ".join(f"{name} ({unit})" for name, unit in UNITS.items())
                raise ValueError(
                    f"InstrumentedBuilding cannot observe {group.variable} in {group.units}: "
                    f"choose targets from {known}"
                )
            if self.observed is not None:
                own = channels(self.observed, self.storeys)[len(found) :][: group.channels]
                if any(channel.quantity != group.variable for channel in own):
                    raise ValueError(
                        f"observed names {', '.join(map(str, own))} where the target is "
                        f"{group.variable} ({group.channels} channels)"
                    )
                found += own
            elif group.channels == self.storeys:
                found += every(group.variable, self.storeys)
            else:
                raise ValueError(
                    f"{group.variable} has {group.channels} channels for {self.storeys} storeys: "
                    "say which they are by observed, such as [acceleration 2, acceleration 5]"
                )
        return tuple(found)

    def run(self, input: Tensor, state: State | None) -> tuple[Tensor, State]:
        x, before = state or (input.new_zeros(input.shape[0], self.states), self._no_past(input))
        ends = self._ends(before, input)
        building = self._building()
        w = self._steps(ends)
        trajectory = []
        for each in w.unbind(1):
            x = self._advance(building, x, each)
            trajectory.append(x)
        return self._seen_of(building, torch.stack(trajectory, dim=1), w), (x, ends[:, -1:])

    def features(self, input: Tensor) -> Tensor:
        return self._steps(self._ends(self._no_past(input), input))

    def step(self, x: Tensor, w: Tensor) -> Tensor:
        return self._advance(self._building(), x, w)

    def read(self, x: Tensor, w: Tensor) -> Tensor:
        return self._seen_of(self._building(), x, w)

    def _no_past(self, input: Tensor) -> Tensor:
        return input.new_zeros(input.shape[0], 1, self.inputs + 1)

    def _ends(self, before: Tensor, input: Tensor) -> Tensor:
        """Base accelerations (m s-2) and a one at each sample, after the last sample of the past.

        Where there is no past both are zero.
        """
        physical = self.input_mean + self.input_scale * input
        return torch.cat([before, functional.pad(physical, (0, 1), value=1.0)], dim=1)

    def _steps(self, ends: Tensor) -> Tensor:
        """The ends of each step side by side, (batch, time, 2 inputs + 1).

        A record starts from rest at its first sample: the length of a step out of no past is zero.
        """
        start = ends[:, :-1]
        return torch.cat([start[..., :-1], ends[:, 1:, :-1], start[..., -1:]], dim=2)

    def _building(self) -> dict[str, Tensor]:
        physical = {
            name: physical_of(name, getattr(self, f"raw_{name}")) for name in self.parameter_names
        }
        return {name: value.expand(self.storeys) for name, value in physical.items()}

    def _advance(self, building: Building, x: Tensor, w: Tensor) -> Tensor:
        """States at the end of the step between two samples."""
        start = (w[..., : self.inputs] @ self.direction)[..., None]
        end = (w[..., self.inputs : -1] @ self.direction)[..., None]
        h = self.interval / self.substeps * w[..., -1:]
        for number in range(self.substeps):
            first = start + number / self.substeps * (end - start)
            middle = start + (number + 0.5) / self.substeps * (end - start)
            last = start + (number + 1.0) / self.substeps * (end - start)
            r1 = self._rates(building, x, first)
            r2 = self._rates(building, self._moved(building, x, 0.5 * h * r1), middle)
            r3 = self._rates(building, self._moved(building, x, 0.5 * h * r2), middle)
            r4 = self._rates(building, self._moved(building, x, h * r3), last)
            moved = self._moved(building, x, h / 6.0 * (r1 + 2.0 * (r2 + r3) + r4))
            x = self._turned(building, x, moved, h)
        return x

    def _turned(self, building: Building, before: Tensor, after: Tensor, h: Tensor) -> Tensor:
        """States after a step, the hysteretic ones as the law leaves them behind a reversal."""
        moved = self._parts(after)
        z = self.law.turned(building, self._parts(before), moved, h)
        return torch.cat([moved.drift, moved.velocity, z.flatten(-2)], dim=-1)

    def _parts(self, x: Tensor) -> Motion:
        """Drifts, their rates, (..., storeys), and hysteretic ones, (..., variables, storeys)."""
        n = self.storeys
        d, v, z = x.split([n, n, self.law.variables * n], dim=-1)
        return Motion(d, v, z.unflatten(-1, (self.law.variables, n)))

    def _moved(self, building: Building, x: Tensor, by: Tensor) -> Tensor:
        """States after a step, the hysteretic ones where they must lie."""
        d, v, z = self._parts(x + by)
        return torch.cat([d, v, self.law.within(building, z).flatten(-2)], dim=-1)

    def _rates(self, building: Building, x: Tensor, base: Tensor) -> Tensor:
        """Rates of drifts, velocities and hysteretic drifts, (batch, states)."""
        _, v, z = self._parts(x)
        floor = self._accelerations(building, x)
        below = torch.cat([base, floor[..., :-1]], dim=-1)
        z_rate = self.law.rates(building, v, z)
        return torch.cat([v, floor - below, z_rate.flatten(-2)], dim=-1)

    def _accelerations(self, building: Building, x: Tensor) -> Tensor:
        """Absolute accelerations of the floors, (..., storeys)."""
        d, v, z = self._parts(x)
        ratio = building["post_yield_ratio"]
        own = ratio * d + (1.0 - ratio) * self.law.total(building, d, z)
        force = building["damping"] * v + building["stiffness"] * own
        above = functional.pad(force[..., 1:], (0, 1))
        floor = (above - force) / building["mass"]
        if "mass_damping" in building:
            floor = floor - building["mass_damping"] * v.cumsum(dim=-1)
        return floor

    def _seen_of(self, building: Building, x: Tensor, w: Tensor) -> Tensor:
        """Channels, standardised, (..., outputs)."""
        d, v, _ = self._parts(x)
        of_drift, of_velocity, of_acceleration, of_base = self.weights.unbind(0)
        base = w[..., self.inputs : -1] @ self.direction
        seen = d @ of_drift.T + v @ of_velocity.T + base[..., None] * of_base[:, 0]
        seen = seen + self._accelerations(building, x) @ of_acceleration.T
        return (seen - self.output_mean) / self.output_scale
