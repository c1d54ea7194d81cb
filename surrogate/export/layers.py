"""Networks in a form that an exporter can take for any number of records and of samples.

An exporter records the operations of one run. A loop over time in Python would be unrolled to the
samples of that run, and torch.export does the same to torch's own recurrent layers. Such a network
is exported as its step from one sample to the next (`Step`), which the exporter's own operator, a
scan, repeats. Other layers are rewritten, exactly:

    perceptron on a sliding window      a convolution whose kernel is the window
    diagonal recurrences run by FFT     the recurrence itself, for one sample in real numbers
    torch's LSTM and GRU                their equations for one sample (torch.export alone)
"""

import copy
from collections.abc import Callable, Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, pad
from torch.utils import _pytree as pytree

from surrogate.networks import Modal, NeuralStateSpace, SequenceNetwork, WindowMLP
from surrogate.networks.peephole import PeepholeLayer
from surrogate.networks.recurrent import ElmanLayer
from surrogate.networks.sequence import DifferenceEquation, each_state
from surrogate.networks.state_space import LinearRecurrentUnit
from surrogate.training.module import Surrogate

Layers = Mapping[type[nn.Module], Callable[[Any], nn.Module]]
"""What replaces a layer of each kind."""
LOOPS = (
    ElmanLayer,
    PeepholeLayer,
    NeuralStateSpace,
    DifferenceEquation,
    LinearRecurrentUnit,
    Modal,
)
"""Layers that run sample by sample, or by an FFT of the whole record."""


def rewritten(network: nn.Module, layers: Layers) -> nn.Module:
    """Copy of a network, each layer of a kind in `layers` replaced by what is made of it."""
    return _replaced(copy.deepcopy(network).eval().requires_grad_(False), layers)


def is_stepwise(network: nn.Module, kinds: tuple[type[nn.Module], ...]) -> bool:
    """Whether a network has layers of these kinds, so that it can be exported as its step alone.

    Raises
    ------
    ValueError
        When it has, and looks ahead: such a network has no step.
    """
    found = next(
        (type(module).__name__ for module in network.modules() if isinstance(module, kinds)), None
    )
    if found and not getattr(network, "causal", False):
        raise ValueError(
            f"{type(network).__name__} looks ahead and its {found} runs sample by sample: this "
            "format cannot hold it "
            "for records of any length"
        )
    return found is not None


class Physical(nn.Module):
    """Scaling, network and inverse scaling: (record, time, inputs) to (record, time, targets),
    physical units.
    """

    def __init__(self, surrogate: Surrogate, layers: Layers) -> None:
        super().__init__()
        self.before = surrogate.input_scaling
        self.after = surrogate.target_scaling
        self.targets = surrogate.targets
        self.network = rewritten(surrogate.network, layers)

    def forward(self, input: Tensor) -> Tensor:
        return self._unscaled(self.network(self.before(input)))

    def run(self, input: Tensor, state: Any) -> tuple[Tensor, Any]:
        """As the network's, in physical units."""
        network = cast(SequenceNetwork, self.network)
        output, state = network.run(self.before(input), state)
        return self._unscaled(output), state

    def _unscaled(self, output: Tensor) -> Tensor:
        return self.after.inverse(output[..., : self.targets])


class Step(nn.Module):
    """A causal surrogate from one sample to the next, its state laid out as tensors of shape
    (batch, ...).
    """

    def __init__(self, physical: Physical) -> None:
        super().__init__()
        self.physical = physical
        self.inputs = physical.before.mean.numel()
        state: Any = None
        before: list[tuple[int, ...]] | None = None
        self.shapes: list[tuple[int, ...]] = []
        while self.shapes != before:  # a memory of a few samples fills up first
            with torch.no_grad():
                _, state = physical.run(torch.zeros(1, 1, self.inputs), state)
            leaves, self.structure = pytree.tree_flatten(state)
            before = self.shapes
            self.shapes = [tuple(leaf.shape[1:]) for leaf in leaves]

    def at_rest(self, batch: int) -> tuple[Tensor, ...]:
        """The state at the start of a record."""
        return tuple(torch.zeros(batch, *shape) for shape in self.shapes)

    def forward(self, *state_and_sample: Tensor) -> tuple[Tensor, ...]:
        """State and response after a `sample`, shape (batch, inputs), that comes last among the
        arguments.
        """
        *leaves, sample = state_and_sample
        state = pytree.tree_unflatten(leaves, self.structure)
        output, after = self.physical.run(sample[:, None], state)
        # The carried tensors of a scan must not be views of one another.
        return *(leaf.clone() for leaf in pytree.tree_leaves(after)), output[:, 0].clone()


class WindowConvolution(SequenceNetwork):
    """A `WindowMLP` whose first layer is a convolution."""

    def __init__(self, network: WindowMLP) -> None:
        super().__init__()
        linear, *rest = network.layers
        first = cast(nn.Linear, linear)
        self.past = network.window - 1
        self.bias = first.bias
        self.rest = nn.Sequential(*rest)
        self.kernel = nn.Parameter(
            first.weight.unflatten(1, (-1, network.window)), requires_grad=False
        )

    def run(self, input: Tensor, state: None) -> tuple[Tensor, None]:
        hidden = torch.conv1d(pad(input.transpose(1, 2), (self.past, 0)), self.kernel, self.bias)
        return self.rest(hidden.transpose(1, 2)), None


