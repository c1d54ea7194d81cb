"""The compiled kernel: Runge-Kutta steps of eight structures side by side in SIMD lanes.

With the force of an element f = elastic d + viscous v + scale z, the equation of motion is linear but for z:

    y'' = P z + D y' + S y + load u(t)
    z'  = g(z, W / mass, sgn v) v,        W' = scale z v,        v = B y'

where P, D and S carry the inverse mass. The classical fourth-order Runge-Kutta scheme steps from sample to sample. g
jumps where v changes sign, which would leave the scheme second-order accurate there: it amounts to Simpson's rule,
which integrates |v| wrongly over that step. The step is corrected by the difference to the exact integral of |v| for
a linear v,

    z += (g_+ - g_-)/2 h [ (v_0^2 + v_1^2) / (2 |v_1 - v_0|) - (|v_0| + 2 |v_0 + v_1| + |v_1|) / 6 ],

which restores third order. Two solutions run side by side, with k and 2 k steps a sample; their difference in drift
measures the error of the finer one, whose samples are kept.

The four stages of a step sweep a chain of storeys together, tile by tile and each a floor behind the one before, so
that what a stage leaves is still in the nearest cache when the next one takes it up. Other structures have their
stages one after the other, with sparse rows in place of the stencils of a chain.

All numbers of a block lie in one memory of shape (node, row, lane): node i + 1 has what belongs to floor i and to
element i, a row for each quantity, and a node of zeros at either end closes a chain. A loop over the nodes then
reaches everything at a fixed distance from one pointer. All of it is inlined into `integrate_block`: passing this
much state through calls costs more than the arithmetic.
"""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
from numba import njit

from simulators.hysteresis import BOUC_WEN, COLUMNS, LINEAR, baber_noori_tangent, bouc_wen_tangent, stored_energy
from simulators.lanes import WIDTH, broadcast, load, maximum, store

# Without reference counts: they would be taken at every inlined call, by atomic instructions that cost more than the
# step itself. Nothing here allocates, and the caller holds all arrays.
inlined = njit(forceinline=True, _nrt=False)
outlined = njit(_nrt=False)
"""For what is rare or costs much more than a call; it keeps the inlined code, and its compilation, small."""


def cached(function):
    """`numba.njit` with a cache on disk that a change in any source of the kernel makes void.

    Numba itself looks at the file of the function alone: after an edit of a law it would go on with the old one.
    """
    folder = Path(__file__).parent
    sources = [folder / name for name in ("kernel.py", "hysteresis.py", "lanes.py")]
    fingerprint = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    before = numba.config.CACHE_DIR
    root = before or (folder / "__pycache__" if os.access(folder, os.W_OK) else Path.home() / ".cache" / "simulators")
    numba.config.CACHE_DIR = str(Path(root) / f"kernel-{fingerprint}")
    try:
        return njit(nogil=True, cache=True, error_model="numpy", _nrt=False)(function)
    finally:
        numba.config.CACHE_DIR = before


AMPLITUDE, BETA, GAMMA, POWER = (COLUMNS.index(name) for name in ("amplitude", "beta", "gamma", "power"))
ELASTIC, VISCOUS, SCALE, MASS = (COLUMNS.index(name) for name in ("elastic", "viscous", "scale", "mass"))
STRENGTH = COLUMNS.index("strength")
"""First of the columns that only `baber_noori_tangent` reads, in the order of its arguments."""
FLEXIBILITY, FLEXIBILITY_GAIN = COLUMNS.index("flexibility"), COLUMNS.index("flexibility_gain")
AMPLITUDE_LOSS = COLUMNS.index("amplitude_loss")

# Rows of a node: first the columns of the element table, then
LOAD, INFLUENCE = len(COLUMNS), len(COLUMNS) + 1
STENCIL = INFLUENCE + 1
"""Coefficients of a floor of a chain: P of its storey and the one above, D and S of the floor below, the floor and
the one above.
"""
STENCIL_ROWS = 8
PEAK = STENCIL + STENCIL_ROWS
GAP, DRIFT, SCRATCH = PEAK + 1, PEAK + 2, PEAK + 3
SAMPLE = SCRATCH + 1
"""State at the latest sample, and the relative acceleration."""
Y, U, Z, W, ACCELERATION = range(5)
"""Rows of a state: displacement, velocity, hysteretic variable, hysteretic energy; the last one in a sample alone."""
STATE_ROWS = 4
RUN = SAMPLE + STATE_ROWS + 1
"""Rows of the coarse run, followed by those of the fine one."""
TANGENT_FIRST, TANGENT_LAST, SPEED, STATE = range(4)
"""Rows of a run: tangents of the first and last stage of the latest step, v at its start, the states of the four
stages.
"""
RUN_ROWS = STATE + 4 * STATE_ROWS
NODE_ROWS = RUN + 2 * RUN_ROWS
NODE = NODE_ROWS * WIDTH
"""Numbers of a node."""
TILE = 16
"""Floors of a chain that are taken through the four stages together; what they touch fits the nearest cache."""


