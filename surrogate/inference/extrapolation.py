"""Where a surrogate has to extrapolate: what it is asked, against its training records.

What belongs here compares peaks, durations and parameters with what a checkpoint tells of them.
"""

from collections.abc import Mapping

import numpy as np

from simulators.excitation.motion import BaseMotion, ExternalForce
from surrogate.data import channels, structures
from surrogate.inference.ensemble import Ensemble
from surrogate.inference.excitations import excitation
from surrogate.training.module import Surrogate

FAR = 2.0
"""Standard deviations of the training records beyond which a parameter counts as an extrapolation
where their bounds are not known: those of a uniform distribution lie at 1.73.
"""
ROUNDING = 1e-6
"""Of parameters that are kept in single precision."""
LONG = 2.0
"""Durations of the training records beyond which a record counts as long."""


def warnings(
    ensemble: Ensemble, motion: BaseMotion | ExternalForce, values: Mapping[str, np.ndarray]
) -> list[str]:
    """A line for each way in which the surrogate has to extrapolate."""
    member, lines = ensemble.members[0], []
    trained, signal = float(member.input_peak[0]), excitation(ensemble.interface)
    if motion.peak > trained:
        lines.append(
            f"the record's peak of {motion.peak:.3g} {signal.units} is above the {trained:.3g} "
            f"{signal.units} of the "
            "training records: the surrogate extrapolates"
        )
    kept = member.bounds.get("duration")
    usual = structures.duration_of(ensemble.interface.recipe) if kept is None else kept
    if usual is not None and motion.duration > LONG * usual:
        lines.append(
            f"the record's {motion.duration:.4g} s are more than {LONG:g} times the {usual:.4g} s "
            "of the training records: the surrogate extrapolates"
        )
    return [*lines, *_parameters_beyond(member, values)]


def _parameters_beyond(member: Surrogate, values: Mapping[str, np.ndarray]) -> list[str]:
    """A line for each parameter outside the training records; where a checkpoint does not tell
    their bounds, by the standard deviation.
    """
    labels = [label for s in member.interface.inputs if s.constant for label in s.labels]
    flat = np.concatenate([[], *values.values()])
    first = channels.count(member.interface.inputs) - len(flat)  # parameters come last
    if member.bounds:
        low = np.asarray(member.bounds["low"][first:])
        high = np.asarray(member.bounds["high"][first:])
        slack = ROUNDING * np.maximum(np.abs(low), np.abs(high))
        outside = (flat < low - slack) | (flat > high + slack)
        return [
            f"{labels[n]} = {flat[n]:.4g} is outside the {low[n]:.4g} to {high[n]:.4g} of the "
            "training records: the surrogate extrapolates"
            for n in np.flatnonzero(outside)
        ]
    scaling = member.input_scaling
    mean = scaling.mean.numpy()[first:]
    distance = np.abs(flat - mean) / scaling.scale.numpy()[first:]
    return [
        f"{labels[n]} = {flat[n]:.4g} is {distance[n]:.1f} standard deviations from the mean of "
        "the training records: the surrogate extrapolates"
        for n in np.flatnonzero(distance > FAR)
    ]
