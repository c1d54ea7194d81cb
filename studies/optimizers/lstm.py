"""The LSTM of the comparison, written so that many are trained at once, and the optimizers that can
train it.
"""

from inspect import signature

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from surrogate.networks import LSTM
from surrogate.optim.optimizers import MuonAdamW, make, optimizers

HIDDEN = 16
STOREYS = 5
FOR_ALL_PARAMETERS = {"Muon": MuonAdamW}  # which takes matrices alone


class LoopLSTM(LSTM):
    """The package's LSTM sample by sample in elementary operations: torch.vmap cannot batch torch's
    own.
    """

    def run(
        self, input: Tensor, state: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        layer = self.recurrent
        h, c = state or (input.new_zeros(len(input), layer.hidden_size),) * 2
        weight_ih, weight_hh, bias_ih, bias_hh = layer.all_weights[0]
        weight = torch.cat([weight_ih, weight_hh], dim=1)
        bias = bias_ih + bias_hh
        outputs = []
        for x in input.unbind(1):  # (batch, inputs) at each time
            gates = nn.functional.linear(torch.cat([x, h], dim=1), weight, bias)
            a_i, a_f, a_c, a_o = gates.chunk(4, dim=1)
            c = torch.sigmoid(a_i) * torch.tanh(a_c) + torch.sigmoid(a_f) * c
            h = torch.sigmoid(a_o) * torch.tanh(c)
            outputs.append(h)
        return self.head(torch.stack(outputs, dim=1)), (h, c)


def network() -> LoopLSTM:
    """Base acceleration to the storey drifts."""
    return LoopLSTM(1, STOREYS, HIDDEN)


def contenders() -> dict[str, type[Optimizer]]:
    """Every optimizer of torch.optim that can train the network."""
    kinds = {name: FOR_ALL_PARAMETERS.get(name, kind) for name, kind in optimizers().items()}
    return {name: kind for name, kind in kinds.items() if _trains(kind)}


def _trains(kind: type[Optimizer]) -> bool:
    try:
        make(kind, network().parameters())
    except ValueError:
        return False
    return True


def default_rate(kind: type[Optimizer]) -> float:
    """The learning rate that torch gives an optimizer."""
    return float(signature(kind).parameters["lr"].default)
