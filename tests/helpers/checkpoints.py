"""Checkpoints of untrained surrogates, made without a training."""

from functools import partial
from pathlib import Path

import lightning
import torch

from surrogate import inference
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.training.module import Surrogate

ACCELERATION = ChannelGroup("base_acceleration", "m s-2", "acceleration of the base", "", 1)
STIFFNESS = ChannelGroup(
    "stiffness", "N m-1", "stiffness of the storeys", "storey", 2, constant=True
)
DRIFT = ChannelGroup("drift", "m", "storey drift", "storey", 2)
INTERFACE = Interface((ACCELERATION, STIFFNESS), (DRIFT,), 0.02)
STATISTICS = {
    "input_mean": [0.1, 3e4, 2e4],
    "input_scale": [2.0, 1e3, 2e3],
    "input_peak": [8.0, 4e4, 3e4],
    "target_mean": [0.0, 1e-4],
    "target_scale": [1e-2, 2e-3],
}


def shaken(interface: Interface, statistics: dict) -> tuple[Interface, dict]:
    """The interface with its base acceleration alone as input, and its statistics."""
    alone = Interface(interface.inputs[:1], interface.targets, interface.interval)
    own = {
        name: values[:1] if name.startswith("input") else values
        for name, values in statistics.items()
    }
    return alone, own


def untrained(
    network: partial, interface: Interface = INTERFACE, statistics=STATISTICS, seed: int = 0
) -> Surrogate:
    """A surrogate whose network starts at random."""
    torch.manual_seed(seed)
    surrogate = Surrogate(network)
    surrogate.build(interface, statistics, 1)
    return surrogate.eval()


def save(surrogate: Surrogate, path: Path) -> Path:
    """What the trainer would keep of a surrogate; its network must be a partial of a class."""
    content = {
        "state_dict": surrogate.state_dict(),
        "hyper_parameters": dict(surrogate.hparams),
        "hparams_name": "kwargs",
        "interface": surrogate.interface.to_dict(),
        "outputs_per_target": surrogate.outputs_per_target,
        "progress": None,
        "optimizer_states": [],
        "pytorch-lightning_version": lightning.__version__,
    }
    torch.save(content, path)
    inference.load(path, trust=[type(surrogate.network).__module__])
    return path
