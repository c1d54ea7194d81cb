"""What the columns of a table are: times, row numbers, components of the acceleration.

The titles decide where there are titles; without them the first column is one of times if it rises
in equal steps that are no whole number, and one of row numbers if it rises by one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from simulators.excitation.recorded.components import is_component
from simulators.excitation.recorded.reading import is_time_unit, is_unit, measures_other_quantity
from simulators.excitation.recorded.rows import Rows

_TIME = re.compile(r"t|time.*|zeit|temps|tiempo|tempo|zaman|elapsed.*|clock", re.I)
_INDEX = re.compile(
    r"|#|n|no|nr|num|number|i|j|k|id|idx|ind|index|row|rownames|line|step|steps|increment|frame"
    r"|sample|samples|point|points|pt|pts|count|counter|level_0|unnamed.*",
    re.I,
)
_OTHER = re.compile(
    r".*\b(velocity|vel|displacement|displ?|drift|force|strain|temperature|jerk|angular"
    r"|rotation(al)?)\b.*",
    re.I,
)
_ACCELERATION = re.compile(
    r".*(?<![a-z])(a|ag|acc[a-z]*|xg|ug|ground[ _-]?motion|beschl[a-z]*)(?![a-z]).*",
    re.I,
)
_SPECTRAL = re.compile(
    r"(natural[ _])?periods?|tn|freq(uenc(y|ies))?|hz|p?s[adv]|.*spectr(al|um|a)\b.*", re.I
)
_BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]")
_VALUE_BEFORE_UNIT = re.compile(r"=|\b(pga|peak|max\w*|min\w*|scaled|magnitude)\b|\d\s*$", re.I)


@dataclass(frozen=True)
class Column:
    """A title, parted: its name, its unit where it states one, and what the column holds.

    Parameters
    ----------
    title : str
        As written.
    name : str
        The title without its unit.
    unit : str, optional
        Unit of acceleration, of time, or of another quantity.
    component : str
        Component that the title names; empty where it names none.
    """

    title: str
    name: str = ""
    unit: str | None = None
    component: str = ""

    @property
    def is_index(self) -> bool:
        """Whether the title is one of row numbers."""
        return self.unit is None and _INDEX.fullmatch(self.name.strip(" .#")) is not None

    @property
    def is_time(self) -> bool:
        """Whether the title is one of times."""
        if self.name and _TIME.fullmatch(self.name) is None:
            return self.unit is not None and is_time_unit(self.unit)
        return self.name != "" or is_time_unit(self.unit or "")

    @property
    def is_other(self) -> bool:
        """Whether the title is one of another quantity, as of velocity."""
        if self.unit is not None and measures_other_quantity(self.unit):
            return True
        return self.unit is None and _OTHER.fullmatch(self.name.replace("_", " ")) is not None

    @property
    def is_spectral(self) -> bool:
        """Whether the title is one of a spectrum: a period, a frequency, Sa or PSA."""
        return _SPECTRAL.fullmatch(self.name.replace("_", " ").strip()) is not None


def titles_of(rows: Rows) -> list[Column] | None:
    """Return the titles over the columns, None where no line above the numbers holds titles."""
    lines = [line.strip().lstrip("#%!/ ") for line in rows.header]
    for at in range(len(lines) - 1, max(len(lines) - 6, -1), -1):
        parts = _parted(lines[at], rows)
        if parts is None:
            continue
        columns = [_column(part) for part in parts]
        if rows.width == 1 and is_time_unit(columns[0].unit or ""):
            continue  # "sampling interval (sec): 0.01" is no title of a column of accelerations
        units = [_column(part).unit for part in parts]
        if at > 0 and all(units) and not any(column.name for column in columns):
            above = _parted(lines[at - 1], rows)  # a line of units under the titles
            if above is not None and any(not is_unit(part) for part in above):
                named = [_column(part) for part in above]
                return [
                    Column(column.title, column.name, unit, column.component)
                    for column, unit in zip(named, units, strict=True)
                ]
        if _are_titles(columns):
            return columns
    return None


def _are_titles(columns: Sequence[Column]) -> bool:
    first = columns[0]
    if len(columns) > 1 and (first.is_time or first.is_index):
        return True
    return any(
        column.unit is not None or column.component or _ACCELERATION.fullmatch(column.name)
        for column in columns
    )


def _parted(line: str, rows: Rows) -> list[str] | None:
    """Return as many titles as there are columns, parted by the table's own sign or another."""
    width = rows.width
    if width == 1:
        return [line]
    own = rows.separator if rows.separator in ",;\t" else ","
    for pattern in (re.escape(own), "[,;]", r"\t+", r"\s{2,}", r"\s+(?![(\[])"):
        parts = [part.strip().strip("\"'") for part in re.split(pattern, line)]
        if len(parts) == width + 1 and not parts[-1]:
            parts.pop()  # a separator at the end
        if len(parts) == width:
            return parts
    words = _units_joined(re.split(r"\s+(?![(\[])", line))
    return words if len(words) == width else None


def _units_joined(words: Sequence[str]) -> list[str]:
    """Return words of a title line, each unit joined to the word before it."""
    joined: list[str] = []
    for word in words:
        if joined and (is_unit(word) or is_time_unit(word)):
            joined[-1] += f" ({word})"
        else:
            joined.append(word)
    return joined


def _column(title: str) -> Column:
    """Return a title with its unit and its component."""
    title = title.strip().strip("\"'")
    component = ""
    name = title
    unit = None
    for found in reversed(list(_BRACKETS.finditer(title))):
        inside = found[1].strip()
        timed = _TIME.fullmatch(title[: found.start()].strip()) and is_time_unit(inside)
        if unit is None and (timed or (_is_any_unit(inside) and not _is_direction(inside))):
            before = title[: found.start()]
            if re.search(r"=|\d\.\d*\s*$|\b(pga|peak|max\w*)\b", before, re.I):
                return Column(title, title)
            unit = inside
        elif is_component(inside):
            component = inside
        name = name.replace(found[0], " ")
    name = " ".join(name.split())
    if unit is None:
        name, unit = _tail(name)
    if not component:
        words = [word for word in re.split(r"[\s_,;:]+", name) if word]
        component = next((word for word in words if _is_name(word, words)), "")
    return Column(title, name, unit, component)


def _is_direction(text: str) -> bool:
    """Whether a text in brackets is a direction although it could be read as a unit: "NS"."""
    return is_component(text) and text.isupper() and not is_unit(text)


def _is_name(word: str, words: Sequence[str]) -> bool:
    """Whether a word of a title names a component: among other words only in capitals."""
    return is_component(word) and (len(words) == 1 or (len(word) > 1 and word.isupper()))


def _tail(name: str) -> tuple[str, str | None]:
    """Return a name and the unit that follows an underscore or a blank at its end, or is all."""
    starts = [0, *(match.end() for match in re.finditer(r"[_ ]+", name))]
    for start in starts:
        head, tail = name[:start].strip("_ "), name[start:]
        if not _is_any_unit(tail) or _VALUE_BEFORE_UNIT.search(head):
            continue
        if tail.isupper() and is_time_unit(tail) and tail != "S":
            continue  # NS, H, MS are components, not nanoseconds, hours, milliseconds
        if (
            start == 0
            or _ACCELERATION.fullmatch(head)
            or _TIME.fullmatch(head)
            or (is_component(head) or head.casefold() in ("data", "value", "values", "in"))
        ):
            return head, tail
    return name, None


def _is_any_unit(text: str) -> bool:
    return bool(text) and (is_unit(text) or is_time_unit(text) or measures_other_quantity(text))
