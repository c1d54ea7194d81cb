"""The maximum of a concave likelihood by Newton's method."""

from collections.abc import Callable

import numpy as np

MOST_STEPS = 100
CONVERGED = 1e-9
"""Largest step over the largest parameter, or over one."""
ROUNDING = 1e-12

Look = Callable[[np.ndarray], tuple[float, np.ndarray]]
"""From parameters to the logarithm of the likelihood there, and Newton's step from there."""


def maximum(look: Look, start: np.ndarray) -> np.ndarray | None:
    """Return the parameters of the maximum, None where the steps find none.

    A step that does not lead upwards is halved until it does; a likelihood that is not a number is
    lower than every other.
    """
    found = start
    value, step = look(found)
    for _ in range(MOST_STEPS):
        share = 1.0
        following, next_step = look(found + step)
        while not following >= value - ROUNDING * abs(value) and share > ROUNDING:
            share *= 0.5
            following, next_step = look(found + share * step)
        found = found + share * step
        if np.abs(share * step).max() < CONVERGED * max(1.0, np.abs(found).max()):
            return found
        value = following
        step = next_step
    return None
