"""The compiled kernel: Runge-Kutta steps of eight structures side by side in SIMD lanes.

With the force of an element f = elastic d + viscous v + scale z, the equation of motion is linear but for z:

    y'' = P z + D y' + S y + load u(t)
    z'  = g(z, W / mass, sgn v) v,        W' = scale z v,        v = B y'

where P, D and S carry the inverse mass. The classical fourth-order Runge-Kutta scheme steps from sample to sample. g jumps where v
changes sign, which would leave the scheme second-order accurate there: it amounts to Simpson's rule, which integrates |v| wrongly
over that step. The step is corrected by the difference to the exact integral of |v| for a linear v,

    z += (g_+ - g_-)/2 h [ (v_0^2 + v_1^2) / (2 |v_1 - v_0|) - (|v_0| + 2 |v_0 + v_1| + |v_1|) / 6 ],

which restores third order. Two solutions run side by side, with k and 2 k steps a sample; their difference in drift measures the
error of the finer one, whose samples are kept.

All numbers of a block lie in one memory of rows of `lanes.WIDTH` doubles; `Rows` says which row is what. Everything is inlined into
`integrate_block`: passing this much state through calls costs more than the arithmetic.
"""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
from numba import njit

from simulators.hysteresis import BOUC_WEN, COLUMNS, LINEAR, baber_noori_tangent, bouc_wen_tangent, stored_energy
from simulators.lanes import WIDTH, broadcast, load, maximum, store, where_negative

inlined = njit(inline="always", _nrt=False)


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


NCOLUMNS = len(COLUMNS)
AMPLITUDE, BETA, GAMMA, POWER = (COLUMNS.index(name) for name in ("amplitude", "beta", "gamma", "power"))
ELASTIC, VISCOUS, SCALE, MASS = (COLUMNS.index(name) for name in ("elastic", "viscous", "scale", "mass"))
STRENGTH = COLUMNS.index("strength")
"""First of the columns that only `baber_noori_tangent` reads, in the order of its arguments."""
FLEXIBILITY, FLEXIBILITY_GAIN = COLUMNS.index("flexibility"), COLUMNS.index("flexibility_gain")
AMPLITUDE_LOSS = COLUMNS.index("amplitude_loss")

STENCIL = 8
"""Coefficients of a floor of a chain: P of its storey and the one above, D and S of the floor below, the floor and the one above."""


class Layout(NamedTuple):
    """What the eight structures of a block have in common."""

    floors: int
    elements: int
    chain: bool
    """Whether the matrices are those of a chain (`STENCIL`), else sparse rows: B, P, D and S stacked, a row of `start` for each."""
    stiff: bool
    """Whether S is not zero."""


class Rows(NamedTuple):
    """First row of each part of the memory. State vectors have a row of zeros before and after them: the ends of a chain."""

    element: int
    load: int
    influence: int
    matrix: int
    peak: int
    gap: int
    drift: int
    acceleration: int
    scratch: int
    tangents: int
    speeds: int
    run: int
    vector: int
    """Rows of one state vector, zeros included."""
    total: int
    """Rows in all."""


Y, U, Z, W = 0, 1, 2, 3
"""Vectors of a state: displacement, velocity, hysteretic variable, hysteretic energy."""
VECTORS = 16
"""Vectors of a run: the state at the start of a step and at its three later stages."""


@njit
def rows_of(floors, elements, entries):
    """Where everything lies in the memory of a block; `entries` is the number of coefficients of its matrices."""
    longest = max(floors, elements)
    vector = longest + 2
    load_row = elements * NCOLUMNS
    influence = load_row + floors
    matrix = influence + floors
    peak = matrix + entries
    gap = peak + elements
    drift = gap + elements
    acceleration = drift + longest
    scratch = acceleration + 2 * floors
    tangents = scratch + longest
    speeds = tangents + 4 * elements
    run = speeds + 2 * elements
    return Rows(
        0,
        load_row,
        influence,
        matrix,
        peak,
        gap,
        drift,
        acceleration,
        scratch,
        tangents,
        speeds,
        run,
        vector,
        run + 32 * vector,
    )


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
        result = magnitude**power
    return result


