"""The building as a user of SciPy writes it, with a right-hand side in NumPy and with a compiled
one.
"""

import numpy as np
from numba import njit
from scipy.integrate import odeint, solve_ivp

from benchmarks.problem import storey_dashpots

TOLERANCE = 1e-6
"""Relative, and absolute in SI units: the default of `solve_ivp`."""


def respond_scipy(building, motion):
    """Drift (m) by `solve_ivp` RK45, right-hand side in NumPy, motion by `np.interp`: ndarray,
    shape (time, storey).
    """
    law, dashpots, mass = building.laws[0], storey_dashpots(building), np.diagonal(building.mass)
    n, time = building.floors, motion.time

    def rate(t, state):
        u, f = state[n : 2 * n], state[2 * n :]
        v = np.diff(u, prepend=0.0)
        storey_force = f + dashpots * v
        acceleration = np.diff(storey_force, append=0.0) / mass - np.interp(
            t, time, motion.acceleration
        )
        strength = np.abs(f) ** (law.exponent - 1.0)
        force_rate = (
            law.stiffness * v
            - law.alpha * np.abs(v) * strength * f
            - law.beta * v * strength * np.abs(f)
        )
        return np.concatenate([u, acceleration, force_rate])

    solution = solve_ivp(
        rate, (0.0, time[-1]), np.zeros(3 * n), t_eval=time, rtol=TOLERANCE, atol=TOLERANCE
    )
    return np.diff(solution.y[:n].T, axis=1, prepend=0.0)


@njit
def _compiled_rate(state, t, interval, ground, parameters):
    mass, dashpots, stiffness, alpha, beta, exponent = parameters
    n = len(mass)
    rate = np.empty(3 * n)
    k = min(int(t / interval), len(ground) - 2)
    base = ground[k] + (ground[k + 1] - ground[k]) * (t / interval - k)
    above = 0.0
    for i in range(n - 1, -1, -1):
        u, f = state[n + i], state[2 * n + i]
        v = u - state[n + i - 1] if i else u
        storey_force = f + dashpots[i] * v
        rate[i] = u
        rate[n + i] = (above - storey_force) / mass[i] - base
        strength = abs(f) ** (exponent[i] - 1.0)
        rate[2 * n + i] = stiffness[i] * v - strength * (
            alpha[i] * abs(v) * f + beta[i] * v * abs(f)
        )
        above = storey_force
    return rate


def respond_odeint(building, motion):
    """Drift (m) by `odeint` (LSODA) with a right-hand side compiled by numba: ndarray, shape (time,
    storey).
    """
    law, n = building.laws[0], building.floors
    chain = (np.diagonal(building.mass), storey_dashpots(building))
    parameters = np.stack([*chain, law.stiffness, law.alpha, law.beta, law.exponent])
    arguments = (motion.interval, motion.acceleration, parameters)
    states = odeint(
        _compiled_rate, np.zeros(3 * n), motion.time, arguments, rtol=TOLERANCE, atol=TOLERANCE
    )
    return np.diff(states[:, :n], axis=1, prepend=0.0)
