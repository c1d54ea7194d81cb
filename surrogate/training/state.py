"""What a checkpoint keeps of a surrogate: how its network is remade, and the names of its state."""

import inspect
from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from surrogate.data import channels
from surrogate.data.channels import Interface
from surrogate.training.making import NetworkCallable, network_for

INSTANTIATOR = "lightning.pytorch.cli.instantiate_module"
"""What Lightning remakes a module of class paths with."""
MODEL_STATE = ("network.", "input_scaling.", "target_scaling.", "input_peak")
"""How the names of a `ScaledNetwork` begin in a checkpoint."""
BUFFERS = {
    "input_mean": "input_scaling.mean",
    "input_scale": "input_scaling.scale",
    "input_peak": "input_peak",
    "target_mean": "target_scaling.mean",
    "target_scale": "target_scaling.scale",
}
"""Where a checkpoint keeps the statistics of a `ScaledNetwork`."""


def without_prefix(
    module: nn.Module, state: dict[str, Any], prefix: str, metadata: dict[str, Any]
) -> None:
    """Leave the name of the attribute `model` out of a state: checkpoints have never had it."""
    own = f"{prefix}model."
    for name in [name for name in state if name.startswith(own)]:
        state[prefix + name.removeprefix(own)] = state.pop(name)


def with_prefix(module: nn.Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
    """Bring the names of a checkpoint to those of the module."""
    for part in MODEL_STATE:
        for name in [name for name in state if name.startswith(prefix + part)]:
            state[f"{prefix}model.{name.removeprefix(prefix)}"] = state.pop(name)


def recipe_of(network: NetworkCallable) -> dict[str, Any]:
    """Hyper-parameters from which a checkpoint remakes a class, or a partial of one.

    Empty for other callables, which have to be given again.
    """
    made: Any = network
    arguments: dict[str, Any] = {}
    if isinstance(network, partial):
        if network.args:
            return {}
        made = network.func
        arguments = network.keywords
    if not inspect.isclass(made):
        return {}
    path = f"{made.__module__}.{made.__qualname__}"
    arguments = {name: _plain(value) for name, value in arguments.items()}
    return {"network": {"class_path": path, "init_args": arguments}, "_instantiator": INSTANTIATOR}


def _plain(value: Any) -> Any:
    return f"{value.__module__}.{value.__qualname__}" if inspect.isclass(value) else value


def placeholders(state: dict[str, Tensor]) -> dict[str, list[float]]:
    """Statistics of the lengths that the checkpoint's buffers have; their values come with them."""
    return {name: [1.0] * len(state[buffer]) for name, buffer in BUFFERS.items()}


def require_sizes(make_network: NetworkCallable, content: Mapping[str, Any]) -> None:
    """Refuse a network larger than the weights of a checkpoint before it takes any memory.

    Where a network cannot be made without memory, loading its weights compares them.
    """
    interface = Interface.from_dict(content["interface"])
    outputs = channels.count(interface.targets) * content["outputs_per_target"]
    try:
        with torch.device("meta"):
            network = network_for(make_network, interface, outputs)
    except (RuntimeError, NotImplementedError):
        return
    size = sum(value.numel() for value in network.state_dict().values())
    kept = sum(value.numel() for value in content["state_dict"].values())
    if size > kept:
        raise ValueError(f"its settings ask for {size} numbers and its weights are {kept}")


def require_kinds(own: Mapping[str, Tensor], kept: Mapping[str, Tensor]) -> None:
    """Raise ValueError for whole numbers in the place of weights: they would be taken for them."""
    for name, value in kept.items():
        if name in own and own[name].is_floating_point() and not value.is_floating_point():
            raise ValueError(f"{name} holds {value.dtype}, must hold floating-point numbers")
