"""Shear buildings whose storeys follow the law of Giuffre, Menegotto and Pinto.

Storey i of drift d_i carries f_i + c_i d_i', its spring and its dashpot. With the masses m_i, the
acceleration a_g of the base and the velocities y_i' relative to it, the absolute accelerations are

    A_i = (s_{i+1} - s_i) / m_i - b y_i',     s_i = f_i + c_i d_i',     d_i'' = A_i - A_{i-1}    (1)

with A_0 = a_g and nothing above the roof. b is the share of the masses in Rayleigh's damping.

Steps are those of the classical method of Runge and Kutta between samples, a_g being linear there.
Within a step a spring stays on its branch. Where its velocity changes sign in a step of length h,
from v_0 to v_1, it has turned at the time t = h v_0 / (v_0 - v_1), at the drift d_0 + v_0 t / 2,
and the next step begins on the branch from there. What the spring gets of the old branch after the
turn is of second order in h.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from simulators.cores import available_cores
from simulators.hysteresis.menegotto_pinto import STATE, MenegottoPinto, spring_force, turn
from simulators.solvers.compilation_cache import cached
from simulators.solvers.compiling import outlined

LONGEST = 0.5
"""Of a step, times the largest circular frequency at rest."""
MOST_STEPS = 256
"""Steps a sample beyond which a motion is given up."""
ROWS = 10
"""Scratch rows of floors."""
D, V, D_AT, V_AT, A, FORCE, V_SUM, A_SUM, V_BEFORE, D_BEFORE = range(ROWS)


@dataclass(frozen=True, eq=False)
class SteelChain:
    """Shear buildings of `MenegottoPinto` storeys.

    Parameters
    ----------
    law : MenegottoPinto
        With one element a storey, bottom first, with or without a record axis.
    mass : ndarray, shape (..., floor)
        kg.
    dashpot : ndarray, shape (..., storey)
        N s/m.
    mass_damping : ndarray, shape (..., floor)
        b of each floor (1/s).
    """

    law: MenegottoPinto
    mass: np.ndarray
    dashpot: np.ndarray
    mass_damping: np.ndarray

    def rows(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Return parameters of the law and of the floors of `count` records."""
        storeys = self.law.shape[-1]
        own = np.broadcast_to(self.law.table(), (count, storeys, self.law.table().shape[-1]))
        parts = (1.0 / self.mass, self.dashpot, self.mass_damping)
        floors = [np.broadcast_to(part, (count, storeys)) for part in parts]
        return np.ascontiguousarray(own), np.ascontiguousarray(np.stack(floors, axis=1))

    def fastest(self) -> np.ndarray:
        """Return a bound of the largest circular frequency at rest (1/s), shape (...)."""
        stiffness = self.law.stiffness
        above = np.concatenate([stiffness[..., 1:], np.zeros_like(stiffness[..., :1])], axis=-1)
        # Gershgorin's disks of M^-1 K.
        return np.sqrt(((2.0 * stiffness + 2.0 * above) / self.mass).max(axis=-1))


@dataclass(frozen=True, eq=False)
class ChainResponse:
    """What chains answer; each array has the shape (record, time, storey).

    Attributes
    ----------
    drift, drift_velocity : ndarray
        m, m s-1.
    acceleration : ndarray
        Of the floors, absolute (m s-2).
    force : ndarray
        Of the springs (N).
    """

    drift: np.ndarray
    drift_velocity: np.ndarray
    acceleration: np.ndarray
    force: np.ndarray


def solve_chain(
    chain: SteelChain, base: np.ndarray, interval: float, tolerance: float = 1e-4
) -> ChainResponse:
    """Return the responses of chains from rest.

    Parameters
    ----------
    chain : SteelChain
        With a record axis of R x N, in which the N motions run fastest, or without one.
    base : ndarray, shape (N, time)
        m s-2.
    interval : float
        s.
    tolerance : float
        Largest difference in drift of a solution with a step and one with half of it, which is
        kept, over the largest drift; its error is less. It is proved for the first chain of each
        motion; the others, which are meant to be neighbours of it, take its step.

    Raises
    ------
    ValueError
        Where a response is not finite, or does not meet the tolerance with `MOST_STEPS` steps.
    """
    motions = len(base)
    count = motions if chain.law.stiffness.ndim == 1 else len(chain.law.stiffness)
    own, floors = chain.rows(count)
    fastest = np.broadcast_to(chain.fastest(), (count,))
    values = np.empty((4, count, base.shape[1], own.shape[1]))
    steps = np.maximum(1, np.ceil(fastest[:motions] * interval / LONGEST)).astype(int)

    def run(motion: int) -> None:
        first = slice(motion, motion + 1)
        found = _proved(own[first], floors[first], base[motion], interval, steps[motion], tolerance)
        values[:, motion] = found[0][:, 0]
        others = np.arange(motion + motions, count, motions)
        if len(others):
            out = np.empty((4, len(others), *values.shape[2:]))
            _run(own[others], floors[others], base[motion], interval, found[1], out)
            values[:, others] = out

    with ThreadPoolExecutor(available_cores()) as pool:
        list(pool.map(run, range(motions)))
    if not np.isfinite(values).all():
        raise ValueError("a chain of steel storeys has a response that is not finite")
    return ChainResponse(*values)