@inlined
def add_sparse_row(sum_, memory, start, column, values, row, vector):
    """`sum_` plus a sparse row times a vector."""
    for p in range(start[row], start[row + 1]):
        sum_ = sum_ + load(memory, values + p) * load(memory, vector + column[p])
    return sum_


@inlined
def elongation(memory, layout, rows, start, column, e, vector):
    """Row e of B times a vector of the floors."""
    if layout.chain:
        result = load(memory, vector + e) - load(memory, vector + e - 1)
    else:
        result = add_sparse_row(broadcast(0.0), memory, start, column, rows.matrix, e, vector)
    return result


@inlined
def floor_acceleration(memory, layout, rows, start, column, i, y, u, z, signal):
    """Row i of the equation of motion."""
    result = load(memory, rows.load + i) * signal
    if layout.chain:
        c = rows.matrix + i * STENCIL
        result = result + load(memory, c) * load(memory, z + i) + load(memory, c + 1) * load(memory, z + i + 1)
        result = result + load(memory, c + 2) * load(memory, u + i - 1) + load(memory, c + 3) * load(memory, u + i)
        result = result + load(memory, c + 4) * load(memory, u + i + 1)
        if layout.stiff:
            result = result + load(memory, c + 5) * load(memory, y + i - 1) + load(memory, c + 6) * load(memory, y + i)
            result = result + load(memory, c + 7) * load(memory, y + i + 1)
    else:
        n, m = layout.floors, layout.elements
        result = add_sparse_row(result, memory, start, column, rows.matrix, m + i, z)
        result = add_sparse_row(result, memory, start, column, rows.matrix, m + n + i, u)
        result = add_sparse_row(result, memory, start, column, rows.matrix, m + 2 * n + i, y)
    return result


@inlined
def tangent(memory, kind, code, element, z, work, v):
    """dz/dd of the element whose coefficients begin at row `element`."""
    amplitude = load(memory, element + AMPLITUDE)
    beta, gamma = load(memory, element + BETA), load(memory, element + GAMMA)
    if kind == BOUC_WEN:
        p = magnitude_power(abs(z), code, load(memory, element + POWER))
        g = bouc_wen_tangent(z, v, p, amplitude, beta, gamma)
    else:
        power = load(memory, element + POWER)
        p = magnitude_power(abs(z), code, power)
        s = element + STRENGTH
        g = baber_noori_tangent(
            z,
            work / load(memory, element + MASS),
            v,
            p,
            amplitude,
            beta,
            gamma,
            power,
            load(memory, s),
            load(memory, s + 1),
            load(memory, s + 2),
            load(memory, s + 3),
            load(memory, s + 4),
            load(memory, s + 5),
            load(memory, s + 6),
            load(memory, s + 7),
            load(memory, s + 8),
            load(memory, s + 9),
            load(memory, s + 10),
        )
    return g


@inlined
def reversal(v0, v1, g_first, g_last, h):
    """Correction of z for the step from v0 to v1 in which v changed sign; zero in the other lanes.

    With s = |v_1 - v_0| and r = |v_0 + v_1| the bracket of the module's docstring is (s - r) (s - 3 r) / (12 s), and s > r exactly where
    the sign changed.
    """
    s, r = abs(v1 - v0), abs(v0 + v1)
    bracket = maximum(s - r, 0.0) * (s - 3.0 * r) / (s + 1e-300)
    return np.copysign(h / 24.0, v0) * (g_first - g_last) * bracket


