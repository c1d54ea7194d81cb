"""The reference solution: SciPy's integrators, restarted at every sample of the excitation.

The excitation has a kink at each sample; a step across one loses its order, so no step crosses one.
The laws are the functions of `simulators.hysteresis.rates` that the batch integrator compiles.
Beside the state the energies of the balance (physics: (1) of `simulators.solvers.energy_balance`)
are integrated by the same method.
"""

from itertools import pairwise

import numpy as np
from scipy.integrate import solve_ivp

from simulators.hysteresis.degradation import dissipated_energy
from simulators.hysteresis.rates import (
    BABER_NOORI,
    BOUC_WEN,
    COLUMNS,
    baber_noori_tangent,
    bouc_wen_tangent,
)

METHODS = ("DOP853", "RK45", "RK23", "Radau", "BDF", "LSODA")
"""Methods of `scipy.integrate.solve_ivp`."""


class Equations:
    """Right-hand side for one structure under one signal; state vector [y, y', z, W, energies]."""

    def __init__(self, structure, load, influence):
        self.column = structure.element_columns()
        self.n, self.m = structure.floors, structure.elements
        ends = np.cumsum((0, self.n, self.n, self.m, self.m, 3))
        self.parts = [slice(*bounds) for bounds in pairwise(ends)]
        self.mass, self.incidence, self.load, self.influence = (
            structure.mass,
            structure.incidence,
            load,
            influence,
        )
        self.damping = structure.total_damping()
        self.elastic = structure.stiffness + structure.incidence.T @ (
            self.column["elastic"][:, None] * structure.incidence
        )
        self.inverse = np.linalg.inv(self.mass)
        self.laws = [
            (kind, np.flatnonzero(structure.tangents == kind)) for kind in (BOUC_WEN, BABER_NOORI)
        ]
        self.laws = [
            (kind, elements, self._parameters(kind, elements))
            for kind, elements in self.laws
            if len(elements)
        ]

    def _parameters(self, kind, elements):
        names = COLUMNS[3:6] if kind == BOUC_WEN else (*COLUMNS[3:6], *COLUMNS[8:])
        return [self.column[name][elements] for name in names]

    def _per_ultimate(self, e, energy):
        """1 / z_u of the degrading elements e, which have a strength of nu."""
        c = self.column
        nu = c["strength"][e] + c["strength_loss"][e] * energy
        return (nu * (c["beta"][e] + c["gamma"][e])) ** (1.0 / (c["power"][e] + 1.0))

    def split(self, state):
        """y, y', z, W and the energies (damping, elements, input) in the state vector."""
        return [state[part] for part in self.parts]

    def tangents(self, z, work, v):
        """dz/dd of every element, shape (element,); zero in linear elements."""
        g = np.zeros(self.m)
        for kind, e, parameters in self.laws:
            power = np.abs(z[e]) ** self.column["power"][e]
            if kind == BOUC_WEN:
                g[e] = bouc_wen_tangent(z[e], v[e], power, *parameters)
            else:
                energy = work[e] / self.column["mass"][e]
                g[e] = baber_noori_tangent(
                    z[e], energy, v[e], power, self._per_ultimate(e, energy), *parameters
                )
        return g

    def acceleration(self, y, u, z, signal):
        """Relative acceleration of the floors, shape (floor,)."""
        hysteretic = self.incidence.T @ (self.column["scale"] * z)
        return self.inverse @ (
            self.load * signal - self.damping @ u - self.elastic @ y - hysteretic
        )

    def rate(self, state, signal):
        """Time derivative of the state vector."""
        y, u, z, work, _ = self.split(state)
        v = self.incidence @ u
        hysteretic_power = self.column["scale"] * z * v
        powers = (
            u @ self.damping @ u,
            u @ self.elastic @ y + hysteretic_power.sum(),
            u @ self.load * signal,
        )
        z_rate = self.tangents(z, work, v) * v
        return np.concatenate(
            [u, self.acceleration(y, u, z, signal), z_rate, hysteretic_power, powers]
        )

    def scales(self, signal, duration):
        """A magnitude for each component of the state, for the absolute tolerance.

        That of the static response to the largest force or, where the structure is too soft or too
        heavy to get there, of the masses moving freely under that force for the length of the
        record.
        """
        force = np.abs(self.load).sum() * np.abs(signal).max() or 1.0
        stiffness = np.trace(self.elastic) + (self.column["scale"] * self.column["amplitude"]).sum()
        stiffness += 2.0 * np.trace(self.mass) / duration**2
        d = force / stiffness
        u = d * np.sqrt(stiffness / np.trace(self.mass))
        z = np.where(self.column["amplitude"] > 0.0, d * self.column["amplitude"], 1.0)
        return np.concatenate(
            [np.full(self.n, d), np.full(self.n, u), z, np.full(self.m + 3, force * d)]
        )


