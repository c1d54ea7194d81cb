"""Initial weights: any function of `torch.nn.init`, applied where it is defined, and gate by gate.

Variances with fan_in = n and fan_out = m:

    LeCun 1/n      Glorot (Xavier) 2/(n + m)      He (Kaiming) 2/n

A recurrent layer stacks the matrices of its gates in one tensor; each gate is initialised on its
own, otherwise its fan would be that of all of them and an orthogonal matrix would be orthogonal as
a stack only.
"""

import inspect
import math
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from surrogate.networks.peephole import PeepholeLayer
from surrogate.networks.stacked import samples_of_step

Function = Callable[..., Any]


def functions() -> dict[str, Function]:
    """Every initialiser of the installed torch.nn.init by its name, and LeCun's."""
    public = {
        name: f
        for name, f in vars(nn.init).items()
        if re.fullmatch(r"[a-z]\w*[a-z]_", name) and callable(f)
    }
    return public | {"lecun_normal_": lecun_normal_, "lecun_uniform_": lecun_uniform_}


def lecun_normal_(tensor: Tensor) -> Tensor:
    """Normal distribution with the variance 1 / fan_in."""
    return nn.init.kaiming_normal_(tensor, nonlinearity="linear")


def lecun_uniform_(tensor: Tensor) -> Tensor:
    """Uniform distribution with the variance 1 / fan_in."""
    return nn.init.kaiming_uniform_(tensor, nonlinearity="linear")


class Initialize:
    """How the parameters of a network start; what is not chosen stays as torch made it.

    Weights are the parameters called `weight...` with at least two dimensions; biases are called
    `bias...`.

    Parameters
    ----------
    weight
        Class path of an initialiser, such as torch.nn.init.xavier_uniform_ or
        surrogate.optim.initializers.lecun_normal_.
    recurrent
        Class path for hidden-to-hidden matrices; by default they are weights like the others.
    bias
        Class path of an initialiser for biases.
    arguments : dict, optional
        Further arguments of the initialiser of the weights, such as {a: -0.5, b: 0.5}.
    activation : type, optional
        Class path of the activation whose gain is used, where the initialiser has one.
    forget_bias : float, optional
        Bias of the forget gates of an LSTM; 1 or more lets it remember from the start.
    longest_memory : int, optional
        Biases of the forget and input gates that spread the memories of the cells from 2 to this
        number of samples, instead of `forget_bias`. As Tallec & Ollivier (2018), but evenly over
        the logarithm: a structure remembers its vibration for a few samples and its yielding for
        all of them. Where a step takes a stack of samples, the shortest memory is of two steps.

    Examples
    --------
    >>> import torch
    >>> from surrogate.optim.initializers import Initialize
    >>> network = torch.nn.Linear(2, 3)
    >>> start = Initialize(weight=torch.nn.init.ones_, bias=torch.nn.init.zeros_)
    >>> start(network)
    {'weight': 'initialised', 'bias': 'initialised'}
    >>> network.weight.sum().item(), network.bias.sum().item()
    (6.0, 0.0)
    """

    def __init__(
        self,
        weight: Function | None = None,
        recurrent: Function | None = None,
        bias: Function | None = None,
        arguments: dict[str, Any] | None = None,
        activation: type[nn.Module] | None = None,
        forget_bias: float | None = None,
        longest_memory: int | None = None,
    ) -> None:
        if forget_bias is not None and longest_memory is not None:
            raise ValueError("give forget_bias or longest_memory, not both")
        if longest_memory is not None and longest_memory < 3:
            raise ValueError(f"longest_memory must be at least 3 samples, got {longest_memory}")
        self.weight = weight and _bind(weight, arguments or {}, activation)
        self.recurrent = _bind(recurrent, {}, activation) if recurrent else self.weight
        self.bias = bias
        self.forget_bias = forget_bias
        self.longest_memory = longest_memory

    @torch.no_grad()
    def __call__(self, network: nn.Module) -> dict[str, str]:
        """Initialise a network in place.

        Returns
        -------
        dict of str to str
            What happened to each weight and bias: "initialised", "4 gates", or "left" with the
            reason.

        Raises
        ------
        ValueError
            When an initialiser applies to no weight at all, or there is no forget gate to set.
        """
        report = {name: _fill(self._choose(name), blocks) for name, blocks in _tensors(network)}
        weights = [what for name, what in report.items() if "weight" in name]
        if self.weight and all(what.startswith("left") for what in weights):
            reason = next(iter(report.values()), "no weights")
            raise ValueError(f"the initialiser applies to no weight of the network: {reason}")
        if self.forget_bias is not None or self.longest_memory is not None:
            self._set_forget_gates(network)
        return report

    def _choose(self, name: str) -> Function | None:
        own = name.rpartition(".")[2]
        if own.startswith("bias"):
            return self.bias
        is_recurrent = own.startswith("weight_hh") or "hidden_to_hidden" in name
        return self.recurrent if is_recurrent else self.weight

    def _set_forget_gates(self, network: nn.Module) -> None:
        layers = list(_lstm_layers(network))
        if not layers:
            raise ValueError(
                "forget_bias and longest_memory are for LSTM layers, and the network has none"
            )
        for stack, (bias, *others) in layers:
            for other in others:  # torch adds two biases: one is enough
                other.zero_()
            gate_i, gate_f, *_ = bias.chunk(4)
            if self.forget_bias is not None:
                gate_f.fill_(self.forget_bias)
            elif self.longest_memory is not None:
                longest = self.longest_memory / stack  # in steps
                if longest <= 2.0:
                    raise ValueError(
                        f"longest_memory must be more than two steps of {stack} samples, got "
                        f"{self.longest_memory}"
                    )
                steps = gate_f.uniform_(math.log(2.0), math.log(longest)).exp_()
                steps.sub_(1.0).log_()
                gate_i.copy_(-gate_f)


