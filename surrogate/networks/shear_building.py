"""A grey-box network: the equation of motion of a shear building whose masses, damping and hysteretic laws are learnt.

Per mass of the floor above it, storey i of drift d_i and velocity v_i carries the shear g_i; m_i are the masses:

    g_i = c_i v_i + k_i (z_i + a_i d_i)                 damping, hysteretic force and what is left after yielding
    A_i = (m_{i+1} / m_i) g_{i+1} - g_i                 absolute acceleration of floor i
    v_1' = A_1 - a_g,     v_i' = A_i - A_{i-1}          under the acceleration a_g of the base
    z_i' = v_i F_i(z_i) - |v_i| z_i G_i(z_i)            Duhem's hysteresis, in the unit of the drift

F_i = 1 + N and G_i = softplus(N) > 0, N being a sum of tanh at places spread over the range of z_i. The laws of Bouc
and Wen are the case F = 1 - gamma |z|^n, G = beta |z|^(n-1) (Visintin 1994, Differential models of hysteresis); G > 0
lets every storey dissipate, whatever has been learnt. Steps are those of the fourth-order method of Runge and Kutta,
the acceleration being linear between samples. Only how much tanh there is of each enters F and G linearly, which is why
`LevenbergMarquardt` converges in some dozens of steps.

Time is counted in samples and drifts in their standard deviations, which `scale` relates to the input's.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from surrogate.networks.sequence import DifferenceEquation, require_sizes

State = tuple[Tensor, Tensor]


class ShearBuilding(DifferenceEquation):
    """The building of the module's docstring, from the acceleration of its base to its drifts.

    It starts as a uniform elastic building of the given period and damping, the same for every seed.

    Parameters
    ----------
    inputs : int
        One, the acceleration of the base; of several channels, a weighted sum.
    outputs : int
    storeys : int, optional
        By default one for each output, which is then its drift. Otherwise the outputs are weighted sums of all drifts,
        as the displacements of some floors are.
    hidden : int
        Units of tanh of each storey's law.
    period : float
        Natural period of the building at the start, in samples; half or one and a half of the true one will do.
    damping : float
        Damping ratio of the first mode at the start.
    substeps : int
        Steps of the integration between two samples.
    """

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
        if period < 2.0 or damping <= 0.0:
            raise ValueError(
                f"period must be at least 2 samples and damping greater than 0, got {period} and {damping}"
            )
        self.storeys, self.states, self.substeps = n, 3 * n, substeps
        frequency, slope = 2.0 * math.pi / period, math.pi / (4 * n + 2)
        stiffness = (frequency / (2.0 * math.sin(slope))) ** 2  # of a uniform chain of unit masses with that frequency
        mode = torch.cos((2.0 * torch.arange(n) + 1.0) * slope)  # drifts of its first mode
        self.log_scale = nn.Parameter(torch.log(frequency**2 / mode))
        self.log_stiffness = nn.Parameter(torch.full((n,), math.log(stiffness)))
        self.log_damping = nn.Parameter(torch.full((n,), math.log(2.0 * damping / frequency * stiffness)))
        self.log_mass_ratio = nn.Parameter(torch.zeros(n - 1))
        self.post_yield = nn.Parameter(torch.zeros(n))  # a_i
        self.log_range = nn.Parameter(torch.zeros(n))
        self.register_buffer("places", torch.linspace(-1.0, 1.0, hidden))
        self.law_weight = nn.Parameter(torch.zeros(2, n, hidden))  # of F and of G
        self.law_bias = nn.Parameter(torch.tensor([0.0, -2.0]).repeat(n, 1).T.contiguous())
        # Weights of the inputs, and of the one that stands for the mean which was taken off them.
        self.base = nn.Parameter(torch.tensor([1.0 / inputs] * inputs + [0.0]))
        self.rest = nn.Parameter(torch.zeros(outputs))  # outputs of the building at rest
        self.head = nn.Identity() if storeys is None else nn.Linear(n, outputs, bias=False)

    @torch.no_grad()
    def periods(self) -> Tensor:
        """Natural periods of the undamped, unyielded building in samples, the longest first, shape (storeys,)."""
        storeys = torch.eye(self.storeys, dtype=self.rest.dtype, device=self.rest.device)
        still, structure = torch.zeros_like(storeys), self._structure()
        stiff = self._law(structure, storeys.new_ones(1, self.storeys), storeys.new_zeros(1, self.storeys))  # F(0)
        accelerations = self._rates(structure, torch.cat([storeys, still, stiff * storeys], dim=1), still[:, :1])
        squares = torch.linalg.eigvals(accelerations[:, self.storeys : 2 * self.storeys]).real
        return 2.0 * math.pi / torch.sqrt(-squares).sort().values

    def run(self, input: Tensor, state: State | None) -> tuple[Tensor, State]:
        x, before = state or (input.new_zeros(input.shape[0], self.states), None)
        w, structure = self._ends(before, input), self._structure()
        trajectory = []
        for ends in w.unbind(1):
            x = self._advance(structure, x, ends)
            trajectory.append(x)
        return self.read(torch.stack(trajectory, dim=1), w), (x, input[:, -1:])

    def features(self, input: Tensor) -> Tensor:
        return self._ends(None, input)

    def step(self, x: Tensor, w: Tensor) -> Tensor:
        return self._advance(self._structure(), x, w)

    def read(self, x: Tensor, w: Tensor) -> Tensor:
        return self.head(x[..., : self.storeys]) + self.rest

    def _ends(self, before: Tensor | None, input: Tensor) -> Tensor:
        """Inputs and a one at both ends of each step, shape (batch, time, 2 (inputs + 1)).

        A record starts from rest at its first sample: the step that would end there is left out, which zeros do.
        """
        ends = torch.cat([input[:, :1] if before is None else before, input], dim=1)
        ends = functional.pad(ends, (0, 1), value=1.0)
        w = torch.cat([ends[:, :-1], ends[:, 1:]], dim=2)
        return w if before is not None else torch.cat([torch.zeros_like(w[:, :1]), w[:, 1:]], dim=1)

    def _structure(self) -> "_Structure":
        scale = torch.exp(self.log_scale)
        stiffness, damping = torch.exp(self.log_stiffness) / scale, torch.exp(self.log_damping) / scale
        return _Structure(scale, stiffness, damping, torch.exp(self.log_mass_ratio), torch.exp(-self.log_range))

    def _advance(self, structure: "_Structure", x: Tensor, w: Tensor) -> Tensor:
        """States at the end of the step between two samples."""
        count = w.shape[-1] // 2
        start, end = (w[..., :count] @ self.base)[..., None], (w[..., count:] @ self.base)[..., None]
        h = 1.0 / self.substeps
        for number in range(self.substeps):
            first, middle, last = (start + (number + share) * h * (end - start) for share in (0.0, 0.5, 1.0))
            r1 = self._rates(structure, x, first)
            r2 = self._rates(structure, x + 0.5 * h * r1, middle)
            r3 = self._rates(structure, x + 0.5 * h * r2, middle)
            r4 = self._rates(structure, x + h * r3, last)
            x = x + h / 6.0 * (r1 + 2.0 * (r2 + r3) + r4)
        return x

    def _rates(self, structure: "_Structure", x: Tensor, base: Tensor) -> Tensor:
        """Rates of drifts, velocities and hysteretic forces, (batch, states), under the acceleration (batch, 1)."""
        d, v, z = x.split(self.storeys, dim=-1)
        shear = structure.damping * v + structure.stiffness * (z + self.post_yield * d)
        floor = functional.pad(structure.mass_ratio * shear[..., 1:], (0, 1)) - shear
        below = torch.cat([base, floor[..., :-1]], dim=-1)
        return torch.cat([v, structure.scale * (floor - below), self._law(structure, v, z)], dim=-1)

    def _law(self, structure: "_Structure", v: Tensor, z: Tensor) -> Tensor:
        """z', shape (batch, storeys)."""
        steepness = 0.35 * (self.places.shape[0] - 1)  # neighbours overlap
        units = torch.tanh(steepness * ((structure.inverse_range * z)[..., None] - self.places))
        # (batch, storeys, hidden) and (2, storeys, hidden) to (batch, 2, storeys)
        f, g = ((units[..., None, :, :] * self.law_weight).sum(dim=-1) + self.law_bias).unbind(dim=-2)
        return v * (1.0 + f) - v.abs() * z * functional.softplus(g)


class _Structure(NamedTuple):
    """What the steps of a record have in common, each of shape (storeys,) but the ratios of masses, one less.

    Stiffness and damping are those by which standardised drifts and velocities are multiplied.
    """

    scale: Tensor
    stiffness: Tensor
    damping: Tensor
    mass_ratio: Tensor
    inverse_range: Tensor
