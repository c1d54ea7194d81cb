"""Which compiled function an element calls: generated from the rate equations of its laws.

An element has a kind, the number of its rate equation and of what is known of its exponent
(`simulators.solvers.exponents`). The generated functions choose by that number:

    tangent(memory, kind, here, z, drift, velocity, work)     dz/dd
    stored(memory, kind, here, z, drift, work)                J
    project(memory, kind, here, z)                            z where it must lie
    hold(memory, kind, here, g, first)                        dz/dd of a later stage of a step

An element whose z is projected keeps the slope with which a step begins, where that is the larger
one: z then ends where the projection of the whole step has it, wherever in it the bound was met.

A number that none of the equations has gives nan, and no record passes with that.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from simulators.hysteresis import known_laws
from simulators.hysteresis.bouc_wen import BOUC_WEN
from simulators.hysteresis.law import PACKAGE
from simulators.hysteresis.linear import LINEAR
from simulators.hysteresis.rates import FORCE, RateEquation, arguments
from simulators.solvers.compiling import inlined, outlined
from simulators.solvers.exponents import (
    CUBE,
    FIRST,
    FORMS,
    GENERAL,
    SQUARE,
    WHOLE,
    Cube,
    First,
    Square,
    Told,
    Whole,
)
from simulators.solvers.node import MOST_COLUMNS, OWN, SHARE
from simulators.solvers.simd import maximum, spread
from simulators.solvers.simd_memory import at

Kind = tuple[RateEquation, int]
"""A rate equation, and one of `FORMS` of its exponent; `GENERAL` where it has none."""

_QUICK: dict[Kind, type | None] = {
    (LINEAR, GENERAL): None,
    (BOUC_WEN, FIRST): First,
    (BOUC_WEN, SQUARE): Square,
    (BOUC_WEN, CUBE): Cube,
}
"""Kinds that most elements are of, and the exponent as the compiler knows it: their tangents are
inlined, and come first.
"""
_PLAIN: dict[Kind, type | None] = {**_QUICK, (BOUC_WEN, WHOLE): Whole}

PLAIN_KINDS = tuple(_PLAIN)
"""Kinds of a kernel for nothing else (`plain_dispatch`), at the number that it has for them."""


class Dispatch(NamedTuple):
    """The compiled functions for the elements of some rate equations."""

    tangent: Callable[..., Any]
    stored: Callable[..., Any]
    project: Callable[..., Any]
    hold: Callable[..., Any]


def package_equations() -> tuple[RateEquation, ...]:
    """Rate equations of the laws of this package, each once."""
    own = (law.rate for law in known_laws().values() if law.__module__.startswith(f"{PACKAGE}."))
    return tuple(dict.fromkeys(own))


def kinds_of(equations: Sequence[RateEquation]) -> tuple[Kind, ...]:
    """What an element may be, at the number that the kernel has for it; an element is of the first
    that fits.
    """
    every = ((equation, form) for equation in equations for form in FORMS)
    return (*_QUICK, *every)


def compiled_columns(equation: RateEquation) -> tuple[str, ...]:
    """Coefficients that the compiled functions of an equation read, in the order of their rows.

    Raises
    ------
    ValueError
        If there are more than `MOST_COLUMNS`.
    """
    functions = [equation.tangent, equation.stored]
    if equation.project is not None:
        functions.append(equation.project)
    read = {name for function in functions for name in arguments(function)}
    names = tuple(name for name in equation.columns if name in read)
    if len(names) > MOST_COLUMNS:
        raise ValueError(
            f"the rate equation {equation.name} has {len(names)} coefficients: the kernel holds "
            f"{MOST_COLUMNS}"
        )
    return names


def dispatch(equations: Sequence[RateEquation]) -> Dispatch:
    """Compiled functions for the kinds of some rate equations (`kinds_of`)."""
    names = _scope()
    quick = [(1, equation, form) for (equation, _), form in _QUICK.items()]
    rest = [(len(FORMS), equation, Told) for equation in equations]
    state = "z, drift, velocity, work"
    names["rare"] = outlined(_chosen("tangent", state, rest, len(quick), names))
    return Dispatch(
        inlined(_chosen("tangent", state, quick, 0, names, f"rare(memory, kind, here, {state})")),
        outlined(_chosen("stored", "z, drift, work", [*quick, *rest], 0, names)),
        outlined(_chosen("project", "z", [*quick, *rest], 0, names)),
        outlined(_chosen("hold", "g, first", [*quick, *rest], 0, names)),
    )


def plain_dispatch() -> Dispatch:
    """Compiled functions for `PLAIN_KINDS` alone."""
    names = _scope()
    kinds = [(1, equation, form) for (equation, _), form in _PLAIN.items()]
    return Dispatch(
        inlined(_chosen("tangent", "z, drift, velocity, work", kinds, 0, names)),
        outlined(_chosen("stored", "z, drift, work", kinds, 0, names)),
        outlined(_chosen("project", "z", kinds, 0, names)),
        outlined(_chosen("hold", "g, first", kinds, 0, names)),
    )


def _scope() -> dict[str, Any]:
    """What the generated functions call."""
    names: dict[str, Any] = {"at": at, "maximum": maximum, "spread": spread, "nan": float("nan")}
    return names | {form.__name__: form for form in (First, Square, Cube, Whole, Told)}


def _chosen(
    function: str,
    state: str,
    choices: Sequence[tuple[int, RateEquation, type | None]],
    first: int,
    names: dict[str, Any],
    otherwise: str | None = None,
) -> Callable[..., Any]:
    """Function that calls that of an element's rate equation.

    `choices` are the number of kinds, from `first` on, that have a rate equation, the equation, and
    what is known of its exponent.
    """
    lines = [f"def {function}(memory, kind, here, {state}):"]
    unknown = otherwise or f"spread({state.split(', ')[0]}, nan)"
    scope = dict(names)
    end = first
    for kinds, equation, form in choices:
        begin = end
        end += kinds
        call, scope[f"f{begin}"] = _call(function, begin, equation, form)
        lines.append(f"    {'if' if begin == first else 'elif'} kind < {end}:")
        lines.append(f"        value = {call}")
    lines += ["    else:", f"        value = {unknown}", "    return value"]
    exec("\n".join(lines), scope)  # of names and numbers that are all checked above
    return scope[function]


def _call(
    function: str, begin: int, equation: RateEquation, form: type | None
) -> tuple[str, Callable[..., Any] | None]:
    """Source of the call of a function of a rate equation, with coefficients out of the node."""
    if function == "hold":
        return ("g" if equation.project is None else "maximum(g, first)"), None
    called = getattr(equation, function)
    if called is None:
        return "z", None  # nothing to project
    columns = compiled_columns(equation)
    rows = {name: f"at(memory, here, {OWN + i})" for i, name in enumerate(columns)}
    rows |= {name: f"at(memory, here, {i})" for i, name in enumerate(FORCE)}
    shares = ", ".join(f"at(memory, here, {SHARE + i})" for i in range(3))
    if "power" in rows and form is Whole:
        rows["power"] = f"Whole({shares})"
    elif "power" in rows and form is Told:
        rows["power"] = f"Told(kind - {begin}, {rows['power']}, {shares})"
    elif "power" in rows and form is not None:
        rows["power"] = f"{form.__name__}({rows['power']})"
    read = [rows.get(name, name) for name in arguments(called)]
    return f"f{begin}({', '.join(read)})", _compiled(called)


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function as the kernel can call it; those of this package are registered with numba."""
    if function.__module__.startswith(f"{PACKAGE}."):
        return function
    return inlined(function)