def integrate(structure, load, influence, signal, interval, method, tolerance, initial=None):
    """Response of one structure to one signal.

    Parameters
    ----------
    structure : Structure
        Without a record axis.
    load, influence : ndarray, shape (floor,)
        As in `simulators.solvers.batch.plan`.
    signal : ndarray, shape (time,)
    interval : float
    method : str
        One of `METHODS`.
    tolerance : float
        Relative tolerance of each step; the absolute one is a thousandth of it times the scale of
        the component.
    initial : tuple of ndarray, shape (floor,), optional
        Displacement and velocity at the first sample.

    Returns
    -------
    dict of str to ndarray, shape (time, component)
        The outputs of `simulators.solvers.batch.OUTPUTS`, `hysteretic_force` (N) and
        `hysteretic_work` (J) of each element, and the energies `kinetic_energy`, `damping_energy`,
        `element_energy`, `input_energy` (J), shape (time,).
    """
    equations = Equations(structure, load, influence)
    states = np.zeros((len(signal), 2 * equations.n + 2 * equations.m + 3))
    if initial is not None:
        states[0, : 2 * equations.n] = np.concatenate(initial)
        states[0, -2] = 0.5 * initial[0] @ equations.elastic @ initial[0]
    absolute = 1e-3 * tolerance * equations.scales(signal, interval * (len(signal) - 1))
    for t in range(len(signal) - 1):
        slope = (signal[t + 1] - signal[t]) / interval
        solution = solve_ivp(
            lambda s, x, a=signal[t], b=slope: equations.rate(x, a + b * s),
            (0.0, interval),
            states[t],
            method=method,
            rtol=tolerance,
            atol=absolute,
        )
        if not solution.success:
            raise ValueError(f"{method} stopped at {t * interval:g} s: {solution.message}")
        states[t + 1] = solution.y[:, -1]
    return _outputs(equations, states, signal)


def _outputs(equations, states, signal):
    n, m = equations.n, equations.m
    y, u, z, work, energies = np.split(states, (n, 2 * n, 2 * n + m, 2 * n + 2 * m), axis=1)
    column, drift = equations.column, y @ equations.incidence.T
    hysteretic = column["scale"] * z
    force = column["elastic"] * drift + column["viscous"] * (u @ equations.incidence.T) + hysteretic
    absolute = [
        equations.acceleration(*x, s) + equations.influence * s
        for *x, s in zip(y, u, z, signal, strict=True)
    ]
    return {
        "displacement": y,
        "velocity": u,
        "acceleration": np.array(absolute),
        "drift": drift,
        "restoring_force": force,
        "hysteretic_force": hysteretic,
        "dissipated_energy": dissipated_energy(column, z, work),
        "hysteretic_work": work,
        "kinetic_energy": 0.5 * np.einsum("ti,ij,tj->t", u, equations.mass, u),
        "damping_energy": energies[:, 0],
        "element_energy": energies[:, 1],
        "input_energy": energies[:, 2],
    }
