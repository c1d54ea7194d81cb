"""The formats of this folder, found by inspection, and which of them a file is of."""

import importlib
import inspect
import pkgutil
from functools import cache

import simulators.excitation.recorded as room
from simulators.excitation.recorded.format import Format, NotAnAccelerogram, Source


@cache
def formats() -> tuple[Format, ...]:
    """Return one reader of each format, those that any table of numbers may pass for at the end."""
    found = []
    for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
        members = vars(importlib.import_module(module.name)).values()
        found += [
            member()
            for member in members
            if inspect.isclass(member)
            and issubclass(member, Format)
            and member.__module__ == module.name
            and not inspect.isabstract(member)
        ]
    return tuple(sorted(found, key=lambda reader: (reader.generic, reader.name)))


def format_of(source: Source, name: str | None = None) -> Format:
    """Return the reader of the format called `name`, or of the one that recognises the content.

    Raises
    ------
    NotAnAccelerogram
        If no format recognises the content.
    ValueError
        If there is no format of that name.
    """
    names = ", ".join(reader.name for reader in formats())
    if name is not None:
        named = [reader for reader in formats() if reader.name.casefold() == name.casefold()]
        if not named:
            raise ValueError(f"format must be one of {names}, got {name!r}")
        if not source.lines and not named[0].binary:
            raise ValueError(f"the file is binary, format {named[0].name} is text")
        return named[0]
    for reader in formats():
        if reader.recognises(source):
            return reader
    kind = "text" if source.lines else "binary"
    raise NotAnAccelerogram(
        f"not an accelerogram of a known format: the file is {kind} (tried {names})"
    )
