"""How large a network is, known before it takes any memory."""

import re
from collections.abc import Callable

import torch
from torch import nn

from datasets.files.memory import require_memory

REMEDY = "choose a smaller network"
OVERFLOW = re.compile(r"Storage size calculation overflowed with sizes=\[([\d, ]+)\]")
REFUSED = re.compile(r"tried to allocate (\d+) bytes")


def require_room(make: Callable[[], nn.Module]) -> None:
    """Refuse a network whose weights this machine cannot hold.

    Where a network cannot be made without memory, making it tells as much, see `refused_size`.

    Raises
    ------
    ValueError
        With the size of the network and of the memory.
    """
    try:
        with torch.random.fork_rng(devices=[]), torch.device("meta"):
            network = make()
    except (RuntimeError, NotImplementedError, TypeError) as error:
        size = refused_size(error)
        if size is None:
            return
    else:
        size = _bytes(network) if isinstance(network, nn.Module) else 0
    require_memory("the network", size, REMEDY)


def refused_size(error: Exception) -> int | None:
    """Bytes that torch could not give, None for an error of another kind."""
    overflow = OVERFLOW.search(str(error))
    if overflow:
        count = 1
        for size in overflow[1].split(","):
            count *= int(size)
        return count * torch.finfo(torch.get_default_dtype()).bits // 8
    refused = REFUSED.search(str(error))
    return int(refused[1]) if refused else None


def _bytes(network: nn.Module) -> int:
    return sum(value.numel() * value.element_size() for value in network.state_dict().values())