@inlined
def advance(memory, slot, rate, row, state_size, h):
    """Stage k + 1 of a component of the state from its rate at stage k, or after the last stage its value at the next step.

    The stages x_1 = x_0 + h/2 k_0, x_2 = x_0 + h/2 k_1 and x_3 = x_0 + h k_2 hold the earlier rates, so that
    x_0 + h/6 (k_0 + 2 k_1 + 2 k_2 + k_3) = (x_1 + 2 x_2 + x_3 - x_0) / 3 + h/6 k_3.
    """
    x0 = load(memory, row)
    if slot < 3:
        store(memory, row + (slot + 1) * state_size, x0 + (h if slot == 2 else 0.5 * h) * rate)
    else:
        x1, x2, x3 = (
            load(memory, row + state_size),
            load(memory, row + 2 * state_size),
            load(memory, row + 3 * state_size),
        )
        store(memory, row, (2.0 * x2 + x1 + (x3 - x0)) * (1.0 / 3.0) + (h / 6.0) * rate)


@inlined
def stage(memory, layout, rows, start, column, kinds, codes, worked, run, slot, h, signal):
    """One of the four stages of a step of run 0 (coarse) or 1 (fine)."""
    vector = rows.vector
    size = 4 * vector
    state = rows.run + run * 4 * size + 1
    now = state + slot * size
    y, u, z, w = now + Y * vector, now + U * vector, now + Z * vector, now + W * vector
    for e in range(layout.elements):
        if kinds[e] != LINEAR:
            element = rows.element + e * NCOLUMNS
            kink = 2 * (run * layout.elements + e)
            v = elongation(memory, layout, rows, start, column, e, u)
            ze = load(memory, z + e)
            if slot == 0:
                g_first, g_last = load(memory, rows.tangents + kink), load(memory, rows.tangents + kink + 1)
                ze = ze + reversal(load(memory, rows.speeds + kink // 2), v, g_first, g_last, h)
                store(memory, z + e, ze)
                store(memory, rows.speeds + kink // 2, v)
            g = tangent(memory, kinds[e], codes[e], element, ze, load(memory, w + e), v)
            if slot == 0:
                store(memory, rows.tangents + kink, g)
            elif slot == 3:
                store(memory, rows.tangents + kink + 1, g)
            advance(memory, slot, g * v, state + Z * vector + e, size, h)
            if worked[e]:
                advance(memory, slot, load(memory, element + SCALE) * ze * v, state + W * vector + e, size, h)
    for i in range(layout.floors):
        a = floor_acceleration(memory, layout, rows, start, column, i, y, u, z, signal)
        if slot == 0:
            store(memory, rows.acceleration + run * layout.floors + i, a)
        if layout.stiff or slot == 3:
            advance_displacement(
                memory, slot, load(memory, u + i), state + Y * vector + i, state + U * vector + i, size, h
            )
        advance(memory, slot, a, state + U * vector + i, size, h)


@inlined
def advance_displacement(memory, slot, rate, row, velocity, size, h):
    """As `advance`, for the displacement: its rates are the velocities of the stages, so that its own stages may be left out."""
    y0 = load(memory, row)
    if slot < 3:
        store(memory, row + (slot + 1) * size, y0 + (h if slot == 2 else 0.5 * h) * rate)
    else:
        inner = load(memory, velocity + size) + load(memory, velocity + 2 * size)
        store(memory, row, y0 + (h / 6.0) * (2.0 * inner + (load(memory, velocity) + rate)))


@inlined
def compare(memory, layout, rows, start, column):
    """Drift of the finer solution, its largest value so far and the largest difference to the coarser one."""
    coarse = rows.run + 1
    fine = coarse + VECTORS * rows.vector
    for e in range(layout.elements):
        d = elongation(memory, layout, rows, start, column, e, fine)
        difference = abs(d - elongation(memory, layout, rows, start, column, e, coarse))
        store(memory, rows.drift + e, d)
        store(memory, rows.peak + e, maximum(load(memory, rows.peak + e), abs(d)))
        store(memory, rows.gap + e, maximum(load(memory, rows.gap + e), difference))


@inlined
def scatter(numbers, row, count, out, records, t):
    """Copy `count` rows to sample t of the records."""
    for k in range(len(records)):
        for i in range(count):
            out[records[k], t, i] = numbers[(row + i) * WIDTH + k]


@inlined
def dissipated(memory, element, z, work):
    """Hysteretic energy less the part of it that is stored."""
    degradation = work / load(memory, element + MASS)
    amplitude = load(memory, element + AMPLITUDE) - load(memory, element + AMPLITUDE_LOSS) * degradation
    flexibility = load(memory, element + FLEXIBILITY) + load(memory, element + FLEXIBILITY_GAIN) * degradation
    return work - stored_energy(z, load(memory, element + SCALE), amplitude, flexibility)


@cached
def integrate_block(
    memory,
    layout,
    rows,
    start,
    column,
    kinds,
    codes,
    worked,
    steps,
    interval,
    signal,
    records,
    displacement,
    velocity,
    acceleration,
    drift,
    hysteretic_force,
    dissipated_energy,
):
    """Both solutions of eight structures over a whole record, from the states that the memory holds.

    Parameters
    ----------
    memory : ndarray, shape (rows.total * WIDTH,)
    start, column : ndarray of int
        Sparse rows of B, P, D and S; not read for a chain.
    kinds, codes, worked : ndarray, shape (element,)
        Tangent; n - 1 where it is 0, 1, 2 or 3 in all lanes, else -1; whether the hysteretic energy is carried.
    steps : int
        Steps a sample of the coarser solution.
    signal : ndarray, shape (time * WIDTH,)
    records : ndarray of int
        Records of the first lanes; as many are kept.
    displacement, velocity, ... : ndarray, shape (record, time, component)
        Samples of the finer solution; those of length 0 are not wanted.
    """
    samples = len(signal) // WIDTH
    floors, elements = layout.floors, layout.elements
    fine = rows.run + VECTORS * rows.vector + 1
    fine_u, fine_z, fine_w = fine + U * rows.vector, fine + Z * rows.vector, fine + W * rows.vector
    scratch = rows.scratch
    for t in range(samples):
        compare(memory, layout, rows, start, column)
        last = t + 1 == samples
        begin, end = load(signal, t), load(signal, min(t + 1, samples - 1))
        for run in range(2):
            count = 1 if last else steps * (1 + run)
            h = interval / (steps * (1 + run))
            for step in range(count):
                for slot in range(1 if last else 4):
                    share = (step + 0.5 * ((slot + 1) // 2)) / count
                    now = begin + (end - begin) * share
                    stage(memory, layout, rows, start, column, kinds, codes, worked, run, slot, h, now)
                    if run == 1 and step == 0 and slot == 0:
                        if len(displacement):
                            scatter(memory, fine, floors, displacement, records, t)
                        if len(velocity):
                            scatter(memory, fine_u, floors, velocity, records, t)
                        if len(acceleration):
                            for i in range(floors):
                                a = load(memory, rows.acceleration + floors + i)
                                store(memory, scratch + i, a + load(memory, rows.influence + i) * begin)
                            scatter(memory, scratch, floors, acceleration, records, t)
                        if len(drift):
                            scatter(memory, rows.drift, elements, drift, records, t)
                        if len(hysteretic_force):
                            for e in range(elements):
                                c = rows.element + e * NCOLUMNS
                                v = elongation(memory, layout, rows, start, column, e, fine_u)
                                f = (
                                    load(memory, c + ELASTIC) * load(memory, rows.drift + e)
                                    + load(memory, c + VISCOUS) * v
                                )
                                store(memory, scratch + e, f + load(memory, c + SCALE) * load(memory, fine_z + e))
                            scatter(memory, scratch, elements, hysteretic_force, records, t)
                        if len(dissipated_energy):
                            for e in range(elements):
                                z, work = load(memory, fine_z + e), load(memory, fine_w + e)
                                store(memory, scratch + e, dissipated(memory, rows.element + e * NCOLUMNS, z, work))
                            scatter(memory, scratch, elements, dissipated_energy, records, t)
