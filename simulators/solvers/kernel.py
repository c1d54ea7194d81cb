"""The compiled kernel: Runge-Kutta steps of eight structures side by side in SIMD lanes.

With the force of an element f = elastic d + viscous v + scale z, the equation of motion is linear
but for z:

    y'' = P z + D y' + S y + load u(t)
    z'  = g(z, W / mass, sgn v) v,        W' = scale z v,        v = B y'

where P, D and S carry the inverse mass. The classical fourth-order Runge-Kutta scheme steps from
sample to sample. g jumps where v changes sign, which would leave the scheme second-order accurate
there: it amounts to Simpson's rule, which integrates |v| wrongly over that step. The step is
corrected by the difference to the exact integral of |v| for a linear v,

    z += (g_+ - g_-)/2 h [ (v_0^2 + v_1^2) / (2 |v_1 - v_0|) - (|v_0| + 2 |v_0 + v_1| + |v_1|) / 6
    ],

which restores third order. Two solutions run side by side, with k and 3 k steps a sample; their
difference in drift measures the error of the finer one, whose samples are kept.

The four stages of a step sweep a chain of storeys together, tile by tile and each a floor behind
the one before, so that what a stage leaves is still in the nearest cache when the next one takes it
up. Other structures have their stages one after the other, with sparse rows in place of the
stencils of a chain.

All numbers of a block lie in one memory of shape (node, row, lane), `simulators.solvers.node`. All
of it is inlined into `integrate_block`: passing this much state through calls costs more than the
arithmetic.
"""

from collections.abc import Callable
from functools import lru_cache
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

from simulators.hysteresis.rates import RateEquation
from simulators.solvers.compilation_cache import cached
from simulators.solvers.compiling import entry, inlined, outlined
from simulators.solvers.dispatch import dispatch, package_equations
from simulators.solvers.node import (
    ACCELERATION,
    DASHPOT,
    DRIFT,
    ELASTIC,
    FLOOR_DASHPOT,
    FLOOR_SPRING,
    GAP,
    INFLUENCE,
    INVERSE_MASS,
    LOAD,
    NODE,
    PEAK,
    RUN,
    RUN_ROWS,
    SAMPLE,
    SCALE,
    SCRATCH,
    SPEED,
    SPRING,
    STATE,
    STATE_ROWS,
    TANGENT_FIRST,
    TANGENT_LAST,
    VISCOUS,
    U,
    W,
    Y,
    Z,
)
from simulators.solvers.simd import WIDTH, Lanes, broadcast, maximum
from simulators.solvers.simd_memory import at, load, put, store

TILE = 16
"""Floors of a chain that are taken through the four stages together; what they touch fits the
nearest cache.
"""

REFINEMENT = 3
"""Steps of the finer solution for each of the coarser one. With 2 the proof would take half of the
finer solution's time in place of a third, and the first choice beyond one step a sample would be
four.
"""

EQUATIONS = package_equations()
tangent, stored, project, hold = dispatch(EQUATIONS)
"""The laws of this package, as compiled functions."""

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


@inlined
def sparse_acceleration(
    memory: np.ndarray, layout: Layout, sparse: Sparse, i: int, now: int, signal: Lanes
) -> Lanes:
    """The equation of motion of floor i of any structure."""
    n = layout.floors
    m = layout.elements
    result = at(memory, (i + 1) * NODE, LOAD) * signal
    result = result + sparse_row(memory, sparse, m + i, now + Z * WIDTH)
    result = result + sparse_row(memory, sparse, m + n + i, now + U * WIDTH)
    return result + sparse_row(memory, sparse, m + 2 * n + i, now + Y * WIDTH)


