"""One component of a file as a motion in SI units, with the source of everything that it rests on.

What a file leaves open, the caller fills in; what both state must agree. Nothing is guessed in
silence: `Recording.line` tells format, component, interval and unit, and where each stands.
"""

from dataclasses import dataclass

import numpy as np

from simulators.excitation.motion import BaseMotion
from simulators.excitation.recorded.components import is_vertical
from simulators.excitation.recorded.format import Channel, Given, NotAnAccelerogram
from simulators.excitation.recorded.missing import require_no_mark
from simulators.excitation.recorded.reading import (
    measures_other_quantity,
    unit_factor,
)
from simulators.units import STANDARD_GRAVITY

_LARGEST_PEAK = 100.0 * STANDARD_GRAVITY  # m s-2, twenty times what any earthquake has reached
_LONG_INTERVAL = 0.1  # s


@dataclass(frozen=True, eq=False)
class Recording:
    """A recorded motion and where it comes from.

    Parameters
    ----------
    motion : BaseMotion
        Acceleration in m s-2; what the header says of event and station is its `metadata`.
    file : str
        Name of the file.
    format : str
        Name of the format that it was read as.
    component : str
        Name or direction of the component; empty where the file states none.
    unit, unit_source : str
        Unit in the file, and where it is stated.
    interval_source : str
        Where the sampling interval is stated.
    notes : tuple of str
        What the user of this motion should know: each is worth a warning.
    """

    motion: BaseMotion
    file: str
    format: str
    component: str
    unit: str
    unit_source: str
    interval_source: str
    notes: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """What was read, and where each fact stands, in one line."""
        motion = self.motion
        return (
            f"{self.file}: {self.format}, component {self.component or 'not named'}, "
            f"interval {motion.interval:.6g} s ({self.interval_source}), "
            f"unit {self.unit} ({self.unit_source}), "
            f"{motion.acceleration.size} samples, peak {motion.peak:.4g} m/s^2"
        )


def completed(channel: Channel, given: Given, file: str, format: str) -> Recording:
    """Return a channel in SI units, completed by what the caller gave.

    Raises
    ------
    NotAnAccelerogram
        If its unit is that of a velocity or of another quantity.
    ValueError
        If unit or interval are stated nowhere, or differently by file and caller, or if peak or
        interval are beyond those of any recorded motion.
    """
    unit, unit_source = _unit(channel, given)
    interval, interval_source = _interval(channel, given)
    acceleration = np.asarray(channel.samples, dtype=float) * unit_factor(unit)
    _require_plausible(acceleration, interval, channel.longest_interval)
    require_no_mark(np.asarray(channel.samples, dtype=float), "the accelerations")
    notes = list(channel.notes)
    if is_vertical(channel.component):
        notes.insert(0, f"component {channel.component} is vertical")
    if interval > _LONG_INTERVAL:
        notes.append(
            f"a sample every {interval:g} s is rare in accelerograms: are its times row numbers, "
            "or in another unit?"
        )
    facts = {**channel.facts, "component": channel.component}
    stated = {name: " ".join(fact.split()) for name, fact in facts.items() if fact and fact.strip()}
    parts = [stated[name] for name in ("event", "date", "station", "component") if name in stated]
    origin = f"{', '.join(parts) or 'recorded motion'} ({format})"
    metadata = {"format": format, "file": file, **stated}
    if notes:
        metadata["notes"] = "; ".join(notes)
    motion = BaseMotion(acceleration, interval, origin, metadata)
    return Recording(
        motion=motion,
        file=file,
        format=format,
        component=stated.get("component", ""),
        unit=unit,
        unit_source=unit_source,
        interval_source=interval_source,
        notes=tuple(notes),
    )


def _unit(channel: Channel, given: Given) -> tuple[str, str]:
    """Return the unit and where it is stated."""
    stated = channel.unit
    if stated is not None and measures_other_quantity(stated):
        raise NotAnAccelerogram(
            f"holds no acceleration: its unit is {stated!r} ({channel.unit_source})"
        )
    if stated is None and given.unit is None:
        raise ValueError(
            "the file states no unit of acceleration: give unit (--unit), e.g. 'g', 'gal', 'm/s^2'"
        )
    if stated is None:
        assert given.unit is not None
        unit_factor(given.unit)
        return given.unit, "given"
    if given.unit is not None and not np.isclose(
        unit_factor(given.unit), unit_factor(stated), rtol=1e-9
    ):
        raise ValueError(
            f"unit = {given.unit!r}: must be that of the file, {stated!r} "
            f"({channel.unit_source}), or be left out"
        )
    return stated, channel.unit_source


def _interval(channel: Channel, given: Given) -> tuple[float, str]:
    """Return the sampling interval (s) and where it is stated."""
    stated = channel.interval
    if stated is None:
        if given.interval is None:
            raise ValueError(
                "the file states no sampling interval and has no column of times: give interval "
                "(--interval) in seconds"
            )
        return given.interval, "given"
    if given.interval is None:
        return stated, channel.interval_source
    if abs(given.interval - stated) > channel.interval_rounding + 1e-6 * stated:
        raise ValueError(
            f"interval = {given.interval:g}: must be that of the file, {stated:g} s "
            f"({channel.interval_source}), or be left out"
        )
    return given.interval, f"given, as in the file: {channel.interval_source}"


def _require_plausible(acceleration: np.ndarray, interval: float, longest: float) -> None:
    """Raise a ValueError for a damaged number, or a wrong unit: beyond any recorded motion."""
    if not 0.0 < interval <= longest:
        raise ValueError(
            f"the sampling interval must be positive and at most {longest:g} s, got {interval:g} s"
        )
    beyond = np.flatnonzero(np.abs(acceleration) > _LARGEST_PEAK)
    if len(beyond):
        sample = beyond[0]
        raise ValueError(
            f"sample {sample} is {acceleration[sample]:g} m/s^2: no recorded motion exceeds "
            f"{_LARGEST_PEAK:g}"
        )
