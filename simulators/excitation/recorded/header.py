"""What lines of text above the numbers state: unit, sampling interval, number of samples.

A statement is a key with its value, "dt = 0.005 s", "Sampling Freq(Hz), 100", "units: m/s2", or one
of the usual phrases, "1559 points at equal spacing of 0.02 sec". A unit that only ends a title, as
in "El Centro 1940, PGA = 0.31 g", states nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
_TIME_UNIT = r"\s*[(\[]?\s*(" + "|".join(sorted(TIME_WORDS, key=len, reverse=True)) + r")?\b"
_GAP = r"\s*(?:[(\[]\s*([a-zµ]+)\s*[)\]])?\s*(?:[:=,;]|is|of|at)*\s*"
_INTERVAL = re.compile(
    r"(?<![a-z])(?:dt|delta[ _]?t|d_t|(?<!\w )delta(?=\s*[:=])|time[ _-]?step|"
    r"(?:sampl\w*|time)[ _-]*(?:interval|period|step)|"
    r"interval|equal(?:ly)?[ -]spac(?:ing|ed)|spacing)(?![a-z])" + _GAP + _DECIMAL + _TIME_UNIT,
    re.I,
)
_INTERVAL_BEFORE = re.compile(
    rf"(?<![\d.,]){_DECIMAL}\s*(" + "|".join(sorted(TIME_WORDS, key=len, reverse=True)) + r")\s+"
    r"(?:(?:sampl\w*|time)[ _-]*)?(?:interval|spacing|step)(?![a-z])(?!\s*[:=])",
    re.I,
)
_RATE = re.compile(
    r"(?<![a-z])(?:sampl\w*?[ _-]*(?:rate|freq[a-z]*)(?:_hz)?|fs|sps)(?![a-z])\.?" + _GAP + _NUMBER,
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
    found = [stated for line in lines for stated in _intervals(line)]
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
            if unit is not None:
                size = 0.0 if measures_other_quantity(unit) else unit_factor(unit)
                found.setdefault(size, (unit, line))
    return list(found.values())


def _intervals(line: str) -> list[Stated]:
    """Return the intervals that one line states, as such or as rates."""
    found = []
    for match in _INTERVAL.finditer(line):
        scale = seconds(match[3] or match[1] or "s") if _known(match[1]) else 0.0
        text = match[2].replace(",", ".")
        value = scale * number(text, "interval")
        if value > 0.0:
            found.append(Stated(value, scale * rounding_of(text), line))
    for match in _INTERVAL_BEFORE.finditer(line):
        text = match[1].replace(",", ".")
        value = seconds(match[2]) * number(text, "interval")
        if value > 0.0:
            found.append(Stated(value, seconds(match[2]) * rounding_of(text), line))
    for match in _RATE.finditer(line):
        rate = number(match[2], "rate") * (1e3 if (match[1] or "").casefold() == "khz" else 1.0)
        if rate > 0.0:
            found.append(Stated(1.0 / rate, rounding_of(match[2]) / rate**2, line))
    for match in _RATE_BEFORE.finditer(line):
        text = match[1] or match[2]
        rate = number(text, "rate")
        if rate > 0.0:
            found.append(Stated(1.0 / rate, rounding_of(text) / rate**2, line))
    return found


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
