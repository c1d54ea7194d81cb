"""What the kernel does at a sample: it compares both solutions, and keeps the finer one.

Outputs are numbered as `simulators.solvers.batch.KEPT` has them.
"""

import numpy as np

from simulators.solvers.compiling import inlined, outlined
from simulators.solvers.layout import Layout, Sparse, elongation
from simulators.solvers.node import (
    ACCELERATION,
    DRIFT,
    ELASTIC,
    GAP,
    INFLUENCE,
    NODE,
    PEAK,
    RUN,
    RUN_ROWS,
    SAMPLE,
    SCALE,
    STATE,
    VISCOUS,
    U,
    W,
    Y,
    Z,
)
from simulators.solvers.simd import WIDTH, Lanes, maximum
from simulators.solvers.simd_memory import at, put, store
from simulators.solvers.squares import put_across, take_across
from simulators.solvers.stages import stored


@outlined
def hear(heard: np.ndarray, signals: np.ndarray, records: np.ndarray, first: int) -> None:
    """Samples of the signals of the lanes from `first` on: a square of lanes and one more.

    The last sample stands for those behind it.
    """
    lanes = heard.shape[1]
    samples = signals.shape[1]
    square = first + lanes <= samples
    if square:
        stride = samples if len(signals) > 1 else 0
        take_across(heard, 0, signals, records, stride, first)
    for row in range(lanes if square else 0, lanes + 1):
        t = min(first + row, samples - 1)
        for k in range(lanes):
            heard[row, k] = signals[min(records[k], len(signals) - 1), t]


@inlined
def compare(memory: np.ndarray, layout: Layout, sparse: Sparse | None) -> None:
    """Drift of the finer solution, its largest value so far and the largest difference to the
    coarser one.
    """
    coarse = (RUN + STATE + Y) * WIDTH
    for e in range(layout.elements):
        here = (e + 1) * NODE
        d = elongation(memory, sparse, e, coarse + RUN_ROWS * WIDTH)
        difference = abs(d - elongation(memory, sparse, e, coarse))
        put(memory, here, DRIFT, d)
        put(memory, here, PEAK, maximum(at(memory, here, PEAK), abs(d)))
        put(memory, here, GAP, maximum(at(memory, here, GAP), difference))


@inlined
def keep(held: np.ndarray, row: int, value: Lanes) -> None:
    """Hold a number of an output."""
    store(held, row * WIDTH, value)


@inlined
def record(
    memory: np.ndarray,
    layout: Layout,
    sparse: Sparse | None,
    kinds: np.ndarray,
    held: np.ndarray,
    sample: int,
    signal: Lanes,
    outputs: tuple[np.ndarray, ...],
) -> None:
    """Hold the outputs as the latest of those samples that `flush` copies."""
    (
        displacement,
        velocity,
        acceleration,
        drift,
        restoring_force,
        dissipated_energy,
        hysteretic_force,
        absorbed_energy,
    ) = outputs
    rows = held.shape[1]
    for i in range(layout.floors):
        here = (i + 1) * NODE
        row = sample * layout.floors + i
        if len(displacement):
            keep(held, row, at(memory, here, SAMPLE + Y))
        if len(velocity):
            keep(held, rows + row, at(memory, here, SAMPLE + U))
        if len(acceleration):
            ground = at(memory, here, INFLUENCE) * signal
            keep(held, 2 * rows + row, at(memory, here, SAMPLE + ACCELERATION) + ground)
    for e in range(layout.elements):
        here = (e + 1) * NODE
        row = sample * layout.elements + e
        d = at(memory, here, DRIFT)
        z = at(memory, here, SAMPLE + Z)
        if len(drift):
            keep(held, 3 * rows + row, d)
        if len(restoring_force):
            v = elongation(memory, sparse, e, (SAMPLE + U) * WIDTH)
            f = at(memory, here, ELASTIC) * d + at(memory, here, VISCOUS) * v
            keep(held, 4 * rows + row, f + at(memory, here, SCALE) * z)
        if len(dissipated_energy):
            work = at(memory, here, SAMPLE + W)
            keep(held, 5 * rows + row, work - stored(memory, kinds[e], here, z, d, work))
        if len(hysteretic_force):
            keep(held, 6 * rows + row, at(memory, here, SCALE) * z)
        if len(absorbed_energy):
            elastic = 0.5 * at(memory, here, ELASTIC) * d * d
            keep(held, 7 * rows + row, at(memory, here, SAMPLE + W) + elastic)


@outlined
def flush(
    held: np.ndarray,
    output: int,
    samples: int,
    first: int,
    out: np.ndarray,
    records: np.ndarray,
) -> None:
    """Copy the held samples of an output, from sample `first` on, to the records of the lanes.

    Several are held, so that a square of lanes and rows is turned at once.
    """
    count = out.shape[2]
    lanes = held.shape[2]
    rows = samples * count
    squares = rows // lanes
    for square in range(squares):
        row = square * lanes
        place = (output * held.shape[1] + row) * WIDTH
        put_across(held, place, out, records, out.shape[1] * count, first * count + row)
    for row in range(squares * lanes, rows):
        for k in range(lanes):
            out[records[k], first + row // count, row % count] = held[output, row, k]
