"""The mean of several surrogates as one: what a trainer tests, and a card measures."""

import math
from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from surrogate.data.channels import Interface
from surrogate.training.module import Surrogate
from surrogate.training.scaled_network import ScaledNetwork


class MeanOfMembers(ScaledNetwork):
    """Networks with a scaling each, of which the mean is the answer.

    Parameters
    ----------
    members : sequence of ScaledNetwork
        Of the same inputs and targets.

    Attributes
    ----------
    network : ModuleList
        The members.
    """

    def __init__(self, members: Sequence[ScaledNetwork]) -> None:
        nn.Module.__init__(self)
        first = members[0]
        self.network = nn.ModuleList(members)
        self.interface = first.interface
        self.outputs_per_target = 1
        self.targets = first.targets
        self.input_scaling = first.input_scaling
        self.target_scaling = first.target_scaling
        peaks = torch.stack([member.input_peak for member in members])
        self.register_buffer("input_peak", peaks.amin(dim=0))  # known to all of them

    @property
    def members(self) -> list[ScaledNetwork]:
        """The members, each with its scaling."""
        return [cast(ScaledNetwork, member) for member in self.network.children()]

    def forward(self, input: Tensor, samples: Tensor | None = None) -> Tensor:
        """Mean response in physical units to `input`, as of `ScaledNetwork`."""
        answers = torch.stack([member(input, samples) for member in self.members])
        return mean_of_answers(answers, self.interface)

    def run(self, input: Tensor, samples: Tensor | None = None) -> Tensor:
        """Mean response by the standardisation of the first member."""
        standardised: Tensor = self.target_scaling(self(input, samples))
        return standardised


def mean_of_answers(answers: Tensor, interface: Interface) -> Tensor:
    """Mean of the answers of some surrogates, which lie along the first dimension.

    Of classes the mean is that of the probabilities, as deep ensembles take it (Lakshminarayanan,
    Pritzel & Blundell 2017, section 2.4), and its logarithm is given, as scores are.
    """
    if not interface.classes:
        return answers.mean(dim=0)
    each = torch.log_softmax(answers, dim=-1)
    return torch.logsumexp(each, dim=0) - math.log(len(answers))


def mean_of(members: Sequence[Surrogate]) -> Surrogate:
    """A surrogate that answers with the mean of others, which have the same inputs and targets."""
    made = Surrogate()
    made.model = MeanOfMembers([member.scaled for member in members])
    made.bounds = dict(members[0].bounds)
    return made.eval()
