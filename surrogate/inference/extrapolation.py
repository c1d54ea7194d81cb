"""Where a surrogate has to extrapolate: what it is asked, against its training records.

What belongs here compares peaks, durations and parameters with what a checkpoint tells of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surrogate.data import channels, structures
from surrogate.inference.ensemble import Ensemble
from surrogate.inference.histories import Excitation, constant, dynamic, units_of
from surrogate.training.module import Surrogate

FAR = 2.0
"""Standard deviations of the training records beyond which a parameter counts as an extrapolation
where their bounds are not known: those of a uniform distribution lie at 1.73.
"""
ROUNDING = 1e-6
"""Of parameters that are kept in single precision."""
LONG = 2.0
"""Durations of the training records beyond which a record counts as long."""
END = "the surrogate extrapolates"


def warnings(
    ensemble: Ensemble, records: Sequence[Excitation], values: Mapping[str, np.ndarray]
) -> list[str]:
    """A line for each way in which the surrogate has to extrapolate.

    Parameters
    ----------
    ensemble : Ensemble
    records : sequence of Excitation
    values : mapping of str to ndarray, shape (record, channel)
        Structural parameters of the records.
    """
    member = ensemble.members[0]
    return [
        *_peaks_beyond(member, records),
        *_long(member, records),
        *_parameters_beyond(member, values),
    ]


def beyond(member: Surrogate, peaks: np.ndarray, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Which records are stronger than those of the training, or of parameters outside theirs.

    Parameters
    ----------
    member : Surrogate
    peaks : ndarray, shape (record, channel)
        Of the inputs that vary in time.
    values : mapping of str to ndarray, shape (record, channel)
        Structural parameters of the records.

    Returns
    -------
    ndarray of bool, shape (record,)
    """
    trained = member.input_peak.numpy()[: peaks.shape[1]]
    outside = (peaks > trained * (1.0 + ROUNDING)).any(axis=1)
    if values:
        limits = _limits(member)
        flat = np.concatenate(list(values.values()), axis=1)  # (record, channel)
        outside |= ((flat < limits.low) | (flat > limits.high)).any(axis=1)
    return np.asarray(outside)


def _peaks_beyond(member: Surrogate, records: Sequence[Excitation]) -> list[str]:
    """A line for each input that is stronger than in the training."""
    groups = dynamic(member.interface)
    labels = channels.labels(groups)
    units = units_of(groups)
    peaks = np.stack([record.peaks for record in records])
    lines = []
    for n, trained in enumerate(member.input_peak.tolist()[: len(labels)]):
        above = peaks[:, n] > trained * (1.0 + ROUNDING)
        largest = peaks[:, n].max()
        of_input = f" of {labels[n]}" if len(labels) > 1 else ""
        bound = f"the {trained:.3g} {units[n]} of the training records"
        if above.any() and len(records) == 1:
            lines.append(
                f"the record's peak{of_input} of {largest:.3g} {units[n]} is above {bound}: {END}"
            )
        elif above.any():
            lines.append(
                f"{_share(above)} have a peak{of_input} above {bound}, up to {largest:.3g}: {END}"
            )
    return lines


def _long(member: Surrogate, records: Sequence[Excitation]) -> list[str]:
    """A line where records last much longer than those of the training."""
    interface = member.interface
    if interface.interval is None:
        return []
    kept = member.bounds.get("duration")
    usual = structures.duration_of(interface.recipe) if kept is None else kept
    if usual is None:
        return []
    durations = np.array([(record.samples - 1) * interface.interval for record in records])
    long = durations > LONG * usual
    if not long.any():
        return []
    limit = f"{LONG:g} times the {usual:.4g} s of the training records: {END}"
    if len(records) == 1:
        return [f"the record's {durations[0]:.4g} s are more than {limit}"]
    return [f"{_share(long)} last up to {durations.max():.4g} s, more than {limit}"]


def _parameters_beyond(member: Surrogate, values: Mapping[str, np.ndarray]) -> list[str]:
    """A line for each parameter outside the training records; where a checkpoint does not tell
    their bounds, by the standard deviation.
    """
    if not values:
        return []
    limits = _limits(member)
    flat = np.concatenate(list(values.values()), axis=1)  # (record, channel)
    lines = []
    for n, label in enumerate(channels.labels(constant(member.interface))):
        outside = (flat[:, n] < limits.low[n]) | (flat[:, n] > limits.high[n])
        if not outside.any():
            continue
        middle = 0.5 * (limits.low[n] + limits.high[n])
        farthest = flat[np.argmax(np.abs(flat[:, n] - middle)), n]
        told = limits.told(n, farthest)
        if (flat[:, n] == farthest).all():
            lines.append(f"{label} = {farthest:.4g} is {told}: {END}")
        else:
            lines.append(f"{label} of {_share(outside)} goes to {farthest:.4g}, {told}: {END}")
    return lines


@dataclass(frozen=True, eq=False)
class _Limits:
    """What counts as inside the training for each parameter, and how it is told.

    Parameters
    ----------
    low, high : ndarray, shape (channel,)
    mean, scale : ndarray, shape (channel,), or None
        Of the training, where its bounds are not known.
    """

    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray | None = None
    scale: np.ndarray | None = None

    def told(self, channel: int, value: float) -> str:
        """Where a value lies."""
        if self.mean is None or self.scale is None:
            return (
                f"outside the {self.low[channel]:.4g} to {self.high[channel]:.4g} of the training "
                "records"
            )
        distance = abs(value - self.mean[channel]) / self.scale[channel]
        return f"{distance:.1f} standard deviations from the mean of the training records"


def _limits(member: Surrogate) -> _Limits:
    """Limits of the parameters, which come last among the inputs."""
    first = channels.count(dynamic(member.interface))
    if member.bounds:
        low = np.asarray(member.bounds["low"][first:])
        high = np.asarray(member.bounds["high"][first:])
        slack = ROUNDING * np.maximum(np.abs(low), np.abs(high))
        return _Limits(low - slack, high + slack)
    mean = member.input_scaling.mean.numpy()[first:]
    scale = member.input_scaling.scale.numpy()[first:]
    return _Limits(mean - FAR * scale, mean + FAR * scale, mean, scale)


def _share(chosen: np.ndarray) -> str:
    """How many records, in words."""
    return f"{int(chosen.sum())} of {chosen.size} records ({chosen.mean():.0%})"
