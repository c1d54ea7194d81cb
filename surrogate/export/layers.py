"""Networks in a form that an exporter can take for any number of records and of samples.

An exporter records the operations of one run. A loop over time in Python would be unrolled to the
samples of that run, and torch.export does the same to torch's own recurrent layers. Such a network
is exported as its step from one sample to the next (`Step`), which the exporter's own operator, a
scan, repeats. Other layers are rewritten, exactly:

    perceptron on a sliding window      a convolution whose kernel is the window
    recurrences run by FFT or a scan    the recurrence itself, for one sample in real numbers
    torch's LSTM and GRU                their equations for one sample (torch.export alone)

The steps of single layers are in `surrogate.export.cells`.
"""

import copy
import math
from collections.abc import Callable, Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import pad
from torch.utils import _pytree as pytree

from surrogate.networks import Modal, NeuralStateSpace, SequenceNetwork, WindowMLP
from surrogate.networks.mc_gru import StructureGRU
from surrogate.networks.peephole import PeepholeLayer
from surrogate.networks.recurrent import ElmanLayer
from surrogate.networks.selective import SelectiveUnit
from surrogate.networks.sequence import DifferenceEquation
from surrogate.networks.stacked import samples_of_step
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
    SelectiveUnit,
    StructureGRU,
)
"""Layers that run sample by sample, or by an FFT or a scan of the whole record."""


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


def samples_of_steps(network: nn.Module) -> int:
    """Samples after which every layer of a network has ended a step."""
    return math.lcm(*map(samples_of_step, network.modules()))


class Step(nn.Module):
    """A causal surrogate from one step to the next, its state laid out as tensors of shape
    (batch, ...).

    Attributes
    ----------
    samples : int
        Samples of a step: one, or a stack of them.
    inputs, targets : int
        Channels of a sample.
    """

    def __init__(self, physical: Physical) -> None:
        super().__init__()
        self.physical = physical
        self.samples = samples_of_steps(physical.network)
        self.inputs = physical.before.mean.numel()
        self.targets = physical.targets
        state: Any = None
        before: list[tuple[int, ...]] | None = None
        self.shapes: list[tuple[int, ...]] = []
        self.copies = 1  # of a record in the state: an odd network runs its negative as well
        while self.shapes != before:  # a memory of a few samples fills up first
            with torch.no_grad():
                _, state = physical.run(torch.zeros(1, self.samples, self.inputs), state)
            leaves, self.structure = pytree.tree_flatten(state)
            before = self.shapes
            self.shapes = [tuple(leaf.shape[1:]) for leaf in leaves]
            self.copies = leaves[0].shape[0]

    def at_rest(self, batch: int) -> tuple[Tensor, ...]:
        """The state at the start of a record."""
        return tuple(torch.zeros(self.copies * batch, *shape) for shape in self.shapes)

    def forward(self, *state_and_sample: Tensor) -> tuple[Tensor, ...]:
        """State and response after the samples of a step, which come last among the arguments.

        Samples lie side by side: shape (batch, samples x inputs), and (batch, samples x targets)
        of the response.
        """
        *leaves, sample = state_and_sample
        state = pytree.tree_unflatten(leaves, self.structure)
        samples = torch.stack(sample.split(self.inputs, dim=1), dim=1)
        output, after = self.physical.run(samples, state)
        # The carried tensors of a scan must not be views of one another.
        leaves = [leaf.clone() for leaf in pytree.tree_leaves(after)]
        return *leaves, torch.cat(output.unbind(1), dim=1)


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


def _replaced(module: nn.Module, layers: Layers) -> nn.Module:
    for kind, make in layers.items():
        if isinstance(module, kind):
            return make(module)
    for name, child in module.named_children():
        setattr(module, name, _replaced(child, layers))
    return module
