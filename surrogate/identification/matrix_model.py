"""Structures that are given as matrices, of which factors are unknown.

    M y'' + C y' + K y = -M g a_g,     K = sum_i a_i K_i,     M = M_0 + sum_i m_i M_i            (1)

with the influence g of the base motion, known matrices K_i and M_i, and factors a_i and m_i that
are sought. C is Rayleigh's, a_0 M + a_1 K, or has a damping ratio in every mode, the same or one
each, or is a sum c_i C_i. A sensor sees a row of the locations L: L y, L y', or L (y'' + g a_g).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from simulators.hysteresis import Elastic
from simulators.structures.structure import Structure
from surrogate.identification.laws import Values
from surrogate.identification.linear_response import Poles, StateSpace, poles_of
from surrogate.identification.model import Model
from surrogate.identification.unknowns import Unknown
from surrogate.networks.observation import Channel

RATIO = "damping_ratio"
RAYLEIGH = ("mass_damping", "stiffness_damping")
MOST_DAMPING = 0.7
OF_DISPLACEMENT = ("displacement", "drift")
OF_VELOCITY = ("velocity", "drift_velocity")


@dataclass(frozen=True, eq=False)
class MatrixModel(Model):
    """The structure of (1).

    Parameters
    ----------
    mass : ndarray, shape (n, n)
        M_0 (kg).
    stiffness : mapping of str to ndarray, shape (n, n)
        K_i (N/m) by the name of its factor.
    locations : ndarray, shape (row, n)
        L.
    influence : ndarray, shape (n,)
        g.
    damping : mapping of str to ndarray
        ``damping_ratio``: one start, or one a mode; ``mass_damping`` (1/s) and
        ``stiffness_damping`` (s): one start each.
    mass_parts, damping_parts : mapping of str to ndarray, shape (n, n)
        M_i (kg) and C_i (N s/m) by the names of their factors.
    start : mapping of str to float
        Starts of the factors, one by default.

    Raises
    ------
    ValueError
        For matrices of other shapes, that are not symmetric, or that do not stand at the start.
    """

    mass: np.ndarray
    stiffness: Mapping[str, np.ndarray]
    locations: np.ndarray
    influence: np.ndarray
    damping: Mapping[str, np.ndarray]
    mass_parts: Mapping[str, np.ndarray] = field(default_factory=dict)
    damping_parts: Mapping[str, np.ndarray] = field(default_factory=dict)
    start: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._require_shapes()
        factors = (*self.stiffness, *self.mass_parts, *self.damping_parts)
        for name in self.start:
            if name not in (*factors, *self.damping):
                known = ", ".join((*factors, *self.damping))
                raise ValueError(f"start: {name!r} is unknown, choose from {known}")
        unknowns = [Unknown(name, "1", np.array([self.start.get(name, 1.0)])) for name in factors]
        for name, usual in self.damping.items():
            begin = np.atleast_1d(np.asarray(self.start.get(name, usual), dtype=float))
            unit = {RATIO: "1", RAYLEIGH[0]: "s-1", RAYLEIGH[1]: "s"}[name]
            upper = MOST_DAMPING if name == RATIO else np.inf
            unknowns.append(Unknown(name, unit, begin, upper=upper))
        object.__setattr__(self, "unknowns", tuple(unknowns))
        object.__setattr__(self, "storeys", len(self.locations))
        self._require_stable()

    def _require_shapes(self) -> None:
        n = len(self.mass)
        square = {"mass": self.mass, **self.stiffness, **self.mass_parts, **self.damping_parts}
        for name, matrix in square.items():
            if matrix.shape != (n, n):
                raise ValueError(f"{name} has shape {matrix.shape}: expected {(n, n)}, as the mass")
            if not np.allclose(matrix, matrix.T, rtol=1e-9, atol=1e-9 * np.abs(matrix).max()):
                raise ValueError(f"{name} is not symmetric")
        if self.locations.ndim != 2 or self.locations.shape[1] != n:
            raise ValueError(f"locations have shape {self.locations.shape}: expected rows of {n}")
        if self.influence.shape != (n,):
            raise ValueError(f"influence has shape {self.influence.shape}: expected {(n,)}")
        if not self.stiffness:
            raise ValueError("stiffness has no part: name at least one matrix")
        if RATIO in self.damping and np.size(self.damping[RATIO]) not in (1, n):
            raise ValueError(
                f"{RATIO} has {np.size(self.damping[RATIO])} numbers: expected one, or {n}"
            )

    def _require_stable(self) -> None:
        begun = {unknown.name: unknown.start for unknown in self.unknowns}
        mass, stiffness = self.matrices(begun)
        for name, matrix in (("mass", mass), ("stiffness", stiffness)):
            least = np.linalg.eigvalsh(matrix).min()
            if least <= 0.0:
                raise ValueError(
                    f"the {name} at the start is not positive definite (least eigenvalue "
                    f"{least:.3g}): leave degrees of freedom without any out, by condensation"
                )

    def matrices(self, values: Values) -> tuple[np.ndarray, np.ndarray]:
        """Return M (kg) and K (N/m) of values of shape (..., place): (..., n, n)."""
        mass = self.mass + _sum(self.mass_parts, values)
        return mass, _sum(self.stiffness, values)

    def structure(self, values: Values) -> Structure:
        mass, stiffness = self.matrices(values)
        n = len(self.mass)
        still = Elastic(np.zeros(1))  # a structure has at least one element
        at = np.eye(1, n)
        bare = Structure(mass, np.zeros((n, n)), at, still, self.influence, stiffness)
        damping = _sum(self.damping_parts, values)
        if RATIO in self.damping:
            damping = damping + self._modal(bare, values[RATIO])
        if RAYLEIGH[0] in self.damping:
            damping = damping + values[RAYLEIGH[0]][..., None] * mass
        if RAYLEIGH[1] in self.damping:
            damping = damping + values[RAYLEIGH[1]][..., None] * stiffness
        damping = np.broadcast_to(damping, stiffness.shape)
        return Structure(mass, damping, at, still, self.influence, stiffness)

    def _modal(self, bare: Structure, ratios: np.ndarray) -> np.ndarray:
        """M Phi diag(2 omega zeta) Phi^T M."""
        frequencies, shapes = bare.modes()
        own = bare.mass @ shapes
        coefficients = 4.0 * np.pi * frequencies * ratios
        return (own * coefficients[..., None, :]) @ np.swapaxes(own, -1, -2)

    def system(self, values: Values, channels: Sequence[Channel]) -> StateSpace:
        """Return one structure, values of shape (place,), as channels see it."""
        structure = self.structure(values)
        n = len(self.mass)
        rates = -np.linalg.solve(
            structure.mass, np.concatenate([structure.stiffness, structure.damping], axis=1)
        )
        above = np.concatenate([np.zeros((n, n)), np.eye(n)], axis=1)
        transition = np.concatenate([above, rates])
        drive = np.concatenate([np.zeros(n), -self.influence])
        rows = [self._row(channel, rates) for channel in channels]
        output = np.stack([row for row, _ in rows])
        return StateSpace(transition, drive, output, np.array([direct for _, direct in rows]))

    def _row(self, channel: Channel, rates: np.ndarray) -> tuple[np.ndarray, float]:
        at = self.locations[channel.place - 1]
        none = np.zeros(len(at))
        if channel.quantity in OF_DISPLACEMENT:
            return np.concatenate([at, none]), 0.0
        if channel.quantity in OF_VELOCITY:
            return np.concatenate([none, at]), 0.0
        relative = channel.quantity == "relative_acceleration"
        return at @ rates, -float(at @ self.influence) if relative else 0.0

    def poles(self, values: Values, channels: Sequence[Channel]) -> Poles:
        """Return the poles of one structure, values of shape (place,)."""
        return poles_of(self.system(values, channels))

    def shapes(self, values: Values) -> np.ndarray:
        """Return mode shapes at the locations, the largest of each one: (row, mode)."""
        shapes = self.locations @ self.structure(values).modes()[1]
        largest = np.take_along_axis(shapes, np.abs(shapes).argmax(axis=0)[None], axis=0)
        return shapes / largest

    def answer(
        self, values: Values, base: np.ndarray, interval: float, channels: Sequence[Channel]
    ) -> np.ndarray:
        rows = np.concatenate([np.atleast_2d(own) for own in values.values()], axis=1)
        rows = np.broadcast_to(rows, (max(len(rows), len(base)), rows.shape[1]))
        different, places = np.unique(rows, axis=0, return_inverse=True)
        seen = np.empty((len(rows), base.shape[1], len(channels)))
        motion = np.arange(len(rows)) % len(base)
        for number, row in enumerate(different):
            own = np.flatnonzero(places.ravel() == number)
            poles = self.poles(_split(row, values), channels)
            if (poles.rates.real > 0.0).any():
                raise ValueError("a structure of these parameters is not stable")
            seen[own] = poles.answer(base[motion[own]], interval)
        return seen.reshape(-1, *base.shape, len(channels))


def _sum(parts: Mapping[str, np.ndarray], values: Values) -> np.ndarray:
    total = np.zeros(())
    for name, matrix in parts.items():
        total = total + values[name][..., None] * matrix
    return total


def _split(row: np.ndarray, values: Values) -> dict[str, np.ndarray]:
    ends = np.cumsum([own.shape[-1] for own in values.values()])
    pieces = np.split(row, ends[:-1])
    return dict(zip(values, pieces, strict=True))