class Layout(NamedTuple):
    """What the eight structures of a block have in common."""

    floors: int
    elements: int
    chain: bool
    """Whether the matrices are those of a chain (`STENCIL`), else sparse rows: B, P, D and S stacked, a row of
    `start` for each.
    """
    stiff: bool
    """Whether S is not zero."""


@inlined
def at(memory, pointer, row):
    """Lanes of a row of the node, run or state that `pointer` points to."""
    return load(memory, pointer + row * WIDTH)


@inlined
def put(memory, pointer, row, value):
    """Store lanes in such a row."""
    store(memory, pointer + row * WIDTH, value)


@inlined
def magnitude_power(magnitude, code, power):
    """|z|^(n-1): products for the small whole exponents that every lane has in common, else exp(log)."""
    if code == 0:
        result = broadcast(1.0)
    elif code == 1:
        result = magnitude
    elif code == 2:
        result = magnitude * magnitude
    elif code == 3:
        result = magnitude * magnitude * magnitude
    else:
        result = general_power(magnitude, power)
    return result


@inlined
def inverse_root(x, code, power):
    """x^(-1/n), with the same cases."""
    if code == 0:
        result = 1.0 / x
    elif code == 1:
        result = 1.0 / np.sqrt(x)
    else:
        result = general_power(x, -1.0 / (power + 1.0))
    return result


@outlined
def general_power(magnitude, power):
    """magnitude**power for magnitude >= 0."""
    return magnitude**power


@inlined
def sparse_row(memory, sparse, row, vector):
    """A sparse row times the vector of which node 0 has its value at number `vector`."""
    start, column, entries = sparse
    result = broadcast(0.0)
    for p in range(start[row], start[row + 1]):
        result = result + load(entries, p * WIDTH) * load(memory, vector + (column[p] + 1) * NODE)
    return result


@inlined
def elongation(memory, layout, sparse, e, vector):
    """Row e of B times a vector of the floors."""
    if layout.chain:
        here = (e + 1) * NODE + vector
        result = load(memory, here) - load(memory, here - NODE)
    else:
        result = sparse_row(memory, sparse, e, vector)
    return result


@inlined
def chain_acceleration(memory, stiff, here, now, signal):
    """The equation of motion of a floor of a chain; `now` is the place of the state in the node `here`."""
    y, u, z = here + now + Y * WIDTH, here + now + U * WIDTH, here + now + Z * WIDTH
    result = at(memory, here, LOAD) * signal
    result = (
        result + at(memory, here, STENCIL) * load(memory, z) + at(memory, here, STENCIL + 1) * load(memory, z + NODE)
    )
    result = (
        result
        + at(memory, here, STENCIL + 2) * load(memory, u - NODE)
        + at(memory, here, STENCIL + 3) * load(memory, u)
    )
    result = result + at(memory, here, STENCIL + 4) * load(memory, u + NODE)
    if stiff:
        result = result + at(memory, here, STENCIL + 5) * load(memory, y - NODE)
        result = result + at(memory, here, STENCIL + 6) * load(memory, y)
        result = result + at(memory, here, STENCIL + 7) * load(memory, y + NODE)
    return result


@inlined
def sparse_acceleration(memory, layout, sparse, i, now, signal):
    """The equation of motion of floor i of any structure."""
    n, m = layout.floors, layout.elements
    result = at(memory, (i + 1) * NODE, LOAD) * signal
    result = result + sparse_row(memory, sparse, m + i, now + Z * WIDTH)
    result = result + sparse_row(memory, sparse, m + n + i, now + U * WIDTH)
    return result + sparse_row(memory, sparse, m + 2 * n + i, now + Y * WIDTH)


