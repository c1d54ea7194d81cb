"""An identified linear structure as a surrogate: `surrogate.networks.Modal` with its poles."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np
import torch

from surrogate.identification.checkpoint import build, group_of, write, write_ensemble
from surrogate.identification.laws import Values
from surrogate.identification.linear_identification import LinearIdentification
from surrogate.identification.linear_response import Poles
from surrogate.identification.matrix_model import MatrixModel
from surrogate.identification.recordings import Recordings
from surrogate.networks.modal import LARGEST, Modal
from surrogate.networks.observation import Channel, every
from surrogate.training.module import Surrogate

LEAST_ANGLE = 1e-12
"""Of a pole that does not vibrate."""
DRAWS = 16


def answers_of(found: LinearIdentification, names: Sequence[str]) -> tuple[Channel, ...]:
    """Return the channels that a checkpoint answers: quantities at all locations of matrices, or
    the sensors that modes were seen by, those of one quantity side by side.
    """
    if isinstance(found.model, MatrixModel):
        return tuple(channel for name in names for channel in every(name, found.model.storeys))
    order = list(dict.fromkeys(channel.quantity for channel in found.channels))
    return tuple(sorted(found.channels, key=lambda channel: order.index(channel.quantity)))


def save(
    found: LinearIdentification,
    recordings: Recordings,
    files: Mapping[str, Path],
    names: Sequence[str],
    overwrite: bool = False,
) -> None:
    """Write the checkpoint of a structure, and one of structures that the records allow.

    Parameters
    ----------
    found : LinearIdentification
    recordings : Recordings
        Those that it was identified from, which tell the range of the base motions.
    files : mapping of str to Path
        ``checkpoint`` and ``draws``.
    names : sequence of str
        Quantities that are answered.
    overwrite : bool

    Raises
    ------
    ValueError, FileExistsError
        For a mode that is over within a sample, and a file that exists.
    """
    channels = answers_of(found, names)
    surrogate = surrogate_of(found, recordings, found.values, channels)
    write(surrogate, files["checkpoint"], overwrite)
    space = found.bounds.space
    members = [
        surrogate_of(found, recordings, space.values(theta), channels)
        for theta in found.bounds.sample(DRAWS)
    ]
    write_ensemble(members, files["draws"], overwrite)


def surrogate_of(
    found: LinearIdentification,
    recordings: Recordings,
    values: Values,
    channels: Sequence[Channel],
) -> Surrogate:
    """Return a structure of some parameters as a surrogate; arguments as of `save`."""
    poles = _seen_by(found, values, channels)
    surrogate = Surrogate(partial(Modal, modes=len(poles.rates), at_rest=True))
    targets = tuple(
        group_of(name, len(list(own))) for name, own in groupby(c.quantity for c in channels)
    )
    # Of the most likely structure, also for one that is drawn.
    best = _seen_by(found, found.values, channels)
    build(surrogate, targets, recordings, best.answer(recordings.base, recordings.interval))
    network = surrogate.network
    assert isinstance(network, Modal)
    scale = surrogate.input_scaling.scale / surrogate.target_scaling.scale
    _set(network, poles, recordings.interval, scale.double().numpy())
    return surrogate.eval()


def _seen_by(found: LinearIdentification, values: Values, channels: Sequence[Channel]) -> Poles:
    """Poles with the shares of channels; of modes those of the sensors, put in their order."""
    if isinstance(found.model, MatrixModel):
        return found.model.poles(values, channels)
    own = found.model.poles(values, found.channels)
    places = [found.channels.index(channel) for channel in channels]
    return Poles(own.rates, own.shares[places], own.direct[places])


@torch.no_grad()
def _set(network: Modal, poles: Poles, interval: float, scale: np.ndarray) -> None:
    """Poles and residues of a network from those of a structure, for standardised channels."""
    z, end, start = poles.sampled(interval)
    decay = -poles.rates.real * interval
    if (decay > LARGEST).any():
        raise ValueError(
            f"a mode of {poles.frequencies[decay.argmax()]:.3g} Hz is over within a sample of "
            f"{interval:g} s: no network of this interval can hold it"
        )
    angle = np.maximum(poles.rates.imag * interval, LEAST_ANGLE)
    residues = scale[:, None] * (end + start / z)
    direct = scale * (poles.direct - (start / z).real.sum(axis=1))
    network.log_decay.copy_(torch.tensor(np.log(decay)))
    network.log_angle.copy_(torch.tensor(np.log(angle)))
    network.residues.copy_(torch.tensor(np.stack([residues.real, residues.imag])))
    network.direct.weight.copy_(torch.tensor(direct[:, None]))
    network.direct.bias.zero_()
