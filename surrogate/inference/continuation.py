"""Responses to records that do not begin at rest: the state is estimated from what is known of
them.

A response that is known over the first samples tells the state before them; from there the network
goes on by itself (`surrogate.optim.windows`). It takes a network whose state is one vector.
"""

import copy

import numpy as np
import torch

from surrogate.networks.sequence import DifferenceEquation
from surrogate.optim import windows
from surrogate.training.module import Surrogate


@torch.no_grad()
def continued(surrogate: Surrogate, input: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Responses whose first samples are known.

    Parameters
    ----------
    surrogate : Surrogate
        Of a `DifferenceEquation`: Oscillator, ShearBuilding, HystereticStateSpace or
        NeuralStateSpace.
    input : ndarray, shape (record, time, inputs)
        In physical units, at the sampling interval of the training data.
    known : ndarray, shape (record, known time, targets)
        Of the first samples, in physical units.

    Returns
    -------
    ndarray, shape (record, time, targets)
        In physical units, double precision, also over the samples that are known.

    Raises
    ------
    ValueError
        For another network, and for shapes that do not belong together.
    """
    network = surrogate.network
    if not isinstance(network, DifferenceEquation):
        raise ValueError(
            f"{type(network).__name__} has no state that first samples tell: let it run through "
            "samples that are discarded (data.discard), or choose a DifferenceEquation"
        )
    surrogate.interface.require_input(np.shape(input))
    if known.shape[0] != input.shape[0] or not 2 <= known.shape[1] <= input.shape[1]:
        raise ValueError(
            f"known must have the records of the input, {input.shape[0]}, and 2 to "
            f"{input.shape[1]} samples, got the shape {known.shape}"
        )
    if known.shape[2:] != (surrogate.targets,):
        raise ValueError(
            f"known must have {surrogate.targets} targets, got the shape {known.shape}"
        )
    exact = copy.deepcopy(surrogate.scaled).cpu().double().eval()
    asked = exact.input_scaling(torch.from_numpy(np.array(input, dtype=float)))
    wanted = exact.target_scaling(torch.from_numpy(np.array(known, dtype=float)))
    own = torch.cat([parameter.flatten() for parameter in exact.network.parameters()])
    parameters = own.expand(len(asked), -1)
    samples = wanted.shape[1]
    equation: DifferenceEquation = exact.network  # type: ignore[assignment]
    states = windows.estimated_states(equation, parameters, asked[:, :samples], wanted)
    response = windows.respond_from(equation, parameters, states, asked)
    found: np.ndarray = exact.target_scaling.inverse(response).numpy()
    return found
