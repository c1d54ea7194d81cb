"""Deep operator network (Lu et al. 2021, "Learning nonlinear operators via DeepONet based on the
universal approximation theorem of operators").

    y_j(t) = sum_k b_jk(x(s_1), ..., x(s_m), c) f_k(t) + d_j

The branch net b sees the record x at m sensors, here all samples of a domain behind whose last
sample a record is at rest, and the condition c; the trunk net f sees the time. Each is a
perceptron. The trunk begins with waves of `frequencies` periods in the domain, since a perceptron
of t alone follows no response that oscillates (Tancik et al. 2020, "Fourier features let networks
learn high frequency functions").
"""

import math

import torch
from torch import Tensor, nn

from surrogate.networks.conditioned import ConditionedNetwork
from surrogate.networks.mlp import Activation, perceptron
from surrogate.networks.sequence import require_sizes


class DeepONet(ConditionedNetwork):
    """Branch net on the whole record, trunk net on time: not causal.

    Parameters
    ----------
    inputs, outputs : int
        Number of all input channels, and of output channels.
    sensors : int
        Samples of the domain, at least those of the longest record.
    basis : int
        Functions of time, of which each output is a sum.
    hidden : int
        Units of the hidden layers of both nets.
    depth : int
        Hidden layers of both nets.
    frequencies : int
        Waves that the trunk begins with, of 1 to so many periods in the domain.
    activation
        Class path of an activation.
    conditions : int
        See `ConditionedNetwork`: they enter the branch net once.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import DeepONet
    >>> network = DeepONet(inputs=1, outputs=5, sensors=100, hidden=16, frequencies=8)
    >>> tuple(network(torch.zeros(8, 100, 1)).shape)
    (8, 100, 5)
    """

    causal = False

    def __init__(
        self,
        inputs: int,
        outputs: int,
        sensors: int = 2400,
        basis: int = 128,
        hidden: int = 128,
        depth: int = 2,
        frequencies: int = 64,
        activation: Activation = nn.SiLU,
        conditions: int = 0,
    ) -> None:
        super().__init__(inputs, conditions)
        require_sizes(sensors=sensors, basis=basis, hidden=hidden, depth=depth)
        if not 0 <= frequencies <= sensors // 2:
            raise ValueError(
                f"frequencies must be 0 to half the {sensors} sensors, got {frequencies}"
            )
        self.sensors = sensors
        self.basis = basis
        self.frequencies = frequencies
        inner = [hidden] * depth
        self.branch = perceptron(
            [self.series * sensors + conditions, *inner, outputs * basis], activation
        )
        self.trunk = perceptron([1 + 2 * frequencies, *inner, basis], activation)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def respond(self, series: Tensor, condition: Tensor, state: None) -> tuple[Tensor, None]:
        samples = series.shape[1]
        if samples > self.sensors:
            raise ValueError(
                f"DeepONet has {self.sensors} sensors, got a record of {samples} samples: set "
                f"model.network.sensors to {samples} or more"
            )
        rest = series.new_zeros(series.shape[0], self.sensors - samples, series.shape[2])
        sensed = torch.cat([series, rest], dim=1).flatten(1)  # (batch, sensors series)
        factors = self.branch(torch.cat([sensed, condition], dim=1))
        factors = factors.unflatten(1, (-1, self.basis))  # (batch, outputs, basis)
        functions = self.trunk(self._times(series))  # (time, basis)
        return functions @ factors.transpose(1, 2) + self.bias, None

    def _times(self, series: Tensor) -> Tensor:
        """What the trunk sees of each time, shape (time, 1 + 2 frequencies)."""
        time = torch.arange(series.shape[1], device=series.device, dtype=series.dtype)
        time = time[:, None] / self.sensors
        periods = torch.arange(1, self.frequencies + 1, device=series.device)
        phase = 2.0 * math.pi * time * periods
        return torch.cat([time, torch.cos(phase), torch.sin(phase)], dim=1)
