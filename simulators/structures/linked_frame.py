"""The two-storey frame with Bouc-Wen links of nonlinearbenchmark.org.

Two bays of 7.5 m by one of 5 m, storeys of 3.2 m, all members HEA 200. Every beam has a link at
each end, every column of the first storey one at its foot and one at its head; in each of the six
directions a link carries the law

    f = a k d + (1 - a) k z,  z' = v - beta |v| z - gamma v |z|,                                 (a)

with one set of numbers for displacements (N, m) and rotations (N m, rad). Damping: 2 % in the first
two modes.

Numbers: K. Vlachas, K. Agathos, K. Tatsis, A. Brink and E. Chatzi (2021), Two-story frame with
Bouc-Wen hysteretic links as a multi-degree of freedom nonlinear response simulator, 5th Workshop on
Nonlinear System Identification Benchmarks, and the authors' MATLAB code (file InputFileLinksFirst);
configurations from the note beside their datasets (doi 10.5281/zenodo.4742248), which has k = 1e8
N/m for configuration C. Three things differ from that code: the inertia of rotation about a beam's
axis couples its ends with 1/6 (the code has -1/6), the base motion loads the consistent mass (the
code a lumped one), and the law is integrated as the differential equation that it is.
"""

from dataclasses import dataclass

import numpy as np

from simulators.hysteresis import BoucWen
from simulators.structures.beams import LinkedFrame, Section
from simulators.structures.structure import Structure

HEA_200 = Section(
    area=5383e-6,
    torsion=204.3e-9,
    inertia_2=36.92e-6,
    inertia_3=13.36e-6,
    modulus=210e9,
    poisson=0.30,
    density=8000.0,
)
"""HEA 200 of steel as the authors have it; 8000 kg/m3 is their density."""

_PLAN = np.array([[0, 0], [1, 0], [2, 0], [2, 1], [1, 1], [0, 1]]) * [7.5, 5.0]
_STOREY = 3.2
_ALONG_X = ((0, 1), (1, 2), (3, 4), (4, 5))
_ALONG_Y = ((2, 3), (1, 4), (5, 0))


@dataclass(frozen=True)
class Links:
    """Parameters of the law (a) of all links.

    Parameters
    ----------
    post_yield_ratio : float
        a, dimensionless.
    stiffness : float
        k (N/m, N m/rad).
    beta, gamma : float
        1/m, 1/rad.
    """

    post_yield_ratio: float
    stiffness: float
    beta: float
    gamma: float


EXAMPLE = Links(0.10, 2e8, 3.0, 2.0)
"""The example of the description; its frequencies are 3.78, 4.61, 5.04, 5.99, 7.00 Hz."""

CONFIGURATIONS = {
    "A initial": Links(1.0, 6e7, 12.6, 5.7),
    "A": Links(0.5276, 5.4236e7, 12.6, 5.7),
    "C initial": Links(0.10, 1e8, 4.67, 1.21),
    "C": Links(0.10, 1e8, 30.87, -40.21),
    "D initial": Links(0.6235, 1e8, 21.82, 9.71),
    "E initial": Links(0.10, 5e7, 16.32, -16.32),
}
"""Those of the datasets whose links are all alike and do not degrade.

"A initial" is linear, and so are both states of configuration B as published, whose a is 1: it is
left out. "C" creates energy in some cycles (|gamma| > beta): `BoucWen` warns of it.
"""


def frame() -> LinkedFrame:
    """Nodes, beams and links of the frame.

    Returns
    -------
    LinkedFrame
        Joints 0-5 of the ground floor, 6-11 of the first and 12-17 of the second, anticlockwise
        from the origin; then the base, and the ends of the members that have links.
    """
    build = _Builder()
    base = [build.copy(joint) for joint in range(6)]
    for joint in range(6):
        build.links.append((base[joint], joint))
    for joint in range(6):
        head = build.copy(joint + 6)
        build.beams.append((joint, head))
        build.links.append((head, joint + 6))
        build.beams.append((joint + 6, joint + 12))
    for floor in (6, 12):
        for start, end in _ALONG_X + _ALONG_Y:
            build.add_linked_beam(floor + start, floor + end)
    nodes = np.array(build.nodes)
    return LinkedFrame(nodes, tuple(build.beams), tuple(build.links), tuple(base), HEA_200)


def linked_frame(links: Links = EXAMPLE, angle: float = np.pi / 4) -> Structure:
    """The two-storey frame with Bouc-Wen links.

    Parameters
    ----------
    links : Links
        `EXAMPLE`, one of `CONFIGURATIONS`, or others.
    angle : float
        Of the base motion to the long side (rad); pi/4 in the authors' datasets.

    Returns
    -------
    Structure
        Its floors are the 312 degrees of freedom of `frame()`, see `LinkedFrame.degree`.

    Notes
    -----
    The structure is stiff: its links twist the small inertia of the members about their axes, at up
    to 146 kHz. The explicit method "batch" of `solve` refuses it; its responses need an implicit
    integrator, which this package does not have for so many degrees of freedom.
    """
    geometry = frame()
    ones = np.ones(6 * len(geometry.links))
    law = BoucWen(
        stiffness=links.stiffness * ones,
        post_yield_ratio=np.array(links.post_yield_ratio),
        beta=np.array(links.beta),
        gamma=np.array(links.gamma),
        exponent=np.array(1.0),
    )
    return geometry.structure(law, angle).with_rayleigh_damping(0.02)


class _Builder:
    """Nodes, beams and links as they come."""

    def __init__(self) -> None:
        levels = [[*place, storey * _STOREY] for storey in range(3) for place in _PLAN.tolist()]
        self.nodes: list[list[float]] = levels
        self.beams: list[tuple[int, int]] = []
        self.links: list[tuple[int, int]] = []

    def copy(self, joint: int) -> int:
        """Number of a new node at the place of a joint."""
        self.nodes.append(self.nodes[joint])
        return len(self.nodes) - 1

    def add_linked_beam(self, start: int, end: int) -> None:
        """A beam whose two ends are linked to the joints `start` and `end`."""
        first = self.copy(start)
        second = self.copy(end)
        self.beams.append((first, second))
        self.links.extend([(start, first), (second, end)])
