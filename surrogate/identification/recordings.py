"""What has been recorded of a building, at its base and by sensors, and what models answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulators.checks import finite_array
from simulators.excitation.load import BaseMotions
from simulators.solvers.solve import solve
from simulators.structures.structure import Structure
from surrogate.networks.observation import PARTS, Channel, matrices

TOLERANCE = 1e-4
"""Relative error of simulated drifts: far below any noise."""


@dataclass(frozen=True, eq=False)
class Recordings:
    """Records of one building, all of one sampling interval.

    Parameters
    ----------
    base : ndarray, shape (record, time)
        Acceleration of the base (m s-2).
    measured : ndarray, shape (record, time, channel)
        What the sensors have seen, in the units of their channels.
    channels : sequence of Channel
    interval : float
        s.
    counted : ndarray of bool, shape (record, time), optional
        Samples that are no padding; all by default.

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

    def __post_init__(self) -> None:
        base = finite_array("base", self.base, ndim=2)
        measured = finite_array("measured", self.measured, ndim=3)
        if measured.shape != (*base.shape, len(self.channels)):
            raise ValueError(
                f"measured has shape {measured.shape}: expected {(*base.shape, len(self.channels))}"
                " for these motions of the base and channels"
            )
        if not base.any():
            raise ValueError("the base does not move in any record: there is nothing to identify")
        counted = np.ones(base.shape, bool) if self.counted is None else self.counted
        object.__setattr__(self, "base", base)
        object.__setattr__(self, "measured", measured)
        object.__setattr__(self, "counted", counted)

    def __len__(self) -> int:
        return len(self.base)

    def some(self, records: Sequence[int] | np.ndarray | slice) -> "Recordings":
        """Return some of the records."""
        return replace(
            self,
            base=self.base[records],
            measured=self.measured[records],
            counted=self.counted[records],
        )

    @property
    def samples(self) -> int:
        """Samples that count, in each channel."""
        return int(self.counted.sum())


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
