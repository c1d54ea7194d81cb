"""A network made for the channels of its data."""

from collections.abc import Callable

from torch import nn

from surrogate.data import channels
from surrogate.data.channels import Interface
from surrogate.networks import ConditionedNetwork

NetworkCallable = Callable[[int, int], nn.Module]


def network_for(make: NetworkCallable, interface: Interface, outputs: int) -> nn.Module:
    """A network for the inputs of an interface.

    One that takes a condition is told how many of its inputs are structural parameters, which come
    last.

    Parameters
    ----------
    make : callable
        Of the numbers of inputs and outputs.
    interface : Interface
    outputs : int

    Raises
    ------
    ValueError
        When the settings of the network state another number of conditions.
    """
    inputs = channels.count(interface.inputs)
    network = make(inputs, outputs)
    if not isinstance(network, ConditionedNetwork):
        return network
    conditions = sum(group.channels for group in interface.inputs if group.constant)
    if network.conditions not in (0, conditions):
        raise ValueError(
            f"model.network.conditions = {network.conditions}, the data have {conditions} "
            "structural parameters: leave it out, it is filled in"
        )
    if not conditions:
        return network
    told: nn.Module = make(inputs, outputs, conditions=conditions)  # type: ignore[call-arg]
    return told
