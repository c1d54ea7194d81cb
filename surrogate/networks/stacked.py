"""Recurrent networks whose step takes several samples, without a look ahead.

Zhang et al. (2019, "Deep long short-term memory networks for nonlinear structural seismic response
prediction", Comput. Struct. 220:55-68) stack the samples of a motion: k of them are one input of
the recurrence, which is then k times shorter, costs a k-th, and remembers k times longer. With the
groups u_g = (x_{kg+1}, ..., x_{kg+k}) and the hidden state h it is here

    h_g      = step(h_{g-1}, u_g)
    z_{kg+i} = tanh(P_i h_{g-1} + p_i + sum_{j <= i} Q_ij x_{kg+j})
    y_{kg+i} = V_i h_{g-1} + c_i + sum_{j <= i} (D_ij x_{kg+j} + W_ij z_{kg+j}),      i = 1 ... k

Their read-out, of h_g, answers up to k - 1 samples before the motion is known. This one is of the
state before the group, and adds what the group has brought up to each sample: by the linear map D,
and by units z of each sample, since the stiffness that the samples meet depends on the state.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from surrogate.networks.dropout import InputDropout
from surrogate.networks.sequence import SequenceNetwork, require_sizes


class StackedNetwork(SequenceNetwork):
    """A recurrence with a read-out, a step of which takes `stack` samples.

    A subclass implements `recur`, of `stack` times the input channels, and `read`, which gives
    `stack` times the output channels.

    Parameters
    ----------
    inputs, outputs : int
        Number of input and output channels.
    stack : int
        Samples of a step. With 1 the read-out is of the state at the sample itself.
    width : int
        Numbers that `recur` gives at a step.
    causal : bool
    input_dropout : float
    odd : bool
        Half the difference between the responses to the input and to its negative.

    Attributes
    ----------
    within : WithinGroup
        Only with a stack.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        stack: int,
        width: int,
        causal: bool = True,
        input_dropout: float = 0.0,
        odd: bool = False,
    ) -> None:
        super().__init__()
        require_sizes(stack=stack)
        if stack > 1 and not causal:
            raise ValueError(
                f"stack = {stack} needs a network that does not look ahead: leave out "
                "bidirectional, or set stack to 1"
            )
        self.causal = causal
        self.odd = odd
        self.stack = stack
        self.outputs = outputs
        self.width = width
        self.input_dropout = InputDropout(input_dropout)
        if stack > 1:
            units = -(-width // stack)  # in all as many as the state has
            self.within = WithinGroup(stack, inputs, outputs, width, units)

    def recur(self, input: Tensor, state: Any) -> tuple[Tensor, Any]:
        """What the read-out sees of each step, shape (batch, steps, width), and the state."""
        raise NotImplementedError

    def read(self, hidden: Tensor) -> Tensor:
        """Outputs of each step, sample after sample: (batch, steps, stack x outputs)."""
        raise NotImplementedError

    def forward(self, input: Tensor) -> Tensor:
        if self.stack == 1:
            return super().forward(input)
        # Whole groups: an exporter then takes `run` for any number of samples.
        samples = input.shape[1]
        whole = nn.functional.pad(input, (0, 0, 0, -samples % self.stack))
        return super().forward(whole)[:, :samples]

    def run(self, input: Tensor, state: Any) -> tuple[Tensor, Any]:
        """As `SequenceNetwork.run`, for pieces of any length.

        With a stack the state is what `recur` has, what it gave last, and the samples of a group
        that has begun, if one has.
        """
        input = self.input_dropout(input)
        if self.odd:
            input = torch.cat([input, -input])
        output, state = self._respond(input, state)
        if self.odd:
            both = output.unflatten(0, (2, -1))  # chunks would fix the batch of an export
            output = 0.5 * (both[0] - both[1])
        return output, state

    def _respond(self, input: Tensor, state: Any) -> tuple[Tensor, Any]:
        if self.stack > 1:
            return self._respond_to_groups(input, state)
        hidden, state = self.recur(input, state)
        return self.read(hidden), state

    def _respond_to_groups(self, input: Tensor, state: Any) -> tuple[Tensor, Any]:
        recurrent, last, *begun = state or (None, self._at_rest(input))
        samples = torch.cat([*begun, input], dim=1)
        whole = samples.shape[1] // self.stack
        groups = self._grouped(samples)  # (batch, groups, stack x inputs), the last may be begun
        before = last
        if whole:
            after, recurrent = self.recur(groups[:, :whole], recurrent)
            # Cut before it is joined: each map would copy a part of what is joined.
            before = torch.cat([last, after[:, : groups.shape[1] - 1]], dim=1)
            last = after[:, -1:]
        before = before[:, : groups.shape[1]]
        output = self.within(self.read(before), before, groups)
        output = output.reshape(output.shape[0], -1, self.outputs)  # (batch, time, outputs)
        answered = samples.shape[1] - input.shape[1]
        left = samples[:, whole * self.stack :]
        end = (recurrent, last, *([left] if left.shape[1] else []))
        return output[:, answered : samples.shape[1]], end

    def _grouped(self, samples: Tensor) -> Tensor:
        """Samples of each group side by side, zeros behind the last.

        Programs that repeat a step for any number of samples have it in their own words:
        torch.export cannot follow a padding to whole groups, and ONNX has nodes.
        """
        padded = nn.functional.pad(samples, (0, 0, 0, -samples.shape[1] % self.stack))
        return padded.reshape(padded.shape[0], -1, self.stack * padded.shape[2])

    def _at_rest(self, input: Tensor) -> Tensor:
        """What `recur` would have given before the first group of a record."""
        return input.new_zeros(input.shape[0], 1, self.width)


def samples_of_step(module: nn.Module, around: int = 1) -> int:
    """Samples that a step of a module takes, where `around` is that of what it is a part of."""
    return module.stack if isinstance(module, StackedNetwork) else around


class WithinGroup(nn.Module):
    """What the samples of a group add to the outputs at and after each: D x + W z.

    Parameters
    ----------
    stack : int
        Samples of a group.
    inputs, outputs : int
        Channels of a sample.
    width : int
        Numbers of the state before the group.
    units : int
        Units z of a sample.
    """

    def __init__(self, stack: int, inputs: int, outputs: int, width: int, units: int) -> None:
        super().__init__()
        self.sizes = [stack * outputs, stack * units]
        self.state = nn.Linear(width, stack * units)
        self.input = TriangularMatrix(stack, inputs, [outputs, units])
        self.output = TriangularMatrix(stack, units, [outputs])

    def forward(self, read: Tensor, before: Tensor, groups: Tensor) -> Tensor:
        """Outputs of groups, of what is read of the state and of their samples.

        A product that is added to another is one operation with it, forwards and backwards.

        Parameters
        ----------
        read : Tensor, shape (batch, groups, stack x outputs)
            What the state before each group gives.
        before : Tensor, shape (batch, groups, width)
            The state before each group.
        groups : Tensor, shape (batch, groups, stack x inputs)
            The samples of each group.

        Returns
        -------
        Tensor, shape (batch, groups, stack x outputs)
        """
        direct, driving = self.input().split(self.sizes)
        samples = groups.flatten(0, 1)  # (batch x groups, stack x inputs)
        units = torch.addmm(self.state(before.flatten(0, 1)), samples, driving.t()).tanh()
        output = torch.addmm(read.flatten(0, 1), units, self.output().t())
        return torch.addmm(output, samples, direct.t()).view_as(read)


class TriangularMatrix(nn.Module):
    """Linear maps of a group of samples as one matrix, without a look ahead.

    Its rows are map after map, and in each of them sample after sample.

    Parameters
    ----------
    samples : int
        Samples of a group.
    inputs : int
        Channels of a sample.
    outputs : sequence of int
        Channels of a sample that each map gives.

    Examples
    --------
    >>> from surrogate.networks.stacked import TriangularMatrix
    >>> matrix = TriangularMatrix(samples=2, inputs=1, outputs=[1])()
    >>> (matrix != 0).int().tolist()
    [[1, 0], [1, 1]]
    """

    seen: Tensor

    def __init__(self, samples: int, inputs: int, outputs: Sequence[int]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(samples * sum(outputs), samples * inputs))
        up_to = torch.ones(samples, samples).tril()
        seen = torch.cat([torch.kron(up_to, torch.ones(each, inputs)) for each in outputs])
        self.register_buffer("seen", seen, persistent=False)
        nn.init.uniform_(self.weight, -((samples * inputs) ** -0.5), (samples * inputs) ** -0.5)

    def forward(self) -> Tensor:
        """Shape (samples x outputs, samples x inputs)."""
        return self.seen * self.weight
