"""What residuals say of sensors whose clock is late: a delay that nobody has asked for.

A sensor that is late by a small tau sees y(t - tau), and leaves the residual

    e = y(t - tau) - y(t)  =  -tau dy/dt                                                         (1)

beside its noise. A regression of the residuals on the rate of what is predicted gives tau, and
their correlation tells whether there is one. A search makes residuals orthogonal to what its
parameters can change, and a delay is none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surrogate.identification.recordings import Recordings
from surrogate.networks.observation import Channel

TOLD = 0.3
"""Correlation of residuals and rates from which on a delay is told."""
EXACT = 1e-3
"""Residuals, relative to what is seen, below which they are errors of the simulation."""


@dataclass(frozen=True, eq=False)
class Lags:
    """Delays that residuals show.

    Attributes
    ----------
    seconds : ndarray, shape (channel,)
        tau of (1).
    correlations : ndarray, shape (channel,)
        Of the residuals with -dy/dt.
    """

    seconds: np.ndarray
    correlations: np.ndarray

    def words(self, channels: Sequence[Channel]) -> list[str]:
        """Return a sentence for each sensor whose residuals look like a delay."""
        return [
            f"the residuals of {channel} go with the rate of what is predicted (correlation "
            f"{correlation:.2f}): its clock may be {1e3 * abs(second):.2g} ms "
            f"{'late' if second > 0.0 else 'early'} against that of the base (--delay "
            f"{channel.quantity}:{channel.place} seeks it), or the model lacks damping or a mode"
            for channel, second, correlation in zip(
                channels, self.seconds, self.correlations, strict=True
            )
            if abs(correlation) >= TOLD
        ]


def lags(recordings: Recordings, residuals: np.ndarray) -> Lags:
    """Return the delays that residuals show.

    Parameters
    ----------
    recordings : Recordings
    residuals : ndarray, shape (record, sample, channel)
        Zero in padding.
    """
    seconds = np.zeros(len(recordings.channels))
    correlations = np.zeros(len(recordings.channels))
    for channel, count in enumerate(recordings.lengths):
        own = np.s_[:, :count, channel]
        left = residuals[own]
        predicted = recordings.measured[own] - left
        rate = -np.gradient(predicted, recordings.clocks.intervals[channel], axis=1)
        rate = np.where(recordings.present[own], rate, 0.0)
        product = (left * rate).sum()
        squares = (rate**2).sum()
        size = np.sqrt((left**2).sum())
        seen = np.sqrt(np.square(recordings.measured[own]).sum())
        if size > EXACT * seen and squares > 0.0:
            seconds[channel] = product / squares
            correlations[channel] = product / (size * np.sqrt(squares))
    return Lags(seconds, correlations)
