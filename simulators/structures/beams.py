"""Frames of straight elastic beams, joined by links that carry a law in each of the six directions.

A node has the displacements x, y, z (m) and the rotations about x, y, z (rad), in this order. A
beam is Euler and Bernoulli's, with the consistent mass matrix of cubic shape functions
(Przemieniecki, Theory of Matrix Structural Analysis, 1968, chapters 5 and 11, without shear and
rotatory inertia). In its own axes e1 runs from start to end, e2 is horizontal, e3 = e1 x e2; for a
vertical beam e2 = e1 x X. So `inertia_2`, of bending in the plane e1-e3, resists vertical loads on
a horizontal beam.

A link joins two nodes at one place. Its elongation in direction i is u_i(start) - u_i(end), one row
of the incidence matrix each, so that `simulators.structures.structure.Structure` carries the frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulators.checks import finite_array, in_range, is_whole, read_only
from simulators.hysteresis import Law
from simulators.structures.structure import Structure

DIRECTIONS = ("x", "y", "z", "rx", "ry", "rz")
"""Displacements and rotations of a node."""

_BENDING_STIFFNESS = np.array([[12, 6, -12, 6], [6, 4, -6, 2], [-12, -6, 12, -6], [6, 2, -6, 4]])
_BENDING_MASS = np.array(
    [[156, 22, 54, -13], [22, 4, 13, -3], [54, 13, 156, -22], [-13, -3, -22, 4]]
)


@dataclass(frozen=True)
class Section:
    """Cross-section and material of a prismatic beam.

    Parameters
    ----------
    area : float
        m2.
    torsion : float
        Torsion constant (m4).
    inertia_2, inertia_3 : float
        Second moments of area (m4) of bending in the planes e1-e3 and e1-e2.
    modulus : float
        Young's modulus (N/m2).
    poisson : float
        Poisson's ratio, in (-1, 0.5].
    density : float
        kg/m3.
    """

    area: float
    torsion: float
    inertia_2: float
    inertia_3: float
    modulus: float
    poisson: float
    density: float

    def __post_init__(self) -> None:
        for name in ("area", "torsion", "inertia_2", "inertia_3", "modulus", "density"):
            in_range(self, name, above=0.0)
        in_range(self, "poisson", above=-1.0, maximum=0.5)


def beam_matrices(
    start: np.ndarray, end: np.ndarray, section: Section
) -> tuple[np.ndarray, np.ndarray]:
    """Stiffness and consistent mass of one beam in the axes of the frame.

    Parameters
    ----------
    start, end : ndarray, shape (3,)
        Its nodes (m).
    section : Section

    Returns
    -------
    stiffness, mass : ndarray, shape (12, 12)
        N/m and kg (with m and m2 for rotations): six directions of the start, then of the end.

    Raises
    ------
    ValueError
        If the nodes coincide.
    """
    length = float(np.linalg.norm(end - start))
    if length == 0.0:
        raise ValueError(f"a beam starts and ends at {start.tolist()} m: its length must be > 0")
    turn = np.kron(np.eye(4), _axes(start, end, length))
    return tuple(turn.T @ own @ turn for own in _own_matrices(length, section))


def _own_matrices(length: float, section: Section) -> tuple[np.ndarray, np.ndarray]:
    stiffness = np.zeros((12, 12))
    mass = np.zeros((12, 12))
    beam_mass = section.density * section.area * length
    shear_modulus = 0.5 * section.modulus / (1.0 + section.poisson)
    along = (
        (0, section.modulus * section.area, beam_mass),
        (3, shear_modulus * section.torsion, beam_mass * section.torsion / section.area),
    )
    for direction, rigidity, inertia in along:
        at = np.ix_([direction, direction + 6], [direction, direction + 6])
        stiffness[at] = rigidity / length * np.array([[1.0, -1.0], [-1.0, 1.0]])
        mass[at] = inertia / 6.0 * np.array([[2.0, 1.0], [1.0, 2.0]])
    # A positive rotation about e2 lowers e3: the signs of the two planes differ.
    planes = (([1, 5, 7, 11], section.inertia_3, 1.0), ([2, 4, 8, 10], section.inertia_2, -1.0))
    for directions, inertia, sign in planes:
        arm = np.array([1.0, sign * length, 1.0, sign * length])
        scale = np.outer(arm, arm)
        at = np.ix_(directions, directions)
        stiffness[at] = section.modulus * inertia / length**3 * scale * _BENDING_STIFFNESS
        mass[at] = beam_mass / 420.0 * scale * _BENDING_MASS
    return stiffness, mass


def _axes(start: np.ndarray, end: np.ndarray, length: float) -> np.ndarray:
    """Rows e1, e2, e3."""
    first = (end - start) / length
    second = np.cross([0.0, 0.0, 1.0], first)
    if np.linalg.norm(second) < 1e-9:
        second = np.cross(first, [1.0, 0.0, 0.0])
    second = second / np.linalg.norm(second)
    return np.stack([first, second, np.cross(first, second)])


@dataclass(frozen=True, eq=False)
class LinkedFrame:
    """Nodes, beams and links of a frame on a rigid base.

    Parameters
    ----------
    nodes : array_like, shape (node, 3)
        Places (m); two nodes may share one.
    beams, links : sequence of pairs of int
        Start and end node, counted from 0; the nodes of a link share their place.
    fixed : sequence of int
        Nodes of the base.
    section : Section
        Of all beams.

    Raises
    ------
    ValueError
        Naming the field: an unknown node, a link with a length, a free node without mass.
    """

    nodes: np.ndarray
    beams: tuple[tuple[int, int], ...]
    links: tuple[tuple[int, int], ...]
    fixed: tuple[int, ...]
    section: Section

    def __post_init__(self) -> None:
        nodes = finite_array("nodes", self.nodes, ndim=2)
        if nodes.shape[1] != 3:
            raise ValueError(f"nodes has shape {nodes.shape}: expected (node, 3)")
        object.__setattr__(self, "nodes", read_only(nodes))
        for name in ("beams", "links"):
            object.__setattr__(self, name, _pairs(name, getattr(self, name), len(nodes)))
        object.__setattr__(self, "fixed", tuple(_node("fixed", n, len(nodes)) for n in self.fixed))
        for start, end in self.links:
            if not np.allclose(nodes[start], nodes[end]):
                raise ValueError(f"links: nodes {start} and {end} do not share one place")
        bare = set(range(len(nodes))) - set(self.fixed) - {n for pair in self.beams for n in pair}
        if bare:
            raise ValueError(f"nodes: node {min(bare)} has no beam, and so no mass")

    @property
    def free(self) -> np.ndarray:
        """Nodes that move, in the order of the floors of the structure: ndarray of int."""
        return np.setdiff1d(np.arange(len(self.nodes)), self.fixed)

    def degree(self, node: int, direction: str) -> int:
        """Floor of the structure that is `direction` (one of `DIRECTIONS`) of a free node."""
        if direction not in DIRECTIONS:
            raise ValueError(f"direction = {direction!r}: expected one of {', '.join(DIRECTIONS)}")
        if node not in self.free:
            raise ValueError(f"node = {node!r}: expected a node that is free")
        return 6 * int(np.searchsorted(self.free, node)) + DIRECTIONS.index(direction)

    def matrices(self) -> tuple[np.ndarray, np.ndarray]:
        """Stiffness and mass of the beams, all nodes: ndarray, shape (6 node, 6 node)."""
        stiffness = np.zeros((6 * len(self.nodes), 6 * len(self.nodes)))
        mass = np.zeros_like(stiffness)
        for start, end in self.beams:
            at = np.concatenate([6 * start + np.arange(6), 6 * end + np.arange(6)])
            own_stiffness, own_mass = beam_matrices(
                self.nodes[start], self.nodes[end], self.section
            )
            stiffness[np.ix_(at, at)] += own_stiffness
            mass[np.ix_(at, at)] += own_mass
        return stiffness, mass

    def structure(self, law: Law | Sequence[Law], angle: float = 0.0) -> Structure:
        """The frame as a structure whose floors are the free degrees of freedom, without damping.

        Parameters
        ----------
        law : Law or sequence of Law
            6 elements a link, in the order of the links, then of `DIRECTIONS`.
        angle : float
            Of the base motion to the x axis (rad), in the horizontal plane.

        Returns
        -------
        Structure
            Whose influence is cos(angle) in x and sin(angle) in y.
        """
        kept = (6 * self.free[:, None] + np.arange(6)).ravel()
        stiffness, mass = self.matrices()
        at = np.ix_(kept, kept)
        influence = np.tile([np.cos(angle), np.sin(angle), 0.0, 0.0, 0.0, 0.0], len(self.free))
        return Structure(
            mass=mass[at],
            damping=np.zeros_like(mass[at]),
            incidence=self._incidence()[:, kept],
            laws=(law,) if isinstance(law, Law) else tuple(law),
            influence=influence,
            stiffness=stiffness[at],
        )

    def _incidence(self) -> np.ndarray:
        rows = np.zeros((len(self.links), 6, len(self.nodes), 6))
        for link, (start, end) in enumerate(self.links):
            rows[link, :, start] = np.eye(6)
            rows[link, :, end] = -np.eye(6)
        return rows.reshape(6 * len(self.links), 6 * len(self.nodes))


def _pairs(name: str, pairs: Sequence[tuple[int, int]], count: int) -> tuple[tuple[int, int], ...]:
    return tuple((_node(name, start, count), _node(name, end, count)) for start, end in pairs)


def _node(name: str, node: int, count: int) -> int:
    if not is_whole(node) or not 0 <= node < count:
        raise ValueError(f"{name}: node {node!r} does not exist, expected 0 to {count - 1}")
    return int(node)
