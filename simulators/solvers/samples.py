"""What the kernel does at a sample: it compares both solutions, and keeps the finer one."""

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
    SCRATCH,
    STATE,
    VISCOUS,
    U,
    W,
    Y,
    Z,
)
from simulators.solvers.simd import WIDTH, Lanes, maximum
from simulators.solvers.simd_memory import at, put
from simulators.solvers.stages import stored


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
def keep(
    memory: np.ndarray, row: int, count: int, out: np.ndarray, records: np.ndarray, t: int
) -> None:
    """Copy a row of the first `count` nodes to sample t of the records."""
    for k in range(len(records)):
        line = out[records[k], t]
        for i in range(count):
            line[i] = memory[i + 1, row, k]


@outlined
def record(
    memory: np.ndarray,
    layout: Layout,
    sparse: Sparse | None,
    kinds: np.ndarray,
    t: int,
    signal: Lanes,
    records: np.ndarray,
    outputs: tuple[np.ndarray, ...],
) -> None:
    """Keep sample t."""
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
    if len(displacement):
        keep(memory, SAMPLE + Y, layout.floors, displacement, records, t)
    if len(velocity):
        keep(memory, SAMPLE + U, layout.floors, velocity, records, t)
    if len(acceleration):
        for i in range(layout.floors):
            here = (i + 1) * NODE
            ground = at(memory, here, INFLUENCE) * signal
            put(memory, here, SCRATCH, at(memory, here, SAMPLE + ACCELERATION) + ground)
        keep(memory, SCRATCH, layout.floors, acceleration, records, t)
    if len(drift):
        keep(memory, DRIFT, layout.elements, drift, records, t)
    if len(restoring_force):
        for e in range(layout.elements):
            here = (e + 1) * NODE
            v = elongation(memory, sparse, e, (SAMPLE + U) * WIDTH)
            f = at(memory, here, ELASTIC) * at(memory, here, DRIFT) + at(memory, here, VISCOUS) * v
            put(memory, here, SCRATCH, f + at(memory, here, SCALE) * at(memory, here, SAMPLE + Z))
        keep(memory, SCRATCH, layout.elements, restoring_force, records, t)
    if len(dissipated_energy):
        for e in range(layout.elements):
            here = (e + 1) * NODE
            z = at(memory, here, SAMPLE + Z)
            work = at(memory, here, SAMPLE + W)
            given_back = stored(memory, kinds[e], here, z, at(memory, here, DRIFT), work)
            put(memory, here, SCRATCH, work - given_back)
        keep(memory, SCRATCH, layout.elements, dissipated_energy, records, t)
    if len(hysteretic_force):
        for e in range(layout.elements):
            here = (e + 1) * NODE
            put(memory, here, SCRATCH, at(memory, here, SCALE) * at(memory, here, SAMPLE + Z))
        keep(memory, SCRATCH, layout.elements, hysteretic_force, records, t)
    if len(absorbed_energy):
        for e in range(layout.elements):
            here = (e + 1) * NODE
            d = at(memory, here, DRIFT)
            elastic = 0.5 * at(memory, here, ELASTIC) * d * d
            put(memory, here, SCRATCH, at(memory, here, SAMPLE + W) + elastic)
        keep(memory, SCRATCH, layout.elements, absorbed_energy, records, t)
