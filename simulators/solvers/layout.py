"""What the structures of a block have in common: their layout, and what each element joins."""

from typing import NamedTuple

import numpy as np

from simulators.solvers.compiling import inlined
from simulators.solvers.node import NODE
from simulators.solvers.simd import WIDTH, Lanes, spread
from simulators.solvers.simd_memory import load

Sparse = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Start of each sparse row, columns, and entries, in steps of each run, of shape (run, entry,
WIDTH).
"""


class Layout(NamedTuple):
    """What the structures of a block have in common."""

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
    worked: bool
    """Whether the hysteretic energies are carried."""


# A kernel that is compiled for one value of these has a function of this name that knows it.
@inlined
def is_stiff(layout: Layout) -> bool:
    """`Layout.stiff`."""
    return layout.stiff


@inlined
def is_grounded(layout: Layout) -> bool:
    """`Layout.grounded`."""
    return layout.grounded


@inlined
def is_projected(layout: Layout) -> bool:
    """`Layout.projected`."""
    return layout.projected


@inlined
def is_worked(layout: Layout) -> bool:
    """`Layout.worked`."""
    return layout.worked


@inlined
def sparse_row(memory: np.ndarray, sparse: Sparse, run: int, row: int, vector: int) -> Lanes:
    """A sparse row of a run times the vector of which node 0 has its value at number `vector`."""
    start, column, entries = sparse
    result = spread(load(memory, vector), 0.0)
    place = run * entries.shape[1]
    for p in range(start[row], start[row + 1]):
        result = result + load(entries, (place + p) * WIDTH) * load(
            memory, vector + (column[p] + 1) * NODE
        )
    return result


@inlined
def elongation(memory: np.ndarray, sparse: Sparse | None, e: int, vector: int) -> Lanes:
    """Row e of B times a vector of the floors."""
    if sparse is None:
        here = (e + 1) * NODE + vector
        result = load(memory, here) - load(memory, here - NODE)
    else:
        result = sparse_row(memory, sparse, 0, e, vector)
    return result
