"""A table of numbers as one record of a surrogate: a column for each input, by name.

What is said of tables holds for arrays in MAT, NumPy and other HDF5 files, whose names are those of
the arrays.
"""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from datasets.measured.arrays import Array, Content
from datasets.measured.sources import open_content
from simulators.excitation.recorded.missing import require_no_mark
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference.asking import Asking
from surrogate.inference.histories import (
    Excitation,
    Series,
    agreed,
    constant,
    dynamic,
    factor,
    is_alike,
    not_converted,
    side_by_side,
    unit_shown,
)
from surrogate.inference.source import Source
from surrogate.inference.table_times import interval_of, own_name


def read(path: Path, interface: Interface, asking: Asking) -> Source:
    """One record, how it was read, and a note for each two inputs that are one column.

    Raises
    ------
    FileNotFoundError, ValueError
        Naming the file, and the input that it lacks or its unit.
    """
    asking.require_no_accelerogram(
        path, "read as a table; its columns are named by --input NAME=COLUMN"
    )
    groups = dynamic(interface)
    titles = [title for group in groups for title in _titles(group, asking)]
    content = open_content(path, titles)
    if not asking.columns and not all(title in content.names for title in titles):
        content = open_content(path)  # its own titles, of which a message can tell
    try:
        record, line = _record(content, interface, asking)
        return Source((record,), line, tuple(_shared(content, interface, asking)))
    except ValueError as error:
        text = str(error)
        raise ValueError(text if text.startswith(str(path)) else f"{path}: {text}") from None


def _record(content: Content, interface: Interface, asking: Asking) -> tuple[Excitation, str]:
    used: set[str] = set()
    arrays = {}
    words = []
    for group in dynamic(interface):
        names = _names(content, group, asking)
        used.update(names)
        values, unit, source = _side(content, names, group, asking)
        arrays[group.variable] = (values, unit)
        words.append(_told(group, names, unit, source, values))
    samples = len(next(iter(arrays.values()))[0])
    interval = _sampling(content, interface, asking, samples, used, words)
    parameters = _parameters(content, interface, asking, used, words)
    series = {name: Series(values, interval, unit) for name, (values, unit) in arrays.items()}
    record = side_by_side(series, interface, content.path.name, parameters)
    words += [f"{samples} samples", *_left(content, used)]
    return record, f"{content.path.name}: {content.kind}, {', '.join(words)}"


def _shared(content: Content, interface: Interface, asking: Asking) -> list[str]:
    """A note for each two inputs with a column in common."""
    own = {group.variable: _names(content, group, asking) for group in dynamic(interface)}
    notes = []
    for one, other in combinations(own, 2):
        common = [name for name in own[one] if name in own[other]]
        if common:
            columns = ", ".join(map(repr, common))
            notes.append(f"the inputs {one} and {other} are both from {columns}: is that meant?")
    return notes


def _sampling(
    content: Content,
    interface: Interface,
    asking: Asking,
    samples: int,
    used: set[str],
    words: list[str],
) -> float | None:
    """Sampling interval (s) of the file, which is told; none of points of a function."""
    if interface.interval is None:
        return None
    interval, source = interval_of(content, interface, asking, samples, used)
    words.append(f"interval {interval:.6g} s ({source})")
    if not is_alike(interval, interface.interval):
        words.append(f"resampled to {interface.interval:g} s")
    return interval


def _left(content: Content, used: set[str]) -> list[str]:
    """The columns that are not used, in words."""
    left = [name for name in content.names if name not in used]
    return [f"not used: {', '.join(left)}"] if left else []


def _titles(group: ChannelGroup, asking: Asking) -> list[str]:
    """Columns that an input has by name: those that are given, or the labels of its channels."""
    given = asking.columns.get(group.variable)
    return group.labels if given is None else given.split(",")


