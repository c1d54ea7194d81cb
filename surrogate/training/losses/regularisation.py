"""Penalties that look at the network alone: at its weights or at its activations.

Weight penalties          l1 sum |w| + l2 sum w^2                  over weights, not biases
Activation penalty        l1 mean |a|                       over the units of the chosen activations
"""

import torch
from torch import Tensor, nn

from surrogate.data.channels import Interface
from surrogate.training.losses.penalty import Penalty


class WeightPenalty(Penalty):
    """Norms of the weights: the parameters of at least two dimensions, without the biases.

    Parameters
    ----------
    l1, l2 : float
        Factors of the sums of absolute values and of squares.

    Examples
    --------
    >>> import torch
    >>> from surrogate.training.losses import WeightPenalty
    >>> network = torch.nn.Linear(2, 1)
    >>> _ = torch.nn.init.ones_(network.weight)
    >>> WeightPenalty(l1=0.5)(network, torch.zeros(1), torch.zeros(1)).item()
    1.0
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        super().__init__()
        if min(l1, l2) < 0.0 or l1 == l2 == 0.0:
            raise ValueError(
                f"l1 and l2 must be at least 0 and one of them positive, got {l1} and {l2}"
            )
        self.l1 = l1
        self.l2 = l2

    def forward(self, network: nn.Module, input: Tensor, prediction: Tensor) -> Tensor:
        weights = [parameter for parameter in network.parameters() if parameter.ndim >= 2]
        zero = prediction.new_zeros(())
        total = zero
        if self.l1:
            total = total + self.l1 * sum((weight.abs().sum() for weight in weights), zero)
        if self.l2:
            total = total + self.l2 * sum((weight.square().sum() for weight in weights), zero)
        return total


class ActivationPenalty(Penalty):
    """Mean absolute value of hidden activations, which makes them sparse.

    Which activations belong to padding cannot be told: of records of different lengths it takes
    windows of one length.

    Parameters
    ----------
    l1 : float
        Factor, positive.
    activation : type
        Class path of the activations that are watched.

    Examples
    --------
    >>> import torch
    >>> from surrogate.training.losses import ActivationPenalty
    >>> network = torch.nn.Sequential(torch.nn.ReLU())
    >>> penalty = ActivationPenalty(l1=0.01)
    >>> penalty.attach(network, None)
    >>> input = torch.tensor([1.0, -1.0])
    >>> round(penalty(network, input, network(input)).item(), 6)
    0.005
    """

    sees_padding = True

    def __init__(self, l1: float, activation: type[nn.Module] = nn.ReLU) -> None:
        super().__init__()
        if l1 <= 0.0:
            raise ValueError(f"l1 must be positive, got {l1}")
        self.l1 = l1
        self.activation = activation
        self._values: list[Tensor] = []

    def attach(self, network: nn.Module, interface: Interface | None = None) -> None:
        watched = [module for module in network.modules() if isinstance(module, self.activation)]
        if not watched:
            raise ValueError(
                f"the network has no {self.activation.__name__} whose activation could be penalised"
            )
        for module in watched:
            module.register_forward_hook(self._keep)

    def forward(self, network: nn.Module, input: Tensor, prediction: Tensor) -> Tensor:
        total = torch.stack([value.abs().mean() for value in self._values]).mean()
        self._values.clear()
        return self.l1 * total

    def _keep(self, module: nn.Module, inputs: tuple, output: Tensor) -> None:
        if module.training:
            self._values.append(output)
