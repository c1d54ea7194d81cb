"""When each sensor has taken its samples: intervals, first instants and delays of the channels.

Sensors on recorders of their own differ in their sampling intervals, and their clocks are off by
some milliseconds. With the answer y(t) of a model, computed at the samples of the base, the sample
j of channel c is

    y_c(t0_c + j dt_c - tau_c)                                                                   (1)

The interval dt_c and the first instant t0_c are those that the record states. The delay tau_c, by
which the sensor is late against that of the base, is known, or sought with the other parameters.
The answer is interpolated by cubic splines, never the record: noise of a sensor stays white. Before
its first sample and after its last one an answer is held. A sensor is taken to see what its samples
say, without a filter of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import make_interp_spline

from surrogate.identification.unknowns import Unknown
from surrogate.networks.observation import Channel

DELAY = "delay"
"""Name of the parameter, one number a channel."""
LATEST = 0.5
"""Largest delay, either way (s): a clock that is off by more has to be set by hand."""
EXACT = 0.01
"""Of a sample: by how much a duration may miss a whole number of samples."""
LONGEST = 1.25
"""How far records are padded for such a duration, over what they have."""


@dataclass(frozen=True, eq=False)
class Clocks:
    """Intervals and first instants of channels.

    Parameters
    ----------
    interval : float
        Of the base (s).
    intervals : ndarray, shape (channel,)
        Of the channels (s), not shorter than that of the base.
    offsets : ndarray, shape (channel,)
        Instant of the first sample of each channel after that of the base (s).

    Raises
    ------
    ValueError
        For intervals that are not positive, or shorter than that of the base.

    Examples
    --------
    >>> import numpy as np
    >>> from surrogate.identification.clocks import Clocks
    >>> Clocks(0.01, np.array([0.01, 0.02]), np.zeros(2)).samples(1000)
    array([1000,  500])
    """

    interval: float
    intervals: np.ndarray
    offsets: np.ndarray

    def __post_init__(self) -> None:
        intervals = np.asarray(self.intervals, dtype=float)
        offsets = np.asarray(self.offsets, dtype=float)
        if not self.interval > 0.0:
            raise ValueError(f"interval = {self.interval}: must be a positive number of seconds")
        for value in intervals:
            if not value >= self.interval * (1.0 - 1e-6):
                raise ValueError(
                    f"a sensor has a sample every {value:g} s, the base every {self.interval:g} s: "
                    "the base, which drives the model, must have as many; import one of them again "
                    "with --resample"
                )
        object.__setattr__(self, "intervals", intervals)
        object.__setattr__(self, "offsets", offsets)

    @classmethod
    def alike(cls, interval: float, channels: int) -> "Clocks":
        """Return the clocks of sensors that have their samples together with the base."""
        return cls(interval, np.full(channels, interval), np.zeros(channels))

    @property
    def together(self) -> np.ndarray:
        """Whether a channel has its samples together with the base, shape (channel,)."""
        same = np.abs(self.intervals / self.interval - 1.0) < 1e-6
        return same & (np.abs(self.offsets) < 1e-6 * self.interval)

    def samples(self, of_base: int) -> np.ndarray:
        """Return how many samples of each channel span those of the base, shape (channel,)."""
        return np.rint(of_base / self._ratios).astype(int)

    def whole(self, of_base: int) -> int:
        """Return the least number of samples of the base, not below the one given, of which the
        duration is a whole number of samples of every channel.

        Clocks of no common multiple, such as one that is fast by some parts in a million, have no
        such duration: of those up to a quarter longer the one that misses it least is taken.
        """
        numbers = np.arange(of_base, int(LONGEST * of_base) + 1)
        samples = numbers[:, None] / self._ratios
        missed = np.abs(samples - np.rint(samples)).max(axis=1, initial=0.0)
        exact = np.flatnonzero(missed <= EXACT)
        return int(numbers[exact[0] if len(exact) else missed.argmin()])

    @property
    def _ratios(self) -> np.ndarray:
        """Interval of each channel over that of the base, shape (channel,)."""
        return self.intervals / self.interval

    def seen(self, answers: np.ndarray, delays: np.ndarray | None = None) -> np.ndarray:
        """Return the answers of (1).

        Parameters
        ----------
        answers : ndarray, shape (row, record, time, channel)
            At the samples of the base.
        delays : ndarray, shape (row, record, channel), optional
            tau (s); none by default.

        Returns
        -------
        ndarray, shape (row, record, sample, channel)
            Zero beyond the samples of a channel that has fewer than others.
        """
        if delays is None:
            delays = np.zeros((*answers.shape[:2], answers.shape[-1]))
        if self.together.all() and not delays.any():
            return answers
        samples = self.samples(answers.shape[2])
        result = np.zeros((*answers.shape[:2], samples.max(), answers.shape[-1]))
        for channel, count in enumerate(samples):
            own = delays[..., channel]
            for delay in np.unique(own):
                chosen = own == delay
                seen = self._sampled(answers[chosen][..., channel], channel, count, float(delay))
                result[..., :count, channel][chosen] = seen
        return result

    def instants(self, channel: int, count: int) -> np.ndarray:
        """Return when a channel has its samples, after the first of the base (s): (sample,)."""
        return self.offsets[channel] + self.intervals[channel] * np.arange(count)

    def _sampled(self, answers: np.ndarray, channel: int, count: int, delay: float) -> np.ndarray:
        """Answers of one channel, shape (answer, time), where it has its samples."""
        if self.together[channel] and delay == 0.0:
            return answers
        time = self.interval * np.arange(answers.shape[1])
        instants = np.clip(self.instants(channel, count) - delay, 0.0, time[-1])
        return make_interp_spline(time, answers, k=3, axis=1)(instants)

    def on_base(self, measured: np.ndarray, of_base: int) -> np.ndarray:
        """Return records at the samples of the base, (record, time, channel), for what needs no
        more than a rough look at them.
        """
        if self.together.all():
            return measured
        time = self.interval * np.arange(of_base)
        result = np.zeros((len(measured), of_base, measured.shape[-1]))
        for channel, count in enumerate(self.samples(of_base)):
            own = self.instants(channel, count)
            spline = make_interp_spline(own, measured[:, :count, channel], k=3, axis=1)
            result[..., channel] = spline(np.clip(time, own[0], own[-1]))
        return result


def delay_of(
    channels: Sequence[Channel], given: Mapping[Channel, float | None]
) -> tuple[Unknown, tuple[str, ...]]:
    """Return the delays of channels as an unknown parameter, and the names of those that are known.

    Parameters
    ----------
    channels : sequence of Channel
    given : mapping of Channel to float or None
        Delay (s) of a sensor, None where it is sought. A sensor without an entry has none.

    Raises
    ------
    ValueError
        For a sensor that is none of the channels, and a delay beyond `LATEST`.
    """
    for channel, delay in given.items():
        if channel not in channels:
            known = ", ".join(map(str, channels))
            raise ValueError(f"delay: '{channel}' is no sensor here, choose from {known}")
        if delay is not None and not abs(delay) <= LATEST:
            raise ValueError(
                f"delay of {channel} = {delay:g} s: must lie between -{LATEST} and {LATEST} s; "
                "set clocks that are further apart before the import"
            )
    start = np.array([given.get(channel) or 0.0 for channel in channels])
    places = tuple(map(str, channels))
    unknown = Unknown(DELAY, "s", start, positive=False, lower=-LATEST, upper=LATEST, places=places)
    kept = tuple(f"{DELAY} {own}" for own in channels if given.get(own, 0.0) is not None)
    return unknown, kept
