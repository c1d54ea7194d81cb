"""Signals of system identification, as base acceleration or as external force: multisine and sine
sweep.
"""

from dataclasses import dataclass

import numpy as np
from scipy import fft, signal

from simulators.checks import is_number, is_whole
from simulators.excitation.motion import BaseMotion, ExternalForce
from simulators.excitation.synthetic.grid import (
    require_floor,
    require_generator,
    require_one_amplitude,
    require_positive,
    sample_count,
)


@dataclass(frozen=True, kw_only=True)
class Multisine:
    r"""Periodic sum of all harmonics of a band with equal amplitudes (Pintelon and Schoukens 2012,
    ch. 2).

        u(t) = \sum_k A \cos(2 pi k t / T + phi_k),        low_frequency <= k / T <= high_frequency

    The defaults are the estimation input of the Bouc-Wen benchmark (Noel and Schoukens 2016), which
    is a force of 50 N root mean square at 750 Hz: `Multisine(root_mean_square=50.0, floor=-1)`.

    Parameters
    ----------
    low_frequency, high_frequency : float
        Ends of the band (Hz), both included; the mean and the Nyquist frequency never are.
    bandwidth : float, optional
        Width (Hz) of a band that ends at `low_frequency + bandwidth`, where that is below
        `high_frequency`. A narrow band is a sine whose amplitude and phase change slowly.
    samples_per_period : int
        Length of a period.
    schroeder : bool
        Phases -pi k (k - 1) / K of the K harmonics (Schroeder 1970), which keep the peak low, in
        place of random ones.
    root_mean_square, peak : float, optional
        Amplitude over a period, exact; m s-2, or N if `floor` is given. Exactly one of the two is
        given.
    floor : int, optional
        Floor on which the signal acts as an external force; it is a base acceleration if not given.

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import Multisine
    >>> process = Multisine(
    ...     low_frequency=5.0, high_frequency=50.0, samples_per_period=1000, peak=2.0, floor=1
    ... )
    >>> force = process.sample(np.random.default_rng(0), duration=2.0, interval=0.001).force
    >>> bool(np.allclose(force[:1000], force[1000:2000]))  # two periods
    True
    """

    low_frequency: float = 5.0
    high_frequency: float = 150.0
    samples_per_period: int = 8192
    schroeder: bool = False
    root_mean_square: float | None = None
    peak: float | None = None
    floor: int | None = None
    bandwidth: float | None = None

    def __post_init__(self) -> None:
        require_one_amplitude(self.root_mean_square, self.peak)
        require_positive(high_frequency=self.high_frequency)
        if self.bandwidth is not None:
            require_positive(bandwidth=self.bandwidth)
        if (
            not is_number(self.low_frequency)
            or not 0.0 <= self.low_frequency <= self.high_frequency
        ):
            raise ValueError(
                f"low_frequency must be in [0, {self.high_frequency}] Hz, got "
                f"{self.low_frequency!r}"
            )
        require_floor(self.floor)
        if not is_whole(self.samples_per_period) or self.samples_per_period < 4:
            raise ValueError(
                "samples_per_period must be an integer of at least 4, got "
                f"{self.samples_per_period!r}"
            )

    def sample(
        self, generator: np.random.Generator, duration: float, interval: float
    ) -> BaseMotion | ExternalForce:
        """Draw a signal of `duration` (s), sampled from zero to `duration` inclusive.

        It repeats with the period.

        Raises
        ------
        ValueError
            If `duration` is not a whole multiple of `interval`, or the band does not fit the grid.
        """
        count = sample_count(duration, interval)
        return _record(
            np.resize(self._period(generator, interval), count), interval, self.floor, "multisine"
        )

    def sample_periods(
        self, generator: np.random.Generator, periods: int, interval: float
    ) -> BaseMotion | ExternalForce:
        """Draw a signal of whole periods: `periods` times `samples_per_period` samples."""
        if not is_whole(periods) or periods < 1:
            raise ValueError(f"periods must be an integer of at least 1, got {periods!r}")
        return _record(
            np.tile(self._period(generator, interval), periods), interval, self.floor, "multisine"
        )

    def _period(self, generator: np.random.Generator, interval: float) -> np.ndarray:
        """One period, shape (samples_per_period,)."""
        harmonics = self._harmonics(interval)
        if self.schroeder:
            order = np.arange(1, len(harmonics) + 1)
            phases = -np.pi * order * (order - 1) / len(harmonics)
        else:
            require_generator(generator)
            phases = generator.uniform(0.0, 2.0 * np.pi, len(harmonics))
        spectrum = np.zeros(self.samples_per_period // 2 + 1, dtype=complex)
        spectrum[harmonics] = np.exp(1j * phases)
        period = fft.irfft(spectrum, self.samples_per_period)
        present = np.sqrt(2.0 * len(harmonics)) / self.samples_per_period
        return period * (
            self.root_mean_square / present
            if self.peak is None
            else self.peak / np.abs(period).max()
        )

    def _harmonics(self, interval: float) -> np.ndarray:
        require_positive(interval=interval)
        if self.high_frequency > 0.5 / interval:
            raise ValueError(
                f"high_frequency must be at most {0.5 / interval:g} Hz, got {self.high_frequency}"
            )
        harmonics = np.arange(1, (self.samples_per_period + 1) // 2)
        frequency = harmonics / (self.samples_per_period * interval)
        rounding = 1e-9 * frequency[0]
        end = self._band_end
        inside = (frequency >= self.low_frequency - rounding) & (frequency <= end + rounding)
        if not inside.any():
            raise ValueError(
                f"the band {self.low_frequency:g} to {end:g} Hz holds no multiple of "
                f"{frequency[0]:g} Hz, one over the period: choose a wider band or a longer period"
            )
        return harmonics[inside]

    @property
    def _band_end(self) -> float:
        if self.bandwidth is None:
            return self.high_frequency
        return min(self.high_frequency, self.low_frequency + self.bandwidth)


@dataclass(frozen=True, kw_only=True)
class SineSweep:
    """Sine of constant amplitude whose frequency moves from one value to another over the record.

    The sweep of the Bouc-Wen benchmark (Noel and Schoukens 2016), 40 sin(2 pi (18 t + t^2 / 12)) N
    over 204 s, is `SineSweep(start_frequency=18.0, end_frequency=52.0, peak=40.0, floor=-1)`.

    Parameters
    ----------
    start_frequency, end_frequency : float
        Frequencies (Hz) at time zero and at the last sample; the sweep may go down.
    peak : float
        Amplitude of the sine; m s-2, or N if `floor` is given.
    logarithmic : bool
        Equal times for equal ratios of frequency, in place of equal differences.
    floor : int, optional
        Floor on which the signal acts as an external force; it is a base acceleration if not given.

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import SineSweep
    >>> sweep = SineSweep(start_frequency=18.0, end_frequency=52.0, peak=40.0)
    >>> sampled = sweep.sample(np.random.default_rng(0), duration=10.0, interval=0.001)
    >>> round(sampled.peak, 2)  # N
    40.0
    """

    start_frequency: float
    end_frequency: float
    peak: float
    logarithmic: bool = False
    floor: int | None = None

    def __post_init__(self) -> None:
        require_positive(
            start_frequency=self.start_frequency, end_frequency=self.end_frequency, peak=self.peak
        )
        require_floor(self.floor)

    def sample(
        self, generator: np.random.Generator | None, duration: float, interval: float
    ) -> BaseMotion | ExternalForce:
        """Return the sweep of `duration` (s), sampled from zero to `duration` inclusive.

        The generator is not used.

        Raises
        ------
        ValueError
            If `duration` is not a whole multiple of `interval`, or a frequency is above the Nyquist
            frequency.
        """
        time = np.arange(sample_count(duration, interval)) * interval
        for name in ("start_frequency", "end_frequency"):
            if getattr(self, name) > 0.5 / interval:
                raise ValueError(
                    f"{name} must be at most {0.5 / interval:g} Hz, got {getattr(self, name)}"
                )
        method = "logarithmic" if self.logarithmic else "linear"
        sweep = signal.chirp(
            time, self.start_frequency, time[-1], self.end_frequency, method, phi=-90.0
        )
        return _record(self.peak * sweep, interval, self.floor, "sine sweep")


def _record(
    values: np.ndarray, interval: float, floor: int | None, origin: str
) -> BaseMotion | ExternalForce:
    if floor is None:
        return BaseMotion(values, interval, origin)
    return ExternalForce(values, interval, floor, origin)