def _proved(
    own: np.ndarray,
    floors: np.ndarray,
    signal: np.ndarray,
    interval: float,
    steps: int,
    tolerance: float,
) -> tuple[np.ndarray, int]:
    """The response of one chain, shape (4, 1, time, storey), and its steps a sample."""
    coarse = np.empty((4, 1, len(signal), own.shape[1]))
    _run(own, floors, signal, interval, steps, coarse)
    while steps < MOST_STEPS:
        steps *= 2
        fine = np.empty_like(coarse)
        _run(own, floors, signal, interval, steps, fine)
        apart = np.abs(fine[0] - coarse[0]).max()
        if apart <= tolerance * np.abs(fine[0]).max():
            return fine, steps
        coarse = fine
    raise ValueError(
        f"tolerance = {tolerance:g} is not met with {MOST_STEPS} steps a sample by a chain of "
        "steel storeys"
    )


def _run(
    own: np.ndarray,
    floors: np.ndarray,
    signal: np.ndarray,
    interval: float,
    steps: int,
    out: np.ndarray,
) -> None:
    storeys = own.shape[1]
    scratch = np.zeros((ROWS, storeys))
    state = np.zeros((storeys, STATE))
    for row in range(len(own)):
        scratch[:] = 0.0
        state[:] = 0.0
        _integrate(own[row], floors[row], signal, interval / steps, steps, scratch, state, out, row)


@outlined
def _accelerations(
    own: np.ndarray,
    floors: np.ndarray,
    scratch: np.ndarray,
    state: np.ndarray,
    d: int,
    v: int,
) -> None:
    """Forces of the springs and absolute accelerations at the drifts and rates of two rows."""
    storeys = len(own)
    moving = 0.0
    below = 0.0
    for e in range(storeys):
        force = spring_force(own, state, e, scratch[d, e])
        scratch[FORCE, e] = force
        total = force + floors[1, e] * scratch[v, e]
        if e > 0:
            scratch[A, e - 1] = (total - below) * floors[0, e - 1]
            scratch[A, e - 1] -= floors[2, e - 1] * moving
        moving += scratch[v, e]
        below = total
    scratch[A, storeys - 1] = -below * floors[0, storeys - 1] - floors[2, storeys - 1] * moving


@outlined
def _step(
    own: np.ndarray,
    floors: np.ndarray,
    scratch: np.ndarray,
    state: np.ndarray,
    begin: float,
    end: float,
    h: float,
) -> None:
    """One step of Runge and Kutta, whose springs stay on their branches."""
    storeys = len(own)
    for e in range(storeys):
        scratch[D_BEFORE, e] = scratch[D_AT, e] = scratch[D, e]
        scratch[V_BEFORE, e] = scratch[V_AT, e] = scratch[V, e]
    for stage in range(4):
        _accelerations(own, floors, scratch, state, D_AT, V_AT)
        below = begin if stage == 0 else (end if stage == 3 else 0.5 * (begin + end))
        weight = h / 6.0 if stage in (0, 3) else h / 3.0
        reach = 0.5 * h if stage < 2 else h
        for e in range(storeys):
            v_rate = scratch[A, e] - below
            below = scratch[A, e]
            d_rate = scratch[V_AT, e]
            scratch[D, e] += weight * d_rate
            scratch[V, e] += weight * v_rate
            scratch[D_AT, e] = scratch[D_BEFORE, e] + reach * d_rate
            scratch[V_AT, e] = scratch[V_BEFORE, e] + reach * v_rate


@outlined
def _turns(own: np.ndarray, scratch: np.ndarray, state: np.ndarray, h: float) -> None:
    """Begin the branches of the springs that have turned in a step."""
    for e in range(len(own)):
        after = scratch[V, e]
        if after == 0.0 or state[e, 0] * after > 0.0:
            continue
        before = scratch[V_BEFORE, e]
        at = scratch[D_BEFORE, e]
        if before * after < 0.0:
            at += 0.5 * before * h * before / (before - after)
        turn(own, state, e, 1.0 if after > 0.0 else -1.0, at)


@cached
def _integrate(
    own: np.ndarray,
    floors: np.ndarray,
    signal: np.ndarray,
    h: float,
    steps: int,
    scratch: np.ndarray,
    state: np.ndarray,
    out: np.ndarray,
    row: int,
) -> None:
    """Responses of one chain to one motion, from the state at rest that is given."""
    last = len(signal) - 1
    for t in range(len(signal)):
        _accelerations(own, floors, scratch, state, D, V)
        for e in range(len(own)):
            out[0, row, t, e] = scratch[D, e]
            out[1, row, t, e] = scratch[V, e]
            out[2, row, t, e] = scratch[A, e]
            out[3, row, t, e] = scratch[FORCE, e]
        if t == last:
            return
        change = (signal[t + 1] - signal[t]) / steps
        for number in range(steps):
            begin = signal[t] + number * change
            _step(own, floors, scratch, state, begin, begin + change, h)
            _turns(own, scratch, state, h)
