"""Layers that run through whole records by an operation of torch, as one step of a sample.

What exporters cannot hold for any length, an FFT or a scan of a record, complex numbers, or torch's
own loops, is here the same equations for one sample in real numbers.
"""

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, pad, softplus

from surrogate.networks import Modal
from surrogate.networks.learnt_start import StartedLSTM
from surrogate.networks.mc_gru import StructureGRU
from surrogate.networks.selective import SelectiveUnit
from surrogate.networks.sequence import each_state
from surrogate.networks.state_space import LinearRecurrentUnit


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


class RestingRecurrence(DiagonalRecurrence):
    """The same from rest at the first sample: the state before it is a multiple of that sample.

    The last number of the state is one once a sample has come, as zeros stand for the start.

    Parameters
    ----------
    rest : Tensor, shape (states, inputs), complex
        Beside those of `DiagonalRecurrence`.
    """

    rest: Tensor

    def __init__(
        self,
        pole: Tensor,
        drive: Tensor,
        read: Tensor,
        direct: Tensor,
        bias: Tensor,
        rest: Tensor,
    ) -> None:
        super().__init__(pole, drive, read, direct, bias)
        self.register_buffer("rest", torch.cat([rest.real, rest.imag]))

    def forward(self, input: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        begun = linear(input[:, 0], self.rest)
        one = torch.ones_like(input[:, 0, :1])
        if state is not None:
            going = state[:, -1:]
            begun = state[:, :-1] + (1.0 - going) * begun
        output, after = super().forward(input, begun)
        return output, torch.cat([after, one], dim=1)

    run = forward


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
    own = (pole.repeat(inputs), drive, read, direct.weight, direct.bias)
    if not network.at_rest:
        return DiagonalRecurrence(*own)
    return RestingRecurrence(*own, drive * network.before_rest().repeat(inputs)[:, None])


class SelectiveRecurrence(nn.Module):
    """A selective recurrence for one sample, in real numbers; the state is that of the unit."""

    def __init__(self, unit: SelectiveUnit) -> None:
        super().__init__()
        self.unit = unit

    def forward(self, input: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        unit = self.unit
        u = input[:, 0]  # (batch, width)
        step = softplus(unit.step(u))
        decay = torch.exp(-step[..., None] * torch.exp(unit.log_decay))  # (batch, width, states)
        angle = step[..., None] * unit.angle
        kept = torch.stack([decay * torch.cos(angle), decay * torch.sin(angle)], dim=1)
        before = torch.zeros_like(kept) if state is None else state
        drive = unit.drive(u).unflatten(1, (2, 1, unit.states))
        state = _product(kept, before) + drive * (step * u)[:, None, :, None]
        read = unit.read(u).unflatten(1, (2, 1, unit.states))
        output = (read[:, 0] * state[:, 0] - read[:, 1] * state[:, 1]).sum(dim=2)
        return (output + unit.direct * u)[:, None], state


def _product(one: Tensor, other: Tensor) -> Tensor:
    """Product of complex numbers whose real and imaginary parts lie along the second axis."""
    real = one[:, 0] * other[:, 0] - one[:, 1] * other[:, 1]
    imaginary = one[:, 0] * other[:, 1] + one[:, 1] * other[:, 0]
    return torch.stack([real, imaginary], dim=1)


class Cells(nn.Module):
    """The layers of torch's LSTM or GRU for one sample; the state is a list with one entry a
    layer.
    """

    def __init__(self, recurrent: nn.LSTM | nn.GRU) -> None:
        super().__init__()
        names = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"]
        if isinstance(recurrent, StartedLSTM):
            names += ["start_h", "start_c"]
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
            before = _from_start(layer, before, a)
            hidden, after = self.advance(a, before, layer["weight_hh"], layer["bias_hh"])
            states.append(_counted_from_start(layer, after))
        return hidden[:, None], states


def _from_start(layer: nn.ParameterDict, state: Any, a: Tensor) -> Any:
    """The state itself of one that is counted from a learnt start; any other as it is."""
    if "start_h" not in layer:
        return state
    h, c = state or (a.new_zeros(a.shape[0], len(layer["start_h"])),) * 2
    return h + layer["start_h"], c + layer["start_c"]


def _counted_from_start(layer: nn.ParameterDict, state: Any) -> Any:
    """The inverse of `_from_start`."""
    if "start_h" not in layer:
        return state
    h, c = state
    return h - layer["start_h"], c - layer["start_c"]


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


class StructureCell(nn.Module):
    """A layer of an MC-GRU for one sample; the state has the shape (batch, hidden)."""

    def __init__(self, layer: StructureGRU) -> None:
        super().__init__()
        self.layer = layer

    def forward(
        self, series: Tensor, condition: Tensor, state: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        layer = self.layer
        a = linear(series[:, 0], layer.weight_ih, layer.bias_ih)
        if layer.weight_structure is not None:
            of_structure = linear(condition, layer.weight_structure)
            a = a + pad(of_structure, (2 * layer.hidden_size, 0))  # of the candidate alone
        hidden, state = _gru(a, state, layer.weight_hh, layer.bias_hh)
        return hidden[:, None], state


RECURRENCES: dict[type[nn.Module], Callable[[Any], nn.Module]] = {
    LinearRecurrentUnit: unit_recurrence,
    Modal: modal_recurrence,
    SelectiveUnit: SelectiveRecurrence,
    StructureGRU: StructureCell,
}
"""Layers that run through whole records by an operation of torch, and what makes one step of it."""
