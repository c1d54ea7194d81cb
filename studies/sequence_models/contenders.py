"""The networks that are compared, each at any number of parameters.

A network has one width; it is the largest whose parameters do not exceed the number that all are
given. Memories are comparable: convolutions and windows see 5 s back, the centred ones with a
further layer 5 s ahead as well, and the memories of LSTM cells start with up to 10 s. The domain of
the operators is 24 s.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from typing import Any

import torch
from torch import nn

FIELD = 125  # samples of 0.04 s: the window and, of the convolutions, 1 + 4 (1 + 2 + 4 + 8 + 16)
LONGEST_MEMORY = 250  # samples
DOMAIN = 600  # samples, more than any record has
WIDEST = 4096
INPUTS = 1
STOREYS = 5

Spec = dict[str, Any]
"""Class path and arguments, as the command line takes them."""


@dataclass(frozen=True)
class Contender:
    """A network of `surrogate.networks`.

    Attributes
    ----------
    network : str
        Name of the class.
    arguments : callable
        Of the width.
    causal : bool
        Whether it sees the past alone.
    cells : bool
        Whether it has LSTM cells, whose memories are spread at the start.
    """

    network: str
    arguments: Callable[[int], dict[str, Any]]
    causal: bool = True
    cells: bool = False


def _odd(width: int) -> dict[str, Any]:
    """An LSTM that answers the reversed motion with the reversed drift, as the building does."""
    return {"hidden": width, "odd": True}


LINEAR = "modal superposition"
CONTENDERS = {
    LINEAR: Contender("Modal", lambda width: {"modes": min(width, 10)}),
    "MLP on windows": Contender(
        "WindowMLP", lambda width: {"window": FIELD, "hidden": [width, width]}
    ),
    "CNN": Contender("CNN", lambda width: {"channels": [width] * 5, "kernel": 5}),
    "CNN, centred": Contender(
        "CNN", lambda width: {"channels": [width] * 6, "kernel": 5, "causal": False}, False
    ),
    "TCN": Contender("TCN", lambda width: {"channels": width, "blocks": 5, "kernel": 3}),
    "RNN": Contender("RNN", lambda width: {"hidden": width}),
    "BRNN": Contender("RNN", lambda width: {"hidden": width, "bidirectional": True}, False),
    "RCNN": Contender(
        "RCNN", lambda width: {"channels": [width, width], "recurrent": _lstm(width)}, cells=True
    ),
    "LSTM": Contender("LSTM", _odd, cells=True),
    "LSTM, peepholes": Contender("PeepholeLSTM", lambda width: {"hidden": width}, cells=True),
    "LSTM, bidirectional": Contender(
        "LSTM", lambda width: _odd(width) | {"bidirectional": True}, False, True
    ),
    "GRU": Contender("GRU", lambda width: {"hidden": width}),
    "state space": Contender("StateSpace", lambda width: {"width": width, "states": width}),
    "selective state space": Contender(
        "SelectiveStateSpace", lambda width: {"width": width, "states": 4, "blocks": 2}
    ),
    "transformer": Contender(
        "Transformer",
        lambda width: {"width": 4 * width, "heads": 2, "blocks": 2, "window": FIELD},
    ),
    "NARX": Contender("NARX", lambda width: {"hidden": [width]}),
    "FNO": Contender(
        "FNO", lambda width: {"width": width, "modes": 40, "blocks": 2, "period": DOMAIN}, False
    ),
    "DeepONet": Contender(
        "DeepONet",
        lambda width: {
            "sensors": DOMAIN,
            "basis": width,
            "hidden": width,
            "depth": 1,
            "frequencies": 16,
        },
        False,
    ),
}


def spec(name: str, parameters: int) -> Spec:
    """Class path and arguments of a contender that has at most so many parameters."""
    contender = CONTENDERS[name]
    width = bisect_right(range(1, WIDEST), parameters, key=partial(_count, name))
    if not width:
        raise ValueError(f"{name} has at least {_count(name, 1)} parameters, got {parameters}")
    return _spec(contender.network, contender.arguments(width))


def build(spec: Spec, inputs: int = INPUTS, outputs: int = STOREYS) -> nn.Module:
    """The network itself."""
    return _partial(spec)(inputs, outputs)


def count(network: nn.Module) -> int:
    """Number of parameters."""
    return sum(parameter.numel() for parameter in network.parameters())


@cache
def _count(name: str, width: int) -> int:
    contender = CONTENDERS[name]
    with torch.device("meta"):  # no memory is taken
        return count(build(_spec(contender.network, contender.arguments(width))))


def _spec(network: str, arguments: dict[str, Any]) -> Spec:
    return {"class_path": f"surrogate.networks.{network}", "init_args": arguments}


def _lstm(width: int) -> Spec:
    return _spec("LSTM", {"hidden": width})


def _partial(spec: Spec) -> partial:
    module, _, name = spec["class_path"].rpartition(".")
    arguments = {
        key: _partial(value) if isinstance(value, dict) else value
        for key, value in spec["init_args"].items()
    }
    return partial(getattr(import_module(module), name), **arguments)
