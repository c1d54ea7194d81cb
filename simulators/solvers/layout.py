"""What the eight structures of a block have in common: their layout, and which floors each element
joins.
"""

from typing import NamedTuple

import numpy as np

from simulators.solvers.compiling import inlined
from simulators.solvers.node import NODE
from simulators.solvers.simd import WIDTH, Lanes, broadcast
from simulators.solvers.simd_memory import load

Sparse = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Start of each sparse row, columns, and entries of shape (entry, WIDTH)."""


class Layout(NamedTuple):
    """What the eight structures of a block have in common."""

    floors: int
    elements: int
    stiff: bool
    """Whether the stages need displacements: for a linear stiffness, or a law that reads drifts."""
    grounded: bool
    """Whether a floor of the chain has a dashpot or a spring to the ground."""
    follows_drift: bool
    """Whether the tangent of an element reads its drift."""
    projected: bool
    """Whether the hysteretic variable of an element is projected at each stage."""


@inlined
def sparse_row(memory: np.ndarray, sparse: Sparse, row: int, vector: int) -> Lanes:
    """A sparse row times the vector of which node 0 has its value at number `vector`."""
    start, column, entries = sparse
    result = broadcast(0.0)
    for p in range(start[row], start[row + 1]):
        result = result + load(entries, p * WIDTH) * load(memory, vector + (column[p] + 1) * NODE)
    return result


@inlined
def elongation(memory: np.ndarray, sparse: Sparse | None, e: int, vector: int) -> Lanes:
    """Row e of B times a vector of the floors."""
    if sparse is None:
        here = (e + 1) * NODE + vector
        result = load(memory, here) - load(memory, here - NODE)
    else:
        result = sparse_row(memory, sparse, e, vector)
    return result
