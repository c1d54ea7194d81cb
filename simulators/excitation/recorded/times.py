"""The sampling interval of a table: from its times, its header, or the caller.

Row numbers and times without a unit are where a wrong interval enters in silence. A column is one
of times if its title says so; without a title it must rise in equal steps that are no row numbers.
Without a unit, times are taken as seconds only if they make steps from 0.4 ms to 0.1 s, and that is
said; otherwise the interval is asked for.
"""

from dataclasses import dataclass

import numpy as np

from simulators.excitation.recorded.columns import Column
from simulators.excitation.recorded.format import Given
from simulators.excitation.recorded.header import stated_interval
from simulators.excitation.recorded.leading import Leading
from simulators.excitation.recorded.reading import is_time_unit, seconds
from simulators.excitation.recorded.rows import Rows, is_clock
from simulators.excitation.sampling import even_interval, rounding_of, roundings_of

_LONGEST_UNLABELLED = 0.1  # s; longer steps may be milliseconds, or row numbers
_SHORTEST_UNLABELLED = 4e-4  # s; shorter steps may be minutes, hours or days
_SCALES = (("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("min", 60.0), ("h", 3600.0), ("days", 86400.0))
_ASK = "give interval (--interval) in seconds"


@dataclass(frozen=True)
class Sampling:
    """Interval (s) of a table, None where it states none; where it stands, and its rounding (s)."""

    interval: float | None = None
    source: str = ""
    rounding: float = 0.0
    notes: tuple[str, ...] = ()


def sampling_of(
    rows: Rows, titles: list[Column] | None, leading: Leading, given: Given
) -> tuple[Sampling, int]:
    """Return the sampling of a table, and the number of its first column of acceleration.

    Raises
    ------
    ValueError
        If times do not rise in equal steps, or may be in another unit, or contradict the header.
    """
    stated = _stated(rows, leading)
    first = 0
    if rows.width > 1 and _is_index(rows, titles, 0):
        first = 1
    at_end = first + 1 >= rows.width
    if not at_end and _is_time(rows, titles, first):
        timed = _from_times(rows, titles[first] if titles else None, first, given, stated)
        _require_agreement(timed, stated)
        return timed, first + 1
    if first and stated.interval is None and given.interval is None:
        raise ValueError(f"the first column holds row numbers, which are no times: {_ASK}")
    return stated, first


def is_first_of_times(rows: Rows) -> bool:
    """Whether the first column of a table without titles holds times or row numbers."""
    return is_clock(rows.cells[0][0]) or _step(rows, 0) is not None


def _is_index(rows: Rows, titles: list[Column] | None, at: int) -> bool:
    """Whether a column counts the rows; a column that rises by one is not taken for seconds."""
    by_one = _counts(rows, at)
    if titles is None:
        return by_one
    title = titles[at]
    if title.is_time or title.unit is not None:
        return False
    if title.is_index and not by_one and _step(rows, at) is not None:
        raise ValueError(
            f"the column {title.title!r} rises evenly, but not by one as row numbers do: name it "
            "time (s) if it is one of times, or remove it"
        )
    return by_one


def _is_time(rows: Rows, titles: list[Column] | None, at: int) -> bool:
    if is_clock(rows.cells[0][at]):
        return True
    if titles is None:
        return _step(rows, at) is not None
    title = titles[at]
    if title.is_time:
        return True
    unnamed = title.unit is None and not title.component
    return unnamed and _step(rows, at) is not None


def _from_times(
    rows: Rows, title: Column | None, at: int, given: Given, stated: Sampling
) -> Sampling:
    """Return the sampling that a column of times tells."""
    times = rows.column(at)
    name = f"column {title.title!r}" if title and title.title else f"column {at + 1}, without title"
    if is_clock(rows.cells[0][at]):
        interval, reach = _steps(rows, at, times)
        return Sampling(interval, f"times of day, {name}", reach)
    interval, reach = _steps(rows, at, times)
    unit = title.unit if title else None
    if unit is not None:
        if not is_time_unit(unit):
            raise ValueError(f"times must have a unit of time, the {name} has {unit!r}")
        scale = seconds(unit)
        return Sampling(scale * interval, f"times in {unit}, {name}", scale * reach)
    known = given.interval if given.interval is not None else stated.interval
    if known is not None:
        for unit, scale in (*_SCALES, ("row numbers", known)):
            if abs(scale * interval - known) <= scale * reach + 1e-6 * known:
                return Sampling(known, f"{name}, in {unit} by the stated interval", scale * reach)
        return Sampling(interval, f"{name}, taken as seconds", reach)
    if not _SHORTEST_UNLABELLED <= interval <= _LONGEST_UNLABELLED:
        raise ValueError(
            f"the {name} rises by {interval:g} and states no unit of time: {_ASK}, or the unit in "
            "the title"
        )
    return Sampling(interval, f"{name}, taken as seconds", reach)


def _steps(rows: Rows, at: int, times: np.ndarray) -> tuple[float, float]:
    """Return the step of times, in their unit, and by how much it may be off."""
    rounding = roundings_of([row[at].rpartition(":")[2].rstrip("Zz") for row in rows.cells])
    return even_interval(times, rounding), 2.0 * float(rounding.max()) / (times.size - 1)


def _step(rows: Rows, at: int) -> float | None:
    """Return the step of a column that rises evenly, None for another."""
    try:
        return _steps(rows, at, rows.column(at))[0]
    except (ValueError, IndexError):
        return None


def _counts(rows: Rows, at: int) -> bool:
    """Whether a column holds whole numbers that rise by one."""
    if is_clock(rows.cells[0][at]):
        return False
    try:
        return bool((np.diff(rows.column(at)) == 1.0).all())
    except (ValueError, IndexError):
        return False


def _stated(rows: Rows, leading: Leading) -> Sampling:
    """Return the sampling that the lines above the columns state."""
    if leading.interval is not None:
        source = f"line {leading.line}, {leading.interval_text!r}, beside the number of samples"
        return Sampling(leading.interval, source, rounding_of(leading.interval_text))
    found = stated_interval(rows.header)
    return Sampling(found.value, found.source, found.rounding) if found else Sampling()


def _require_agreement(timed: Sampling, stated: Sampling) -> None:
    """Raise a ValueError where the times contradict the header."""
    if timed.interval is None or stated.interval is None:
        return
    allowed = timed.rounding + stated.rounding + 1e-6 * stated.interval
    if abs(timed.interval - stated.interval) > allowed:
        raise ValueError(
            f"the times rise by {timed.interval:g} s ({timed.source}), but the header states "
            f"{stated.interval:g} s ({stated.source}): correct one of them"
        )
