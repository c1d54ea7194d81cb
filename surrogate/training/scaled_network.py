"""A network between physical units: what a surrogate is once its channels are known.

    y = mean_y + scale_y n((x - mean_x) / scale_x)

with the network n and the statistics of the training part, channel by channel.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from surrogate.data import channels
from surrogate.data.channels import Interface
from surrogate.data.scaling import Standardize


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
        if getattr(network, "odd", False):  # in physical units only if zero stays zero
            input_mean = [0.0] * len(input_mean)
            target_mean = [0.0] * len(target_mean)
        self.network = network
        self.interface = interface
        self.outputs_per_target = outputs_per_target
        self.targets = channels.count(interface.targets)
        self.input_scaling = Standardize(input_mean, statistics["input_scale"])
        self.target_scaling = Standardize(target_mean, statistics["target_scale"])
        self.register_buffer("input_peak", torch.tensor(statistics["input_peak"]))

    def forward(self, input: Tensor) -> Tensor:
        """Response in physical units to `input`, shape (batch, time, inputs), in physical units."""
        return self.physical(self.network(self.input_scaling(input)))

    def physical(self, output: Tensor) -> Tensor:
        """Predicted targets: the first outputs. What a loss asks for beyond them comes after."""
        return self.target_scaling.inverse(output[..., : self.targets])
