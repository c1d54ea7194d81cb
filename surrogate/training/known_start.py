"""Responses of records that do not begin at rest, from the state that their first samples tell.

A response that is known over the first samples tells the state before them by least squares, the
network as it is (`surrogate.optim.windows.estimated_states`); from there the network goes on by
itself.
"""

import copy

import torch
from torch import Tensor, nn

from surrogate.data.samplers import Batch
from surrogate.networks.sequence import DifferenceEquation
from surrogate.optim import windows
from surrogate.training.scaled_network import ScaledNetwork
from surrogate.training.tested import ScoredBatch


def require_state(network: nn.Module) -> None:
    """Raise ValueError for a network whose state is not one vector."""
    if not isinstance(network, DifferenceEquation):
        raise ValueError(
            f"{type(network).__name__} has no state that first samples tell: let it run through "
            "samples that are discarded (data.discard), or choose a DifferenceEquation: "
            "Oscillator, ShearBuilding, HystereticStateSpace, NeuralStateSpace"
        )


@torch.no_grad()
def response_from(scaled: ScaledNetwork, input: Tensor, known: Tensor) -> Tensor:
    """Responses in physical units and double precision, shape (record, time, targets).

    Parameters
    ----------
    scaled : ScaledNetwork
        Of a `DifferenceEquation`.
    input : Tensor, shape (record, time, inputs)
        In physical units.
    known : Tensor, shape (record, known time, targets)
        Responses over the first samples, in physical units.

    Raises
    ------
    ValueError
        For another network.
    """
    require_state(scaled.network)
    exact = copy.deepcopy(scaled).cpu().double().eval()
    asked = exact.input_scaling(input.cpu().double())
    wanted = exact.target_scaling(known.cpu().double())
    own = torch.cat([parameter.flatten() for parameter in exact.network.parameters()])
    parameters = own.expand(len(asked), -1)
    samples = wanted.shape[1]
    equation: DifferenceEquation = exact.network  # type: ignore[assignment]
    states = windows.estimated_states(equation, parameters, asked[:, :samples], wanted)
    response = windows.respond_from(equation, parameters, states, asked)
    return exact.target_scaling.inverse(response)


def scored(scaled: ScaledNetwork, batch: Batch, known: int) -> ScoredBatch:
    """What a test scores of a batch: all that comes after the `known` first samples.

    Zeros behind the end of a shorter record change nothing before it, since the networks are
    causal.
    """
    response = response_from(scaled, batch.input, batch.target[:, :known])
    samples = None if batch.samples is None else batch.samples - known
    return ScoredBatch(response[:, known:].float(), batch.target[:, known:].cpu(), samples)
