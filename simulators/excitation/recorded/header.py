"""What lines of text above the numbers state: unit, sampling interval, number of samples.

A statement is a key with its value, "dt = 0.005 s", "Sampling Freq(Hz), 100", "units: m/s2", or one
of the usual phrases, "1559 points at equal spacing of 0.02 sec". A unit that only ends a title, as
in "El Centro 1940, PGA = 0.31 g", states nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from simulators.excitation.recorded.factors import require_plain_unit
from simulators.excitation.recorded.format import NotAnAccelerogram
from simulators.excitation.recorded.reading import (
    TIME_WORDS,
    is_time_unit,
    is_unit,
    measures_other_quantity,
    number,
    seconds,
    unit_factor,
)
from simulators.excitation.sampling import rounding_of

_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[ed][-+]?\d+)?)"
_DECIMAL = r"([-+]?(?:0,\d+|\d+\.?\d*|\.\d+)(?:[ed][-+]?\d+)?)"
"""A number that may have a decimal comma; a comma after other digits than 0 parts two numbers."""
_TIME = "|".join(sorted(TIME_WORDS, key=len, reverse=True))
_BELOW = r"(?:\s*/\s*(\d+\.?\d*)(?![\d./]))?"
"""What a number is divided by, as in 1/200."""
_TIME_UNIT = rf"\s*[(\[]?\s*({_TIME})?\b"
_RATE_UNIT = rf"\s*[(\[]?\s*(k?hz|{_TIME})?\b(?!\s*\^?\s*-\s*1)"
_GAP = r"\s*(?:[(\[]\s*([a-zµ]+)\s*[)\]])?\s*(?:[:=,;]|is|of|at)*\s*"
_INTERVAL = re.compile(
    r"(?<![a-z])(?:dt|delta[ _]?t|d_t|(?<!\w )delta(?=\s*[:=])|time[ _-]?step|"
    r"(?:sampl\w*|time)[ _-]*(?:interval|period|step)|"
    r"interval|equal(?:ly)?[ -]spac(?:ing|ed)|spacing)(?![a-z])"
    + _GAP
    + _DECIMAL
    + _BELOW
    + _TIME_UNIT,
    re.I,
)
_INTERVAL_BEFORE = re.compile(
    rf"(?<![\d.,]){_DECIMAL}\s*({_TIME})\s+"
    r"(?:(?:sampl\w*|time)[ _-]*)?(?:interval|spacing|step)(?![a-z])(?!\s*[:=])",
    re.I,
)
_RATE = re.compile(
    r"(?<![a-z])(?:sampl\w*?[ _-]*(?:rate|freq[a-z]*)(?:_hz)?|fs|sps)(?![a-z])\.?"
    + _GAP
    + _NUMBER
    + _BELOW
    + _RATE_UNIT,
    re.I,
)
_A_SECOND = r"\s*(?:per|/|a)\s*s(?:ec(?:ond)?)?\b"
_RATE_BEFORE = re.compile(
    rf"(?<![\d.,]){_NUMBER}\s*(?:(?:samples?|points?|pts){_A_SECOND}|sps\b)"
    rf"|\bsampled\s+at\s*{_NUMBER}\s*(?:hz|sps)\b",
    re.I,
)
_COUNT = re.compile(
    r"(?<![a-z])(?:npts|n[ _]?points|(?:number|no\.?)[ _]of[ _](?:points|samples|data)|nsamples"
    r"|ndata)(?![a-z])\s*[:=,;]?\s*(\d+)\b"
    rf"|(?<![\d.])(\d+)\s+(?:data\s+)?(?:points|samples|pts)\b(?!{_A_SECOND})",
    re.I,
)
_OF_OTHER_SAMPLES = re.compile(
    r"\b(original|native|decimat\w*|down-?sampl\w*|re-?sampl\w*|interpolat\w*)\b", re.I
)
"""Words of a line whose intervals may be those before or after some processing."""
_OTHER_QUANTITY = re.compile(
    r"(?<!wave )\b(velocity|displacement|rotation)\b(?!\s*(?:of\s+)?(?:s-|shear|wave|model))",
    re.I,
)
_UNIT_KEY = re.compile(r"units?\b\s*(?:of(?:\s+accel\w*)?\b|is\b|are\b|in\b|[:=,;])*\s*(.+)", re.I)
_IN_UNIT = re.compile(r"\baccel\w*\s+in\s+(?:units\s+of\s+)?(.+)", re.I)
_OF_A_PEAK = re.compile(r"\b(pga|peak|max\w*)\b", re.I)


@dataclass(frozen=True)
class Stated:
    """A value that a line states, by how much its printed digits may be off, and the line."""

    value: float
    rounding: float
    line: str

    @property
    def source(self) -> str:
        """The line, short enough to be shown."""
        return f"stated: {' '.join(self.line.split())[:60]!r}"


def stated_interval(lines: Sequence[str]) -> Stated | None:
    """Return the sampling interval (s) that lines of text state.

    Raises
    ------
    ValueError
        If two lines contradict each other.
    """
    own = [line for line in lines if not _OF_OTHER_SAMPLES.search(line)]
    found = [stated for line in own for stated in _intervals(line)]
    for other in found[1:]:
        if abs(other.value - found[0].value) > other.rounding + found[0].rounding + 1e-9:
            raise ValueError(
                f"the header states two sampling intervals: {found[0].value:g} s "
                f"({found[0].line.strip()!r}) and {other.value:g} s ({other.line.strip()!r})"
            )
    return min(found, key=lambda stated: stated.rounding) if found else None


def stated_count(lines: Sequence[str]) -> int | None:
    """Return the number of samples that lines of text state, where they state one number."""
    counts = {int(match[1] or match[2]) for line in lines for match in _COUNT.finditer(line)}
    return counts.pop() if len(counts) == 1 else None


def stated_units(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Return the units that lines of text declare, each with its line, one of each size."""
    found: dict[float, tuple[str, str]] = {}
    for line in lines:
        for pattern in (_UNIT_KEY, _IN_UNIT):
            match = pattern.search(line)
            if match and _OF_A_PEAK.search(line[: match.start()]):
                continue  # "peak acceleration in g: 0.31" is no word on the numbers below
            unit = _leading_unit(match[1]) if match else None
            if match and unit is not None:
                require_plain_unit(match[1])
                size = 0.0 if measures_other_quantity(unit) else unit_factor(unit)
                found.setdefault(size, (unit, line))
    return list(found.values())