@inlined
def tangent(memory, kind, code, here, z, work, v):
    """dz/dd of the element of the node `here`."""
    if kind == BOUC_WEN:
        amplitude, beta, gamma = at(memory, here, AMPLITUDE), at(memory, here, BETA), at(memory, here, GAMMA)
        p = magnitude_power(abs(z), code, at(memory, here, POWER))
        g = bouc_wen_tangent(z, v, p, amplitude, beta, gamma)
    else:
        g = degrading_tangent(memory, code, here, z, work, v)
    return g


@outlined
def degrading_tangent(memory, code, here, z, work, v):
    """`baber_noori_tangent` with the coefficients of the node."""
    power, beta, gamma = at(memory, here, POWER), at(memory, here, BETA), at(memory, here, GAMMA)
    energy = work / at(memory, here, MASS)
    nu = at(memory, here, STRENGTH) + at(memory, here, STRENGTH + 1) * energy
    return baber_noori_tangent(
        z,
        energy,
        v,
        magnitude_power(abs(z), code, power),
        inverse_root(nu * (beta + gamma), code, power),
        at(memory, here, AMPLITUDE),
        beta,
        gamma,
        at(memory, here, STRENGTH),
        at(memory, here, STRENGTH + 1),
        at(memory, here, STRENGTH + 2),
        at(memory, here, STRENGTH + 3),
        at(memory, here, STRENGTH + 4),
        at(memory, here, STRENGTH + 5),
        at(memory, here, STRENGTH + 6),
        at(memory, here, STRENGTH + 7),
        at(memory, here, STRENGTH + 8),
        at(memory, here, STRENGTH + 9),
        at(memory, here, STRENGTH + 10),
    )


@inlined
def reversal(v0, v1, g_first, g_last, h):
    """Correction of z for the step from v0 to v1 in which v changed sign; zero in the other lanes.

    With s = |v_1 - v_0| and r = |v_0 + v_1| the bracket of the module's docstring is (s - r) (s - 3 r) / (12 s), and
    s > r exactly where the sign changed.
    """
    s, r = abs(v1 - v0), abs(v0 + v1)
    bracket = maximum(s - r, 0.0) * (s - 3.0 * r) / (s + 1e-300)
    return np.copysign(h / 24.0, v0) * (g_first - g_last) * bracket


@inlined
def advance(memory, slot, rate, first, row, h):
    """Stage k + 1 of a component of the state from its rate at stage k, or after the last stage its value at the next
    step.

    The stages x_1 = x_0 + h/2 k_0, x_2 = x_0 + h/2 k_1 and x_3 = x_0 + h k_2 hold the earlier rates, so that
    x_0 + h/6 (k_0 + 2 k_1 + 2 k_2 + k_3) = (x_1 + 2 x_2 + x_3 - x_0) / 3 + h/6 k_3.
    """
    x0 = at(memory, first, row)
    if slot < 3:
        reach = h if slot == 2 else 0.5 * h
        put(memory, first + (slot + 1) * (STATE_ROWS * WIDTH), row, x0 + reach * rate)
    else:
        x1, x2 = at(memory, first, row + STATE_ROWS), at(memory, first, row + 2 * STATE_ROWS)
        x3 = at(memory, first, row + 3 * STATE_ROWS)
        put(memory, first, row, (2.0 * x2 + x1 + (x3 - x0)) * (1.0 / 3.0) + (h / 6.0) * rate)


@inlined
def advance_displacement(memory, slot, rate, first, h):
    """As `advance`, for y: its rates are the velocities of the stages, so that its own stages may be left out."""
    y0 = at(memory, first, Y)
    if slot < 3:
        reach = h if slot == 2 else 0.5 * h
        put(memory, first + (slot + 1) * (STATE_ROWS * WIDTH), Y, y0 + reach * rate)
    else:
        inner = at(memory, first, U + STATE_ROWS) + at(memory, first, U + 2 * STATE_ROWS)
        put(memory, first, Y, y0 + (h / 6.0) * (2.0 * inner + (at(memory, first, U) + rate)))