@inlined
def reversal(v0: Lanes, v1: Lanes, g_first: Lanes, g_last: Lanes, h: float) -> Lanes:
    """Correction of z for the step from v0 to v1 in which v changed sign; zero in the other lanes.

    With s = |v_1 - v_0| and r = |v_0 + v_1| the bracket of the module's docstring is (s - r) (s - 3
    r) / (12 s), and s > r exactly where the sign changed.
    """
    s = abs(v1 - v0)
    r = abs(v0 + v1)
    bracket = maximum(s - r, 0.0) * (s - 3.0 * r) / (s + 1e-300)
    return np.copysign(h / 24.0, v0) * (g_first - g_last) * bracket


@inlined
def advance(memory: np.ndarray, slot: int, rate: Lanes, first: int, row: int, h: float) -> None:
    """Stage k + 1 of a component of the state from its rate at stage k, or after the last stage its
    value at the next step.

    The stages x_1 = x_0 + h/2 k_0, x_2 = x_0 + h/2 k_1 and x_3 = x_0 + h k_2 hold the earlier
    rates, so that x_0 + h/6 (k_0 + 2 k_1 + 2 k_2 + k_3) = (x_1 + 2 x_2 + x_3 - x_0) / 3 + h/6 k_3.
    """
    x0 = at(memory, first, row)
    if slot < 3:
        reach = h if slot == 2 else 0.5 * h
        put(memory, first + (slot + 1) * (STATE_ROWS * WIDTH), row, x0 + reach * rate)
    else:
        x1 = at(memory, first, row + STATE_ROWS)
        x2 = at(memory, first, row + 2 * STATE_ROWS)
        x3 = at(memory, first, row + 3 * STATE_ROWS)
        put(memory, first, row, (2.0 * x2 + x1 + (x3 - x0)) * (1.0 / 3.0) + (h / 6.0) * rate)


@inlined
def advance_displacement(memory: np.ndarray, slot: int, rate: Lanes, first: int, h: float) -> None:
    """As `advance`, for y: its rates are the velocities of the stages, so that its own stages may
    be left out.
    """
    y0 = at(memory, first, Y)
    if slot < 3:
        reach = h if slot == 2 else 0.5 * h
        put(memory, first + (slot + 1) * (STATE_ROWS * WIDTH), Y, y0 + reach * rate)
    else:
        inner = at(memory, first, U + STATE_ROWS) + at(memory, first, U + 2 * STATE_ROWS)
        put(memory, first, Y, y0 + (h / 6.0) * (2.0 * inner + (at(memory, first, U) + rate)))


@inlined
def element_stage(
    memory: np.ndarray,
    layout: Layout,
    kinds: np.ndarray,
    worked: bool,
    e: int,
    v: Lanes,
    drift: Lanes,
    own: int,
    slot: int,
    h: float,
    sampled: bool,
) -> Lanes:
    """A stage of element e, whose elongation is `drift` and its rate v; returns its z. `own` is the
    place of the run in a node.
    """
    here = (e + 1) * NODE
    first = here + own + STATE * WIDTH
    now = first + slot * (STATE_ROWS * WIDTH)
    z = at(memory, now, Z)
    if slot == 0:
        g_first = at(memory, here + own, TANGENT_FIRST)
        g_last = at(memory, here + own, TANGENT_LAST)
        z = z + reversal(at(memory, here + own, SPEED), v, g_first, g_last, h)
    if layout.projected:
        z = project(memory, kinds[e], here, z)
    if slot == 0 or layout.projected:
        put(memory, now, Z, z)
    if slot == 0:
        put(memory, here + own, SPEED, v)
        if sampled:
            put(memory, here, SAMPLE + Z, z)
            put(memory, here, SAMPLE + W, at(memory, now, W))
    g = tangent(memory, kinds[e], here, z, drift, v, at(memory, now, W))
    if layout.projected and slot > 0:
        g = hold(memory, kinds[e], here, g, at(memory, here + own, TANGENT_FIRST))
    if slot == 0:
        put(memory, here + own, TANGENT_FIRST, g)
    elif slot == 3:
        put(memory, here + own, TANGENT_LAST, g)
    advance(memory, slot, g * v, first, Z, h)
    if worked:
        advance(memory, slot, at(memory, here, SCALE) * z * v, first, W, h)
    return z


