"""What all readers share: the content of a file, numbers in it, units, and the checks against what
a header states.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from math import inf
from pathlib import Path

import numpy as np

from simulators import units
from simulators.excitation.recorded.format import NotAnAccelerogram, Source

_ACCELERATION = "m s-2"
TIME_WORDS = (
    *("s", "sec", "secs", "second", "seconds", "ms", "msec", "msecs", "millisecond"),
    *("milliseconds", "us", "µs", "μs", "usec", "microsecond", "microseconds", "ns"),
    *("nanosecond", "nanoseconds", "min", "minute", "minutes", "h", "hr", "hour", "hours"),
    *("day", "days"),
)
"""Units of time that records are written in: a and d, a year and a day, are none of them."""

_OTHER_QUANTITY = r"(m|cm|mm|in|ft)(\s*/\s*s(ec)?\.?)?|kines?|counts?|mv|volts?|(m|cm) s-1"

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?")
_PLAIN_NUMBERS = re.compile(r"[-+.0-9eE\s]*")
_FORTRAN_EXPONENT = str.maketrans("dD", "ee")
_ARCHIVE = b"PK\x03\x04"
_PEAK_TOLERANCE = 0.005


def blocks_from(first: re.Pattern[str], lines: Sequence[str]) -> list[Sequence[str]]:
    """The lines of each component of a file, which begins with a line that `first` matches."""
    return blocks_at([at for at, line in enumerate(lines) if first.match(line)], lines)


def blocks_at(starts: Sequence[int], lines: Sequence[str]) -> list[Sequence[str]]:
    """The lines from each start to the next, those from the last one to the end of the file."""
    ends = [*starts[1:], len(lines)]
    return [lines[start:end] for start, end in zip(starts, ends, strict=True)]


def read_source(path: Path) -> Source:
    """Read a file, and decode its lines where it is text.

    Raises
    ------
    FileNotFoundError, NotAnAccelerogram
        If there is no such file; if it is empty.
    """
    if not path.is_file():
        raise FileNotFoundError(f"no such file: {path}")
    return source_of(path.name, path.read_bytes())


def source_of(name: str, data: bytes) -> Source:
    """Return the content of a file: UTF-8, UTF-16 or Latin-1, lines ended in any way.

    Raises
    ------
    NotAnAccelerogram
        If it is empty.
    """
    text = _decoded(data)
    if text is None:
        return Source(name, data, ())
    closed = text.endswith(("\n", "\r"))
    text = text.rstrip("\x00\x1a \t\n\r\f")  # DOS ends a file with SUB
    if not text:
        raise NotAnAccelerogram("the file is empty")
    lines = re.split(r"\r+\n|\n|\r", text)  # CR CR LF comes of text that was converted twice
    # Headers of the USGS may hold NUL for a blank; among numbers it is what a disk has lost.
    return Source(
        name,
        data,
        tuple(
            line.replace("\x00", " ") if re.search("[A-Za-z]{2}", line) else line for line in lines
        ),
        closed,
    )


def _decoded(data: bytes) -> str | None:
    """Return the text, or None for a binary file."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if data.startswith(_ARCHIVE):  # whose members may be text as it is
        return None
    head = data[:4096]
    for codec, odd in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if len(odd) > 8 and odd.count(0) > 0.9 * len(odd):
            return data.decode(codec, "replace")
    control = sum(head.count(code) for code in range(32) if code not in b"\t\n\r\f\x1a")
    if control > 0.05 * len(head):
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


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
        For the first field that is not a number; the message names its line, counted from one.
    """
    text = "\n".join(lines[start:])
    if split in (str.split, stuck_numbers) and _PLAIN_NUMBERS.fullmatch(text):
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


def stuck_numbers(line: str) -> list[str]:
    """Split a line into numbers of which a negative one may touch the one before it."""
    return re.sub(r"(?<=[\d.])(?=-)", " ", line).split()


def unit_factor(unit: str) -> float:
    """Factor from `unit`, in any usual spelling, to m s-2."""
    if not is_unit(unit):
        known = ", ".join(units.EXAMPLES[_ACCELERATION])
        raise ValueError(f"unit must be one of {known}, got {unit.strip()!r}")
    return units.parse_unit(unit, _ACCELERATION)


def is_unit(text: str) -> bool:
    """Whether a text is a unit of acceleration."""
    return units.is_unit(text, _ACCELERATION)


def is_time_unit(text: str) -> bool:
    """Whether a text is a unit of time; NS and H, in capitals, are components of a record."""
    return text.strip().casefold() in TIME_WORDS and units.is_unit(text, "s")


def seconds(unit: str) -> float:
    """Seconds in a unit of time, in any usual spelling."""
    return units.parse_unit(unit, "s")


def measures_other_quantity(unit: str) -> bool:
    """Whether a text is a unit of velocity, displacement or force, or of what a digitiser counts.

    Single letters are left to what is expected: N may be a direction, and m a name.
    """
    unit = unit.strip()
    if re.fullmatch(_OTHER_QUANTITY, unit, re.I):
        return True
    return len(unit) > 1 and any(units.is_unit(unit, other) for other in ("m s-1", "m", "N", "J"))


def require_count(stated: float, found: int) -> None:
    """Raise a ValueError unless the file holds as many samples as its header states."""
    if stated != found:
        raise ValueError(f"the header states {stated:g} samples, the file holds {found}")


def require_layout(lines: Sequence[str], start: int, closed: bool = True) -> None:
    """Raise a ValueError for a line of numbers, from `start` on, that is cut or shifted.

    That shows in numbers that end in other columns than those of the other lines or, with one
    number a line, have other decimals. Judged only where all lines but two at most are alike, so
    that nothing is doubtful. A zero may be written as 0, but for a last one that no line end
    closes: a number may have been cut there.
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
        at
        for at, ends in layouts.items()
        if ends != (usual[: len(ends)] if at == last else usual)
        and (several or not is_plain_zero(lines[at], closed or at != last))
    ]
    if 0 < len(odd) <= 2 and len(odd) < len(layouts) // 2:
        damage = (
            f"the last number, {lines[last].split()[-1]!r}, is cut short"
            if odd == [last]
            else "numbers are shifted"
        )
        raise ValueError(f"line {odd[0] + 1}: {damage}")


def is_plain_zero(text: str, whole: bool = True) -> bool:
    """Whether a number is a zero without decimals, and nothing of it can have been cut off."""
    return whole and re.fullmatch(r"[-+]?0\.?", text.strip()) is not None


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