def _bind(
    function: Function, arguments: dict[str, Any], activation: type[nn.Module] | None
) -> Function:
    """The function with its arguments, checked now and not in the middle of a network."""
    signature = inspect.signature(function)
    if activation is not None and "gain" in signature.parameters:
        arguments = {"gain": _gain(activation)} | arguments
    elif activation is not None and "nonlinearity" in signature.parameters:
        _gain(activation)
        arguments = {"nonlinearity": _torch_name(activation)} | arguments
    try:
        signature.bind(torch.empty(0), **arguments)
    except TypeError as error:
        raise ValueError(f"arguments of {function.__name__}: {error}, got {arguments}") from None
    return partial(function, **arguments)


def _gain(activation: type[nn.Module]) -> float:
    name: Any = _torch_name(activation)  # any word: torch refuses those that it does not know
    try:
        return nn.init.calculate_gain(name)
    except ValueError:
        raise ValueError(
            f"torch defines no gain for {activation.__name__}: give one by arguments: {{gain: ...}}"
        ) from None


def _torch_name(activation: type[nn.Module]) -> str:
    """Name by which torch.nn.init knows an activation: LeakyReLU is leaky_relu, Identity is
    linear.
    """
    if activation is nn.Identity:
        return "linear"
    return re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", activation.__name__).lower()


def _tensors(network: nn.Module) -> Iterator[tuple[str, list[Tensor]]]:
    """Name of every weight and bias, and the blocks of it that are initialised each on its own."""
    for prefix, module in network.named_modules():
        for own, parameter in module.named_parameters(recurse=False):
            if own.startswith("bias") or (own.startswith("weight") and parameter.ndim >= 2):
                yield f"{prefix}.{own}".lstrip("."), _gates(module, parameter)
        # Such as a normalised weight, which is made from its factors.
        for own in getattr(module, "parametrizations", ()):
            tensor = getattr(module, own).clone()
            yield f"{prefix}.{own}", [tensor]
            if not tensor.flatten(1).any(dim=1).all():
                raise ValueError(
                    f"{prefix}.{own} is normalised: the initialiser would leave it rows of "
                    "zeros, which have no direction"
                )
            setattr(module, own, tensor)


def _gates(module: nn.Module, parameter: Tensor) -> list[Tensor]:
    size = getattr(module, "hidden_size", 0)
    return list(parameter.split(size)) if size and len(parameter) % size == 0 else [parameter]


def _fill(function: Function | None, blocks: list[Tensor]) -> str:
    if function is None:
        return "left as torch made it"
    try:
        for block in blocks:
            function(block)
    except ValueError as error:
        return f"left: {error}"
    return "initialised" if len(blocks) == 1 else f"{len(blocks)} gates"


def _lstm_layers(module: nn.Module, stack: int = 1) -> Iterator[tuple[int, list[Tensor]]]:
    """For each layer of an LSTM the samples of its steps, and its biases."""
    stack = samples_of_step(module, stack)
    yield from ((stack, biases) for biases in _lstm_biases(module))
    for child in module.children():
        yield from _lstm_layers(child, stack)


def _lstm_biases(module: nn.Module) -> Iterator[list[Tensor]]:
    """For each layer of an LSTM its biases, whose blocks are the gates i, f, c, o."""
    if isinstance(module, nn.LSTM):
        names = [name for name, _ in module.named_parameters() if name.startswith("bias_ih")]
        yield from (
            [getattr(module, name), getattr(module, name.replace("_ih", "_hh"))] for name in names
        )
    elif isinstance(module, PeepholeLayer):
        yield [module.bias]
