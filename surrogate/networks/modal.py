"""Modal superposition, learnt: the linear surrogate that every nonlinear one has to beat.

A linear structure answers an input by the sum of its modes. Sampled, with the poles lambda_j and
the residues R_j:

    x_j,t = lambda_j x_j,t-1 + u_t,       y_t = D u_t + Re sum_j R_j x_j,t

Mode j has the natural period 2 pi / |ln lambda_j| (samples) and the damping ratio -Re ln lambda_j /
|ln lambda_j| (Ewins 2000, Modal testing). The response is a convolution, computed by FFT without a
loop over time.

Without a past, the input counts as zero before a record. A structure that rests at its first sample
under an input that is straight between samples has, with s = ln lambda and the answers e and p to a
ramp and to a step of one sample,

    e = (lambda - 1 - s) / s^2,      p = (lambda - 1) / s
    x_j,-1 = -u_0 e_j / (lambda_j e_j + p_j - e_j)
"""

import math

import torch
from torch import Tensor, nn

from surrogate.networks.sequence import SequenceNetwork
from surrogate.networks.state_space import causal_convolution

LARGEST = 10.0
"""Logarithm of a decay or an angle a sample from which on a mode is over at once."""


class Modal(SequenceNetwork):
    """Poles, residues and a direct path.

    Parameters
    ----------
    inputs, outputs : int
    modes : int
    shortest, longest : float
        Natural periods (samples) between which the modes start, evenly over the logarithm.
    damping : float
        Damping ratio of all modes at the start, in (0, 1).
    at_rest : bool
        Whether records begin at rest at their first sample, as those of
        `surrogate.identification.linear_response`.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import Modal
    >>> network = Modal(inputs=1, outputs=5, modes=3)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        modes: int = 4,
        shortest: float = 5.0,
        longest: float = 100.0,
        damping: float = 0.05,
        at_rest: bool = False,
    ) -> None:
        super().__init__()
        self.at_rest = at_rest
        if modes < 1 or not 2.0 <= shortest <= longest or not 0.0 < damping < 1.0:
            raise ValueError(
                "modes must be at least 1, 2 <= shortest <= longest and 0 < damping < 1, got "
                f"{modes}, {shortest}, {longest} and {damping}"
            )
        frequency = 2.0 * math.pi / torch.logspace(math.log10(longest), math.log10(shortest), modes)
        self.log_decay = nn.Parameter(torch.log(damping * frequency))
        self.log_angle = nn.Parameter(torch.log(frequency * math.sqrt(1.0 - damping**2)))
        self.residues = nn.Parameter(0.01 * torch.randn(2, outputs, inputs * modes))
        self.direct = nn.Linear(inputs, outputs)

    @property
    def logarithms(self) -> Tensor:
        """ln lambda of each mode, shape (modes,), complex; the real parts are negative."""
        # A line search may throw the decay of a mode that is not needed beyond what a number holds;
        # infinity times the time zero would be NaN in all channels.
        decay = torch.exp(self.log_decay.clamp(max=LARGEST))
        angle = torch.exp(self.log_angle.clamp(max=LARGEST))
        return torch.complex(-decay, angle)

    def periods(self) -> Tensor:
        """Natural period of each mode in samples, shape (modes,)."""
        return 2.0 * math.pi / self.logarithms.detach().abs()

    def damping_ratios(self) -> Tensor:
        """Damping ratio of each mode, shape (modes,)."""
        logarithms = self.logarithms.detach()
        return -logarithms.real / logarithms.abs()

    def before_rest(self) -> Tensor:
        """Return x_-1 over u_0 of each mode that rests at the first sample, complex."""
        s = self.logarithms
        z = torch.exp(s)
        end = (z - 1.0 - s) / s**2
        step = (z - 1.0) / s
        return -end / (z * end + step - end)

    def _rest(self, first: Tensor) -> Tensor:
        """x before the first sample of a record, shape (batch, inputs modes)."""
        begun = self.before_rest()
        return first.repeat_interleave(len(begun), dim=1) * begun.repeat(first.shape[1])

    def run(self, input: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        if state is None and self.at_rest:
            state = self._rest(input[:, 0])
        samples, inputs = input.shape[1:]
        time = torch.arange(samples + 1, dtype=input.dtype, device=input.device)
        exponents = time[:, None] * self.logarithms.repeat(inputs)
        powers = torch.exp(exponents)  # (time + 1, inputs modes)
        driven = input.repeat_interleave(len(self.log_decay), dim=2).to(powers.dtype)
        x = causal_convolution(powers[:-1], driven)
        if state is not None:
            x = x + powers[1:] * state[:, None]
        return (x @ torch.complex(*self.residues).T).real + self.direct(input), x[:, -1]
