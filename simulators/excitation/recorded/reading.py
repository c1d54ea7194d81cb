"""What all readers share: lines of text, numbers in them, units, and the checks against what a
header states.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path

import numpy as np

from simulators.excitation.motion import BaseMotion

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
_PLAIN_NUMBERS = re.compile(r"[-+.0-9eE\s]*")
_FORTRAN_EXPONENT = str.maketrans("dD", "ee")
_PEAK_TOLERANCE = 0.005
_LARGEST_PEAK = 100.0 * STANDARD_GRAVITY  # twenty times what any earthquake has reached
_LONGEST_INTERVAL = 0.2  # s; networks sample at 20 Hz and more


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
    if sum(head.count(code) for code in range(32) if code not in b"\t\n\r\f\x1a") > 0.05 * len(
        head
    ):
        raise ValueError("the file is binary, not text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    text = text.rstrip("\x00\x1a \t\n\r\f")  # DOS ends a file with SUB
    if not text:
        raise ValueError("the file is empty")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # Headers of the USGS may hold NUL for a blank; among numbers it is what a disk has lost.
    return [line.replace("\x00", " ") if re.search("[A-Za-z]{2}", line) else line for line in lines]


def number(text: str, name: str) -> float:
    """One number as C or Fortran writes it; ValueError that names the field otherwise."""
    text = text.strip()
    value = float(text.translate(_FORTRAN_EXPONENT)) if _NUMBER.fullmatch(text) else inf
    if value in (inf, -inf):
        raise ValueError(f"{name}: {text!r} is not a number")
    return value


def numbers(
    lines: Sequence[str], start: int, split: Callable[[str], list[str]] = str.split
) -> np.ndarray:
    """All numbers from the line of index `start` on, shape (number,).

    Raises
    ------
    ValueError
        For the first field that is no number; the message names its line, counted from one.
    """
    text = "\n".join(lines[start:])
    if split is str.split and _PLAIN_NUMBERS.fullmatch(text):
        try:
            values = np.array(text.split(), dtype=float)  # ten times as fast as field by field
        except ValueError:
            values = np.array(np.nan)
        if np.isfinite(values).all():
            return values
    return np.array(
        [
            number(field, f"line {at + 1}")
            for at in range(start, len(lines))
            for field in split(lines[at])
        ],
        dtype=float,
    )


def fixed_width(width: int) -> Callable[[str], list[str]]:
    """Splitter of a line into fields of `width` columns, which may touch."""
    return lambda line: [line[at : at + width] for at in range(0, len(line.rstrip()), width)]


def unit_factor(unit: str) -> float:
    """Factor from `unit`, in any usual spelling, to m s-2."""
    spelling = re.sub(
        "[\\s_/^*.,;()\\[\\]{}\u00b7\u22c5\u207b\u2212-]",
        "",
        unit.casefold().replace("sec", "s").replace("²", "2"),
    )
    if spelling not in _FACTORS:
        raise ValueError(
            f"unit must be one of g, mg, gal, m/s^2, cm/s^2, mm/s^2, got {unit.strip()!r}"
        )
    return _FACTORS[spelling]


def require_count(stated: float, found: int) -> None:
    """Raise a ValueError unless the file holds as many samples as its header states."""
    if stated != found:
        raise ValueError(f"the header states {stated:g} samples, the file holds {found}")


def require_layout(lines: Sequence[str], start: int) -> None:
    """Raise a ValueError for a line of numbers, from `start` on, that is cut or shifted.

    That shows in numbers that end in other columns than those of the other lines or, with one
    number a line, have other decimals. Judged only where all lines but two at most are alike, so
    that nothing is doubtful.
    """
    several = any(len(line.split()) > 1 for line in lines[start:])
    layouts = {
        at: _ends(line) if several else _decimals(line)
        for at, line in enumerate(lines[start:], start)
        if line
    }
    if len(layouts) < 4:
        return
    usual = Counter(layouts.values()).most_common(1)[0][0]
    last = len(lines) - 1
    odd = [
        at for at, ends in layouts.items() if ends != (usual[: len(ends)] if at == last else usual)
    ]
    if 0 < len(odd) <= 2 and len(odd) < len(layouts) // 2:
        damage = (
            f"the last number, {lines[last].split()[-1]!r}, is cut short"
            if odd == [last]
            else "numbers are shifted"
        )
        raise ValueError(f"line {odd[0] + 1}: {damage}")


def _ends(line: str) -> tuple[int, ...]:
    """Columns where the numbers of a line end."""
    return tuple(field.end() for field in re.finditer(r"\S+", line))


def _decimals(line: str) -> tuple[int, ...]:
    """How many characters follow the decimal point."""
    return (len(line.strip().partition(".")[2]),)


def require_peak(stated: float, found: float, unit: str, resolution: float = 0.0) -> None:
    """Raise a ValueError unless the peak of the samples is that of the header, to 0.5 % and its
    `resolution`.
    """
    if abs(found - stated) > _PEAK_TOLERANCE * stated + resolution:
        raise ValueError(
            f"the header states a peak of {stated:g} {unit}, that of the samples is {found:g} "
            f"{unit}"
        )


def recorded_motion(
    format: str,
    acceleration: np.ndarray,
    interval: float,
    longest_interval: float = _LONGEST_INTERVAL,
    **facts: str | None,
) -> BaseMotion:
    """Motion with the facts that its file states as metadata, and an origin made of them.

    Raises
    ------
    ValueError
        If peak or interval are beyond those of any recorded motion: a number is damaged, or the
        unit another one.
    """
    if not 0.0 < interval <= longest_interval:
        raise ValueError(
            f"the sampling interval must be positive and at most {longest_interval:g} s, got "
            f"{interval:g} s"
        )
    beyond = np.flatnonzero(np.abs(acceleration) > _LARGEST_PEAK)
    if len(beyond):
        sample, value = beyond[0], acceleration[beyond[0]]
        raise ValueError(
            f"sample {sample} is {value:g} m/s^2: no recorded motion exceeds {_LARGEST_PEAK:g}"
        )
    stated = {name: " ".join(fact.split()) for name, fact in facts.items() if fact and fact.strip()}
    parts = [stated[name] for name in ("event", "date", "station", "component") if name in stated]
    origin = f"{', '.join(parts) or 'recorded motion'} ({format})"
    return BaseMotion(acceleration, interval, origin, {"format": format, **stated})
