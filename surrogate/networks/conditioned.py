"""Networks that are conditioned: what does not change along a record enters them apart.

The structural parameters of a record, and the attributes of a motion, are its condition c. Any
network takes them as channels that are constant in time. A `ConditionedNetwork` takes them apart
from the series, so that it can use them where they belong, as in feature-wise linear modulation
(Perez et al. 2018, "FiLM: visual reasoning with a general conditioning layer"):

    FiLM(v_t, c) = (1 + gamma(c)) v_t + beta(c)

with gamma and beta from a perceptron.
"""

from typing import Any

import torch
from torch import Tensor, nn

from surrogate.networks.mlp import perceptron
from surrogate.networks.sequence import SequenceNetwork


class ConditionedNetwork(SequenceNetwork):
    """A network on series whose last `conditions` channels are constant in time.

    A subclass implements `respond`. The channels arrive together, (batch, time, inputs), as in any
    network, so that files, scaling and exports need to know of no difference; the condition of a
    record is read off its first sample.

    Parameters
    ----------
    inputs : int
        Number of all input channels.
    conditions : int
        How many of them, the last ones, are constant in time. A `Surrogate` states the number of
        its structural parameters here.
    odd : bool
        Answer the negated series, under the same condition, with the negated output, as a structure
        does whose laws are the same in tension and compression: half the difference between the
        responses to both, which costs two.

    Examples
    --------
    >>> import torch
    >>> from surrogate.networks import FiLMLSTM
    >>> network = FiLMLSTM(inputs=3, outputs=5, hidden=16, conditions=2)
    >>> motion, stiffness_and_mass = torch.randn(8, 100, 1), torch.randn(8, 2)
    >>> tuple(network(motion, stiffness_and_mass).shape)
    (8, 100, 5)
    """

    def __init__(self, inputs: int, conditions: int, odd: bool = False) -> None:
        super().__init__()
        if not 0 <= conditions < inputs:
            raise ValueError(
                f"conditions must be at least 0 and less than the {inputs} inputs, got {conditions}"
            )
        self.conditions = conditions
        self.series = inputs - conditions
        self.odd = odd

    def respond(self, series: Tensor, condition: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Output and the state at its end.

        Parameters
        ----------
        series : Tensor, shape (batch, time, series)
        condition : Tensor, shape (batch, conditions)
        state
            Before the series; None at rest.
        """
        raise NotImplementedError

    def run(self, input: Tensor, state: Any) -> tuple[Tensor, Any]:
        series = input[..., : self.series]
        condition = input[:, 0, self.series :]  # (batch, conditions)
        if not self.odd:
            return self.respond(series, condition, state)
        signs = torch.cat([series, -series])
        output, state = self.respond(signs, torch.cat([condition, condition]), state)
        both = output.unflatten(0, (2, -1))  # chunks would fix the batch of an export
        return 0.5 * (both[0] - both[1]), state

    def forward(self, input: Tensor, condition: Tensor | None = None) -> Tensor:
        """Response to whole records that start from rest.

        Parameters
        ----------
        input : Tensor, shape (batch, time, inputs)
            Without a `condition`; with it the series alone, shape (batch, time, series).
        condition : Tensor, shape (batch, conditions), optional

        Returns
        -------
        Tensor, shape (batch, time, outputs)
        """
        if condition is not None:
            constant = condition[:, None].expand(-1, input.shape[1], -1)
            input = torch.cat([input, constant], dim=2)
        return super().forward(input)


class FiLM(nn.Module):
    """Feature-wise linear modulation; without a condition the features pass as they are.

    Parameters
    ----------
    conditions, features : int
    hidden : int
        Units of the perceptron that makes scales and shifts; its last layer starts at zero, and
        the modulation as the identity.
    """

    def __init__(self, conditions: int, features: int, hidden: int) -> None:
        super().__init__()
        self.maker: nn.Sequential | None = None
        if conditions:
            self.maker = perceptron([conditions, hidden, 2 * features], nn.SiLU)
            for parameter in self.maker[-1].parameters():
                nn.init.zeros_(parameter)

    def forward(self, features: Tensor, condition: Tensor) -> Tensor:
        """Modulated `features`, shape (batch, time, features)."""
        if self.maker is None:
            return features
        scale, shift = self.maker(condition)[:, None].chunk(2, dim=2)  # (batch, 1, features)
        return (1.0 + scale) * features + shift