@inlined
def element_stage(memory, kinds, codes, worked, e, v, own, slot, h, sampled):
    """A stage of element e, whose rate of elongation is v; `own` is the place of the run in a node."""
    here = (e + 1) * NODE
    first = here + own + STATE * WIDTH
    now = first + slot * (STATE_ROWS * WIDTH)
    z = at(memory, now, Z)
    if slot == 0:
        g_first, g_last = at(memory, here + own, TANGENT_FIRST), at(memory, here + own, TANGENT_LAST)
        z = z + reversal(at(memory, here + own, SPEED), v, g_first, g_last, h)
        put(memory, now, Z, z)
        put(memory, here + own, SPEED, v)
        if sampled:
            put(memory, here, SAMPLE + Z, z)
            put(memory, here, SAMPLE + W, at(memory, now, W))
    g = tangent(memory, kinds[e], codes[e], here, z, at(memory, now, W), v)
    if slot == 0:
        put(memory, here + own, TANGENT_FIRST, g)
    elif slot == 3:
        put(memory, here + own, TANGENT_LAST, g)
    advance(memory, slot, g * v, first, Z, h)
    if worked[e]:
        advance(memory, slot, at(memory, here, SCALE) * z * v, first, W, h)


@inlined
def floor_stage(memory, stiff, i, a, own, slot, h, sampled):
    """A stage of floor i, whose relative acceleration is a; where `sampled`, the first stage also keeps the state."""
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
def chain_stage(memory, layout, kinds, codes, worked, j, own, slot, h, signal, sampled):
    """A stage of `TILE` elements from j - slot on, and of the floors below them, which need the elements on both
    their sides.
    """
    now = own + (STATE + slot * STATE_ROWS) * WIDTH
    for e in range(max(j - slot, 0), min(j - slot + TILE, layout.elements)):
        if kinds[e] != LINEAR:
            u = (e + 1) * NODE + now + U * WIDTH
            v = load(memory, u) - load(memory, u - NODE)
            element_stage(memory, kinds, codes, worked, e, v, own, slot, h, sampled)
    for i in range(max(j - slot - 1, 0), min(j - slot - 1 + TILE, layout.floors)):
        a = chain_acceleration(memory, layout.stiff, (i + 1) * NODE, now, signal)
        floor_stage(memory, layout.stiff, i, a, own, slot, h, sampled)


@outlined
def general_step(memory, layout, sparse, kinds, codes, worked, own, stages, h, begin, middle, end, sampled):
    """The first `stages` stages of a step of any structure, one after the other."""
    for slot in range(stages):
        now = own + (STATE + slot * STATE_ROWS) * WIDTH
        for e in range(layout.elements):
            if kinds[e] != LINEAR:
                v = sparse_row(memory, sparse, e, now + U * WIDTH)
                element_stage(memory, kinds, codes, worked, e, v, own, slot, h, sampled)
        signal = begin if slot == 0 else (end if slot == 3 else middle)
        for i in range(layout.floors):
            a = sparse_acceleration(memory, layout, sparse, i, now, signal)
            floor_stage(memory, True, i, a, own, slot, h, sampled)


@inlined
def compare(memory, layout, sparse):
    """Drift of the finer solution, its largest value so far and the largest difference to the coarser one."""
    coarse = (RUN + STATE + Y) * WIDTH
    for e in range(layout.elements):
        here = (e + 1) * NODE
        d = elongation(memory, layout, sparse, e, coarse + RUN_ROWS * WIDTH)
        difference = abs(d - elongation(memory, layout, sparse, e, coarse))
        put(memory, here, DRIFT, d)
        put(memory, here, PEAK, maximum(at(memory, here, PEAK), abs(d)))
        put(memory, here, GAP, maximum(at(memory, here, GAP), difference))


@inlined
def keep(memory, row, count, out, records, t):
    """Copy a row of the first `count` nodes to sample t of the records."""
    for k in range(len(records)):
        for i in range(count):
            out[records[k], t, i] = memory[i + 1, row, k]


@inlined
def dissipated(memory, here, z, work):
    """Hysteretic energy of the element of the node less the part of it that is stored."""
    degradation = work / at(memory, here, MASS)
    amplitude = at(memory, here, AMPLITUDE) - at(memory, here, AMPLITUDE_LOSS) * degradation
    flexibility = at(memory, here, FLEXIBILITY) + at(memory, here, FLEXIBILITY_GAIN) * degradation
    return work - stored_energy(z, at(memory, here, SCALE), amplitude, flexibility)


