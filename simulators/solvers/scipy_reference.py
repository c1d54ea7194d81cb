"""The reference solution: SciPy's integrators, restarted at every sample of the excitation.

The excitation has a kink at each sample; a step across one loses its order, so no step crosses one.
The rate equations of the laws are the functions that the batch integrator compiles.
Beside the state the energies of the balance (physics: (1) of `simulators.solvers.energy_balance`)
are integrated by the same method.
"""

from itertools import pairwise

import numpy as np
from scipy.integrate import solve_ivp

from simulators.hysteresis.elements import Elements
from simulators.structures.structure import Structure

METHODS = ("DOP853", "RK45", "RK23", "Radau", "BDF", "LSODA")
"""Methods of `scipy.integrate.solve_ivp`."""


class Equations:
    """Right-hand side for one structure under one signal; state vector [y, y', z, W, energies]."""

    def __init__(self, structure: Structure, load: np.ndarray, influence: np.ndarray) -> None:
        self.elements = Elements(structure.laws)
        self.column = self.elements.column
        self.n = structure.floors
        self.m = structure.elements
        ends = np.cumsum((0, self.n, self.n, self.m, self.m, 3))
        self.parts = [slice(*bounds) for bounds in pairwise(ends)]
        self.mass = structure.mass
        self.incidence = structure.incidence
        self.load = load
        self.influence = influence
        self.damping = structure.total_damping()
        self.elastic = structure.stiffness + structure.incidence.T @ (
            self.column["elastic"][:, None] * structure.incidence
        )
        self.inverse = np.linalg.inv(self.mass)

    def split(self, state: np.ndarray) -> list[np.ndarray]:
        """y, y', z, W and the energies (damping, elements, input) in the state vector."""
        return [state[part] for part in self.parts]

    def acceleration(
        self, y: np.ndarray, u: np.ndarray, z: np.ndarray, signal: float
    ) -> np.ndarray:
        """Relative acceleration of the floors, shape (floor,)."""
        hysteretic = self.incidence.T @ (self.column["scale"] * z)
        return self.inverse @ (
            self.load * signal - self.damping @ u - self.elastic @ y - hysteretic
        )

    def rate(self, state: np.ndarray, signal: float) -> np.ndarray:
        """Time derivative of the state vector."""
        y, u, z, work, _ = self.split(state)
        v = self.incidence @ u
        hysteretic_power = self.column["scale"] * z * v
        powers = (
            u @ self.damping @ u,
            u @ self.elastic @ y + hysteretic_power.sum(),
            u @ self.load * signal,
        )
        z_rate = self.elements.tangents(z, self.incidence @ y, v, work) * v
        return np.concatenate(
            [u, self.acceleration(y, u, z, signal), z_rate, hysteretic_power, powers]
        )

    def scales(self, signal: np.ndarray, duration: float) -> np.ndarray:
        """A magnitude for each component of the state, for the absolute tolerance.

        That of the static response to the largest force or, where the structure is too soft or too
        heavy to get there, of the masses moving freely under that force for the length of the
        record.
        """
        rest = np.zeros(self.m)
        tangent = self.elements.tangents(rest, rest, np.ones(self.m), rest)
        force = np.abs(self.load).sum() * np.abs(signal).max() or 1.0
        stiffness = np.trace(self.elastic) + (self.column["scale"] * tangent).sum()
        stiffness += 2.0 * np.trace(self.mass) / duration**2
        d = force / stiffness
        u = d * np.sqrt(stiffness / np.trace(self.mass))
        start = np.abs(self.elements.start(np.full(self.m, d))[0])
        z = np.where(tangent > 0.0, d * tangent, np.where(start > 0.0, start, 1.0))
        return np.concatenate(
            [np.full(self.n, d), np.full(self.n, u), z, np.full(self.m + 3, force * d)]
        )


def integrate(
    structure: Structure,
    load: np.ndarray,
    influence: np.ndarray,
    signal: np.ndarray,
    interval: float,
    method: str,
    tolerance: float,
    initial: tuple[np.ndarray, ...] | None = None,
) -> dict[str, np.ndarray]:
    """Response of one structure to one signal.

    Parameters
    ----------
    structure : Structure
        Without a record axis.
    load, influence : ndarray, shape (floor,)
        As in `simulators.solvers.plan.plan`.
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
        z, work = equations.elements.start(equations.incidence @ initial[0])
        states[0, :-3] = np.concatenate([*initial, z, work])
        states[0, -2] = 0.5 * initial[0] @ equations.elastic @ initial[0] + work.sum()
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


def _outputs(equations: Equations, states: np.ndarray, signal: np.ndarray) -> dict[str, np.ndarray]:
    n = equations.n
    m = equations.m
    y, u, z, work, energies = np.split(states, (n, 2 * n, 2 * n + m, 2 * n + 2 * m), axis=1)
    column = equations.column
    drift = y @ equations.incidence.T
    hysteretic = column["scale"] * z
    force = column["elastic"] * drift + column["viscous"] * (u @ equations.incidence.T) + hysteretic
    absolute = [
        equations.acceleration(y[t], u[t], z[t], value) + equations.influence * value
        for t, value in enumerate(signal)
    ]
    return {
        "displacement": y,
        "velocity": u,
        "acceleration": np.array(absolute),
        "drift": drift,
        "restoring_force": force,
        "hysteretic_force": hysteretic,
        "dissipated_energy": equations.elements.dissipated(z, drift, work),
        "hysteretic_work": work,
        "kinetic_energy": 0.5 * np.einsum("ti,ij,tj->t", u, equations.mass, u),
        "damping_energy": energies[:, 0],
        "element_energy": energies[:, 1],
        "input_energy": energies[:, 2],
    }
