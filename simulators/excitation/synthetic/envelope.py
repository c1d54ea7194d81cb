"""Envelopes: the rise, the strong part and the decay of an earthquake as a factor whose maximum is
one.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.optimize import brentq
from scipy.stats import gamma

from simulators.excitation.synthetic.grid import require_positive


class Envelope(Protocol):
    """Anything hashable that maps times (s) from zero on to factors in [0, 1] of the same shape."""

    def __call__(self, time: np.ndarray) -> np.ndarray: ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class JenningsHousnerTsai:
    r"""Parabolic rise, plateau, exponential decay (Jennings, Housner and Tsai 1968; the form of
    Amin and Ang 1968).

        e(t) = (t / t_1)^2  |  1  |  \exp(-c (t - t_2))        up to t_1 | up to t_2 | after

    The defaults are the earthquake of type B of Jennings, Housner and Tsai, who have four from
    great to small: t_1, t_2, c = 4 s, 35 s, 0.0357/s (A); 4 s, 15 s, 0.0992/s (B); 2 s, 4 s,
    0.268/s (C); 0.5 s, 2 s, 1.606/s (D).

    Parameters
    ----------
    rise_end, plateau_end : float
        t_1 and t_2 (s), 0 < t_1 <= t_2.
    decay_rate : float
        c (1/s), positive.

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import JenningsHousnerTsai
    >>> envelope = JenningsHousnerTsai(rise_end=4.0, plateau_end=15.0, decay_rate=0.1)
    >>> print(envelope(np.array([0.0, 2.0, 4.0, 15.0, 25.0])).round(3))
    [0.    0.25  1.    1.    0.368]
    """

    rise_end: float = 4.0
    plateau_end: float = 15.0
    decay_rate: float = 0.0992

    def __post_init__(self) -> None:
        require_positive(
            rise_end=self.rise_end, plateau_end=self.plateau_end, decay_rate=self.decay_rate
        )
        if self.plateau_end < self.rise_end:
            raise ValueError(
                f"plateau_end must be at least rise_end = {self.rise_end} s, got {self.plateau_end}"
            )

    def __call__(self, time: np.ndarray) -> np.ndarray:
        rise = np.minimum(time / self.rise_end, 1.0) ** 2
        return rise * np.exp(-self.decay_rate * np.maximum(time - self.plateau_end, 0.0))


@dataclass(frozen=True)
class ShinozukaSato:
    r"""Difference of two exponentials (Shinozuka and Sato 1967, J. Eng. Mech. Div. ASCE
    93(1):11-40).

        e(t) = (\exp(-a t) - \exp(-b t)) / \max,        maximum at \ln(b / a) / (b - a)

    Parameters
    ----------
    decay_rate, rise_rate : float
        a and b (1/s), 0 < a < b.

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import ShinozukaSato
    >>> envelope = ShinozukaSato(decay_rate=0.2, rise_rate=0.6)
    >>> time = np.linspace(0.0, 20.0, 2001)
    >>> print(envelope(time).max().round(4))
    1.0
    """

    decay_rate: float
    rise_rate: float

    def __post_init__(self) -> None:
        require_positive(decay_rate=self.decay_rate, rise_rate=self.rise_rate)
        if self.rise_rate <= self.decay_rate:
            raise ValueError(
                f"rise_rate must be above decay_rate = {self.decay_rate} / s, got {self.rise_rate}"
            )

    def __call__(self, time: np.ndarray) -> np.ndarray:
        a = self.decay_rate
        b = self.rise_rate
        peak = np.log(b / a) / (b - a)
        return (np.exp(-a * time) - np.exp(-b * time)) / (np.exp(-a * peak) - np.exp(-b * peak))


@dataclass(frozen=True)
class SaragoniHart:
    r"""Gamma function (Saragoni and Hart 1974, EESD 2:249-267).

        e(t) = (t / t_p)^b \exp(b (1 - t / t_p))

    Parameters
    ----------
    peak_time : float
        t_p (s), time of the maximum.
    exponent : float
        b; the larger, the shorter the strong part. The default is that of Boore (2003, Pure Appl.
        Geophys. 160:635-676): at five peak times the envelope has fallen to 0.05.

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import SaragoniHart
    >>> envelope = SaragoniHart(peak_time=5.0)
    >>> print(envelope(np.array([0.0, 5.0])))
    [0. 1.]
    """

    peak_time: float
    exponent: float = 1.253

    def __post_init__(self) -> None:
        require_positive(peak_time=self.peak_time, exponent=self.exponent)

    @classmethod
    def of_durations(cls, significant_duration: float, middle_time: float) -> "SaragoniHart":
        """The envelope of given significant duration and middle (Rezaeian and Der Kiureghian 2010,
        EESD 39:1155-1180).

        The squared envelope is a gamma density of shape 2 b + 1 and scale t_p / (2 b).

        Parameters
        ----------
        significant_duration : float
            Time (s) from 5 % to 95 % of the integral of the squared envelope.
        middle_time : float
            Time (s) at which that integral reaches 45 %.
        """
        require_positive(significant_duration=significant_duration, middle_time=middle_time)
        ratio = significant_duration / middle_time

        def excess(exponent: float) -> float:
            early, middle, late = gamma.ppf((0.05, 0.45, 0.95), 2.0 * exponent + 1.0)
            return (late - early) / middle - ratio

        least = 1e-3
        largest = 1e4
        if not excess(largest) < 0.0 < excess(least):
            limit = excess(least) + ratio
            raise ValueError(
                f"significant_duration must be below {limit:.3g} middle_time, got "
                f"{significant_duration} s"
            )
        exponent = brentq(excess, least, largest)
        scale = middle_time / gamma.ppf(0.45, 2.0 * exponent + 1.0)
        return cls(peak_time=float(2.0 * exponent * scale), exponent=exponent)

    def __call__(self, time: np.ndarray) -> np.ndarray:
        relative = np.asarray(time, dtype=float) / self.peak_time
        return (relative * np.exp(1.0 - relative)) ** self.exponent
