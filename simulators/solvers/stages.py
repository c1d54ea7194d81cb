"""The stages of a Runge-Kutta step of eight structures, of which `simulators.solvers.kernel` has
the equations.
"""

import numpy as np

from simulators.solvers.compiling import inlined, outlined
from simulators.solvers.dispatch import dispatch, package_equations
from simulators.solvers.layout import Layout, Sparse, sparse_row
from simulators.solvers.node import (
    ACCELERATION,
    DASHPOT,
    FLOOR_DASHPOT,
    FLOOR_SPRING,
    INVERSE_MASS,
    LOAD,
    NODE,
    SAMPLE,
    SCALE,
    SPEED,
    SPRING,
    STATE,
    STATE_ROWS,
    TANGENT_FIRST,
    TANGENT_LAST,
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

EQUATIONS = package_equations()
tangent, stored, project, hold = dispatch(EQUATIONS)
"""The laws of this package, as compiled functions."""


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
