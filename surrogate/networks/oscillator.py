"""A grey-box network: the equation of motion of one mass on a spring that hardens and yields.

With the displacement y, the input u, which is an acceleration or a force, and z, the part of the
displacement that the yielding spring holds back:

    y'' = b u - c y' - k ((1 - r) (y + e_1 y^3 + e_2 y^5 + ...) + r z)
    z' = y' - beta |y'| |z|^(n-1) z - gamma y' |z|^n

(Bouc 1967; Wen 1976, J. Eng. Mech. Div. 102:249; Duffing's oscillator where r is zero). Fewer
than ten numbers describe it, so that a few hundred samples tell them. Steps are those of the
fourth-order method of Runge and Kutta.

Time is counted in samples; y, z and u in their standard deviations. k, c and n are kept by their
logarithms and the share r by its logit, which keeps them in their ranges.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from surrogate.networks.sequence import DifferenceEquation, require_sizes

State = tuple[Tensor, Tensor]
INTERPOLATIONS = ("linear", "band_limited")
REACH = 12
"""Samples to each side that a value between two samples is computed from, band-limited."""
SMALL = 1e-12  # |z|^n has a derivative by n there, too


class Oscillator(DifferenceEquation):
    """The oscillator of the module's docstring, from its input to its displacement.

    It starts yielding lightly, the same for every seed. Records must begin at rest, or a washout
    (`data.washout`, `data.discard`) must hide that they do not.

    Parameters
    ----------
    inputs : int
        One; of several channels, a weighted sum drives the mass.
    outputs : int
        One, the displacement; several are multiples of it.
    period : float
        Natural period at the start, in samples; half or one and a half of the true one will do.
    damping : float
        Damping ratio at the start.
    gain : float
        Static displacement under a unit input at the start. From zero the first step of a training
        finds its sign and size before anything else moves; from the wrong sign, training fails.
    elastic : int
        Powers of the elastic spring beyond the first: 1 adds y^3, 2 adds y^5 to it.
    hysteretic : bool
        Whether there is a spring that yields; without it k belongs to the elastic one alone.
    exponent : float, optional
        n, which stays as it is; None learns it too, starting from 1.2. It is told well only by
        responses of several amplitudes.
    substeps : int
        Steps of the integration between two samples.
    interpolation : {"linear", "band_limited"}
        Input between two samples. Band-limited it is that of an input without content near half of
        the sampling rate, as random-phase multisines are; the network then looks 12 samples ahead
        and cannot be run in pieces.

    Attributes
    ----------
    odd : bool
        The negated input has the negated displacement as its response.

    Raises
    ------
    ValueError
        For numbers out of range.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import Oscillator
    >>> network = Oscillator(inputs=1, outputs=1, period=30.0)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 1)
    >>> sorted(network.numbers())
    ['beta', 'damping', 'elastic_3', 'exponent', 'gain_0', 'gamma', 'hysteretic_share', 'stiffness']
    """

    kernel: Tensor
    log_exponent: Tensor

    def __init__(
        self,
        inputs: int,
        outputs: int,
        period: float = 25.0,
        damping: float = 0.05,
        gain: float = 0.0,
        elastic: int = 1,
        hysteretic: bool = True,
        exponent: float | None = 1.0,
        substeps: int = 2,
        interpolation: str = "linear",
    ) -> None:
        super().__init__()
        require_sizes(inputs=inputs, outputs=outputs, substeps=substeps)
        if not (2.0 <= period < math.inf and 0.0 < damping < math.inf):
            raise ValueError(
                f"period must be at least 2 samples and damping greater than 0, got {period} and "
                f"{damping}"
            )
        if exponent is not None and not 0.0 < exponent < math.inf:
            raise ValueError(f"exponent must be greater than 0, or none, got {exponent}")
        if elastic < 0:
            raise ValueError(f"elastic must be at least 0, got {elastic}")
        if interpolation not in INTERPOLATIONS:
            raise ValueError(
                f"interpolation must be {' or '.join(INTERPOLATIONS)}, got {interpolation!r}"
            )
        self.odd = True
        self.causal = interpolation == "linear"
        self.states = 3 if hysteretic else 2
        self.hysteretic = hysteretic
        self.substeps = substeps
        frequency = 2.0 * math.pi / period
        self.log_stiffness = nn.Parameter(torch.tensor([2.0 * math.log(frequency)]))
        self.log_damping = nn.Parameter(torch.tensor([math.log(2.0 * damping * frequency)]))
        self.gain = nn.Parameter(torch.full((inputs,), gain / inputs))
        self.elastic = nn.Parameter(torch.zeros(elastic)) if elastic else None
        if hysteretic:
            self.share = nn.Parameter(torch.zeros(1))
            self.beta = nn.Parameter(torch.tensor([0.5]))  # it yields within a standard deviation
            self.gamma = nn.Parameter(torch.zeros(1))
            log_exponent = torch.tensor([math.log(exponent or 1.2)])
            if exponent is None:
                self.log_exponent = nn.Parameter(log_exponent)
            else:
                self.register_buffer("log_exponent", log_exponent)
        self.head = nn.Identity() if outputs == 1 else nn.Linear(1, outputs, bias=False)
        points = _linear if self.causal else _band_limited
        self.register_buffer("kernel", points(2 * substeps), persistent=False)

    @torch.no_grad()
    def numbers(self) -> dict[str, float]:
        """The numbers of the equation by name, time in samples and y, u in standard deviations."""
        found = {
            "stiffness": self.log_stiffness.exp().item(),
            "damping": self.log_damping.exp().item(),
        }
        for place, value in enumerate((self.gain * self.log_stiffness.exp()).tolist()):
            found[f"gain_{place}"] = value
        if self.elastic is not None:
            for place, value in enumerate(self.elastic.tolist()):
                found[f"elastic_{2 * place + 3}"] = value
        if self.hysteretic:
            found["hysteretic_share"] = torch.sigmoid(self.share).item()
            found["beta"] = self.beta.item()
            found["gamma"] = self.gamma.item()
            found["exponent"] = self.log_exponent.exp().item()
        return found

    def run(self, input: Tensor, state: State | None) -> tuple[Tensor, State]:
        x, before = state or (input.new_zeros(len(input), self.states), self._no_past(input))
        ends = self._ends(before, input)
        w = self._drive(ends)
        trajectory = []
        for drive in w.unbind(1):
            x = self.step(x, drive)
            trajectory.append(x)
        return self.read(torch.stack(trajectory, dim=1), w), (x, ends[:, -1:])

    def features(self, input: Tensor) -> Tensor:
        """Inputs at the ends and the middle of each substep, (batch, time, points x inputs)."""
        return self._drive(self._ends(self._no_past(input), input))

    def _no_past(self, input: Tensor) -> Tensor:
        return input.new_zeros(input.shape[0], 1, input.shape[2] + 1)

    def _ends(self, before: Tensor, input: Tensor) -> Tensor:
        """Input and a one at each sample, after the last sample of the past, which is zero where
        there is none.
        """
        return torch.cat([before, functional.pad(input, (0, 1), value=1.0)], dim=1)

    def _drive(self, ends: Tensor) -> Tensor:
        """Inputs within the step that leads to each sample but the first of `ends`.

        A record starts from rest at its first sample: nothing drives the step out of no past.
        """
        series = ends[..., :-1].transpose(1, 2)  # (batch, inputs, time + 1)
        reach = self.kernel.shape[-1] // 2
        extended = functional.pad(series, (reach - 1, 0))
        if reach > 1:
            extended = torch.cat([extended, _continuation(series, reach - 1)], dim=2)
        batch, channels = extended.shape[:2]
        each = extended.flatten(0, 1)[:, None]
        within = functional.conv1d(each, self.kernel.to(ends.dtype))  # (each, points, time)
        within = within.unflatten(0, (batch, channels)).permute(0, 3, 2, 1).flatten(2)
        return ends[:, :-1, -1:] * within

    def step(self, x: Tensor, w: Tensor) -> Tensor:
        h = 1.0 / self.substeps
        stiffness = torch.exp(self.log_stiffness)
        damping = torch.exp(self.log_damping)
        drive = w.unflatten(1, (-1, len(self.gain))) @ (self.gain * stiffness)  # (batch, points)
        for number in range(self.substeps):
            first, middle, last = drive[:, 2 * number : 2 * number + 3].unbind(1)
            r1 = self._rates(x, first, stiffness, damping)
            r2 = self._rates(x + 0.5 * h * r1, middle, stiffness, damping)
            r3 = self._rates(x + 0.5 * h * r2, middle, stiffness, damping)
            r4 = self._rates(x + h * r3, last, stiffness, damping)
            x = x + h / 6.0 * (r1 + 2.0 * (r2 + r3) + r4)
        return x

    def read(self, x: Tensor, w: Tensor) -> Tensor:
        return self.head(x[..., :1])

    def _rates(self, x: Tensor, drive: Tensor, stiffness: Tensor, damping: Tensor) -> Tensor:
        """Rates of y, y' and z, shape (batch, states), under the drive b u, shape (batch,)."""
        y = x[:, 0]
        v = x[:, 1]
        spring = self._elastic_force(y)
        if not self.hysteretic:
            return torch.stack([v, drive - damping * v - stiffness * spring], dim=1)
        z = x[:, 2]
        share = torch.sigmoid(self.share)
        force = stiffness * ((1.0 - share) * spring + share * z)
        size = z.abs().clamp_min(SMALL)
        power = size ** torch.exp(self.log_exponent)
        held = v - power * (self.beta * v.abs() * z / size + self.gamma * v)
        return torch.stack([v, drive - damping * v - force, held], dim=1)

    def _elastic_force(self, y: Tensor) -> Tensor:
        """y + e_1 y^3 + e_2 y^5 + ..."""
        if self.elastic is None:
            return y
        square = y * y
        factor = torch.zeros_like(y)
        for coefficient in reversed(self.elastic.unbind()):
            factor = square * (coefficient + factor)
        return y * (1.0 + factor)