@outlined
def record(memory, layout, sparse, t, signal, records, outputs):
    """Keep sample t."""
    displacement, velocity, acceleration, drift, hysteretic_force, dissipated_energy, absorbed_energy = outputs
    if len(displacement):
        keep(memory, SAMPLE + Y, layout.floors, displacement, records, t)
    if len(velocity):
        keep(memory, SAMPLE + U, layout.floors, velocity, records, t)
    if len(acceleration):
        for i in range(layout.floors):
            here = (i + 1) * NODE
            put(memory, here, SCRATCH, at(memory, here, SAMPLE + ACCELERATION) + at(memory, here, INFLUENCE) * signal)
        keep(memory, SCRATCH, layout.floors, acceleration, records, t)
    if len(drift):
        keep(memory, DRIFT, layout.elements, drift, records, t)
    if len(hysteretic_force):
        for e in range(layout.elements):
            here = (e + 1) * NODE
            v = elongation(memory, layout, sparse, e, (SAMPLE + U) * WIDTH)
            f = at(memory, here, ELASTIC) * at(memory, here, DRIFT) + at(memory, here, VISCOUS) * v
            put(memory, here, SCRATCH, f + at(memory, here, SCALE) * at(memory, here, SAMPLE + Z))
        keep(memory, SCRATCH, layout.elements, hysteretic_force, records, t)
    if len(dissipated_energy):
        for e in range(layout.elements):
            here = (e + 1) * NODE
            put(
                memory,
                here,
                SCRATCH,
                dissipated(memory, here, at(memory, here, SAMPLE + Z), at(memory, here, SAMPLE + W)),
            )
        keep(memory, SCRATCH, layout.elements, dissipated_energy, records, t)
    if len(absorbed_energy):
        for e in range(layout.elements):
            here = (e + 1) * NODE
            d = at(memory, here, DRIFT)
            put(memory, here, SCRATCH, at(memory, here, SAMPLE + W) + 0.5 * at(memory, here, ELASTIC) * d * d)
        keep(memory, SCRATCH, layout.elements, absorbed_energy, records, t)


@cached
def integrate_block(memory, layout, sparse, kinds, codes, worked, steps, interval, signal, records, outputs):
    """Both solutions of eight structures over a whole record, from the states that the memory holds.

    Parameters
    ----------
    memory : ndarray, shape (node, NODE_ROWS, WIDTH)
    layout : Layout
    sparse : tuple of ndarray
        start, column and entries, shape (entry, WIDTH), of the sparse rows; not read for a chain.
    kinds, codes, worked : ndarray, shape (element,)
        Tangent; n - 1 where it is 0, 1, 2 or 3 in all lanes, else -1; whether the hysteretic energy is carried.
    steps : int
        Steps a sample of the coarser solution.
    interval : float
        Of the samples (s).
    signal : ndarray, shape (time, WIDTH)
    records : ndarray of int
        Records of the first lanes; as many are kept.
    outputs : tuple of seven ndarray, shape (record, time, component)
        Those of `simulators.batch.OUTPUTS` and the energy absorbed by each element, to fill from the finer solution; an
        array of length zero is not wanted.
    """
    samples = len(signal)
    for t in range(samples):
        compare(memory, layout, sparse)
        last = t + 1 == samples
        before = load(signal, t * WIDTH)
        change = load(signal, min(t + 1, samples - 1) * WIDTH) - before
        for run in range(2):
            count = steps * (1 + run)
            h = interval / count
            own = (RUN + run * RUN_ROWS) * WIDTH
            for step in range(1 if last else count):
                begin, middle = before + change * (step / count), before + change * ((step + 0.5) / count)
                end = before + change * ((step + 1.0) / count)
                sampled = run == 1 and step == 0
                if not layout.chain:
                    stages = 1 if last else 4
                    general_step(
                        memory, layout, sparse, kinds, codes, worked, own, stages, h, begin, middle, end, sampled
                    )
                    continue
                for j in range(0, layout.floors + 4, TILE):
                    # The number of the stage is a literal, so that the compiler drops what the stage does not do.
                    chain_stage(memory, layout, kinds, codes, worked, j, own, 0, h, begin, sampled)
                    if not last:
                        chain_stage(memory, layout, kinds, codes, worked, j, own, 1, h, middle, sampled)
                        chain_stage(memory, layout, kinds, codes, worked, j, own, 2, h, middle, sampled)
                        chain_stage(memory, layout, kinds, codes, worked, j, own, 3, h, end, sampled)
        record(memory, layout, sparse, t, before, records, outputs)
