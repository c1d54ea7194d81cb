"""State-space networks: stacked diagonal linear recurrences, and one nonlinear difference equation.

Linear recurrent unit (Orvieto et al. 2023, "Resurrecting recurrent neural networks for long
sequences"), the diagonal relative of S4:

    x_t = lambda x_{t-1} + gamma B u_t
    y_t = Re(C x_t) + D u_t
    lambda = exp(-exp(nu) + i exp(theta)),  gamma = sqrt(1 - |lambda|^2)

|lambda| < 1 whatever the parameters are. The recurrence is a convolution with the powers of lambda,
so a whole record is computed by FFT, without a loop over time.

Residual neural state-space model (Forgione & Piga 2021), here with s sub-steps a sample:

    x <- x + (A x + B u_t + V tanh(W [x, u_t] + b)) / s,     s times
    y_t = C x + D u_t + c
"""

import math

import torch
from torch import Tensor, nn

from surrogate.networks.sequence import (
    DifferenceEquation,
    SequenceNetwork,
    each_state,
    require_sizes,
    vibrations,
)


class StateSpace(SequenceNetwork):
    """Blocks of a linear recurrent unit and a gated nonlinearity at each time, with residual
    connections.

    Parameters
    ----------
    inputs, outputs : int
    width : int
        Channels between the blocks.
    states : int
        Complex states of each block.
    blocks : int
    slowest, fastest : float
        Bounds of |lambda| at the start; the slowest mode forgets to 1/e in -1 / ln(slowest)
        samples.
    dropout : float
        Probability of dropping a channel after each block.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import StateSpace
    >>> network = StateSpace(inputs=1, outputs=5, width=16, states=16, blocks=2)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        width: int = 32,
        states: int = 32,
        blocks: int = 3,
        slowest: float = 0.999,
        fastest: float = 0.5,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        require_sizes(width=width, states=states, blocks=blocks)
        if not 0.0 < fastest < slowest < 1.0:
            raise ValueError(
                f"0 < fastest < slowest < 1 must hold, got fastest = {fastest}, slowest = {slowest}"
            )
        self.encoder = nn.Linear(inputs, width)
        self.blocks = nn.ModuleList(
            Block(width, states, slowest, fastest, dropout) for _ in range(blocks)
        )
        self.head = nn.Linear(width, outputs)

    def run(self, input: Tensor, state: list[Tensor] | None) -> tuple[Tensor, list[Tensor]]:
        hidden = self.encoder(input)  # (batch, time, width)
        states = []
        for block, before in zip(self.blocks, each_state(state, self.blocks), strict=True):
            hidden, after = block(hidden, before)
            states.append(after)
        return self.head(hidden), states


class Block(nn.Module):
    """x + GLU(GELU(LRU(norm(x)))) at each time."""

    def __init__(
        self, width: int, states: int, slowest: float, fastest: float, dropout: float
    ) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.unit = LinearRecurrentUnit(width, states, slowest, fastest)
        self.mix = nn.Sequential(
            nn.GELU(), nn.Linear(width, 2 * width), nn.GLU(), nn.Dropout(dropout)
        )

    def forward(self, input: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        hidden, state = self.unit(self.norm(input), state)
        return input + self.mix(hidden), state


class LinearRecurrentUnit(nn.Module):
    """The recurrence of the module's docstring; complex numbers are kept as pairs of real
    parameters.
    """

    def __init__(self, width: int, states: int, slowest: float, fastest: float) -> None:
        super().__init__()
        # |lambda|^2 uniform between the bounds, the phase uniform: the density of a ring of the
        # complex plane.
        squared = torch.empty(states).uniform_(fastest**2, slowest**2)
        self.nu = nn.Parameter(torch.log(-0.5 * torch.log(squared)))
        self.theta = nn.Parameter(torch.log(torch.empty(states).uniform_(1e-3, math.pi / 10)))
        self.input_matrix = nn.Parameter(torch.randn(2, states, width) / math.sqrt(2 * width))
        self.output_matrix = nn.Parameter(torch.randn(2, width, states) / math.sqrt(states))
        self.direct = nn.Parameter(torch.randn(width))

    def forward(self, input: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        time = torch.arange(1, input.shape[1] + 1, device=input.device, dtype=input.dtype)
        exponent = torch.complex(-torch.exp(self.nu), torch.exp(self.theta))
        # lambda^1 ... lambda^time, shape (time, states).
        powers = torch.exp(time[:, None] * exponent)
        gamma = torch.sqrt(1.0 - torch.exp(2.0 * exponent.real))
        drive = torch.complex(*self.input_matrix).T
        driven = gamma * (input.to(powers.dtype) @ drive)  # (batch, time, states)
        states = causal_convolution(torch.cat([torch.ones_like(powers[:1]), powers[:-1]]), driven)
        if state is not None:
            states = states + powers * state[:, None]
        output = (states @ torch.complex(*self.output_matrix).T).real + self.direct * input
        return output, states[:, -1]


def causal_convolution(kernel: Tensor, signal: Tensor) -> Tensor:
    """Causal convolution of (time, states) with (batch, time, states), by FFT of twice the
    length.
    """
    samples = len(kernel)
    spectrum = torch.fft.fft(kernel, 2 * samples, dim=0) * torch.fft.fft(signal, 2 * samples, dim=1)
    return torch.fft.ifft(spectrum, dim=1)[:, :samples]


class NeuralStateSpace(DifferenceEquation):
    """Residual neural state-space model of a few states.

    Parameters
    ----------
    inputs, outputs : int
    states : int
        Order of the difference equation.
    hidden : int
        Units of the nonlinearity.
    substeps : int
        Steps of the difference equation between two samples.
    period : float, optional
        Natural period (samples) of a lightly damped vibration that it starts with; by default it
        starts without one, and forgets to 1/e in 20 samples.
    odd : bool
        Answer the negated input with the negated output, as a structure does whose laws are the
        same in tension and compression: no constants b and c. It is at rest in its state of zeros.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import NeuralStateSpace
    >>> network = NeuralStateSpace(inputs=1, outputs=1, states=3, hidden=10)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 1)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        states: int = 5,
        hidden: int = 50,
        substeps: int = 2,
        period: float | None = None,
        odd: bool = False,
    ) -> None:
        super().__init__()
        require_sizes(states=states, hidden=hidden, substeps=substeps)
        if period is not None and period < 2.0:
            raise ValueError(f"period must be at least 2 samples, got {period}")
        self.states = states
        self.substeps = substeps
        self.odd = odd
        self.linear = nn.Linear(states + inputs, states, bias=False)
        self.inner = nn.Linear(states + inputs, hidden, bias=not odd)
        self.outer = nn.Linear(hidden, states, bias=not odd)
        self.head = nn.Linear(states + inputs, outputs, bias=not odd)
        for layer in (self.linear, self.outer):
            nn.init.normal_(layer.weight, std=0.01)
        if not odd:
            nn.init.zeros_(self.outer.bias)
        with torch.no_grad():
            if period is None:  # a stable start, which forgets to 1/e in 20 samples
                self.linear.weight[:, :states] -= 0.05 * torch.eye(states)
            else:
                self.linear.weight[:, :states] = vibrations(states, period)

    def run(self, input: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        x = input.new_zeros(len(input), self.states) if state is None else state
        trajectory = []
        for u in input.unbind(1):
            x = self.step(x, u)
            trajectory.append(x)
        return self.read(torch.stack(trajectory, dim=1), input), x

    def features(self, input: Tensor) -> Tensor:
        return input

    def step(self, x: Tensor, w: Tensor) -> Tensor:
        for _ in range(self.substeps):
            xu = torch.cat([x, w], dim=1)  # (batch, states + inputs)
            x = x + (self.linear(xu) + self.outer(torch.tanh(self.inner(xu)))) / self.substeps
        return x

    def read(self, x: Tensor, w: Tensor) -> Tensor:
        return self.head(torch.cat([x, w], dim=-1))