def require_no_other_quantity(lines: Sequence[str]) -> None:
    """Raise `NotAnAccelerogram` for a history of velocities or displacements, by its title.

    It is one where a line names such a quantity and none an acceleration; the velocity of shear
    waves is one of the soil.
    """
    named = [line for line in lines if _OTHER_QUANTITY.search(line)]
    if named and not any(re.search("accel", line, re.I) for line in lines):
        raise NotAnAccelerogram(
            f"holds no acceleration: {' '.join(named[0].split())[:60]!r} stands above the numbers"
        )


def _intervals(line: str) -> list[Stated]:
    """Return the intervals that one line states, as such or as rates."""
    found = []
    for match in _INTERVAL.finditer(line):
        scale = seconds(match[4] or match[1] or "s") if _known(match[1]) else 0.0
        found += _interval(match[2], match[3], scale, line)
    for match in _INTERVAL_BEFORE.finditer(line):
        found += _interval(match[1], None, seconds(match[2]), line)
    for match in _RATE.finditer(line):
        unit = match[4] or match[1] or "Hz"
        if is_time_unit(unit):  # many call the interval a rate: "sample rate: 10 ms"
            found += _interval(match[2], match[3], seconds(unit), line)
        else:
            found += _rate(match[2], match[3], 1e3 if unit.casefold() == "khz" else 1.0, line)
    for match in _RATE_BEFORE.finditer(line):
        found += _rate(match[1] or match[2], None, 1.0, line)
    return found


def _interval(text: str, below: str | None, scale: float, line: str) -> list[Stated]:
    """Return an interval written as a number, or as a number over another, in units of `scale`."""
    text = text.replace(",", ".")
    scale /= float(below or 1.0) or 1.0
    value = scale * number(text, "interval")
    return [Stated(value, scale * rounding_of(text), line)] if value > 0.0 else []


def _rate(text: str, below: str | None, scale: float, line: str) -> list[Stated]:
    """Return the interval of a rate written like an interval, in units of `scale` in hertz."""
    scale /= float(below or 1.0) or 1.0
    rate = scale * number(text, "rate")
    return [Stated(1.0 / rate, scale * rounding_of(text) / rate**2, line)] if rate > 0.0 else []


def _known(unit: str | None) -> bool:
    return unit is None or is_time_unit(unit)


def _leading_unit(text: str) -> str | None:
    """Return the unit at the start of a text: "gal(cm/s/s)", "(g)", "cm / s^2, corrected"."""
    text = text.strip().strip("\"'")
    bracket = re.match(r"[(\[]([^)\]]*)[)\]]", text)
    candidates = [bracket[1]] if bracket else []
    words = re.split(r"[\s,;]+", text)
    candidates += [" ".join(words[:count]) for count in (5, 4, 3, 2, 1)]
    candidates.append(re.split(r"[\s,;(\[]", text)[0].rstrip("."))
    for candidate in candidates:
        if candidate and (is_unit(candidate) or measures_other_quantity(candidate)):
            return candidate.strip(" .")
    return None
