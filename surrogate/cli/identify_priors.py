"""`surrogate identify --prior`: what is known before the records, from words and class paths."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from surrogate.cli.parser import pairs

KINDS = ("lognormal", "normal", "smooth")
"""Names of `surrogate.identification.priors`, which is slow to import."""


def given(words: Sequence[str]) -> tuple[dict[str, float], list[Any]]:
    """Return the priors of an option: deviations about starts by name, and objects.

    Parameters
    ----------
    words : sequence of str
        ``NAME=DEVIATION``, or ``NAME=KIND:SPREAD`` and ``NAME=KIND:SPREAD:VALUE,VALUE,...``.

    Raises
    ------
    ValueError
        For a word of another form, and what a prior refuses.
    """
    deviations = {}
    made = []
    for name, text in pairs(words, "--prior").items():
        kind, *rest = text.split(":")
        if kind in KINDS:
            made.append(_made(name, kind, rest))
            continue
        try:
            deviations[name] = float(text)
        except ValueError:
            raise ValueError(
                f"--prior {name}={text}: must be one number, or {', '.join(KINDS)} with a spread "
                "and, after another colon, a value"
            ) from None
    return deviations, made


def _made(name: str, kind: str, rest: Sequence[str]) -> Any:
    from surrogate.identification import priors

    most = 1 if kind == "smooth" else 2
    if not 1 <= len(rest) <= most:
        example = f"{kind}:0.2" if most == 1 else f"{kind}:0.2 or {kind}:0.2:3e7"
        raise ValueError(f"--prior {name}={':'.join([kind, *rest])}: write {name}={example}")
    if kind == "smooth":
        return priors.Smooth(name, rest[0])  # type: ignore[arg-type]  # it reads numbers itself
    value = rest[1].split(",") if len(rest) == 2 else None
    own = priors.LogNormal if kind == "lognormal" else priors.Normal
    return own(name, rest[0], value)  # type: ignore[arg-type]


def by_class_path(entries: Sequence[Any], file: str) -> list[Any]:
    """Return the priors that a file of settings names by class path.

    Parameters
    ----------
    entries : sequence of mapping
        Each with ``class_path`` and, if it takes arguments, ``init_args``.
    file : str
        For messages.

    Raises
    ------
    ValueError
        For an entry of another form, a path that leads nowhere or to no prior, and arguments that
        it refuses.
    """
    return [_built(entry, f"{file}: priors") for entry in entries]


def _built(entry: Any, where: str) -> Any:
    from simulators.external.function import find
    from surrogate.identification.priors import Prior

    keys = {"class_path", "init_args"}
    if not isinstance(entry, Mapping) or "class_path" not in entry or not set(entry) <= keys:
        raise ValueError(f"{where}: expected class_path and init_args, got {entry!r}")
    path = entry["class_path"]
    arguments = entry.get("init_args") or {}
    if not isinstance(path, str) or not isinstance(arguments, Mapping):
        raise ValueError(
            f"{where}: class_path must be a path and init_args a mapping, got {entry!r}"
        )
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        kind = find(path)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    if not isinstance(kind, type) or not issubclass(kind, Prior):
        raise ValueError(
            f"{where}: {path} does not derive from surrogate.identification.priors.Prior"
        )
    try:
        made = kind(**arguments)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: {path}: {error}") from None
    names = getattr(made, "names", None)
    if not isinstance(names, tuple) or not names or not all(isinstance(n, str) for n in names):
        raise ValueError(f"{where}: {path}: names must be a tuple of parameters, got {names!r}")
    return made
