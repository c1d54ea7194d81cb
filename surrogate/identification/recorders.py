"""Records of several recorders, each with its own clock, as the recordings of one building."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surrogate.identification.clocks import Clocks
from surrogate.identification.recordings import Recordings
from surrogate.networks.observation import Channel


@dataclass(frozen=True, eq=False)
class Recorder:
    """What some sensors have recorded together.

    Parameters
    ----------
    channels : sequence of Channel
    measured : ndarray, shape (record, sample, channel)
    present : ndarray of bool, shape (record, sample)
        Samples that are no padding.
    interval : float
        s.
    first : float
        Instant of the first sample (s).
    """

    channels: Sequence[Channel]
    measured: np.ndarray
    present: np.ndarray
    interval: float
    first: float


def together(
    base: np.ndarray,
    counted: np.ndarray,
    clock: tuple[float, float],
    recorders: Sequence[Recorder],
) -> Recordings:
    """Return the recordings of a building.

    Where intervals differ, records are padded to a duration that is a whole number of samples of
    every recorder. Samples before the first one of the base, and after its last one, do not count.

    Parameters
    ----------
    base : ndarray, shape (record, time)
        Acceleration of the base (m s-2), zero in padding.
    counted : ndarray of bool, shape (record, time)
    clock : tuple of float
        Interval and first instant of the base (s).
    recorders : sequence of Recorder

    Raises
    ------
    ValueError
        For a sensor that stands in two of them, one that is sampled faster than the base, and a
        recorder that has nothing at the time of the base.
    """
    interval, first = clock
    channels = [channel for own in recorders for channel in own.channels]
    for channel in channels:
        if channels.count(channel) > 1:
            raise ValueError(f"channel '{channel}' is named in two datasets: name it in one")
    each = [(own, len(own.channels)) for own in recorders]
    clocks = Clocks(
        interval,
        np.concatenate([np.full(count, own.interval) for own, count in each]),
        np.concatenate([np.full(count, own.first - first) for own, count in each]),
    )
    whole = clocks.whole(base.shape[1])
    last = interval * (counted.sum(axis=1) - 1)
    lengths = clocks.samples(whole)
    shape = (len(base), int(lengths.max()), len(channels))
    measured = np.zeros(shape)
    present = np.zeros(shape, bool)
    place = 0
    for own, count in each:
        length = min(int(lengths[place]), own.measured.shape[1])
        instants = clocks.instants(place, length)
        heard = (instants >= -1e-9) & (instants <= last[:, None] + 1e-9)
        kept = (own.present[:, :length] & heard)[..., None]
        if not kept.any():
            raise ValueError(
                f"{own.channels[0]} has no sample while the base is recorded (its first one is "
                f"{own.first - first:g} s after that of the base): check the time axes"
            )
        block = np.s_[:, :length, place : place + count]
        measured[block] = np.where(kept, own.measured[:, :length], 0.0)
        present[block] = kept
        place += count
    more = ((0, 0), (0, whole - base.shape[1]))
    return Recordings(
        np.pad(base, more),
        measured,
        channels,
        interval,
        np.pad(counted, more),
        clocks,
        present,
    )
