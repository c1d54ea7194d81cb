"""What excites a structure, as the integrators take it: signals, and the force on the floors for a
signal of one.

-M G a_g(t)  of a base motion,        L u(t)  of an external force on the floors L
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from simulators.checks import finite_array, is_number
from simulators.excitation.motion import BaseMotion, ExternalForce
from simulators.variables import EXCITATIONS

Motion = BaseMotion | ExternalForce


class Loaded(Protocol):
    """What of a `Structure` its load depends on."""

    @property
    def mass(self) -> np.ndarray: ...

    @property
    def influence(self) -> np.ndarray: ...

    @property
    def floors(self) -> int: ...

    @property
    def records(self) -> int | None: ...


@dataclass(frozen=True, eq=False)
class BaseMotions:
    """Base motions of many records in one array, which costs less to make and to check than an
    object for each.

    Parameters
    ----------
    acceleration : ndarray, shape (record, time)
        Base accelerations (m s-2), finite; the array is neither copied nor locked.
    interval : float
        Sampling interval (s), positive.
    """

    acceleration: np.ndarray
    interval: float

    def __post_init__(self) -> None:
        acceleration = finite_array("acceleration", self.acceleration, ndim=2)
        if 0 in acceleration.shape or acceleration.shape[1] < 2:
            raise ValueError(
                f"acceleration has shape {acceleration.shape}: expected (record, time), at least "
                "(1, 2)"
            )
        if not is_number(self.interval) or self.interval <= 0.0:
            raise ValueError(
                f"interval must be a positive number of seconds, got {self.interval!r}"
            )
        object.__setattr__(self, "acceleration", acceleration)


@dataclass(frozen=True)
class Load:
    """Excitation of all records of a structure."""

    signals: np.ndarray
    """Shape (record, time), linear between samples."""
    interval: float
    """s"""
    force: np.ndarray
    """Force on the floors for a signal of one, shape (floor,) or (record, floor): N per m/s^2, or N
    per N.
    """
    influence: np.ndarray
    """What a signal of one adds to the relative acceleration to make it absolute, shape (floor,).
    """
    name: str
    unit: str
    description: str

    def of_record(self, i: int) -> np.ndarray:
        """Force on the floors of one record, shape (floor,)."""
        return self.force[i] if self.force.ndim == 2 else self.force


def make_load(structure: Loaded, motions: BaseMotions | Motion | Iterable[Motion]) -> Load:
    """Load of a structure, or of a family, by one or many motions.

    Parameters
    ----------
    structure : Structure
    motions : BaseMotion, ExternalForce, iterable of either, or BaseMotions
        Of one kind, length and interval; as many as the structure has records, or one for all of
        them.

    Returns
    -------
    Load

    Raises
    ------
    ValueError
        Naming the motion that is none, or differs from the first, or does not fit the structure.
    """
    first: BaseMotions | Motion
    if isinstance(motions, BaseMotions):
        first = motions
        signals = motions.acceleration
    else:
        listed = _listed(motions)
        first = listed[0]
        signals = np.stack([_series(motion) for motion in listed])
    signals = _match_records(signals, structure.records)
    if isinstance(first, ExternalForce):
        force = _at_floor(structure.floors, first.floor)
        influence = np.zeros(structure.floors)
        name = "force"
    else:
        force = -structure.mass @ structure.influence
        influence = structure.influence
        name = "base_acceleration"
    words = EXCITATIONS[name]
    return Load(signals, first.interval, force, influence, name, words.units, words.long_name)


def _listed(motions: Motion | Iterable[Motion]) -> list[Motion]:
    if isinstance(motions, BaseMotion | ExternalForce):
        return [motions]
    if not isinstance(motions, Iterable):
        raise ValueError(
            f"motions = {motions!r}: expected a BaseMotion, an ExternalForce or a sequence of them"
        )
    motions = list(motions)
    if not motions:
        raise ValueError("motions: expected at least one")
    if not _are_alike(motions):
        for i, motion in enumerate(motions):
            _check_alike(i, motion, motions[0])
    return motions


def _are_alike(motions: list[Motion]) -> bool:
    """Whether all are base motions of one length and interval, which is told in a tenth of the time
    that it takes to look at each for what is wrong.
    """
    if {type(motion) for motion in motions} != {BaseMotion}:
        return False
    intervals = {motion.interval for motion in motions}
    lengths = {len(_series(motion)) for motion in motions}
    return len(intervals) == len(lengths) == 1


def _check_alike(i: int, motion: Motion, first: Motion) -> None:
    if type(motion) is not type(first) or not isinstance(motion, BaseMotion | ExternalForce):
        raise ValueError(
            f"motions[{i}] is a {type(motion).__name__}: expected BaseMotion or ExternalForce, "
            "all of one kind"
        )
    count = len(_series(motion))
    expected = len(_series(first))
    if motion.interval != first.interval or count != expected:
        raise ValueError(
            f"motions[{i}] has {count} samples at {motion.interval:g} s: "
            f"expected {expected} at {first.interval:g} s as motions[0]"
        )
    floors = [force.floor for force in (motion, first) if isinstance(force, ExternalForce)]
    if len(set(floors)) > 1:
        raise ValueError(f"motions[{i}].floor = {floors[0]}: expected {floors[1]} as motions[0]")


def _series(motion: Motion) -> np.ndarray:
    return motion.acceleration if isinstance(motion, BaseMotion) else motion.force


def _match_records(signals: np.ndarray, records: int | None) -> np.ndarray:
    if records is None or len(signals) == records:
        return signals
    if len(signals) == 1:
        return np.broadcast_to(signals, (records, signals.shape[1]))
    raise ValueError(f"{len(signals)} motions for {records} structures: expected as many, or one")


def _at_floor(floors: int, floor: int) -> np.ndarray:
    if not -floors <= floor < floors:
        raise ValueError(f"floor = {floor}: the structure has floors {-floors} to {floors - 1}")
    return np.eye(floors)[floor]
