"""The sampling interval of a table: from its column of times, the lines above it, or the caller.

What two of them state must agree, as with accelerograms.
"""

from datasets.measured import timing
from datasets.measured.arrays import Content
from datasets.measured.axes import Sizes
from datasets.measured.sampling import Clock
from simulators.excitation.recorded.columns import Column
from simulators.excitation.recorded.reading import is_time_unit
from surrogate.data import channels
from surrogate.data.channels import Interface
from surrogate.inference.asking import TIME, Asking

_REMEDY = "correct the times or remove the repeats, or remove the column and give --interval S"


def interval_of(
    content: Content, interface: Interface, asking: Asking, samples: int, used: set[str]
) -> tuple[float, str]:
    """Sampling interval (s) of a table and where it stands; its column of times joins `used`.

    Raises
    ------
    ValueError
        Where nothing states it, or two state it differently.
    """
    stated = content.stated(sorted(used))
    found = _from_times(content, interface, asking, samples, used)
    if found is None:
        content.require_unbroken()
    if found is None and stated is not None:
        found = stated.value, stated.source
    if found is None:
        if asking.given.interval is None:
            raise ValueError(
                f"{content.path} has no column of times: give --interval S, or --input time=COLUMN"
            )
        return asking.given.interval, "given"
    interval, source = found
    if stated is not None and abs(interval - stated.value) > stated.rounding + 1e-3 * interval:
        raise ValueError(
            f"{content.path}: the times rise by {interval:g} s ({source}), but above them stands "
            f"{stated.value:g} s ({stated.source}): correct one of them"
        )
    asking.require_interval(interval, source)
    return found


def own_name(content: Content, title: str) -> str | None:
    """The name that a file has for a title: the same, or the only one but for capitals."""
    if title in content.names:
        return title
    alike = [name for name in content.names if name.casefold() == title.casefold()]
    return alike[0] if len(alike) == 1 else None


def _from_times(
    content: Content, interface: Interface, asking: Asking, samples: int, used: set[str]
) -> tuple[float, str] | None:
    """The interval of a column of times, None where there is none."""
    name = own_name(content, asking.columns.get(TIME, TIME))
    if name is None and TIME in asking.columns:
        raise ValueError(f"{content.path} has no column {asking.columns[TIME]!r} for the time")
    is_guess = name is None
    name = _by_title(content, interface, used) if name is None else name
    if name is None:
        return None
    stated = {TIME: asking.units[TIME]} if TIME in asking.units else {}
    clock = Clock({TIME: name}, stated, None)
    try:
        found = clock.read(content.arrays([name]), Sizes(1, samples)).interval
    except ValueError as error:
        if is_guess and asking.given.interval is not None:
            return None  # a temperature, or row numbers: the caller knows better
        raise ValueError(str(error).replace(timing.REMEDY, _REMEDY)) from None
    used.add(name)
    return found, f"column {name!r}"


def _by_title(content: Content, interface: Interface, used: set[str]) -> str | None:
    """The one column that is called as times are, such as t, Zeit or elapsed."""
    taken = {*used, *channels.labels(interface.inputs)}
    found = [
        name
        for name in content.names
        if name not in taken and Column(name, name).is_time and _may_be_time(content, name)
    ]
    return found[0] if len(found) == 1 else None


def _may_be_time(content: Content, name: str) -> bool:
    unit = content.arrays([name])[name].unit
    return unit is None or is_time_unit(unit)
