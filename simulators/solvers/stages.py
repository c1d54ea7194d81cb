"""The stages of a Runge-Kutta step of the structures of a block, of which
`simulators.solvers.kernel` has the equations.

Time is counted in steps: a velocity u is the displacement in a step, and the state x of a step has
the stages x_0, x_1 = x_0 + k_0 / 2, x_2 = x_0 + k_1 / 2 and x_3 = x_0 + k_2 with the rates k of the
stages before, and ends at x_0 + (k_0 + 2 k_1 + 2 k_2 + k_3) / 6.
"""

import numpy as np

from simulators.solvers.compiling import inlined, outlined
from simulators.solvers.dispatch import dispatch, package_equations
from simulators.solvers.layout import (
    Layout,
    Sparse,
    is_grounded,
    is_projected,
    is_stiff,
    is_worked,
    sparse_row,
)
from simulators.solvers.node import (
    ACCELERATION,
    DASHPOT,
    FLOOR_DASHPOT,
    FLOOR_SPRING,
    INVERSE_MASS,
    LOAD,
    NODE,
    REST,
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
from simulators.solvers.simd import WIDTH, Lanes, maximum, spread
from simulators.solvers.simd_memory import at, is_single, load, put, store

STAGE = STATE_ROWS * WIDTH
"""Numbers from the rows of one stage to those of the next."""

EQUATIONS = package_equations()
tangent, stored, project, hold = dispatch(EQUATIONS)
"""The laws of this package, as compiled functions."""


@inlined
def reversal(v0: Lanes, v1: Lanes, g_first: Lanes, g_last: Lanes) -> Lanes:
    """Correction of z for the step from v0 to v1 in which v changed sign; zero in the other lanes.

    With s = |v_1 - v_0| and r = |v_0 + v_1| the bracket of the kernel's docstring is (s - r) (s - 3
    r) / (12 s), and s > r exactly where the sign changed.
    """
    s = abs(v1 - v0)
    r = abs(v0 + v1)
    bracket = maximum(s - r, 0.0) * (s - 3.0 * r) / (s + 1e-30)
    return np.copysign(1.0 / 24.0, v0) * (g_first - g_last) * bracket


@inlined
def stage_value(memory: np.ndarray, chained: bool, slot: int, place: int) -> Lanes:
    """A component of the state at a stage, from the place of that of the first stage.

    The rows of the later stages hold the state itself, which sparse rows need; those of a chain
    hold the rate of the stage before, which keeps its digits in single precision.
    """
    x = load(memory, place + slot * STAGE)
    if slot == 0 or not chained:
        return x
    x0 = load(memory, place)
    return x0 + x if slot == 3 else x0 + 0.5 * x


@inlined
def advance(memory: np.ndarray, chained: bool, slot: int, rate: Lanes, place: int) -> None:
    """The next stage of a component of the state from its rate, or after the last stage its value
    at the next step.
    """
    if chained and slot < 3:
        store(memory, place + (slot + 1) * STAGE, rate)
    elif chained:
        inner = load(memory, place + 2 * STAGE) + load(memory, place + 3 * STAGE)
        outer = load(memory, place + STAGE) + rate
        add(memory, place, (2.0 * inner + outer) * (1.0 / 6.0))
    elif slot < 3:
        reach = 1.0 if slot == 2 else 0.5
        store(memory, place + (slot + 1) * STAGE, load(memory, place) + reach * rate)
    else:
        x0 = load(memory, place)
        x1 = load(memory, place + STAGE)
        x2 = load(memory, place + 2 * STAGE)
        x3 = load(memory, place + 3 * STAGE)
        store(memory, place, (2.0 * x2 + x1 + (x3 - x0)) * (1.0 / 3.0) + rate * (1.0 / 6.0))


@inlined
def advance_displacement(
    memory: np.ndarray, chained: bool, stiff: bool, slot: int, u: Lanes, first: int
) -> None:
    """As `advance`, for y: its rates are the velocities u of the stages, so that its own stages are
    left out where nothing reads them.
    """
    if stiff or not chained:
        advance(memory, chained, slot, u, first + Y * WIDTH)
    elif slot == 3:
        # y gains u_0 + (k_0 + k_1 + k_2) / 6 of the rates k of u.
        gain = at(memory, first + STAGE, U) + at(memory, first + 2 * STAGE, U)
        gain = gain + at(memory, first + 3 * STAGE, U)
        add(memory, first + Y * WIDTH, at(memory, first, U) + gain * (1.0 / 6.0))


@inlined
def add(memory: np.ndarray, place: int, step: Lanes) -> None:
    """Add a step to a component of the state, in single precision less what rounding has added
    before (Kahan 1965).

    Without it thousands of steps leave some hundred roundings.
    """
    x0 = load(memory, place)
    if is_single(memory):
        rest = place + (REST - STATE) * WIDTH
        step = step - load(memory, rest)
        x = x0 + step
        store(memory, rest, (x - x0) - step)
        store(memory, place, x)
    else:
        store(memory, place, x0 + step)


@inlined
def element_stage(
    memory: np.ndarray,
    layout: Layout,
    kinds: np.ndarray,
    chained: bool,
    e: int,
    v: Lanes,
    drift: Lanes,
    own: int,
    slot: int,
    sampled: bool,
) -> Lanes:
    """A stage of element e, whose elongation is `drift` and its rate v; returns its z. `own` is the
    place of the run in a node.
    """
    here = (e + 1) * NODE
    first = here + own + STATE * WIDTH
    z = stage_value(memory, chained, slot, first + Z * WIDTH)
    work = stage_value(memory, chained, slot, first + W * WIDTH)
    if slot == 0:
        g_first = at(memory, here + own, TANGENT_FIRST)
        g_last = at(memory, here + own, TANGENT_LAST)
        z = z + reversal(at(memory, here + own, SPEED), v, g_first, g_last)
    if is_projected(layout):
        z = project(memory, kinds[e], here, z)
    if slot == 0:
        put(memory, first, Z, z)
        put(memory, here + own, SPEED, v)
        if sampled:
            put(memory, here, SAMPLE + Z, z)
            put(memory, here, SAMPLE + W, work)
    elif is_projected(layout):
        gain = (1.0 if slot == 3 else 2.0) * (z - at(memory, first, Z))
        put(memory, first + slot * STAGE, Z, gain if chained else z)
    g = tangent(memory, kinds[e], here, z, drift, v, work)
    if is_projected(layout) and slot > 0:
        g = hold(memory, kinds[e], here, g, at(memory, here + own, TANGENT_FIRST))
    if slot == 0:
        put(memory, here + own, TANGENT_FIRST, g)
    elif slot == 3:
        put(memory, here + own, TANGENT_LAST, g)
    advance(memory, chained, slot, g * v, first + Z * WIDTH)
    if is_worked(layout):
        power = at(memory, here, SCALE) * z * v
        advance(memory, chained, slot, power, first + W * WIDTH)
    return z


@inlined
def floor_stage(
    memory: np.ndarray,
    stiff: bool,
    chained: bool,
    i: int,
    u: Lanes,
    a: Lanes,
    own: int,
    slot: int,
    frequency: float,
    sampled: bool,
) -> None:
    """A stage of floor i of velocity u, whose relative acceleration is a; where `sampled`, the
    first stage also keeps the state, by the frequency of the steps in seconds.
    """
    here = (i + 1) * NODE
    first = here + own + STATE * WIDTH
    if slot == 0 and sampled:
        put(memory, here, SAMPLE + Y, at(memory, first, Y))
        put(memory, here, SAMPLE + U, u * frequency)
        put(memory, here, SAMPLE + ACCELERATION, a * (frequency * frequency))
    advance_displacement(memory, chained, stiff, slot, u, first)
    advance(memory, chained, slot, a, first + U * WIDTH)


@inlined
def hung_floor(
    memory: np.ndarray,
    layout: Layout,
    i: int,
    pull: Lanes,
    u: Lanes,
    y: Lanes,
    own: int,
    slot: int,
    frequency: float,
    signal: Lanes,
    sampled: bool,
) -> None:
    """A stage of floor i of a chain, between two storeys that pull at it."""
    here = (i + 1) * NODE
    if is_grounded(layout):
        pull = pull - at(memory, here + own, FLOOR_DASHPOT) * u
        pull = pull - at(memory, here, FLOOR_SPRING) * y
    a = at(memory, here + own, INVERSE_MASS) * pull + at(memory, here + own, LOAD) * signal
    floor_stage(memory, is_stiff(layout), True, i, u, a, own, slot, frequency, sampled)


@inlined
def chain_stage(
    memory: np.ndarray,
    layout: Layout,
    kinds: np.ndarray,
    own: int,
    slot: int,
    frequency: float,
    signal: Lanes,
    sampled: bool,
) -> None:
    """A stage of all storeys, from the ground up, and of the floors below them.

    Force, velocity and displacement below a floor are carried along.
    """
    state = own + STATE * WIDTH
    zero = spread(signal, 0.0)
    below = zero
    under_u = zero
    under_y = zero
    for e in range(layout.floors):
        here = (e + 1) * NODE
        u = stage_value(memory, True, slot, here + state + U * WIDTH)
        v = u - under_u
        force = at(memory, here + own, DASHPOT) * v
        y = zero
        drift = zero
        if is_stiff(layout):
            y = stage_value(memory, True, slot, here + state + Y * WIDTH)
            drift = y - under_y
            force = force + at(memory, here, SPRING) * drift
        z = element_stage(memory, layout, kinds, True, e, v, drift, own, slot, sampled)
        force = force + at(memory, here, SCALE) * z
        if e > 0:
            hung_floor(
                memory,
                layout,
                e - 1,
                force - below,
                under_u,
                under_y,
                own,
                slot,
                frequency,
                signal,
                sampled,
            )
        below = force
        under_u = u
        under_y = y
    hung_floor(
        memory,
        layout,
        layout.floors - 1,
        -below,
        under_u,
        under_y,
        own,
        slot,
        frequency,
        signal,
        sampled,
    )


@inlined
def sparse_acceleration(
    memory: np.ndarray,
    layout: Layout,
    sparse: Sparse,
    run: int,
    i: int,
    own: int,
    now: int,
    signal: Lanes,
) -> Lanes:
    """The equation of motion of floor i of any structure."""
    n = layout.floors
    m = layout.elements
    result = at(memory, (i + 1) * NODE + own, LOAD) * signal
    result = result + sparse_row(memory, sparse, run, m + i, now + Z * WIDTH)
    result = result + sparse_row(memory, sparse, run, m + n + i, now + U * WIDTH)
    return result + sparse_row(memory, sparse, run, m + 2 * n + i, now + Y * WIDTH)


@outlined
def sparse_step(
    memory: np.ndarray,
    layout: Layout,
    sparse: Sparse,
    kinds: np.ndarray,
    run: int,
    own: int,
    stages: int,
    frequency: float,
    begin: Lanes,
    middle: Lanes,
    end: Lanes,
    sampled: bool,
) -> None:
    """The first `stages` stages of a step of any structure, one after the other."""
    for slot in range(stages):
        now = own + STATE * WIDTH + slot * STAGE
        for e in range(layout.elements):
            v = sparse_row(memory, sparse, run, e, now + U * WIDTH)
            drift = spread(v, 0.0)
            if layout.follows_drift:
                drift = sparse_row(memory, sparse, run, e, now + Y * WIDTH)
            element_stage(memory, layout, kinds, False, e, v, drift, own, slot, sampled)
        signal = begin if slot == 0 else (end if slot == 3 else middle)
        for i in range(layout.floors):
            a = sparse_acceleration(memory, layout, sparse, run, i, own, now, signal)
            u = load(memory, (i + 1) * NODE + now + U * WIDTH)
            floor_stage(memory, True, False, i, u, a, own, slot, frequency, sampled)