@inlined
def floor_stage(
    memory: np.ndarray,
    stiff: bool,
    i: int,
    a: Lanes,
    own: int,
    slot: int,
    h: float,
    sampled: bool,
) -> None:
    """A stage of floor i, whose relative acceleration is a; where `sampled`, the first stage also
    keeps the state.
    """
    here = (i + 1) * NODE
    first = here + own + STATE * WIDTH
    now = first + slot * (STATE_ROWS * WIDTH)
    u = at(memory, now, U)
    if slot == 0 and sampled:
        put(memory, here, SAMPLE + Y, at(memory, now, Y))
        put(memory, here, SAMPLE + U, u)
        put(memory, here, SAMPLE + ACCELERATION, a)
    if slot == 3 or stiff:
        advance_displacement(memory, slot, u, first, h)
    advance(memory, slot, a, first, U, h)


@inlined
def chain_stage(
    memory: np.ndarray,
    layout: Layout,
    kinds: np.ndarray,
    worked: bool,
    j: int,
    own: int,
    slot: int,
    h: float,
    signal: Lanes,
    sampled: bool,
) -> None:
    """A stage of `TILE` storeys from j - slot on, and of the floors below them, which hang between
    two storeys each.

    The force of the storey below a floor is carried along; node 0 keeps it from one tile to the
    next.
    """
    state = own + (STATE + slot * STATE_ROWS) * WIDTH
    first = max(j - slot, 0)
    last = min(j - slot + TILE, layout.floors + 1)
    below = load(memory, slot * WIDTH)
    for e in range(first, last):
        here = (e + 1) * NODE
        force = broadcast(0.0)
        if e < layout.floors:
            now = here + state
            under = now - NODE
            v = at(memory, now, U) - at(memory, under, U)
            force = at(memory, here, DASHPOT) * v
            drift = broadcast(0.0)
            if layout.stiff:
                drift = at(memory, now, Y) - at(memory, under, Y)
                force = force + at(memory, here, SPRING) * drift
            z = element_stage(memory, layout, kinds, worked, e, v, drift, own, slot, h, sampled)
            force = force + at(memory, here, SCALE) * z
        if e > 0:
            here = e * NODE
            pull = force - below
            if layout.grounded:
                pull = pull - at(memory, here, FLOOR_DASHPOT) * at(memory, here + state, U)
                pull = pull - at(memory, here, FLOOR_SPRING) * at(memory, here + state, Y)
            a = pull * at(memory, here, INVERSE_MASS) + at(memory, here, LOAD) * signal
            floor_stage(memory, layout.stiff, e - 1, a, own, slot, h, sampled)
        below = force
    store(memory, slot * WIDTH, below if last <= layout.floors else broadcast(0.0))


@outlined
def general_step(
    memory: np.ndarray,
    layout: Layout,
    sparse: Sparse,
    kinds: np.ndarray,
    worked: bool,
    own: int,
    stages: int,
    h: float,
    begin: Lanes,
    middle: Lanes,
    end: Lanes,
    sampled: bool,
) -> None:
    """The first `stages` stages of a step of any structure, one after the other."""
    for slot in range(stages):
        now = own + (STATE + slot * STATE_ROWS) * WIDTH
        for e in range(layout.elements):
            v = sparse_row(memory, sparse, e, now + U * WIDTH)
            drift = broadcast(0.0)
            if layout.follows_drift:
                drift = sparse_row(memory, sparse, e, now + Y * WIDTH)
            element_stage(memory, layout, kinds, worked, e, v, drift, own, slot, h, sampled)
        signal = begin if slot == 0 else (end if slot == 3 else middle)
        for i in range(layout.floors):
            a = sparse_acceleration(memory, layout, sparse, i, now, signal)
            floor_stage(memory, True, i, a, own, slot, h, sampled)


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
        for i in range(count):
            out[records[k], t, i] = memory[i + 1, row, k]


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


