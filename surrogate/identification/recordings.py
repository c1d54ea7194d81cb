"""What has been recorded of a building, at its base and by sensors, and what models answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulators.checks import finite_array
from simulators.excitation.load import BaseMotions
from simulators.solvers.solve import solve
from simulators.structures.structure import Structure
from surrogate.identification.clocks import LATEST, Clocks
from surrogate.networks.observation import PARTS, Channel, matrices

TOLERANCE = 1e-4
"""Relative error of simulated drifts: far below any noise."""


@dataclass(frozen=True, eq=False)
class Recordings:
    """Records of one building.

    Parameters
    ----------
    base : ndarray, shape (record, time)
        Acceleration of the base (m s-2).
    measured : ndarray, shape (record, sample, channel)
        What the sensors have seen, in the units of their channels; at the samples of the base
        unless clocks are given.
    channels : sequence of Channel
    interval : float
        Of the base (s).
    counted : ndarray of bool, shape (record, time), optional
        Samples of the base that are no padding; all by default.
    clocks : Clocks, optional
        When the sensors have their samples; by default together with the base. A channel that
        has fewer than others stands in the first samples of `measured`.
    present : ndarray of bool, shape (record, sample, channel), optional
        Samples of the sensors that are no padding; by default those of the base.

    Raises
    ------
    ValueError
        For arrays that do not fit one another, and values that are not finite.
    """

    base: np.ndarray
    measured: np.ndarray
    channels: Sequence[Channel]
    interval: float
    counted: np.ndarray = None  # type: ignore[assignment]  # all, made at construction
    clocks: Clocks = None  # type: ignore[assignment]  # those of the base, made at construction
    present: np.ndarray = None  # type: ignore[assignment]  # as counted, made at construction

    def __post_init__(self) -> None:
        base = finite_array("base", self.base, ndim=2)
        measured = finite_array("measured", self.measured, ndim=3)
        clocks = self.clocks or Clocks.alike(self.interval, len(self.channels))
        samples = int(clocks.samples(base.shape[1]).max())
        expected = (len(base), samples, len(self.channels))
        if measured.shape != expected:
            raise ValueError(
                f"measured has shape {measured.shape}: expected {expected} for these motions of "
                "the base and channels"
            )
        if not base.any():
            raise ValueError("the base does not move in any record: there is nothing to identify")
        counted = np.ones(base.shape, bool) if self.counted is None else self.counted
        object.__setattr__(self, "base", base)
        object.__setattr__(self, "measured", measured)
        present = self.present
        if present is None:
            present = np.broadcast_to(counted[..., None], measured.shape)
        object.__setattr__(self, "counted", counted)
        object.__setattr__(self, "clocks", clocks)
        object.__setattr__(self, "present", present)

    def __len__(self) -> int:
        return len(self.base)

    def some(self, records: Sequence[int] | np.ndarray | slice) -> "Recordings":
        """Return some of the records."""
        return replace(
            self,
            base=self.base[records],
            measured=self.measured[records],
            counted=self.counted[records],
            present=self.present[records],
        )

    def within_base(self, delays: Mapping[Channel, float | None]) -> "Recordings":
        """Return the recordings in which no sample counts that was taken after the last one of the
        base: nothing tells what moved the building there.

        Parameters
        ----------
        delays : mapping of Channel to float or None
            By how much a sensor is late (s). Where it is None, and sought, the sensor may be early
            by as much as is ever sought.

        Raises
        ------
        ValueError
            For a sensor of which no sample is left.
        """
        last = self.interval * (self.counted.sum(axis=1) - 1)
        present = self.present.copy()
        for place, channel in enumerate(self.channels):
            delay = delays.get(channel, 0.0)
            least = -LATEST if delay is None else delay
            instants = self.clocks.instants(place, present.shape[1]) - least
            present[..., place] &= instants <= last[:, None] + 1e-9
            if not present[..., place].any():
                raise ValueError(
                    f"{channel}: its clock may be {-least:g} s early, and no record is longer than "
                    "that: give its delay, or longer records"
                )
        return replace(self, present=present, measured=np.where(present, self.measured, 0.0))

    @property
    def samples(self) -> np.ndarray:
        """Samples that count, of each channel: (channel,)."""
        return self.present.sum(axis=(0, 1))

    @property
    def lengths(self) -> np.ndarray:
        """Samples of each channel, with padding: (channel,)."""
        return self.clocks.samples(self.base.shape[1])

    def spread(self) -> np.ndarray:
        """Return the standard deviation of what each sensor has seen, shape (channel,)."""
        total = self.measured.sum(axis=(0, 1), where=self.present)
        away = np.square(self.measured - total / self.samples)
        return np.sqrt(away.sum(axis=(0, 1), where=self.present) / self.samples)

    def apart(self, answers: np.ndarray) -> np.ndarray:
        """Return what answers do not explain, zero in padding; as `measured`, or rows of it."""
        return np.where(self.present, self.measured - answers, 0.0)


def observed(
    parts: Sequence[np.ndarray], base: np.ndarray, channels: Sequence[Channel]
) -> np.ndarray:
    """Return what channels see of the responses of shear buildings: (record, time, channel).

    Parameters
    ----------
    parts : sequence of ndarray, shape (R x N, time, storey)
        Drifts, their rates and absolute accelerations of the floors.
    base : ndarray, shape (N, time)
        m s-2.
    channels : sequence of Channel
    """
    weights = matrices(channels, parts[0].shape[-1])
    moved = np.tile(base, (len(parts[0]) // len(base), 1))
    seen = weights[3, :, 0] * moved[..., None]
    for part, own in zip(parts, weights[:3], strict=True):
        seen = seen + part @ own.T
    return seen


def respond(
    structure: Structure, base: np.ndarray, interval: float, channels: Sequence[Channel]
) -> np.ndarray:
    """Return what channels see of structures under motions of their base.

    Parameters
    ----------
    structure : Structure
        With a record axis of R x N, in which the N motions run fastest, or without one.
    base : ndarray, shape (N, time)
        m s-2.
    interval : float
        s.
    channels : sequence of Channel

    Returns
    -------
    ndarray, shape (R, N, time, channel)

    Raises
    ------
    ValueError
        Where the integration does not meet its tolerance.
    """
    weights = matrices(channels, structure.floors)
    copies = 1 if structure.records is None else structure.records // len(base)
    motions = BaseMotions(np.tile(base, (copies, 1)), interval)
    needed = [part for part, own in zip(PARTS[:3], weights[:3], strict=True) if own.any()]
    outputs = needed or ["drift"]
    solved = solve(structure, motions, tolerance=TOLERANCE, outputs=outputs)
    seen = weights[3, :, 0] * motions.acceleration[..., None]
    for part in needed:
        values = solved[part].values
        if part == "velocity":  # of floors, whose differences are those of the storeys
            values = values @ structure.incidence[: structure.floors].T
        elif part == "drift":  # elements of the first storeys; others may stand beside them
            values = values[..., : structure.floors]
        seen = seen + values @ weights[PARTS.index(part)].T
    return seen.reshape(copies, *base.shape, len(channels))
