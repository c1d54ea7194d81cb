"""What a block of the kernel begins with, and what it leaves: numbers of the records, put into the
lanes and taken out of them.

Nothing here is done more than once a block, so that plain loops over the lanes do it.
"""

from typing import NamedTuple

import numpy as np

from simulators.solvers.compiling import outlined
from simulators.solvers.node import (
    GAP,
    NODE,
    NODE_ROWS,
    PEAK,
    RUN,
    RUN_ROWS,
    STATE,
    STATE_ROWS,
    STEPPED,
)
from simulators.solvers.simd import WIDTH, spread
from simulators.solvers.simd_memory import at, load, put, store


class Sources(NamedTuple):
    """What the records are made of, in double precision; an axis of records has length 1 where all
    are alike.
    """

    constant: np.ndarray
    """Shape (node, row, record)."""
    stepped: np.ndarray
    """Coefficients that depend on the step, for one of a second, shape (node, row, record)."""
    entries: np.ndarray
    """Of the sparse rows, for a step of a second, shape (entry, record)."""
    signals: np.ndarray
    """Base acceleration (m/s^2) or force (N), shape (record, time)."""
    initial: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    """State at the first sample in the order of its rows, shape (record, component) each; without
    records for a state of rest.
    """


class Factors(NamedTuple):
    """What the sources are multiplied with; a run counts time in its steps."""

    constant: np.ndarray
    """Ones, shape (row,)."""
    stepped: np.ndarray
    """Shape (run, row)."""
    entries: np.ndarray
    """Shape (run, entry)."""
    initial: np.ndarray
    """Shape (run, row)."""


class Scratch(NamedTuple):
    """Memory that the blocks use one after the other, in the precision of the arithmetic."""

    memory: np.ndarray
    """Shape (node, NODE_ROWS, lanes)."""
    entries: np.ndarray
    """Of the sparse rows, shape (run, entry, lanes)."""
    heard: np.ndarray
    """Samples of the signals, shape (lanes + 1, lanes)."""
    held: np.ndarray
    """Outputs of as many samples as there are lanes, shape (output, row, lanes)."""


@outlined
def begin(scratch: Scratch, sources: Sources, factors: Factors, records: np.ndarray) -> None:
    """Coefficients and initial states of the records of a block."""
    memory = scratch.memory
    for row in range(len(memory) * NODE_ROWS):
        store(memory, row * WIDTH, 0.0)
    for i in range(len(memory)):
        gather(memory, i, 0, sources.constant[i], factors.constant, records)
        for run in range(2):
            place = RUN + run * RUN_ROWS + STEPPED
            gather(memory, i, place, sources.stepped[i], factors.stepped[run], records)
    for run in range(2):
        gather(scratch.entries, run, 0, sources.entries, factors.entries[run], records)
    for row, values in enumerate(sources.initial):
        for e in range(values.shape[1] if len(values) else 0):
            for run in range(2):
                place = RUN + run * RUN_ROWS + STATE + row
                for k in range(len(records)):
                    start = factors.initial[run, row] * values[records[k], e]
                    memory[e + 1, place, k] = start


@outlined
def gather(
    target: np.ndarray,
    i: int,
    first: int,
    source: np.ndarray,
    factors: np.ndarray,
    records: np.ndarray,
) -> None:
    """Rows of `target[i]` from `first` on: those of `source`, shape (row, record), in the lanes,
    times a factor each.
    """
    last = source.shape[1] - 1
    for row in range(len(source)):
        for k in range(len(records)):
            target[i, first + row, k] = factors[row] * source[row, min(records[k], last)]


@outlined
def leave(memory: np.ndarray, records: np.ndarray, found: np.ndarray) -> None:
    """Peak drift of each element and the largest difference of the two solutions, which is nan
    where one of them is not finite to the end.

    Parameters
    ----------
    memory : ndarray, shape (node, NODE_ROWS, lanes)
    records : ndarray of int, shape (lanes,)
    found : ndarray, shape (2, element, record)
        Filled for these records.
    """
    wrong = spread(load(memory, 0), 0.0)
    for i in range(len(memory)):
        for run in range(2):
            first = RUN + run * RUN_ROWS + STATE
            for row in range(first, first + 4 * STATE_ROWS):
                x = load(memory, i * NODE + row * WIDTH)
                wrong = wrong + (x - x)
    for e in range(found.shape[1]):
        here = (e + 1) * NODE
        put(memory, here, GAP, at(memory, here, GAP) + wrong)
        for k in range(len(records)):
            found[0, e, records[k]] = memory[e + 1, PEAK, k]
            found[1, e, records[k]] = memory[e + 1, GAP, k]
