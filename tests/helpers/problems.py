"""Problems of structural dynamics with their exact solutions."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm

from simulators import BaseMotion, Elastic, Structure, Viscous, shear_building


@dataclass(frozen=True)
class Problem:
    """A structure, what excites it, and its exact response at the samples."""

    structure: Structure
    motion: BaseMotion
    exact: dict
    """Arrays of shape (time, component), named as the outputs of `solve`."""
    start: dict
    """Initial state, as keyword arguments of `solve`."""


def noise(generator, samples=100, interval=0.02):
    """White noise, m s-2: the hardest record that an interpolation between samples can meet."""
    return BaseMotion(generator.normal(size=samples), interval)


def refined(motion, factor):
    """The same excitation with more samples on its straight lines."""
    samples = motion.acceleration.size
    places = np.arange((samples - 1) * factor + 1) / factor
    return BaseMotion(
        np.interp(places, np.arange(samples), motion.acceleration), motion.interval / factor
    )


def linear_response(mass, damping, stiffness, load, signal, interval, displacement, velocity):
    """Exact y and y' of M y'' + C y' + K y = load u(t), u linear between samples, each of shape
    (time, floor).

    The state [y, y', u, u'] obeys a homogeneous linear equation between two samples, whose solution
    is a matrix exponential (Van Loan 1978, IEEE Trans. Autom. Control 23:395-404).
    """
    n = len(mass)
    A = np.zeros((2 * n + 2, 2 * n + 2))
    A[:n, n : 2 * n] = np.eye(n)
    A[n : 2 * n, :n] = -np.linalg.solve(mass, stiffness)
    A[n : 2 * n, n : 2 * n] = -np.linalg.solve(mass, damping)
    A[n : 2 * n, 2 * n] = np.linalg.solve(mass, load)
    A[2 * n, 2 * n + 1] = 1.0
    step = expm(A * interval)[: 2 * n]
    states = [np.concatenate([displacement, velocity])]
    for u, rate in zip(signal[:-1], np.diff(signal) / interval, strict=True):
        states.append(step @ np.concatenate([states[-1], [u, rate]]))
    return np.split(np.array(states), 2, axis=1)


def linear_problem(structure, damping, stiffness, motion, displacement, velocity):
    """`structure`, whose total damping and stiffness are stated independently, under a base
    motion.
    """
    M, G, B = structure.mass, structure.influence, structure.incidence
    signal = motion.acceleration
    y, u = linear_response(
        M, damping, stiffness, -M @ G, signal, motion.interval, displacement, velocity
    )
    absolute = -np.linalg.solve(M, damping @ u.T + stiffness @ y.T).T
    exact = {"displacement": y, "velocity": u, "acceleration": absolute, "drift": y @ B.T}
    return Problem(
        structure,
        motion,
        exact,
        {"initial_displacement": displacement, "initial_velocity": velocity},
    )


def elastic_chain():
    """Three storeys of springs, dashpots of their own."""
    k, c = np.array([3e4, 2e4, 1e4]), np.array([200.0, 100.0, 300.0])
    building = shear_building([100.0, 80.0, 60.0], Elastic(k), c)
    B = np.array([[1.0, 0.0, 0.0], [-1.0, 1.0, 0.0], [0.0, -1.0, 1.0]])
    motion = noise(np.random.default_rng(1))
    return linear_problem(
        building, B.T @ np.diag(c) @ B, B.T @ np.diag(k) @ B, motion, np.zeros(3), np.zeros(3)
    )


def elastic_frame():
    """Full mass matrix, damping that couples the modes, influence other than one, braces across
    floors, not at rest.
    """
    generator = np.random.default_rng(2)
    root = generator.normal(size=(4, 4))
    M = 50.0 * (root @ root.T + 4.0 * np.eye(4))
    C, K = 200.0 * generator.normal(size=(4, 4)) + 2e3 * np.eye(4), 5e4 * np.eye(4)
    B = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, -1.0, 0.0, 1.0], [-1.0, 0.0, 1.0, 0.0]])
    structure = Structure(M, C, B, (Elastic([4e4, 3e4]), Viscous(900.0)), [1.0, 0.5, -0.2, 0.0], K)
    total_damping = C + B.T @ np.diag([0.0, 0.0, 900.0]) @ B
    total_stiffness = K + B.T @ np.diag([4e4, 3e4, 0.0]) @ B
    start = 1e-3 * generator.normal(size=4), 1e-2 * generator.normal(size=4)
    return linear_problem(structure, total_damping, total_stiffness, noise(generator), *start)


def free_oscillator(frequency=1.5, ratio=0.03, samples=200, interval=0.01):
    """Underdamped oscillator of one degree of freedom, released from a displacement: y = exp(-zeta
    omega t) (...).
    """
    omega = 2.0 * np.pi * frequency
    damped, y0 = omega * np.sqrt(1.0 - ratio**2), 0.02
    motion = BaseMotion(np.zeros(samples), interval)
    decay, phase = np.exp(-ratio * omega * motion.time), damped * motion.time
    y = y0 * decay * (np.cos(phase) + ratio * omega / damped * np.sin(phase))
    u = -y0 * decay * omega**2 / damped * np.sin(phase)
    structure = shear_building(300.0, Elastic(300.0 * omega**2), 2.0 * ratio * omega * 300.0)
    exact = {"displacement": y[:, None], "velocity": u[:, None], "drift": y[:, None]}
    return Problem(structure, motion, exact, {"initial_displacement": [y0]})


LINEAR = (elastic_chain, elastic_frame, free_oscillator)


@dataclass(frozen=True)
class Cycling:
    """A path of drift from one turning point to the next, as the base motion that imposes it on a
    heavy floor.

    The drift of a floor of mass M is minus the displacement of the base, up to f / (M a_g), which
    is below rounding here. The velocity is 1 - cos from turning point to turning point and vanishes
    there, at a sample.
    """

    turning_points: tuple
    """m; the path starts from zero."""
    samples: int = 100
    """Between two turning points."""
    interval: float = 0.01

    MASS = 1e20

    @property
    def motion(self):
        pulse = np.sin(2.0 * np.pi * np.arange(self.samples) / self.samples)
        reach = BaseMotion(np.append(pulse, 0.0), self.interval).displacement[-1]
        strokes = np.diff(self.turning_points, prepend=0.0)
        return BaseMotion(np.append(np.outer(-strokes / reach, pulse).ravel(), 0.0), self.interval)

    @property
    def drift(self):
        return -self.motion.displacement

    def impose_on(self, law):
        """Structure of one floor whose only element, `law`, is driven along the path by
        `motion`.
        """
        return shear_building(self.MASS, law)


def wen_loop(drift, yield_drift, exponent):
    """Exact z of the Bouc-Wen law (A = 1, beta = gamma = d_y^-n / 2) along a path of drift, for n =
    1 or 2.

    Towards zero z follows d at slope one; away from zero z' = (1 - (|z| / d_y)^n) v, which is
    solved by an exponential (n = 1) or a hyperbolic tangent (n = 2).
    """
    grow = {
        1: lambda x, step: 1.0 - (1.0 - x) * np.exp(-step),
        2: lambda x, step: np.tanh(np.arctanh(x) + step),
    }[exponent]
    x, loop = 0.0, []
    for step in np.diff(drift, prepend=0.0) / yield_drift:
        unloading = np.clip(step, *sorted((0.0, -x)))
        x, step = x + unloading, step - unloading
        x = np.sign(step) * grow(abs(x), abs(step)) if step else x
        loop.append(x)
    return yield_drift * np.array(loop)


def elastoplastic_loop(drift, yield_drift):
    """Exact z of the elastoplastic law along a path of drift: slope one within +-d_y, flat
    there.
    """
    z, loop = 0.0, []
    for step in np.diff(drift, prepend=0.0):
        z = np.clip(z + step, -yield_drift, yield_drift)
        loop.append(z)
    return np.array(loop)
