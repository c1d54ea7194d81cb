"""What the kernel knows of an exponent n, so that it takes the quickest way to x^(n-1) and x^(1/n).

A rate equation calls `simulators.hysteresis.rates.raised` and `root` with an argument `power`. On
arrays that is n - 1. In the kernel it is `First`, `Square`, `Cube` or `Whole` where the compiler
shall know it, and `Told` where the element says at run time which of `FORMS` it has. A record has
the same bits in each form that it may come by.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numba import types
from numba.extending import overload

from simulators.hysteresis import rates
from simulators.solvers import simd_functions  # noqa: F401  lets np.cbrt and ** take lanes
from simulators.solvers.compiling import inlined, outlined
from simulators.solvers.simd import Lanes, spread, where_negative

FORMS = range(6)
FIRST, SQUARE, CUBE, WHOLE, MIXED, GENERAL = FORMS
"""n = 1, 2 or 3 in all records; one of these, which may differ from record to record; one of these
in some records and any number in others; any number.
"""


class First(NamedTuple):
    """n = 1."""

    power: Lanes


class Square(NamedTuple):
    """n = 2."""

    power: Lanes


class Cube(NamedTuple):
    """n = 3."""

    power: Lanes


class Whole(NamedTuple):
    """n = 1, 2 or 3, which may differ from record to record, by its shares of them: one or zero."""

    first: Lanes
    square: Lanes
    cube: Lanes


class Told(NamedTuple):
    """Any exponent, its form among `FORMS`, and its shares of the exponents 1, 2 and 3: one or
    zero.
    """

    form: int
    power: Lanes
    first: Lanes
    square: Lanes
    cube: Lanes


@outlined
def general_power(magnitude: Lanes, power: Lanes) -> Lanes:
    """magnitude**power for magnitude >= 0."""
    return magnitude**power


@outlined
def cube_root(x: Lanes) -> Lanes:
    """x**(1/3) for x > 0."""
    return np.cbrt(x)


@outlined
def rare_power(x: Lanes, power: Told) -> Lanes:
    """x^(n-1) of an exponent that is not 1, 2 or 3 in all records."""
    if power.form == GENERAL:
        return general_power(x, power.power)
    whole = power.first + x * (power.square + x * power.cube)
    if power.form == WHOLE:
        return whole
    share = power.first + power.square + power.cube
    return where_negative(0.5 - share, whole, general_power(x, power.power))


@outlined
def rare_root(x: Lanes, power: Told) -> Lanes:
    """x^(1/n) of an exponent that is not 1, 2 or 3 in all records."""
    result = general_power(x, 1.0 / (power.power + 1.0))
    if power.form == GENERAL:
        return result
    result = where_negative(0.5 - power.first, x, result)
    result = where_negative(0.5 - power.square, np.sqrt(x), result)
    return where_negative(0.5 - power.cube, cube_root(x), result)


@inlined
def told_power(x: Lanes, power: Told) -> Lanes:
    """x^(n-1) by the form of the element."""
    if power.form == FIRST:
        result = spread(x, 1.0)
    elif power.form == SQUARE:
        result = x
    elif power.form == CUBE:
        result = x * x
    else:
        result = rare_power(x, power)
    return result


@inlined
def told_root(x: Lanes, power: Told) -> Lanes:
    """x^(1/n) by the form of the element."""
    if power.form == FIRST:
        result = x
    elif power.form == SQUARE:
        result = np.sqrt(x)
    elif power.form == CUBE:
        result = cube_root(x)
    else:
        result = rare_root(x, power)
    return result


_RAISED: dict[type, Callable[..., Lanes]] = {
    First: lambda x, power: spread(x, 1.0),
    Square: lambda x, power: x,
    Cube: lambda x, power: x * x,
    Whole: lambda x, power: power.first + x * (power.square + x * power.cube),
    Told: lambda x, power: told_power(x, power),
}
_ROOT: dict[type, Callable[..., Lanes]] = {
    First: lambda x, power: x,
    Square: lambda x, power: np.sqrt(x),
    Cube: lambda x, power: cube_root(x),
    Told: lambda x, power: told_root(x, power),
}


# Numba demands of an overload that its signature equals that of the lambda, which has no types.
@overload(rates.raised)
def _overload_raised(x, power):  # type: ignore[no-untyped-def]
    return _RAISED.get(_form_of(power), lambda x, power: x**power)


@overload(rates.root)
def _overload_root(x, power):  # type: ignore[no-untyped-def]
    return _ROOT.get(_form_of(power), lambda x, power: x ** (1.0 / (power + 1.0)))


def _form_of(power: types.Type) -> type:
    """Class of this module that an argument of a compiled function has; `float` for a number."""
    return getattr(power, "instance_class", float)
