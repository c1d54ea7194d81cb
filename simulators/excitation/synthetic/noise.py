r"""Stationary Gaussian noise, and the same noise under an envelope.

A process with the one-sided power spectral density S(f) (m^2 s^-4 / Hz, variance = \int_0^\infty S
df) is drawn as

    a(t) = \sum_k \sqrt{S(f_k) df} (u_k \cos 2 pi f_k t + w_k \sin 2 pi f_k t)

with independent u_k and w_k of the distribution N(0, 1) (Shinozuka and Deodatis 1991, Appl. Mech.
Rev. 44:191-204, with Gaussian amplitudes) on the frequencies of a discrete Fourier transform, so
that one inverse transform gives the record, stationary from its first sample. The motion carries
the part of the process between zero and the Nyquist frequency, both excluded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from scipy import fft, linalg, signal

from simulators.checks import is_number
from simulators.excitation.synthetic.grid import require_positive
from simulators.excitation.synthetic.process import RandomProcess, window


@dataclass(frozen=True, kw_only=True)
class _SpectralNoise(RandomProcess):
    """Process that is drawn line by line of its spectrum."""

    def _draw(
        self, generators: Sequence[np.random.Generator], count: int, interval: float
    ) -> np.ndarray:
        period, first, amplitudes = _lines(self, count, interval)
        white = np.empty((len(generators), 2 * len(amplitudes)))
        for row, generator in zip(white, generators, strict=True):
            generator.standard_normal(out=row)
        spectrum = np.zeros((len(generators), period // 2 + 1), dtype=complex)
        lines = spectrum[:, first : first + len(amplitudes)]
        np.multiply(white.view(complex), amplitudes, out=lines)  # u - i w, as w and -w are alike
        accelerations = fft.irfft(spectrum, period, overwrite_x=True)[:, :count]
        if self.envelope is not None:
            accelerations *= window(self.envelope, count, interval)
        return accelerations

    def _line_amplitudes(self, count: int, interval: float) -> tuple[int, int, np.ndarray]:
        """Period (samples), index of the first spectral line, and standard deviations (m s-2) of
        the lines.
        """
        raise NotImplementedError


@lru_cache(maxsize=128)
def _lines(process: _SpectralNoise, count: int, interval: float) -> tuple[int, int, np.ndarray]:
    """The lines of a process on a grid, scaled for the inverse transform; remembered, since many
    records share them.
    """
    period, first, amplitudes = process._line_amplitudes(count, interval)
    return period, first, amplitudes * (period / 2)


@dataclass(frozen=True, kw_only=True)
class BandLimitedNoise(_SpectralNoise):
    """White noise between two frequencies, as the motions of Zhang et al. 2019 (Computers &
    Structures 220:55-68).

    The discrete spectrum of a record is exactly zero outside the band, and so is its mean. An
    envelope or a baseline correction widens it.

    Parameters
    ----------
    low_frequency, high_frequency : float
        Ends of the band (Hz), both included; the mean and the Nyquist frequency never are.
    root_mean_square, peak, envelope, correct_baseline
        As for every noise; see `KanaiTajimi`.

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import BandLimitedNoise
    >>> process = BandLimitedNoise(low_frequency=0.1, high_frequency=6.0, root_mean_square=3.0)
    >>> motion = process.sample(np.random.default_rng(0), duration=20.0, interval=0.02)
    >>> motion.acceleration.shape
    (1001,)
    >>> print(process.power_spectral_density(np.array([3.0, 7.0])).round(3))  # (m/s2)2/Hz
    [1.525 0.   ]
    """

    low_frequency: float
    high_frequency: float
    _name: ClassVar[str] = "band-limited white noise"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_positive(high_frequency=self.high_frequency)
        if not is_number(self.low_frequency) or not 0.0 <= self.low_frequency < self.high_frequency:
            raise ValueError(
                f"low_frequency must be in [0, {self.high_frequency}) Hz, got "
                f"{self.low_frequency!r}"
            )

    def power_spectral_density(self, frequency: np.ndarray) -> np.ndarray:
        """One-sided density (m^2 s^-4 / Hz) at `frequency` (Hz) for a unit standard deviation if
        `peak` is given.
        """
        frequency = np.asarray(frequency, dtype=float)
        inside = (frequency >= self.low_frequency) & (frequency <= self.high_frequency)
        return np.where(inside, self._scale**2 / (self.high_frequency - self.low_frequency), 0.0)

    def _line_amplitudes(self, count: int, interval: float) -> tuple[int, int, np.ndarray]:
        if self.high_frequency > 0.5 / interval:
            raise ValueError(
                f"high_frequency must be at most {0.5 / interval:g} Hz, got {self.high_frequency}"
            )
        length = count * interval
        first = max(1, int(np.ceil(self.low_frequency * length * (1.0 - 1e-12))))
        last = min((count - 1) // 2, int(self.high_frequency * length * (1.0 + 1e-12)))
        if last < first:
            raise ValueError(
                f"the band {self.low_frequency} to {self.high_frequency} Hz holds no multiple of "
                f"1 / {length:g} s"
            )
        lines = last - first + 1
        return count, first, np.full(lines, self._scale / np.sqrt(lines))


@dataclass(frozen=True, kw_only=True)
class _FilteredNoise(_SpectralNoise):
    """White noise through a linear filter whose transfer function a subclass states."""

    def transfer_function(self) -> tuple[np.ndarray, np.ndarray]:
        """Numerator and denominator in s (rad/s), highest power first."""
        raise NotImplementedError

    def power_spectral_density(self, frequency: np.ndarray) -> np.ndarray:
        """One-sided density (m^2 s^-4 / Hz) at `frequency` (Hz) for a unit standard deviation if
        `peak` is given.
        """
        numerator, denominator = self.transfer_function()
        s = 2j * np.pi * np.asarray(frequency, dtype=float)
        gain = np.abs(np.polyval(numerator, s) / np.polyval(denominator, s))
        return self._scale**2 / self._gain_integral() * gain**2

    def _gain_integral(self) -> float:
        r"""\int_0^\infty |H|^2 df, as half the variance under white noise of unit intensity
        (Lyapunov equation).
        """
        state, drive, observe, _ = signal.tf2ss(*self.transfer_function())
        covariance = linalg.solve_continuous_lyapunov(state, -drive @ drive.T)
        return (observe @ covariance @ observe.T).item() / 2.0

    def _line_amplitudes(self, count: int, interval: float) -> tuple[int, int, np.ndarray]:
        # The drawn process repeats after `period` samples: let the filter forget its input (to 1 %)
        # before it does.
        slowest = -np.roots(self.transfer_function()[1]).real.max()
        period = fft.next_fast_len(count + int(np.ceil(4.6 / (slowest * interval))), real=True)
        frequency = np.arange(1, (period + 1) // 2) / (period * interval)
        return period, 1, np.sqrt(self.power_spectral_density(frequency) / (period * interval))


@dataclass(frozen=True, kw_only=True)
class KanaiTajimi(_FilteredNoise):
    r"""White noise through one ground layer (Kanai 1957; Tajimi 1960).

        S(w) = S_0 (w_g^4 + 4 zeta_g^2 w_g^2 w^2) / ((w_g^2 - w^2)^2 + 4 zeta_g^2 w_g^2 w^2)

    Its variance is pi w_g (1 + 4 zeta_g^2) / (2 zeta_g) S_0 (S_0 two-sided, per rad/s). The density
    does not vanish at zero frequency, so that the base would drift: the baseline is corrected by
    default.

    Parameters
    ----------
    ground_angular_frequency : float
        w_g (rad/s); default 5 pi, firm ground (Tajimi 1960).
    ground_damping : float
        zeta_g, ratio to critical; default 0.6 (Tajimi 1960).
    root_mean_square : float, optional
        Standard deviation (m s-2) of the stationary process, before the envelope; a record carries
        its part below the Nyquist frequency.
    peak : float, optional
        Largest absolute acceleration (m s-2) of every record. Exactly one of the two is given.
    envelope : Envelope, optional
        Multiplies the stationary record.
    correct_baseline : bool
        Take the linear baseline error from each record, so that the base ends at rest
        (`BaseMotion.correct_baseline`).

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import KanaiTajimi
    >>> process = KanaiTajimi(peak=4.0)
    >>> motion = process.sample(np.random.default_rng(0), duration=20.0, interval=0.01)
    >>> round(motion.peak, 6)
    4.0
    """

    ground_angular_frequency: float = 5.0 * np.pi
    ground_damping: float = 0.6
    correct_baseline: bool = True
    _name: ClassVar[str] = "Kanai-Tajimi noise"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_positive(
            ground_angular_frequency=self.ground_angular_frequency,
            ground_damping=self.ground_damping,
        )

    def transfer_function(self) -> tuple[np.ndarray, np.ndarray]:
        frequency = self.ground_angular_frequency
        damping = self.ground_damping
        numerator = np.array([2.0 * damping * frequency, frequency**2])
        return numerator, np.array([1.0, *numerator])


@dataclass(frozen=True, kw_only=True)
class CloughPenzien(KanaiTajimi):
    """Kanai-Tajimi noise through a second filter that removes its lowest frequencies (Clough and
    Penzien 1975).

    The second filter multiplies S by w^4 / ((w_f^2 - w^2)^2 + 4 zeta_f^2 w_f^2 w^2), so that the
    base velocity and displacement have a finite variance. The defaults, and the constructors
    `firm`, `medium` and `soft`, are the soils of Der Kiureghian and Neuenhofer (1992, EESD
    21:713-740).

    Parameters
    ----------
    high_pass_angular_frequency : float
        w_f (rad/s).
    high_pass_damping : float
        zeta_f, ratio to critical.
    ground_angular_frequency, ground_damping, root_mean_square, peak, envelope, correct_baseline
        As in `KanaiTajimi`.

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import CloughPenzien
    >>> process = CloughPenzien.firm(peak=4.0)
    >>> motion = process.sample(np.random.default_rng(0), duration=20.0, interval=0.01)
    >>> round(motion.peak, 6)
    4.0
    """

    ground_angular_frequency: float = 15.0
    ground_damping: float = 0.6
    high_pass_angular_frequency: float = 1.5
    high_pass_damping: float = 0.6
    _name: ClassVar[str] = "Clough-Penzien noise"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_positive(
            high_pass_angular_frequency=self.high_pass_angular_frequency,
            high_pass_damping=self.high_pass_damping,
        )

    @classmethod
    def firm(cls, **amplitude: Any) -> "CloughPenzien":
        """Firm soil: w_g = 15 rad/s, zeta_g = 0.6, w_f = 1.5 rad/s, zeta_f = 0.6."""
        return cls(**amplitude)

    @classmethod
    def medium(cls, **amplitude: Any) -> "CloughPenzien":
        """Medium soil: w_g = 10 rad/s, zeta_g = 0.4, w_f = 1 rad/s, zeta_f = 0.6."""
        return cls(
            ground_angular_frequency=10.0,
            ground_damping=0.4,
            high_pass_angular_frequency=1.0,
            **amplitude,
        )

    @classmethod
    def soft(cls, **amplitude: Any) -> "CloughPenzien":
        """Soft soil: w_g = 5 rad/s, zeta_g = 0.2, w_f = 0.5 rad/s, zeta_f = 0.6."""
        return cls(
            ground_angular_frequency=5.0,
            ground_damping=0.2,
            high_pass_angular_frequency=0.5,
            **amplitude,
        )

    def transfer_function(self) -> tuple[np.ndarray, np.ndarray]:
        numerator, denominator = super().transfer_function()
        frequency = self.high_pass_angular_frequency
        damping = self.high_pass_damping
        second_order = [1.0, 2.0 * damping * frequency, frequency**2]
        return np.polymul(numerator, [1.0, 0.0, 0.0]), np.polymul(denominator, second_order)
