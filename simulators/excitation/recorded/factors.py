"""Factors beside a unit: "acc x 1000 (g)", "units: m/s2 (x 0.01)", "scale factor: 0.001".

Whether the numbers are to be multiplied by such a factor, or have been already, nobody can tell
from the file: it is refused. A gain, and a record that is called normalised, are told.
"""

import re
from collections.abc import Sequence

from simulators.excitation.recorded.reading import number

_TIMES = "[*\u00d7]"  # an x is one only beside a power of ten: x2 would be a direction
_POWER_OF_TEN = r"(?:10+|0?\.0*1|10\s*\^\s*\(?[-+]?\d+\)?|1[eE][-+]?\d+)(?![\d.])"
_BESIDE_UNIT = re.compile(
    rf"(?:\bx|{_TIMES})\s*{_POWER_OF_TEN}|{_POWER_OF_TEN}\s*(?:x\b|{_TIMES})|{_TIMES}\s*\d"
    rf"|(?<![\d^])\d+\s*{_TIMES}|[(\[]\s*{_POWER_OF_TEN}\s*[a-z]|/\s*10+\b",
    re.I,
)
_NUMBER = r"\s*(?:[:=,]|\bis\b|\bof\b)*\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[ed][-+]?\d+)?)"
_STATED = re.compile(
    r"\b(?:(?:scal(?:e|ing)|conversion)[ _-]*factor|multiplier|multipl(?:y|ied)[ _]+by|factor)\b"
    + _NUMBER,
    re.I,
)
_TOLD = re.compile(rf"\bgain\b{_NUMBER}|\bnormali[sz]ed\b|\bscaled\s+by\b", re.I)


def require_no_factor(lines: Sequence[str]) -> None:
    """Raise a ValueError for a line that states a factor other than 1.

    Parameters
    ----------
    lines : sequence of str
        Text above the numbers.
    """
    for line in lines:
        found = _STATED.search(line)
        if found and number(found[1], "factor") != 1.0:
            raise ValueError(_refused(line))


def require_plain_unit(text: str) -> None:
    """Raise a ValueError for a title, or a declared unit, with a factor beside the unit."""
    if _BESIDE_UNIT.search(text):
        raise ValueError(_refused(text))


def notes_on_size(lines: Sequence[str]) -> tuple[str, ...]:
    """Return a note for each line that makes the size of the numbers doubtful."""
    return tuple(
        f"{' '.join(line.split())[:60]!r} stands above the numbers, which are taken as they are"
        for line in lines
        if (found := _TOLD.search(line)) and not (found[1] and number(found[1], "gain") == 1.0)
    )


def _refused(text: str) -> str:
    return (
        f"{' '.join(text.split())[:60]!r} states a factor, but not whether the numbers have been "
        "multiplied by it: multiply them if they are not, and remove the factor"
    )