class DiagonalRecurrence(nn.Module):
    """x <- lambda x + B u, y = Re(C x) + D u + c for one sample; the state holds real parts, then
    imaginary parts.

    Parameters
    ----------
    pole : Tensor, shape (states,), complex
    drive : Tensor, shape (states, inputs), complex
    read : Tensor, shape (outputs, states), complex
    direct : Tensor, shape (outputs, inputs)
    bias : Tensor, shape (outputs,)
    """

    real_pole: Tensor
    imaginary_pole: Tensor
    drive: Tensor
    read: Tensor
    direct: Tensor
    bias: Tensor

    def __init__(
        self, pole: Tensor, drive: Tensor, read: Tensor, direct: Tensor, bias: Tensor
    ) -> None:
        super().__init__()
        self.register_buffer("real_pole", pole.real.clone())
        self.register_buffer("imaginary_pole", pole.imag.clone())
        self.register_buffer("drive", torch.cat([drive.real, drive.imag]))
        self.register_buffer("read", torch.cat([read.real, -read.imag], dim=1))
        self.register_buffer("direct", direct.clone())
        self.register_buffer("bias", bias.clone())

    def forward(self, input: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        u = input[:, 0]
        driven = linear(u, self.drive)  # (batch, 2 states)
        real, imaginary = (torch.zeros_like(driven) if state is None else state).chunk(2, dim=1)
        a = self.real_pole
        b = self.imaginary_pole
        state = torch.cat([a * real - b * imaginary, b * real + a * imaginary], dim=1) + driven
        return (linear(state, self.read) + linear(u, self.direct, self.bias))[:, None], state

    run = forward  # a layer is called, a network is run


def unit_recurrence(unit: LinearRecurrentUnit) -> DiagonalRecurrence:
    """The recurrence of a linear recurrent unit."""
    pole = torch.exp(torch.complex(-torch.exp(unit.nu), torch.exp(unit.theta)))
    gamma = torch.sqrt(1.0 - pole.abs() ** 2)
    drive = gamma[:, None] * torch.complex(*unit.input_matrix)
    read = torch.complex(*unit.output_matrix)
    bias = torch.zeros_like(unit.direct)
    return DiagonalRecurrence(pole, drive, read, torch.diag(unit.direct), bias)


def modal_recurrence(network: Modal) -> DiagonalRecurrence:
    """The recurrence of modal superposition, each input with states of its own."""
    inputs = network.direct.in_features
    pole = torch.exp(network.logarithms)
    drive = torch.eye(inputs, dtype=pole.dtype).repeat_interleave(len(pole), dim=0)
    read = torch.complex(*network.residues)
    direct = network.direct
    return DiagonalRecurrence(pole.repeat(inputs), drive, read, direct.weight, direct.bias)


RECURRENCES: dict[type[nn.Module], Callable[[Any], nn.Module]] = {
    LinearRecurrentUnit: unit_recurrence,
    Modal: modal_recurrence,
}
"""Layers that run by an FFT of the whole record, and what makes their recurrence."""


class Cells(nn.Module):
    """The layers of torch's LSTM or GRU for one sample; the state is a list with one entry a
    layer.
    """

    def __init__(self, recurrent: nn.LSTM | nn.GRU) -> None:
        super().__init__()
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        self.layers = nn.ModuleList()
        for layer in range(recurrent.num_layers):
            own = {name: getattr(recurrent, f"{name}_l{layer}") for name in names}
            self.layers.append(nn.ParameterDict(own))
        self.advance: Callable[..., Any] = _lstm if isinstance(recurrent, nn.LSTM) else _gru

    def forward(self, input: Tensor, state: list | None) -> tuple[Tensor, list]:
        hidden = input[:, 0]
        states = []
        for number, before in enumerate(each_state(state, self.layers)):
            layer = cast(nn.ParameterDict, self.layers[number])
            a = linear(hidden, layer["weight_ih"], layer["bias_ih"])
            hidden, after = self.advance(a, before, layer["weight_hh"], layer["bias_hh"])
            states.append(after)
        return hidden[:, None], states


def _lstm(
    a: Tensor, state: tuple[Tensor, Tensor] | None, weight: Tensor, bias: Tensor
) -> tuple[Tensor, tuple]:
    h, c = state or (a.new_zeros(a.shape[0], weight.shape[1]),) * 2
    i, f, g, o = (a + linear(h, weight, bias)).chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return h, (h, c)


def _gru(a: Tensor, state: Tensor | None, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    h = a.new_zeros(a.shape[0], weight.shape[1]) if state is None else state
    a_r, a_z, a_n = a.chunk(3, dim=1)
    b_r, b_z, b_n = linear(h, weight, bias).chunk(3, dim=1)
    z = torch.sigmoid(a_z + b_z)
    h = (1.0 - z) * torch.tanh(a_n + torch.sigmoid(a_r + b_r) * b_n) + z * h
    return h, h


def _replaced(module: nn.Module, layers: Layers) -> nn.Module:
    for kind, make in layers.items():
        if isinstance(module, kind):
            return make(module)
    for name, child in module.named_children():
        setattr(module, name, _replaced(child, layers))
    return module
