"""An identified building as a surrogate: a checkpoint that answers what nobody has measured."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch

from datasets.contract.schema import VARIABLES
from datasets.files.disk import new_file
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.identification.identify import Identification
from surrogate.identification.laws import LAWS
from surrogate.identification.model import FAR, Values
from surrogate.identification.prediction import TRIED, answered, require_draws
from surrogate.identification.recordings import Recordings
from surrogate.networks import InstrumentedBuilding
from surrogate.networks.building_parameters import substeps
from surrogate.networks.observation import OF_STOREYS, UNITS, every
from surrogate.training.module import Surrogate

ANSWERS = ("drift", "acceleration")
"""What a checkpoint answers in every floor and storey, unless something else is asked for."""
WORDS = {
    "drift_velocity": "rate of the storey drift",
    "relative_acceleration": "acceleration relative to the base",
}
"""Long names of what the contract does not know."""


def save(
    identification: Identification,
    recordings: Recordings,
    path: str | Path,
    answers: Sequence[str] = ANSWERS,
    overwrite: bool = False,
) -> Surrogate:
    """Write the checkpoint of an identified building.

    Parameters
    ----------
    identification : Identification
    recordings : Recordings
        Those that it was identified from, which tell the range of the base motions.
    path : str or Path
    answers : sequence of str
        Quantities, each answered in all floors or storeys.
    overwrite : bool

    Returns
    -------
    Surrogate

    Raises
    ------
    ValueError, FileExistsError
        For an unknown quantity, and a file that exists.
    """
    surrogate = surrogate_of(identification, recordings, identification.values, answers)
    write(surrogate, path, overwrite)
    return surrogate


def save_draws(
    identification: Identification,
    recordings: Recordings,
    path: str | Path,
    answers: Sequence[str] = ANSWERS,
    count: int = 16,
    overwrite: bool = False,
) -> None:
    """Write buildings drawn from the distribution of the parameters as one ensemble.

    Its spread says what the records leave open. Arguments as of `save`.
    """
    space = identification.bounds.space
    strongest = recordings.base[[int(np.square(recordings.base).sum(axis=1).argmax())]]
    drifts = every("drift", identification.model.storeys)
    members: list[Surrogate] = []
    for theta in identification.bounds.sample(TRIED * count):
        if len(members) == count:
            break
        values = space.values(theta)
        model = identification.model
        if answered(model, values, strongest, recordings.interval, drifts) is not None:
            members.append(surrogate_of(identification, recordings, values, answers))
    require_draws(len(members), count)
    write_ensemble(members, path, overwrite)


def surrogate_of(
    identification: Identification,
    recordings: Recordings,
    values: Values,
    answers: Sequence[str] = ANSWERS,
) -> Surrogate:
    """Return a building of some parameters as a surrogate; arguments as of `save`."""
    require_answers(answers)
    storeys = identification.model.storeys
    structure = identification.model.at_rest(values)
    law = "bouc_wen" if identification.model.law == "elastic" else identification.model.law
    steps = substeps(float(structure.frequencies.max()), recordings.interval)
    network = partial(
        InstrumentedBuilding,
        storeys=storeys,
        observed=[str(channel) for name in answers for channel in every(name, storeys)],
        # Steel turns within a step, which costs an order.
        substeps=2 * steps if LAWS[law].steel is not None else steps,
        law=law,
        mass_damping=float(values["mass_damping"][0]),
    )
    surrogate = Surrogate(network)
    targets = tuple(group_of(name, storeys) for name in answers)
    # Of the most likely building, also for one that is drawn.
    seen = [channel for name in answers for channel in every(name, storeys)]
    answer = identification.answer(recordings.base, recordings.interval, seen)
    build(surrogate, targets, recordings, answer)
    own = surrogate.network
    assert isinstance(own, InstrumentedBuilding)
    usual = {"yield_displacement": np.full(storeys, FAR)}
    own.set({k: v for k, v in {**usual, **values}.items() if k in own.parameter_names})
    return surrogate.eval()


def build(
    surrogate: Surrogate,
    targets: tuple[ChannelGroup, ...],
    recordings: Recordings,
    answer: np.ndarray,
) -> None:
    """Build a surrogate of the motion of a base, whose scales and range are those of recordings.

    Parameters
    ----------
    surrogate : Surrogate
    targets : tuple of ChannelGroup
    recordings : Recordings
    answer : ndarray, shape (record, time, channel)
        Of the identified structure to their base motions, which tells the scales of the targets.
    """
    moved = recordings.base[recordings.counted]
    spread = answer[recordings.counted].std(axis=0)
    statistics = {
        "input_mean": [0.0],
        "input_scale": [float(moved.std())],
        "input_peak": [float(np.abs(moved).max())],
        "target_mean": [0.0] * len(spread),
        "target_scale": np.where(spread > 0.0, spread, 1.0).tolist(),
    }
    base = ChannelGroup("base_acceleration", "m s-2", "acceleration of the base", "", 1)
    surrogate.build(Interface((base,), targets, recordings.interval), statistics)
    samples = int(recordings.counted.sum(axis=1).max())
    surrogate.bounds = {
        "low": [float(moved.min())],
        "high": [float(moved.max())],
        "duration": recordings.interval * (samples - 1),
    }


def write(surrogate: Surrogate, path: str | Path, overwrite: bool = False) -> None:
    """Write the checkpoint of a structure; FileExistsError for a file that exists."""
    with new_file(path, overwrite) as temporary:
        torch.save(content(surrogate), temporary)


def write_ensemble(members: Sequence[Surrogate], path: str | Path, overwrite: bool = False) -> None:
    """Write structures that the records allow as one; FileExistsError for a file that exists."""
    ensemble = {
        "interface": members[0].interface.to_dict(),
        "members": [content(member) for member in members],
        "scores": None,
    }
    with new_file(path, overwrite) as temporary:
        torch.save(ensemble, temporary)


def content(surrogate: Surrogate) -> dict[str, Any]:
    """Return what a checkpoint for answers holds, as `surrogate export` writes it."""
    return {
        "state_dict": surrogate.state_dict(),
        "hyper_parameters": dict(surrogate.hparams),
        "hparams_name": "kwargs",
        "interface": surrogate.interface.to_dict(),
        "outputs_per_target": surrogate.outputs_per_target,
        "bounds": surrogate.bounds,
        "pytorch-lightning_version": lightning.__version__,
        "progress": None,
    }


def require_answers(answers: Sequence[str]) -> None:
    """Raise ValueError for an unknown quantity, none at all, or one that is named twice."""
    for name in answers:
        if name not in UNITS:
            raise ValueError(f"answers: {name!r} is unknown, choose from {', '.join(UNITS)}")
    if not answers or len(set(answers)) < len(answers):
        raise ValueError(f"answers must name quantities once each, got {', '.join(answers)}")


def group_of(name: str, count: int) -> ChannelGroup:
    """Return the description of a quantity that is answered in a number of channels."""
    known = VARIABLES[name].long_name if name in VARIABLES else WORDS[name]
    dim = "storey" if name in OF_STOREYS else "floor"
    return ChannelGroup(name, UNITS[name], known, dim, count)
