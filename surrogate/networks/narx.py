"""Nonlinear autoregressive network with exogenous inputs (Billings 2013, Nonlinear system
identification; Siegelmann, Horne & Giles 1997).

    y_t = A q_t + f(q_t),     q_t = [y_{t-1}, ..., y_{t-n}, x_t, ..., x_{t-m+1}]

f is a perceptron. It runs free in training as afterwards: the outputs before are its own, never
those of the record, so that it is trained for what it will be used for.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from surrogate.networks.mlp import Activation, perceptron
from surrogate.networks.sequence import DifferenceEquation, require_sizes

State = tuple[Tensor, Tensor]


class NARX(DifferenceEquation):
    """A difference equation of the outputs, run free.

    Parameters
    ----------
    inputs, outputs : int
    lags : int
        Outputs before that a step sees, n.
    taps : int
        Inputs that a step sees, the present one included, m.
    hidden : sequence of int
        Units of each hidden layer of f.
    activation
        Class path of an activation; a bounded one keeps f bounded in a free run.
    persistence : float
        p of the start near y_t = p y_{t-1}, which is stable. The nearer to 1, the longer it
        remembers at first, and the smaller the first steps of an optimizer must be.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import NARX
    >>> network = NARX(inputs=1, outputs=5, lags=2, taps=3, hidden=(16,))
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        lags: int = 4,
        taps: int = 4,
        hidden: Sequence[int] = (32,),
        activation: Activation = nn.Tanh,
        persistence: float = 0.5,
    ) -> None:
        super().__init__()
        require_sizes(lags=lags, taps=taps)
        if not 0.0 <= persistence < 1.0:
            raise ValueError(f"persistence must be at least 0 and less than 1, got {persistence}")
        self.outputs = outputs
        self.states = lags * outputs  # the last outputs, the latest first
        self.taps = taps
        seen = self.states + taps * inputs
        self.linear = nn.Linear(seen, outputs, bias=False)
        self.perceptron = perceptron([seen, *hidden, outputs], activation)
        with torch.no_grad():
            nn.init.normal_(self.linear.weight, std=0.01)
            self.linear.weight[:, :outputs] += persistence * torch.eye(outputs)
            for parameter in self.perceptron[-1].parameters():
                parameter.mul_(0.1)

    def run(self, input: Tensor, state: State | None) -> tuple[Tensor, State]:
        if state is None:
            x = input.new_zeros(input.shape[0], self.states)
            before = input.new_zeros(input.shape[0], self.taps, input.shape[2])
        else:
            x, before = state
        outputs = []
        for w in self._delayed(before, input).unbind(1):
            x = self.step(x, w)
            outputs.append(x[:, : self.outputs])
        past = torch.cat([before, input], dim=1)[:, -self.taps :]
        return torch.stack(outputs, dim=1), (x, past)

    def features(self, input: Tensor) -> Tensor:
        before = input.new_zeros(input.shape[0], self.taps, input.shape[2])
        return self._delayed(before, input)

    def _delayed(self, before: Tensor, input: Tensor) -> Tensor:
        """The last inputs of each time, shape (batch, time, taps inputs)."""
        extended = torch.cat([before, input], dim=1)
        samples = input.shape[1]
        starts = range(self.taps, 0, -1)
        return torch.cat([extended[:, start : start + samples] for start in starts], dim=2)

    def step(self, x: Tensor, w: Tensor) -> Tensor:
        seen = torch.cat([x, w], dim=1)
        output = self.linear(seen) + self.perceptron(seen)
        return torch.cat([output, x[:, : self.states - self.outputs]], dim=1)

    def read(self, x: Tensor, w: Tensor) -> Tensor:
        return x[..., : self.outputs]
