"""Response spectra: the exact solution for a motion that is linear between its samples.

A spectrum has the largest response of oscillators of many periods; that of one of them is
`simulators.excitation.oscillator`.
"""

import numpy as np
import numpy.typing as npt
import xarray as xr

from simulators.checks import finite_array, is_number
from simulators.excitation.oscillator import BLOCK_SAMPLES, Response, Values

RESOLUTION = 2
"""Samples a period below which a record tells nothing of the motion: its content ends there."""


def response_spectrum(
    acceleration: npt.ArrayLike, interval: float, periods: npt.ArrayLike, damping: float = 0.05
) -> xr.Dataset:
    """Peak responses of linear oscillators, at rest at first, to base motions.

    Parameters
    ----------
    acceleration : array_like, shape (time,) or (record, time)
        Base acceleration (m s-2), linear between its samples.
    interval : float
        Sampling interval (s).
    periods : array_like, shape (period,)
        Natural periods (s), positive. A record tells nothing of its motion below two sampling
        intervals: what is given there is exact for straight lines between the samples, and the
        attribute `note` says so.
    damping : float
        Ratio to critical, in (0, 1).

    Returns
    -------
    xarray.Dataset
        `displacement` (m) relative to the base, `pseudo_velocity` (m s-1), `pseudo_acceleration`
        (m s-2) and `absolute_acceleration` (m s-2), each of shape (period,) or (record, period):
        the largest absolute values up to the last sample, those between samples included.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    values = finite_array("acceleration", acceleration, ndim=(1, 2))
    chosen = _checked_periods(periods)
    _check_positive("interval", interval)
    if not is_number(damping) or not 0.0 < damping < 1.0:
        raise ValueError(f"damping must be a ratio to critical in (0, 1), got {damping!r}")
    records = np.atleast_2d(values)
    displacement = np.empty((len(records), len(chosen)))
    absolute = np.empty_like(displacement)
    step = max(1, BLOCK_SAMPLES // max(1, records.shape[1]))
    for first in range(0, len(records), step):
        block = slice(first, first + step)
        for number, period in enumerate(chosen):
            response = Response.to(records[block], float(interval), float(period), damping)
            displacement[block, number] = response.peak(1.0 / response.damped)
            absolute[block, number] = response.peak(response.rate**2 / response.damped)
    return _labelled(displacement, absolute, chosen, values.ndim == 1, interval, damping)


def _checked_periods(periods: npt.ArrayLike) -> Values:
    chosen = np.atleast_1d(finite_array("periods", periods, ndim=(0, 1)))
    if chosen.size == 0 or (chosen <= 0.0).any():
        raise ValueError(f"periods must be positive numbers of seconds, got {chosen.tolist()}")
    return chosen


def _check_positive(name: str, value: float) -> None:
    if not is_number(value) or value <= 0.0:
        raise ValueError(f"{name} must be a positive number of seconds, got {value!r}")


def _labelled(
    displacement: Values,
    absolute: Values,
    periods: Values,
    single: bool,
    interval: float,
    damping: float,
) -> xr.Dataset:
    angular = 2.0 * np.pi / periods
    columns = {
        "displacement": (displacement, "m", "spectral displacement"),
        "pseudo_velocity": (angular * displacement, "m s-1", "spectral pseudo-velocity"),
        "pseudo_acceleration": (
            angular**2 * displacement,
            "m s-2",
            "spectral pseudo-acceleration",
        ),
        "absolute_acceleration": (absolute, "m s-2", "spectral absolute acceleration"),
    }
    dims = ("period",) if single else ("record", "period")
    variables = {}
    for name, (values, units, words) in columns.items():
        attributes = {"units": units, "long_name": words}
        variables[name] = (dims, values[0] if single else values, attributes)
    axis = ("period", periods, {"units": "s", "long_name": "natural period"})
    dataset = xr.Dataset(variables, {"period": axis}, {"damping": damping})
    note = unresolved(float(periods.min()), interval)
    return dataset.assign_attrs(note=note) if note else dataset


def unresolved(period: float, interval: float) -> str:
    """Return what a spectrum must say of a period that a record does not resolve, or nothing."""
    shortest = RESOLUTION * interval
    if period >= shortest * (1.0 - 1e-9):
        return ""
    return (
        f"a record sampled every {interval:g} s tells nothing of periods below {shortest:g} s: "
        "spectral values there are those of straight lines between its samples"
    )
