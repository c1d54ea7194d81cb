"""Arrays as the files of others hold them: numbers, the unit and the axes that the file states."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from simulators.excitation.recorded.header import Stated

LISTED = 20  # names in a message
_AXES = {"record": "record", "time": "time", "floor": "floor", "storey": "floor"}


@dataclass(frozen=True)
class Array:
    """Numbers of a file.

    Parameters
    ----------
    values : ndarray
        Integers, floats or booleans.
    unit : str, optional
        As the file states it.
    axes : tuple of str, optional
        Names of the axes among record, time and floor, where the file tells them.
    members : tuple of str
        What tells the records apart that were put together, as the names of their groups.
    """

    values: np.ndarray
    unit: str | None = None
    axes: tuple[str, ...] | None = None
    members: tuple[str, ...] = ()


Arrays = dict[str, Array]


@dataclass(frozen=True)
class Content:
    """What a file holds: the names of its arrays, and how one of them is read.

    Parameters
    ----------
    path : Path
        For messages.
    kind : str
        Kind of the file, in a word.
    names : list of str
        All arrays of numbers.
    read : callable
        From a name to its array.
    stated : callable
        From names to the sampling interval that the file states for them in words or attributes.
    broken : str
        Where samples may be missing that no times would tell of, such as a blank line, in words.
    """

    path: Path
    kind: str
    names: Sequence[str]
    read: Callable[[str], Array]
    stated: Callable[[Sequence[str]], Stated | None] = lambda names: None
    broken: str = ""

    def arrays(self, wanted: Iterable[str]) -> Arrays:
        """Return the arrays of some names; a name with ``*`` takes a record from each that fits.

        Raises
        ------
        ValueError
            When a name is not there, or holds no numbers.
        """
        return {name: self._array(name) for name in dict.fromkeys(wanted)}

    def require_agreement(self, interval: float, source: str, wanted: Sequence[str]) -> None:
        """Raise a ValueError where the file states another sampling interval (s) than is taken."""
        stated = self.stated(wanted)
        if stated is None:
            return
        in_milliseconds = replace(stated, value=stated.value / 1e3, rounding=stated.rounding / 1e3)
        if not any(
            abs(interval - each.value) <= each.rounding + 1e-3 * interval
            for each in (stated, in_milliseconds)
        ):
            raise ValueError(
                f"the sampling interval is {interval:g} s ({source}), but the file states "
                f"{stated.value:g} s ({stated.source}): correct one of them"
            )

    def require_unbroken(self) -> None:
        """Raise a ValueError where samples may be missing."""
        if self.broken:
            raise ValueError(
                f"{self.broken}: without times a sample that is missing there would shift all that "
                "follow; remove the line, or map the times"
            )

    def _array(self, name: str) -> Array:
        if name not in self.names and re.search(r"[*?]", name):
            return stacked(self.path, name, self._matching(name))
        if name not in self.names:
            raise ValueError(f"{self.path} has no array {name!r}: {self._remedy(name)}")
        return self._checked(name)

    def _checked(self, name: str) -> Array:
        array = self.read(name)
        values = np.asarray(array.values)
        if values.dtype.kind not in "fiub" or values.size == 0:
            raise ValueError(
                f"{self.path}: {name} is {values.dtype} of shape {values.shape}, must be numbers"
            )
        return replace(array, values=values)

    def _matching(self, pattern: str) -> dict[str, Array]:
        """Return the arrays whose names fit a pattern, in natural order, by what stands for *."""
        signs = {"*": "([^/.]*)", "?": "([^/.])"}
        wanted = "".join(signs.get(sign, re.escape(sign)) for sign in pattern)
        found = {name: match for name in self.names if (match := re.fullmatch(wanted, name))}
        if not found:
            raise ValueError(f"{self.path} has no array like {pattern!r}: {self._remedy(pattern)}")
        ordered = sorted(found, key=natural)
        return {" ".join(found[name].groups()): self._checked(name) for name in ordered}

    def _remedy(self, name: str) -> str:
        last = re.split(r"[/.]", name)[-1]
        below = [other for other in self.names if re.split(r"[/.]", other)[-1] == last != other]
        if len(below) > 1:
            sign = "/" if "/" in below[0] else "."
            return f"{below[0]} to {below[-1]} are a record each by {'*' + sign + last!r}"
        near = below or get_close_matches(name, self.names, n=3)
        others = [other for other in self.names if other not in near]
        shown = [*near, *others][:LISTED]
        more = len(self.names) - len(shown)
        listed = ", ".join(shown) or "nothing"
        return f"choose from {listed}" + (f" and {more} more" if more > 0 else "")


def stacked(path: Path, name: str, arrays: dict[str, Array]) -> Array:
    """Return records of like shape and unit as one array whose first axis counts them.

    Raises
    ------
    ValueError
        Naming the first that differs.
    """
    rows = {member: np.squeeze(array.values) for member, array in arrays.items()}
    members = list(rows)
    first = members[0]
    units = {array.unit for array in arrays.values()}
    for member in members:
        if rows[member].shape != rows[first].shape:
            raise ValueError(
                f"{path}: {name} has the shape {rows[member].shape} in {member} and "
                f"{rows[first].shape} in {first}: records must have one length, or be imported one "
                "by one with --segment"
            )
    if len(units) > 1:
        raise ValueError(f"{path}: {name} has the units {', '.join(map(str, units))}: must be one")
    values = np.stack(list(rows.values()))
    axes = {1: ("record",), 2: ("record", "time"), 3: ("record", "time", "floor")}
    return Array(values, units.pop(), axes.get(values.ndim), tuple(members))


def known_axes(dims: Sequence[str]) -> tuple[str, ...] | None:
    """Return the axes that the names of a file's dimensions tell, None where one is unknown."""
    axes = tuple(_AXES[dim] for dim in dims if dim in _AXES)
    return axes if len(axes) == len(dims) and len(set(axes)) == len(axes) else None


def natural(name: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts exp2 before exp10."""
    parts = re.findall(r"\d+|\D+", name)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]


def unit_of(attributes: Iterable[tuple[str, object]]) -> str | None:
    """Return the unit among the attributes of an array: that of `units` or `unit`."""
    found = {str(name).lower(): value for name, value in attributes}
    for name in ("units", "unit"):
        text = _text(found.get(name))
        if text:
            return text
    return None


def _text(value: object) -> str | None:
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.ravel()[0]
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.strip() if isinstance(value, str) else None