@cached
def integrate_block(
    memory: np.ndarray,
    layout: Layout,
    sparse: Sparse | None,
    kinds: np.ndarray,
    worked: bool,
    steps: int,
    interval: float,
    signal: np.ndarray,
    records: np.ndarray,
    outputs: tuple[np.ndarray, ...],
) -> None:
    """Both solutions of eight structures over a whole record, from the states that the memory
    holds.

    Parameters
    ----------
    memory : ndarray, shape (node, NODE_ROWS, WIDTH)
    layout : Layout
    sparse : tuple of ndarray, optional
        start, column and entries, shape (entry, WIDTH), of the sparse rows B, P, D and S stacked, a
        row of `start` for each. None for a chain of storeys (`CHAIN`): either is compiled when it
        is first asked for.
    kinds : ndarray, shape (element,)
        Number of each in `simulators.solvers.dispatch.kinds_of`.
    worked : bool
        Whether the hysteretic energies are carried.
    steps : int
        Steps a sample of the coarser solution.
    interval : float
        Of the samples (s).
    signal : ndarray, shape (time, WIDTH)
    records : ndarray of int
        Records of the first lanes; as many are kept.
    outputs : tuple of eight ndarray, shape (record, time, component)
        Those of `simulators.solvers.batch.KEPT`, to fill from the finer solution; an array of
        length zero is not wanted.
    """
    samples = len(signal)
    for t in range(samples):
        compare(memory, layout, sparse)
        last = t + 1 == samples
        before = load(signal, t * WIDTH)
        change = load(signal, min(t + 1, samples - 1) * WIDTH) - before
        for run in range(2):
            count = steps * REFINEMENT if run == 1 else steps
            h = interval / count
            own = (RUN + run * RUN_ROWS) * WIDTH
            for step in range(1 if last else count):
                begin = before + change * (step / count)
                middle = before + change * ((step + 0.5) / count)
                end = before + change * ((step + 1.0) / count)
                sampled = run == 1 and step == 0
                if sparse is None:
                    for j in range(0, layout.floors + 4, TILE):
                        # The number of the stage is a literal, so that the compiler drops what the
                        # stage does not do.
                        chain_stage(memory, layout, kinds, worked, j, own, 0, h, begin, sampled)
                        if not last:
                            chain_stage(
                                memory, layout, kinds, worked, j, own, 1, h, middle, sampled
                            )
                            chain_stage(
                                memory, layout, kinds, worked, j, own, 2, h, middle, sampled
                            )
                            chain_stage(memory, layout, kinds, worked, j, own, 3, h, end, sampled)
                else:
                    general_step(
                        memory,
                        layout,
                        sparse,
                        kinds,
                        worked,
                        own,
                        1 if last else 4,
                        h,
                        begin,
                        middle,
                        end,
                        sampled,
                    )
        record(memory, layout, sparse, kinds, t, before, records, outputs)


@lru_cache
def integrator(equations: tuple[RateEquation, ...]) -> Callable[..., None]:
    """`integrate_block` for elements of some rate equations.

    Where one is not of this package, it is compiled anew in every process: what its functions
    depend on cannot be told from the outside, so nothing of it is kept on disk.
    """
    if equations == EQUATIONS:
        return integrate_block
    names = globals() | dispatch(equations)._asdict()
    for stage, decorate in (
        (element_stage, inlined),
        (chain_stage, inlined),
        (general_step, outlined),
        (record, outlined),
    ):
        names[stage.__name__] = decorate(_in_scope(stage, names))
    own = _in_scope(integrate_block, names)
    return entry(own, cache=False)


def _in_scope(function: Any, names: dict[str, Any]) -> FunctionType:
    """A compiled function's source once more, which sees other functions by the same names."""
    source = function.py_func
    return FunctionType(source.__code__, names, source.__name__)