def _linear(intervals: int) -> Tensor:
    """Weights of two samples for the points that divide the step between them, (points, 1, 2)."""
    fraction = torch.linspace(0.0, 1.0, intervals + 1)
    return torch.stack([1.0 - fraction, fraction], dim=1)[:, None]


def _band_limited(intervals: int) -> Tensor:
    """Weights of the samples around a step for the points that divide it, (points, 1, 2 REACH).

    A sinc under Kaiser's window; content below 0.4 of the sampling rate is met to 1e-4.
    """
    fraction = torch.linspace(0.0, 1.0, intervals + 1, dtype=torch.float64)
    places = torch.arange(1 - REACH, REACH + 1, dtype=torch.float64)
    distance = fraction[:, None] - places
    window = torch.i0(8.0 * torch.sqrt((1.0 - (distance / REACH) ** 2).clamp_min(0.0)))
    weights = torch.sinc(distance) * window
    return (weights / weights.sum(dim=1, keepdim=True)).float()[:, None]


def _continuation(series: Tensor, count: int) -> Tensor:
    """The end of a series reflected in its last sample, which keeps value and slope."""
    before = series[..., -count - 1 : -1]
    mirrored = 2.0 * series[..., -1:] - before.flip(-1)
    return functional.pad(mirrored, (0, count - mirrored.shape[-1]))
