r"""Modulated filtered white noise whose frequency content changes with time (Rezaeian and Der
Kiureghian 2008, 2010).

    x(t_k) = q(t_k) \sum_{i <= k} s_i(t_k) u_i,      u_i independent N(0, 1)
    s_i(t) = h_i(t - t_i) / \sqrt{\sum_{j <= k} h_j(t - t_j)^2}
    h_i(t) = \exp(-\zeta w_i t) \sin(w_i \sqrt{1 - \zeta^2} t),      w_i = w_mid + w' (t_i - t_mid)

The sum has unit variance at every time; q is the modulating function. Last, z'' of the oscillator
z'' + 2 w_c z' + w_c^2 z = x takes the lowest frequencies away.

S. Rezaeian and A. Der Kiureghian 2008, EESD 37:1565-1584 (the process); 2010, EESD 39:1155-1180
(gamma function, data).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log
from typing import ClassVar

import numpy as np
from scipy import signal

from simulators.checks import is_number
from simulators.excitation.synthetic.envelope import SaragoniHart
from simulators.excitation.synthetic.grid import require_positive
from simulators.excitation.synthetic.process import RandomProcess, window

_FORGOTTEN = 1e-6  # share of an impulse's response below which it is left out


@dataclass(frozen=True, kw_only=True)
class RezaeianDerKiureghian(RandomProcess):
    """Motion with the intensity and the frequency of an earthquake that change with time.

    The defaults are the sample means of Rezaeian and Der Kiureghian (2010) over strong motions of
    the NGA database on firm ground.

    Parameters
    ----------
    significant_duration, middle_time : float
        D_5-95 and t_mid (s) of the gamma function that modulates the process
        (`SaragoniHart.of_durations`).
    middle_frequency : float
        Frequency (Hz) of the filter at `middle_time`.
    frequency_rate : float
        Its rate of change (Hz / s); the frequency must stay positive over the record.
    filter_damping : float
        Damping ratio of the filter, in (0, 1).
    high_pass_frequency : float
        w_c / (2 pi) (Hz).
    root_mean_square, peak : float, optional
        Standard deviation (m s-2) where the modulating function is one, or the peak of every
        record.
    envelope : Envelope, optional
        Modulating function in place of the gamma function, e.g. the piecewise one of 2008,
        `JenningsHousnerTsai`.
    correct_baseline : bool
        As for every process; the high-pass filter already ends the motion close to rest.

    Examples
    --------
    >>> import numpy as np
    >>> from simulators import RezaeianDerKiureghian
    >>> process = RezaeianDerKiureghian(peak=3.0)
    >>> motion = process.sample(np.random.default_rng(0), duration=40.0, interval=0.02)
    >>> round(motion.peak, 6)
    3.0
    """

    significant_duration: float = 17.25
    middle_time: float = 12.38
    middle_frequency: float = 5.87
    frequency_rate: float = -0.089
    filter_damping: float = 0.213
    high_pass_frequency: float = 0.1
    _name: ClassVar[str] = "Rezaeian-Der Kiureghian process"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_positive(
            middle_frequency=self.middle_frequency,
            filter_damping=self.filter_damping,
            high_pass_frequency=self.high_pass_frequency,
        )
        if self.filter_damping >= 1.0:
            raise ValueError(f"filter_damping must be below 1, got {self.filter_damping}")
        if not is_number(self.frequency_rate):
            raise ValueError(f"frequency_rate must be a finite number, got {self.frequency_rate!r}")
        SaragoniHart.of_durations(self.significant_duration, self.middle_time)

    def filter_frequency(self, time: np.ndarray) -> np.ndarray:
        """Frequency (Hz) of the filter for the impulses at `time` (s)."""
        return self.middle_frequency + self.frequency_rate * (np.asarray(time) - self.middle_time)

    def _draw(
        self, generators: Sequence[np.random.Generator], count: int, interval: float
    ) -> np.ndarray:
        plan = _plan(self, count, interval)
        return np.stack([_filtered(generator, *plan) for generator in generators])


def _filtered(
    generator: np.random.Generator, weights: np.ndarray, modulation: np.ndarray, high_pass: tuple
) -> np.ndarray:
    """One record by the plan of `_plan`, shape (time,)."""
    count, memory = weights.shape
    impulses = np.zeros(memory - 1 + count)
    generator.standard_normal(out=impulses[memory - 1 :])
    recent = np.lib.stride_tricks.sliding_window_view(impulses, memory)  # (time, memory)
    return signal.lfilter(*high_pass, modulation * np.einsum("km,km->k", weights, recent))


@lru_cache(maxsize=8)
def _plan(
    process: RezaeianDerKiureghian, count: int, interval: float
) -> tuple[np.ndarray, np.ndarray, tuple]:
    """Weights of the most recent impulses (time, memory), modulation (time,), and coefficients of
    the high-pass.
    """
    modulating = process.envelope or SaragoniHart.of_durations(
        process.significant_duration, process.middle_time
    )
    # The bilinear transform integrates by the trapezium, as the base velocity of a record does.
    corner = 2.0 * np.pi * process.high_pass_frequency
    high_pass = signal.bilinear([1.0, 0.0, 0.0], [1.0, 2.0 * corner, corner**2], fs=1.0 / interval)
    return (
        _weights(process, count, interval),
        process._scale * window(modulating, count, interval),
        high_pass,
    )


def _weights(process: RezaeianDerKiureghian, count: int, interval: float) -> np.ndarray:
    """s_i(t_k) for i = k - memory + 1, ..., k: shape (time, memory)."""
    time = np.arange(count) * interval
    slowest = process.filter_frequency(time[[0, -1]]).min()
    if slowest <= 0.0:
        raise ValueError(
            f"the filter frequency must stay positive, but reaches {slowest:g} Hz within "
            f"{time[-1]:g} s"
        )
    slowest *= 2.0 * np.pi
    memory = min(count, ceil(-log(_FORGOTTEN) / (process.filter_damping * slowest * interval)) + 1)
    age = np.arange(memory - 1, -1, -1) * interval
    born = time[:, np.newaxis] - age  # (time, memory)
    frequency = 2.0 * np.pi * np.maximum(process.filter_frequency(born), slowest / (2.0 * np.pi))
    damping = process.filter_damping
    response = np.exp(-damping * frequency * age) * np.sin(
        frequency * np.sqrt(1.0 - damping**2) * age
    )
    response[born < -0.5 * interval] = 0.0  # no impulses before time zero
    norm = np.sqrt(np.einsum("km,km->k", response, response))
    norm[0] = 1.0  # an impulse acts one sample after it came, so that nothing moves at time zero
    return response / norm[:, np.newaxis]
