"""Numba's decorators with the settings of the kernel, typed as callers see what they return.

Numba's own types know nothing of `_nrt`, and hide the signature of a compiled function behind that
of its dispatcher. Here a compiled function has the signature of its source.

Compiled without reference counts (`_nrt`): they would be taken at every inlined call, by atomic
instructions that cost more than the step itself. Nothing in the kernel allocates, and its caller
holds all arrays.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numba
from numba import extending

Function = TypeVar("Function", bound=Callable[..., Any])

_njit: Callable[..., Any] = numba.njit


def inlined(function: Function) -> Function:
    """Compile a function into each of its callers."""
    return _njit(forceinline=True, _nrt=False)(function)


def outlined(function: Function) -> Function:
    """Compile a function that is rare or costs much more than a call, on its own.

    Numba hands the inlining of a caller on to what it calls: within an inlined function this one is
    inlined too, which the rare laws need for their speed.
    """
    return _njit(_nrt=False)(function)


def entry(function: Callable[..., Any], cache: bool) -> Any:
    """Compile what Python calls; other threads run meanwhile, and divisions by zero do not raise.

    Parameters
    ----------
    function : callable
    cache : bool
        Whether numba keeps the result on disk.
    """
    return _njit(nogil=True, cache=cache, error_model="numpy", _nrt=False)(function)


def intrinsic(function: Callable[..., Any]) -> Callable[..., Any]:
    """`numba.extending.intrinsic`: callers leave the typing context of the definition out."""
    return extending.intrinsic(function)