def _names(content: Content, group: ChannelGroup, asking: Asking) -> list[str]:
    """The columns of an input; one array may hold all its channels."""
    wanted = _titles(group, asking)
    found = [own_name(content, title) for title in wanted]
    if None not in found:
        names = [name for name in found if name is not None]
        _require_several(names, group)
        return names
    whole = own_name(content, group.variable)
    if group.variable not in asking.columns and whole is not None:
        return [whole]
    missing = wanted[found.index(None)]
    example = ",".join(["COLUMN"] * group.channels)
    raise ValueError(
        f"{content.path} has no column {missing!r} for the input {group.variable} of the "
        f"surrogate, it has {', '.join(content.names) or 'no titles'}: name it, as in --input "
        f"{group.variable}={example}"
    )


def _require_several(names: Sequence[str], group: ChannelGroup) -> None:
    """Raise ValueError where one column is given for two channels of an input."""
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(
            f"--input {group.variable}={','.join(names)} names the column {twice!r} twice: give "
            f"another for each of its {group.channels} channels"
        )


def _side(
    content: Content, names: Sequence[str], group: ChannelGroup, asking: Asking
) -> tuple[np.ndarray, str | None, str]:
    """Values (time, channel) of an input, their unit and where it stands."""
    arrays = [content.arrays([name])[name] for name in names]
    columns = [_columns(array, name, group) for array, name in zip(arrays, names, strict=True)]
    if len({len(column) for column in columns}) > 1:
        raise ValueError(f"{', '.join(names)} of the input {group.variable} differ in length")
    for name, column in zip(names, columns, strict=True):
        for values in column.T:
            require_no_mark(values, f"{group.variable} ({name!r})")
    values = np.concatenate(columns, axis=1)
    if values.shape[1] != group.channels:
        raise ValueError(
            f"the input {group.variable} has {group.channels} channels, {', '.join(names)} of "
            f"{content.path.name} make {values.shape[1]}"
        )
    given = asking.units.get(group.variable)
    units = {agreed(group, given, array.unit) for array in arrays}
    if len(units) > 1:
        raise ValueError(
            f"{', '.join(names)} have several units: {', '.join(sorted(map(str, units)))}"
        )
    return values, units.pop(), "the file" if given is None else "given"


def _columns(array: Array, name: str, group: ChannelGroup) -> np.ndarray:
    """An array as (time, channel), from a vector or a matrix that is longer than wide.

    A parameter may be a single number, or one for each channel.
    """
    values = np.asarray(array.values, dtype=float).squeeze()
    if group.constant and values.size == group.channels:
        return values.reshape(1, -1)
    if values.ndim == 1:
        return values[:, None]
    if values.ndim == 2 and values.shape[0] > values.shape[1]:
        return values
    raise ValueError(
        f"{name} has the shape {array.values.shape}, one record is (time,) or (time, channel): "
        "`surrogate import` makes a dataset of several"
    )


def _parameters(
    content: Content, interface: Interface, asking: Asking, used: set[str], words: list[str]
) -> dict[str, np.ndarray]:
    """Structural parameters that the file has as columns, which do not vary."""
    found = {}
    for group in constant(interface):
        is_asked = group.variable in asking.columns
        names = [own_name(content, title) for title in _titles(group, asking)]
        if not is_asked and None in names:
            continue
        own = _names(content, group, asking)
        used.update(own)
        values, unit, source = _side(content, own, group, asking)
        if np.ptp(values, axis=0).any():
            raise ValueError(
                f"the parameter {group.variable} is from {values.min():g} to {values.max():g} in "
                f"{', '.join(own)}: a structural parameter is the same at all times"
            )
        found[group.variable] = values[0] * factor(group, unit)
        words.append(_told(group, own, unit, source, values[:1]))
    return found


def _told(
    group: ChannelGroup, names: Sequence[str], unit: str | None, source: str, values: np.ndarray
) -> str:
    """What was read for an input, in words."""
    columns = ", ".join(map(repr, names))
    stated = "no unit" if unit is None else f"{unit} ({source})"
    own = values * factor(group, unit)
    extent = f"peak {np.abs(own).max():.4g}"
    if group.constant:
        extent = "= " + ", ".join(f"{value:.4g}" for value in own[0])
    note = not_converted(group, unit)
    told = f"{group.variable} from {columns} in {stated}, {extent}{unit_shown(group.units)}"
    return told if note is None else f"{told} ({note})"
