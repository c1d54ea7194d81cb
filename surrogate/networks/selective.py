"""Selective state-space layers (Gu & Dao 2023, "Mamba: linear-time sequence modeling with selective
state spaces"), with complex poles.

Of every channel u of a block, with n states whose step, drive and read-out depend on the input,

    d_t = softplus(w . u_t + b)
    x_t = exp(d_t a) x_{t-1} + d_t B_t u_t,         y_t = Re(C_t . x_t) + D u_t

B_t and C_t are linear in the channels of u_t and shared by them. Mamba's poles a are real; those
here are complex as in S4 (Gu et al. 2022), since a state with a real pole does not vibrate. Its
short convolution is left out. The recurrence is linear in x, so that all times of a record are
found together (`surrogate.networks.scan`).
"""

import math

import torch
from torch import Tensor, nn

from surrogate.networks.scan import linear_scan
from surrogate.networks.sequence import SequenceNetwork, each_state, require_sizes


class SelectiveStateSpace(SequenceNetwork):
    """Blocks of a selective recurrence between gates, with residual connections.

    Parameters
    ----------
    inputs, outputs : int
    width : int
        Channels between the blocks.
    states : int
        Complex states of each channel.
    blocks : int
    shortest, longest : float
        Steps d at the start lie between them, evenly over the logarithm: the state number k of a
        channel turns by pi k d a sample.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import SelectiveStateSpace
    >>> network = SelectiveStateSpace(inputs=1, outputs=5, width=16, states=4, blocks=2)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        width: int = 32,
        states: int = 8,
        blocks: int = 3,
        shortest: float = 1e-3,
        longest: float = 1e-1,
    ) -> None:
        super().__init__()
        require_sizes(width=width, states=states, blocks=blocks)
        if not 0.0 < shortest < longest:
            raise ValueError(
                f"0 < shortest < longest must hold, got shortest = {shortest}, longest = {longest}"
            )
        self.encoder = nn.Linear(inputs, width)
        self.blocks = nn.ModuleList(
            SelectiveBlock(width, states, shortest, longest) for _ in range(blocks)
        )
        self.head = nn.Linear(width, outputs)

    def run(self, input: Tensor, state: list[Tensor] | None) -> tuple[Tensor, list[Tensor]]:
        hidden = self.encoder(input)  # (batch, time, width)
        states = []
        for block, before in zip(self.blocks, each_state(state, self.blocks), strict=True):
            hidden, after = block(hidden, before)
            states.append(after)
        return self.head(hidden), states


class SelectiveBlock(nn.Module):
    """x + out(unit(u) SiLU(gate)) at each time, with u and the gate linear in norm(x)."""

    def __init__(self, width: int, states: int, shortest: float, longest: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.entry = nn.Linear(width, 2 * width)
        self.unit = SelectiveUnit(width, states, shortest, longest)
        self.gate = nn.SiLU()
        self.out = nn.Linear(width, width)

    def forward(self, input: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        driven, gate = self.entry(self.norm(input)).chunk(2, dim=2)
        hidden, state = self.unit(driven, state)
        return input + self.out(hidden * self.gate(gate)), state


class SelectiveUnit(nn.Module):
    """The recurrence of the module's docstring; complex numbers are kept as pairs of real ones.

    Its state has the shape (batch, 2, width, states): real parts, then imaginary ones.
    """

    def __init__(self, width: int, states: int, shortest: float, longest: float) -> None:
        super().__init__()
        self.states = states
        # a = -1/2 + i pi k at the start (S4D-Lin of Gu et al. 2022).
        self.log_decay = nn.Parameter(torch.full((width, states), math.log(0.5)))
        number = torch.arange(states, dtype=torch.get_default_dtype())
        self.angle = nn.Parameter((math.pi * number).repeat(width, 1))
        self.step = nn.Linear(width, width)
        self.drive = nn.Linear(width, 2 * states)
        self.read = nn.Linear(width, 2 * states)
        self.direct = nn.Parameter(torch.ones(width))
        with torch.no_grad():
            steps = torch.empty(width).uniform_(math.log(shortest), math.log(longest)).exp()
            self.step.weight.mul_(0.1)
            self.step.bias.copy_(torch.log(torch.expm1(steps)))  # softplus of which is the step

    def forward(self, input: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        kind = self.angle.dtype  # complex numbers have no half precision
        step = nn.functional.softplus(self.step(input)).to(kind)  # (batch, time, width)
        drive = torch.complex(*self.drive(input).to(kind).chunk(2, dim=2))
        driven = (step * input)[..., None] * drive[:, :, None]
        decay = torch.exp(-step[..., None] * torch.exp(self.log_decay))
        # exp(d a), by its magnitude and phase: torch's exponential of complex numbers is slow.
        kept = torch.polar(decay, step[..., None] * self.angle)  # (batch, time, width, states)
        if state is not None:
            before = kept[:, 0] * torch.complex(state[:, 0], state[:, 1])
            driven = torch.cat([(driven[:, 0] + before)[:, None], driven[:, 1:]], dim=1)
        x = linear_scan(kept, driven)
        read = torch.complex(*self.read(input).to(kind).chunk(2, dim=2))
        output = (x @ read[..., None]).squeeze(3).real + self.direct * input
        return output, torch.stack([x[:, -1].real, x[:, -1].imag], dim=1)
