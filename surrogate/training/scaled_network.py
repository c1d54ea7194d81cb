"""A network between physical units: what a surrogate is once its channels are known.

    y = mean_y + scale_y n((x - mean_x) / scale_x)

with the network n and the statistics of the training part, channel by channel.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from surrogate.data import channels, lengths
from surrogate.data.channels import Interface
from surrogate.data.scaling import Standardize
from surrogate.networks import ConditionedNetwork


def negated_inputs(network: nn.Module, inputs: int) -> int:
    """How many of the first inputs an odd network negates, 0 of any other network.

    Its response is odd in physical units too only if zero stays zero in the scaling.
    """
    if not getattr(network, "odd", False):
        return 0
    if isinstance(network, ConditionedNetwork):  # its parameters are never negated
        return network.series
    return inputs


class ScaledNetwork(nn.Module):
    """A network with its scaling and the meaning of its channels.

    Parameters
    ----------
    network : Module
        Takes `inputs` standardised channels and gives `outputs_per_target` for each target.
    interface : Interface
        Names and units of the channels, and the sampling interval.
    statistics : mapping of str to sequence of float
        `input_mean`, `input_scale`, `input_peak`, `target_mean` and `target_scale` in physical
        units, a value for each channel; those of the target may be one for all.
    outputs_per_target : int
        2 where the network predicts a variance beside each mean.

    Attributes
    ----------
    input_peak : Tensor, shape (inputs,)
        Largest magnitude in the training part, beyond which a response is an extrapolation.
    """

    input_peak: Tensor

    def __init__(
        self,
        network: nn.Module,
        interface: Interface,
        statistics: Mapping[str, Sequence[float]],
        outputs_per_target: int = 1,
    ) -> None:
        super().__init__()
        input_mean = statistics["input_mean"]
        target_mean = statistics["target_mean"]
        signed = negated_inputs(network, len(input_mean))
        if signed:
            input_mean = [0.0] * signed + list(input_mean[signed:])
            target_mean = [0.0] * len(target_mean)
        self.network = network
        self.interface = interface
        self.outputs_per_target = outputs_per_target
        self.targets = channels.count(interface.targets)
        trailing = len(interface.pixels)
        self.input_scaling = Standardize(input_mean, statistics["input_scale"], trailing)
        self.target_scaling = Standardize(target_mean, statistics["target_scale"])
        self.register_buffer("input_peak", torch.tensor(statistics["input_peak"]))
        self.attach_scaling()

    def attach_scaling(self) -> None:
        """Tell a network that knows units the scaling as it is now; ValueError as it raises."""
        attach = getattr(self.network, "attach_channels", None)
        if attach is None:
            return
        statistics = {
            "input_mean": self.input_scaling.mean.tolist(),
            "input_scale": self.input_scaling.scale.tolist(),
            "input_peak": self.input_peak.tolist(),
            "target_mean": self.target_scaling.mean.tolist(),
            "target_scale": self.target_scaling.scale.tolist(),
        }
        attach(self.interface, statistics)

    def forward(self, input: Tensor, samples: Tensor | None = None) -> Tensor:
        """Response in physical units to `input`, shape (batch, time, inputs), in physical units.

        Of records of different lengths, `samples` tells how many samples of each count.
        """
        return self.physical(self.run(input, samples))

    def run(self, input: Tensor, samples: Tensor | None = None) -> Tensor:
        """Output of the network, standardised, to `input` in physical units.

        What a causal network answers before the end of a record does not depend on what lies
        behind it; any other is run on records of one length at a time, so that it sees no padding.
        """
        scaled = self.input_scaling(input)
        if samples is None or getattr(self.network, "causal", False):
            output: Tensor = self.network(scaled)
            return output
        return lengths.by_length(self.network, scaled, samples)

    def physical(self, output: Tensor) -> Tensor:
        """Predicted targets: the first outputs. What a loss asks for beyond them comes after.

        Of classes, their scores: the logarithms of their probabilities, but for a constant.
        """
        return self.target_scaling.inverse(output[..., : self.targets])
