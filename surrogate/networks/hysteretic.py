"""A grey-box network: linear vibration and rate-independent hysteresis, both learnt, in one
difference equation.

With the states x, the last inputs w = [u_t, u_{t-1}, ...] and e elements that dissipate:

    [v0, v1, q] = V x + W w  rates of the elements at both ends of the step, arguments of their laws
    delta = (v0 + v1) / 2    elongation of each element over the step, for a linear rate
    D = int |v|              its path
    x <- x + A x + B w + F(q, delta, D) delta + G(q, delta, D) D,        y = C x + E w + c

F and G come from one hidden layer of tanh. Where they depend on q alone this is Duhem's model z' =
f(z) v + g(z) |v|, which Bouc-Wen's and Dahl's are cases (Visintin 1994, Differential models of
hysteresis); delta and D among their arguments make a step exact that is not small. No parameter of
a structure goes in: the network knows that the input drives a vibration and that an element's force
follows its path, whatever the speed.

A structure whose laws are the same in tension and compression is odd: F(-q, -delta, D) is
F(q, delta, D), G(-q, -delta, D) is -G(q, delta, D), and there are no constants.
"""

import torch
from torch import Tensor, nn

from surrogate.networks.sequence import DifferenceEquation, require_sizes, vibrations

State = tuple[Tensor, Tensor]


class HystereticStateSpace(DifferenceEquation):
    """The difference equation of the module's docstring.

    Parameters
    ----------
    inputs, outputs : int
    states : int
        Order: two for each mode of vibration, one for each element, and what the input needs
        between its samples.
    elements : int
    hidden : int
        Units of the nonlinearity.
    taps : int
        Inputs of the present and of earlier samples that drive a step.
    period : float
        Natural period (samples) that the first two states start with; those of further pairs are
        shorter.
    odd : bool
        Answer the negated input with the negated output, by the symmetries of the module's
        docstring. It is at rest in its state of zeros.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import HystereticStateSpace
    >>> network = HystereticStateSpace(inputs=1, outputs=1, states=2, elements=1)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 1)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        states: int = 4,
        elements: int = 1,
        hidden: int = 16,
        taps: int = 2,
        period: float = 20.0,
        odd: bool = False,
    ) -> None:
        super().__init__()
        require_sizes(states=states, elements=elements, hidden=hidden, taps=taps)
        if period < 2.0:
            raise ValueError(f"period must be at least 2 samples, got {period}")
        self.states = states
        self.elements = elements
        self.taps = taps
        self.odd = odd
        self.transition = nn.Linear(states, states + 3 * elements, bias=False)  # A and V
        self.drive = nn.Linear(taps * inputs, states + 3 * elements, bias=not odd)  # B and W
        self.inner = nn.Linear(3 * elements, hidden)
        self.outer = nn.Linear(hidden, 2 * elements * states, bias=not odd)
        self.head = nn.Linear(states + taps * inputs, outputs, bias=not odd)
        self._start(period)

    @torch.no_grad()
    def _start(self, period: float) -> None:
        """Lightly damped vibrations and a nearly linear structure."""
        nn.init.normal_(self.transition.weight, std=0.3)
        nn.init.normal_(self.drive.weight, std=0.1)
        nn.init.normal_(self.outer.weight, std=0.005)
        if not self.odd:
            nn.init.zeros_(self.drive.bias)
            nn.init.zeros_(self.outer.bias)
        self.transition.weight[: self.states] = vibrations(self.states, period)

    def run(self, input: Tensor, state: State | None) -> tuple[Tensor, State]:
        x, before = state or (input.new_zeros(input.shape[0], self.states), self._no_past(input))
        w = self._delayed(before, input)
        trajectory = []
        for driven in self.drive(w).unbind(1):
            x = self._advance(x, driven)
            trajectory.append(x)
        past = torch.cat([before, input], dim=1)[:, -self.taps :]
        return self.read(torch.stack(trajectory, dim=1), w), (x, past)

    def features(self, input: Tensor) -> Tensor:
        return self._delayed(self._no_past(input), input)

    def _no_past(self, input: Tensor) -> Tensor:
        return input.new_zeros(input.shape[0], self.taps, input.shape[2])

    def _delayed(self, before: Tensor, input: Tensor) -> Tensor:
        """Inputs that drive each step, w, shape (batch, time, taps inputs); `before` are the last
        ones of the past.
        """
        extended = torch.cat([before, input], dim=1)
        samples = input.shape[1]
        starts = range(self.taps, 0, -1)
        return torch.cat([extended[:, start : start + samples] for start in starts], dim=2)

    def step(self, x: Tensor, w: Tensor) -> Tensor:
        return self._advance(x, self.drive(w))

    def read(self, x: Tensor, w: Tensor) -> Tensor:
        return self.head(torch.cat([x, w], dim=-1))

    def _advance(self, x: Tensor, driven: Tensor) -> Tensor:
        e = self.elements
        sums = torch.addmm(driven, x, self.transition.weight.T)
        linear, v0, v1, q = sums.split([self.states, e, e, e], dim=1)
        delta = 0.5 * (v0 + v1)
        path = _path(v0, v1)
        matrix = self._law(q, delta, path).view(-1, self.states, 2 * e)
        return x + linear + (matrix * torch.cat([delta, path], dim=1)[:, None]).sum(dim=2)

    def _law(self, q: Tensor, delta: Tensor, path: Tensor) -> Tensor:
        """F and G side by side for each state, shape (batch, 2 states elements)."""
        matrix = self._layers(q, delta, path)
        if not self.odd:
            return matrix
        mirrored = self._layers(-q, -delta, path)
        f, g = matrix.unflatten(1, (self.states, 2, -1)).unbind(2)
        f_mirrored, g_mirrored = mirrored.unflatten(1, (self.states, 2, -1)).unbind(2)
        halves = [0.5 * (f + f_mirrored), 0.5 * (g - g_mirrored)]
        return torch.stack(halves, dim=2).flatten(1)

    def _layers(self, q: Tensor, delta: Tensor, path: Tensor) -> Tensor:
        return self.outer(torch.tanh(self.inner(torch.cat([q, delta, path], dim=1))))


def _path(v0: Tensor, v1: Tensor) -> Tensor:
    """Integral of |v| over a step of length one in which v goes linearly from v0 to v1."""
    total = v0.abs() + v1.abs()
    reversing = (v0 * v0 + v1 * v1) / (2.0 * total + 1e-12)
    return torch.where(v0 * v1 < 0.0, reversing, 0.5 * total)
