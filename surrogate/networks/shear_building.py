"""A grey-box network: the equation of motion of a shear building whose masses, damping and
hysteretic laws are learnt.

Per mass of the floor above it, storey i of drift d_i and velocity v_i carries the shear g_i; m_i
are the masses:

    g_i = c_i v_i + k_i (z_i + a_i d_i)    damping, hysteretic force and what is left after yielding
    A_i = (m_{i+1} / m_i) g_{i+1} - g_i                 absolute acceleration of floor i
    v_1' = A_1 - a_g,     v_i' = A_i - A_{i-1}          under the acceleration a_g of the base
    z_i' = v_i F_i(z_i) - |v_i| z_i G_i(z_i)            Duhem's hysteresis, in the unit of the drift

with g = 0 above the roof. F_i = 1 + N and G_i = softplus(N) > 0, where each N is a bias and a
weighted sum of tanh at places spread evenly over a learnt range of z_i. The laws of Bouc and Wen
are the case F = 1 - gamma |z|^n, G = beta |z|^(n-1) (Visintin 1994, Differential models of
hysteresis). Closed cycles of z dissipate the integral of z^2 G / F along the drift, which is
positive as long as F is. Steps are those of the fourth-order method of Runge and Kutta, the
acceleration being linear between samples.

Time is counted in samples and drifts in their standard deviations, which `scale` relates to the
input's. The drifts do not tell k_i from F_i, nor the weight of the input from the scales: what they
tell are `periods` and ratios of masses.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from surrogate.networks.sequence import DifferenceEquation, require_sizes

State = tuple[Tensor, Tensor]
STABLE = 2.5
"""Largest product of frequency and step at the start; the method becomes unstable at 2.8."""


class _Structure(NamedTuple):
    """What the steps of a record have in common, each of shape (storeys,) but the ratios of masses,
    one less.

    Stiffness and damping are those by which standardised drifts and velocities are multiplied.
    """

    scale: Tensor
    stiffness: Tensor
    damping: Tensor
    mass_ratio: Tensor
    inverse_range: Tensor


class ShearBuilding(DifferenceEquation):
    """The building of the module's docstring, from the acceleration of its base to its drifts.

    It starts as a uniform and nearly elastic building, the same for every seed. Records must begin
    at rest.

    Parameters
    ----------
    inputs : int
        One, the acceleration of the base; of several channels, a weighted sum.
    outputs : int
    storeys : int, optional
        By default one for each output, which is then its drift. Otherwise the outputs are weighted
        sums of all drifts, which start as the displacements of evenly spaced floors.
    hidden : int
        Units of tanh of each storey's law, at least 2.
    period : float
        Natural period of the building at the start, in samples; half or one and a half of the true
        one will do.
    damping : float
        Damping ratio of the first mode at the start.
    substeps : int
        Steps of the integration between two samples.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import ShearBuilding
    >>> network = ShearBuilding(inputs=1, outputs=3, period=40.0)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 3)
    >>> print(network.periods()[0].round().item())  # samples, before training
    40.0
    """

    places: Tensor

    def __init__(
        self,
        inputs: int,
        outputs: int,
        storeys: int | None = None,
        hidden: int = 12,
        period: float = 50.0,
        damping: float = 0.05,
        substeps: int = 1,
    ) -> None:
        super().__init__()
        n = outputs if storeys is None else storeys
        require_sizes(storeys=n, hidden=hidden, substeps=substeps)
        if n < outputs:
            raise ValueError(f"storeys must be at least the number of outputs, {outputs}, got {n}")
        if hidden < 2:
            raise ValueError(f"hidden must be at least 2, got {hidden}")
        if not (2.0 <= period < math.inf and 0.0 < damping < math.inf):
            raise ValueError(
                f"period must be at least 2 samples and damping greater than 0, got {period} and "
                f"{damping}"
            )
        self.storeys = n
        self.states = 3 * n
        self.substeps = substeps
        frequency = 2.0 * math.pi / period
        slope = math.pi / (4 * n + 2)
        # Of a uniform chain of unit masses with that frequency.
        stiffness = (frequency / (2.0 * math.sin(slope))) ** 2
        needed = math.ceil(2.0 * math.sqrt(stiffness) * math.cos(slope) / STABLE)
        if substeps < needed:
            raise ValueError(
                f"the highest mode of {n} storeys with a period of {period} samples needs "
                f"substeps of at least {needed}, got {substeps}"
            )
        mode = torch.cos((2.0 * torch.arange(n) + 1.0) * slope)  # drifts of its first mode
        self.log_scale = nn.Parameter(torch.log(frequency**2 / mode))
        self.log_stiffness = nn.Parameter(torch.full((n,), math.log(stiffness)))
        dashpot = 2.0 * damping / frequency * stiffness
        self.log_damping = nn.Parameter(torch.full((n,), math.log(dashpot)))
        self.log_mass_ratio = nn.Parameter(torch.zeros(n - 1))
        self.post_yield = nn.Parameter(torch.zeros(n))  # a_i
        self.log_range = nn.Parameter(torch.zeros(n))
        self.register_buffer("places", torch.linspace(-1.0, 1.0, hidden))
        self.law_weight = nn.Parameter(torch.zeros(2, n, hidden))  # of F and of G
        self.law_bias = nn.Parameter(torch.tensor([0.0, -2.0]).repeat(n, 1).T.contiguous())
        # Weights of the inputs, and of the one that stands for the mean which was taken off them.
        self.base = nn.Parameter(torch.tensor([1.0 / inputs] * inputs + [0.0]))
        self.rest = nn.Parameter(torch.zeros(outputs))  # outputs of the building at rest
        self.head: nn.Module = nn.Identity()
        if storeys is not None:
            floors = torch.ceil(torch.arange(1, outputs + 1) * (n / outputs))
            shares = mode * (torch.arange(n) < floors[:, None])
            read_out = nn.Linear(n, outputs, bias=False)
            read_out.weight.data.copy_(shares / shares.sum(dim=1, keepdim=True))
            self.head = read_out

    @torch.no_grad()
    def periods(self) -> Tensor:
        """Natural periods of the undamped, unyielded building in samples, the longest first, shape
        (storeys,).
        """
        storeys = torch.eye(self.storeys, dtype=self.rest.dtype, device=self.rest.device)
        still = torch.zeros_like(storeys)
        structure = self._structure()
        one = storeys.new_ones(1, self.storeys)
        stiff = self._law(structure, one, torch.zeros_like(one))  # F(0)
        states = torch.cat([storeys, still, stiff * storeys], dim=1)
        accelerations = self._rates(structure, states, still[:, :1])
        if not accelerations.isfinite().all():
            raise ValueError("the network has parameters that are not finite")
        squares = torch.linalg.eigvals(accelerations[:, self.storeys : 2 * self.storeys]).real
        return 2.0 * math.pi / torch.sqrt(-squares).sort().values

    def run(self, input: Tensor, state: State | None) -> tuple[Tensor, State]:
        x, before = state or (input.new_zeros(input.shape[0], self.states), self._no_past(input))
        ends = self._ends(before, input)
        structure = self._structure()
        w = self._steps(ends)
        trajectory = []
        for each in w.unbind(1):
            x = self._advance(structure, x, each)
            trajectory.append(x)
        return self.read(torch.stack(trajectory, dim=1), w), (x, ends[:, -1:])

    def features(self, input: Tensor) -> Tensor:
        return self._steps(self._ends(self._no_past(input), input))

    def step(self, x: Tensor, w: Tensor) -> Tensor:
        return self._advance(self._structure(), x, w)

    def read(self, x: Tensor, w: Tensor) -> Tensor:
        return self.head(x[..., : self.storeys]) + self.rest

    def _no_past(self, input: Tensor) -> Tensor:
        return input.new_zeros(input.shape[0], 1, input.shape[2] + 1)

    def _ends(self, before: Tensor, input: Tensor) -> Tensor:
        """Input and a one at each sample, after the last sample of the past, which is zero where
        there is none.
        """
        return torch.cat([before, functional.pad(input, (0, 1), value=1.0)], dim=1)

    def _steps(self, ends: Tensor) -> Tensor:
        """The ends of each step side by side, shape (batch, time, 2 (inputs + 1)).

        A record starts from rest at its first sample: both ends of a step out of no past are zero.
        """
        start = ends[:, :-1]
        end = ends[:, 1:]
        return torch.cat([start, start[:, :, -1:] * end], dim=2)

    def _structure(self) -> _Structure:
        scale = torch.exp(self.log_scale)
        stiffness = torch.exp(self.log_stiffness) / scale
        damping = torch.exp(self.log_damping) / scale
        return _Structure(
            scale, stiffness, damping, torch.exp(self.log_mass_ratio), torch.exp(-self.log_range)
        )

    def _advance(self, structure: _Structure, x: Tensor, w: Tensor) -> Tensor:
        """States at the end of the step between two samples."""
        count = w.shape[-1] // 2
        start = (w[..., :count] @ self.base)[..., None]
        end = (w[..., count:] @ self.base)[..., None]
        h = 1.0 / self.substeps
        for number in range(self.substeps):
            first = start + number * h * (end - start)
            middle = start + (number + 0.5) * h * (end - start)
            last = start + (number + 1.0) * h * (end - start)
            r1 = self._rates(structure, x, first)
            r2 = self._rates(structure, x + 0.5 * h * r1, middle)
            r3 = self._rates(structure, x + 0.5 * h * r2, middle)
            r4 = self._rates(structure, x + h * r3, last)
            x = x + h / 6.0 * (r1 + 2.0 * (r2 + r3) + r4)
        return x

    def _rates(self, structure: _Structure, x: Tensor, base: Tensor) -> Tensor:
        """Rates of drifts, velocities and hysteretic forces, (batch, states), under the
        acceleration (batch, 1).
        """
        d, v, z = x.split(self.storeys, dim=-1)
        shear = structure.damping * v + structure.stiffness * (z + self.post_yield * d)
        floor = functional.pad(structure.mass_ratio * shear[..., 1:], (0, 1)) - shear
        below = torch.cat([base, floor[..., :-1]], dim=-1)
        return torch.cat([v, structure.scale * (floor - below), self._law(structure, v, z)], dim=-1)

    def _law(self, structure: _Structure, v: Tensor, z: Tensor) -> Tensor:
        """z', shape (batch, storeys)."""
        steepness = 0.35 * (self.places.shape[0] - 1)  # neighbours overlap
        units = torch.tanh(steepness * ((structure.inverse_range * z)[..., None] - self.places))
        # (batch, storeys, hidden) and (2, storeys, hidden) to (batch, 2, storeys)
        sums = (units[..., None, :, :] * self.law_weight).sum(dim=-1) + self.law_bias
        f, g = sums.unbind(dim=-2)
        return v * (1.0 + f) - v.abs() * z * functional.softplus(g)
