"""Input of a structure as a sampled record: base acceleration, or an external force at one floor.

A record has N samples at the times 0, dt, ..., (N - 1) dt and is linear between them: velocity and
displacement of the base have a closed form, and an integrator that steps from sample to sample
meets no kink.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self, cast

import numpy as np
import numpy.typing as npt
import scipy  # its parts are loaded where they are used: a reader of a motion needs none
import xarray as xr

from simulators.checks import is_number, is_whole
from simulators.excitation.filtering import high_pass, remove_polynomial_drift, resample
from simulators.excitation.spectrum import response_spectrum, unresolved


class _Record:
    """What both kinds of record share: a finite read-only series and a sampling interval, checked
    once.
    """

    _series: ClassVar[str]
    interval: float
    origin: str
    metadata: dict[str, str]

    def __post_init__(self) -> None:
        try:
            values = np.array(getattr(self, self._series), dtype=np.float64)
        except (TypeError, ValueError):
            given = type(getattr(self, self._series)).__name__
            raise ValueError(
                f"{self._series} must be one series of numbers, got a {given}"
            ) from None
        if values.ndim != 1 or values.size < 2:
            raise ValueError(
                f"{self._series} must be one series of at least 2 samples, got shape {values.shape}"
            )
        finite = np.isfinite(values)
        if not finite.all():
            sample = int(finite.argmin())
            raise ValueError(
                f"{self._series} must be finite, but sample {sample} is {values[sample]}"
            )
        if not is_number(self.interval) or self.interval <= 0.0:
            raise ValueError(
                f"interval must be a positive number of seconds, got {self.interval!r}"
            )
        if not isinstance(self.origin, str):
            raise ValueError(f"origin must be a line of text, got {self.origin!r}")
        if not isinstance(self.metadata, Mapping):
            raise ValueError(f"metadata must be a mapping of names to texts, got {self.metadata!r}")
        values.flags.writeable = False
        object.__setattr__(self, self._series, values)
        object.__setattr__(self, "interval", float(self.interval))
        object.__setattr__(self, "metadata", dict(self.metadata))

    @property
    def _values(self) -> np.ndarray:
        return getattr(self, self._series)

    @property
    def duration(self) -> float:
        """Time of the last sample (s); the first is at zero."""
        return (self._values.size - 1) * self.interval

    @property
    def time(self) -> np.ndarray:
        """Sample times (s), shape (time,)."""
        return np.arange(self._values.size) * self.interval

    @property
    def peak(self) -> float:
        """Largest absolute value, in the unit of the record."""
        return float(np.abs(self._values).max())

    def resample(self, interval: float) -> Self:
        """Band-limited copy at another sampling interval (s); content that the new interval cannot
        carry is removed.
        """
        changes: dict[str, Any] = {
            self._series: resample(self._values, self.interval, interval),
            "interval": interval,
        }
        return replace(cast(Any, self), **changes)  # only its kinds, which are dataclasses, exist


@dataclass(frozen=True, eq=False)
class BaseMotion(_Record):
    """Acceleration of the base of a structure.

    Parameters
    ----------
    acceleration : ndarray, shape (time,)
        Base acceleration (m s-2), finite; kept as a read-only copy in double precision.
    interval : float
        Sampling interval (s), positive.
    origin : str
        One line that says where the motion comes from.
    metadata : dict of str
        Facts stated by the source, e.g. station, component and event of a recorded motion.

    Raises
    ------
    ValueError
        If a sample is not finite (its index is named), the shape is not (time,) or the interval is
        not positive.

    Examples
    --------
    >>> from simulators import BaseMotion
    >>> motion = BaseMotion(acceleration=[0.0, 1.0, -2.0, 0.0], interval=0.01)
    >>> motion.peak, round(motion.duration, 6)
    (2.0, 0.03)
    >>> stronger = motion.scale_to_peak(4.0)
    >>> print(stronger.acceleration)  # m/s2
    [ 0.  2. -4.  0.]
    """

    acceleration: np.ndarray
    interval: float
    origin: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    _series: ClassVar[str] = "acceleration"

    @property
    def velocity(self) -> np.ndarray:
        """Base velocity (m s-1) from rest, shape (time,)."""
        return scipy.integrate.cumulative_trapezoid(
            self.acceleration, dx=self.interval, initial=0.0
        )

    @property
    def displacement(self) -> np.ndarray:
        """Base displacement (m) from rest, shape (time,).

        It is exact for an acceleration linear between samples.
        """
        a = self.acceleration
        v = self.velocity
        dt = self.interval
        steps = v[:-1] * dt + (2.0 * a[:-1] + a[1:]) * dt**2 / 6.0
        return np.concatenate(([0.0], np.cumsum(steps)))

    def scale_to_peak(self, peak: float) -> Self:
        """Scaled copy whose largest absolute acceleration is `peak` (m s-2)."""
        return self._scale(peak, self.peak, "peak")

    def scale_to_spectral_acceleration(
        self, spectral_acceleration: float, period: float, damping: float = 0.05
    ) -> Self:
        """Return a copy scaled to a `spectral_acceleration` (m s-2) at a `period` (s).

        The spectral acceleration is the pseudo-acceleration.

        Warns where the record tells nothing of the period, which is below two sampling intervals.
        """
        if not is_number(period) or period <= 0.0:
            raise ValueError(f"period must be a positive number of seconds, got {period!r}")
        if note := unresolved(period, self.interval):
            warnings.warn(f"period = {period:g} s: {note}", stacklevel=2)
        present = self.response_spectrum([period], damping)["pseudo_acceleration"].item()
        return self._scale(spectral_acceleration, present, "spectral_acceleration")

    def _scale(self, wanted: float, present: float, name: str) -> Self:
        if not is_number(wanted) or wanted <= 0.0:
            raise ValueError(f"{name} must be a positive number of m s-2, got {wanted!r}")
        if present == 0.0:
            raise ValueError(
                f"a motion that is zero everywhere cannot be scaled to a {name} of {wanted} m s-2"
            )
        return replace(self, acceleration=self.acceleration * (wanted / present))

    def correct_baseline(self, degree: int = 1, corner_frequency: float | None = None) -> Self:
        """Copy without the drift that a small error of the zero line causes; the base ends at rest.

        Parameters
        ----------
        degree : int
            Degree of the polynomial taken from the acceleration: the one that leaves the least mean
            square velocity (Berg and Housner 1961, BSSA 51:175-189), here under the condition that
            the last velocity is zero.
        corner_frequency : float, optional
            Corner (Hz) of a Butterworth high-pass of order 4, run forwards and backwards before the
            polynomial.
        """
        acceleration = self.acceleration
        if corner_frequency is not None:
            acceleration = high_pass(acceleration, self.interval, corner_frequency)
        return replace(self, acceleration=remove_polynomial_drift(acceleration, degree))

    def response_spectrum(self, periods: npt.ArrayLike, damping: float = 0.05) -> xr.Dataset:
        """Peak responses of linear oscillators to this motion, those between samples included.

        Parameters
        ----------
        periods : array_like, shape (period,)
            Natural periods (s), positive; below two sampling intervals the attribute `note` says
            that the record tells nothing of them.
        damping : float
            Ratio to critical, in (0, 1).

        Returns
        -------
        xarray.Dataset
            `displacement` (m), `pseudo_velocity` (m s-1), `pseudo_acceleration` (m s-2) and
            `absolute_acceleration` (m s-2), each of shape (period,); see
            `simulators.excitation.spectrum`.
        """
        return response_spectrum(self.acceleration, self.interval, periods, damping)


@dataclass(frozen=True, eq=False)
class ExternalForce(_Record):
    """Force applied at one floor of a structure whose base is at rest.

    Parameters
    ----------
    force : ndarray, shape (time,)
        Force (N), finite; kept as a read-only copy in double precision.
    interval : float
        Sampling interval (s), positive.
    floor : int
        Index of the loaded floor; -1 is the top.
    origin, metadata
        As in `BaseMotion`.

    Raises
    ------
    ValueError
        As in `BaseMotion`; also if `floor` is not an integer.

    Examples
    --------
    >>> from simulators import ExternalForce
    >>> force = ExternalForce(force=[0.0, 10.0, 0.0], interval=0.01, floor=2)
    >>> force.peak, force.floor  # N
    (10.0, 2)
    """

    force: np.ndarray
    interval: float
    floor: int = -1
    origin: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    _series: ClassVar[str] = "force"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not is_whole(self.floor):
            raise ValueError(f"floor must be the integer index of a floor, got {self.floor!r}")
