"""What all readers share: lines of text, numbers in them, units, and the checks against what a header states."""

import re
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path

import numpy as np

from simulators.motion import BaseMotion

STANDARD_GRAVITY = 9.80665  # m s-2, exact by definition (CGPM 1901)

# Factor to m s-2, by the spelling that is left of a unit without case, blanks and signs.
_FACTORS = {
    "g": STANDARD_GRAVITY,
    "mg": 1e-3 * STANDARD_GRAVITY,
    "gal": 1e-2,
    "cms2": 1e-2,
    "cmss": 1e-2,
    "ms2": 1.0,
    "mss": 1.0,
    "mms2": 1e-3,
    "mmss": 1e-3,
}

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?")
_FORTRAN_EXPONENT = str.maketrans("dD", "ee")
_PEAK_TOLERANCE = 0.01


def read_lines(path: Path) -> list[str]:
    """Lines of a text file, whatever ends them, without blank lines at its end.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file; if it is empty or binary.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no such file: {path}")
    data = path.read_bytes()
    head = data[:4096]
    if sum(head.count(code) for code in range(32) if code not in b"\t\n\r\f\x1a") > 0.05 * len(head):
        raise ValueError("the file is binary, not text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    # Headers of the USGS may hold NUL; DOS ends a file with SUB.
    text = text.replace("\x00", " ").rstrip("\x1a \t\n\r\f")
    if not text:
        raise ValueError("the file is empty")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def number(text: str, name: str) -> float:
    """One number as C or Fortran writes it; ValueError that names the field otherwise."""
    text = text.strip()
    value = float(text.translate(_FORTRAN_EXPONENT)) if _NUMBER.fullmatch(text) else inf
    if value in (inf, -inf):
        raise ValueError(f"{name}: {text!r} is not a number")
    return value


def numbers(lines: Sequence[str], start: int, split: Callable[[str], list[str]] = str.split) -> np.ndarray:
    """All numbers from the line of index `start` on, shape (number,).

    Raises
    ------
    ValueError
        For the first field that is no number; the message names its line, counted from one.
    """
    return np.array(
        [number(field, f"line {at + 1}") for at in range(start, len(lines)) for field in split(lines[at])], dtype=float
    )


def fixed_width(width: int) -> Callable[[str], list[str]]:
    """Splitter of a line into fields of `width` columns, which may touch."""
    return lambda line: [line[at : at + width] for at in range(0, len(line.rstrip()), width)]


def unit_factor(unit: str) -> float:
    """Factor from `unit`, in any usual spelling, to m s-2."""
    spelling = re.sub(r"[\s_/^*.,;()\[\]-]", "", unit.casefold().replace("sec", "s"))
    if spelling not in _FACTORS:
        raise ValueError(f"unit must be one of g, mg, gal, m/s^2, cm/s^2, mm/s^2, got {unit.strip()!r}")
    return _FACTORS[spelling]


def require_count(stated: float, found: int) -> None:
    """Raise a ValueError unless the file holds as many samples as its header states."""
    if stated != found:
        raise ValueError(f"the header states {stated:g} samples, the file holds {found}")


def require_complete(lines: Sequence[str]) -> None:
    """Raise a ValueError if the file was cut within its last number, which the number of samples does not show.

    Judged only where the lines before leave no doubt: all of them aligned, or with the same number of decimals.
    """
    several = len(lines) > 1 and len(lines[-2].split()) > 1
    *before, last = [_ends(line) if several else _decimals(line) for line in lines[-4:]]
    if len(before) == 3 and before.count(before[0]) == 3 and last != before[0][: len(last)]:
        raise ValueError(f"line {len(lines)}: the last number, {lines[-1].split()[-1]!r}, is cut short")


def _ends(line: str) -> list[int]:
    """Columns where the numbers of a line end."""
    return [field.end() for field in re.finditer(r"\S+", line)]


def _decimals(line: str) -> list[int]:
    """How many characters follow the decimal point."""
    return [len(line.strip().partition(".")[2])]


def require_peak(stated: float, found: float, unit: str, resolution: float = 0.0) -> None:
    """Raise a ValueError unless the peak of the samples is that of the header, to 1 % and its `resolution`."""
    if abs(found - stated) > _PEAK_TOLERANCE * stated + resolution:
        raise ValueError(f"the header states a peak of {stated:g} {unit}, that of the samples is {found:g} {unit}")


def recorded_motion(format: str, acceleration: np.ndarray, interval: float, **facts: str | None) -> BaseMotion:
    """Motion with the facts that its file states as metadata, and an origin made of them."""
    stated = {name: " ".join(fact.split()) for name, fact in facts.items() if fact and fact.strip()}
    parts = [stated[name] for name in ("event", "date", "station", "component") if name in stated]
    origin = f"{', '.join(parts) or 'recorded motion'} ({format})"
    return BaseMotion(acceleration, interval, origin, {"format": format, **stated})
