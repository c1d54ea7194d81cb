"""Three-storey concrete frame on lead-rubber bearings, in space, under two horizontal motions.

The superstructure is that of Example5.1.tcl of the OpenSees examples: one bay of 240 in each way,
three storeys of 144 in, columns 18 x 18 in with fibres (3 bars of 0.79 in2 a side, 2.5 in cover,
core of 5 ksi, cover of 4 ksi, steel of 60 ksi), elastic beams 18 x 24 in with half of their gross
inertia, rigid floors, 10 % of the columns' capacity as the load of each joint, and damping of
0.0018 s times the committed stiffness.

Chosen: a slab of a floor's mass with the same beams below the columns, on one bearing a column. Its
post-yield period is 3 s, its characteristic strength 5 % of the weight and its first stiffness ten
times the second, the usual proportions of F. Naeim and J. M. Kelly (1999), Design of Seismic
Isolated Structures; vertical period 0.1 s. The element is elastomericBearingBoucWen, whose two
directions yield together, with eta = 1 and beta = gamma = 0.5.
"""

from typing import Any

import numpy as np

from simulators.external.opensees.driver import OpenSeesFrame
from simulators.external.opensees.model import (
    COLLAPSE_RATIO,
    GRAVITY,
    INCH,
    KIP,
    KSI,
    ElementForce,
    FrameModel,
    apply_gravity,
)

BAY = 240.0 * INCH
HEIGHT = 144.0 * INCH
COLUMN = 18.0 * INCH
COVER = 2.5 * INCH
BAR = 0.79 * INCH**2
BEAM = (18.0 * INCH, 24.0 * INCH)
TORSION = 1e10 * KIP * INCH**2
JOINT_LOAD = 0.1 * 4.0 * KSI * COLUMN**2
FLOOR_MASS = 4.0 * JOINT_LOAD / GRAVITY
DAMPING_TIME = 0.0018
"""s, on the committed stiffness."""
ISOLATED_PERIOD = 3.0
STRENGTH_RATIO = 0.05
STIFFNESS_RATIO = 0.1
VERTICAL_PERIOD = 0.1
MASS = 4.0 * FLOOR_MASS
"""Of three floors and the slab (kg)."""

_CORNERS = ((-0.5, 0.5), (0.5, 0.5), (0.5, -0.5), (-0.5, -0.5))
_LEVELS = 4
_MASTER = 9
_FLEXIBLE = 1.0


def build(
    ops: Any, isolated_period: float = ISOLATED_PERIOD, strength_ratio: float = STRENGTH_RATIO
) -> FrameModel:
    """The frame on its bearings in OpenSees, under its gravity loads.

    Parameters
    ----------
    ops : module
    isolated_period : float
        Of the whole mass on the bearings after yield (s).
    strength_ratio : float
        Characteristic strength of the bearings over the weight.

    Returns
    -------
    FrameModel
    """
    ops.model("basic", "-ndm", 3, "-ndf", 6)
    _nodes(ops)
    _sections(ops)
    _members(ops)
    _bearings(ops, isolated_period, strength_ratio)
    corners = [_joint(level, corner) for level in range(_LEVELS) for corner in range(4)]
    apply_gravity(ops, {node: (0.0, 0.0, -JOINT_LOAD, 0.0, 0.0, 0.0) for node in corners})
    ops.rayleigh(0.0, 0.0, 0.0, DAMPING_TIME)
    masters = tuple(_joint(level, _MASTER) for level in range(_LEVELS))
    forces = {
        "bearing_force_x": ElementForce(1, ("basicForce",), 1),
        "bearing_force_y": ElementForce(1, ("basicForce",), 2),
    }
    # How far the bearings may go is not modelled.
    limits = (float("inf"), *(_LEVELS - 1) * (COLLAPSE_RATIO * HEIGHT,))
    return FrameModel(masters, (1, 2, 3, 4), forces=forces, collapse_drift=limits)


def _joint(level: int, corner: int) -> int:
    """Node of a corner, or the `_MASTER`, of the slab (level 0) or a floor."""
    return 100 + 10 * level + corner


def _nodes(ops: Any) -> None:
    inertia = FLOOR_MASS * 2.0 * BAY**2 / 12.0
    for foot, (x, y) in enumerate(_CORNERS, start=1):
        ops.node(foot, x * BAY, y * BAY, 0.0)
        ops.fix(foot, 1, 1, 1, 1, 1, 1)
    for level in range(_LEVELS):
        for corner, (x, y) in enumerate(_CORNERS):
            ops.node(_joint(level, corner), x * BAY, y * BAY, level * HEIGHT)
        master = _joint(level, _MASTER)
        ops.node(master, 0.0, 0.0, level * HEIGHT)
        ops.mass(master, FLOOR_MASS, FLOOR_MASS, 0.0, 0.0, 0.0, inertia)
        ops.rigidDiaphragm(3, master, *(_joint(level, corner) for corner in range(4)))
        ops.fix(master, 0, 0, 1, 1, 1, 0)


def _sections(ops: Any) -> None:
    ops.uniaxialMaterial("Concrete01", 1, -5.0 * KSI, -0.005, -3.5 * KSI, -0.02)
    ops.uniaxialMaterial("Concrete01", 2, -4.0 * KSI, -0.002, 0.0, -0.006)
    ops.uniaxialMaterial("Steel01", 3, 60.0 * KSI, 30000.0 * KSI, 0.02)
    half = 0.5 * COLUMN
    core = half - COVER
    ops.section("Fiber", 1, "-GJ", TORSION)
    ops.patch("rect", 1, 8, 8, -core, -core, core, core)
    ops.patch("rect", 2, 1, 10, -half, -half, -core, half)
    ops.patch("rect", 2, 1, 10, core, -half, half, half)
    ops.patch("rect", 2, 10, 1, -core, -half, core, -core)
    ops.patch("rect", 2, 10, 1, -core, core, core, half)
    ops.layer("straight", 3, 3, BAR, -core, core, -core, -core)
    ops.layer("straight", 3, 3, BAR, core, core, core, -core)
    ops.layer("straight", 3, 2, BAR, 0.0, core, 0.0, -core)
    ops.beamIntegration("Lobatto", 1, 1, 4)


def _members(ops: Any) -> None:
    ops.geomTransf("PDelta", 1, 1.0, 0.0, 0.0)
    ops.geomTransf("Linear", 2, 1.0, 1.0, 0.0)
    width, depth = BEAM
    modulus = 57.0 * (4000.0**0.5) * KSI
    strong = 0.5 * width * depth**3 / 12.0
    weak = 0.5 * depth * width**3 / 12.0
    stiffness = (width * depth, modulus, TORSION, 1.0, weak, strong)
    for level in range(_LEVELS):
        for corner in range(4):
            here = _joint(level, corner)
            tag = 1000 + here
            ops.element(
                "elasticBeamColumn", tag, here, _joint(level, (corner + 1) % 4), *stiffness, 2
            )
            if level:
                ops.element("forceBeamColumn", here, _joint(level - 1, corner), here, 1, 1)


def _bearings(ops: Any, isolated_period: float, strength_ratio: float) -> None:
    second = (2.0 * np.pi / isolated_period) ** 2 * MASS / 4.0
    strength = strength_ratio * MASS * GRAVITY / 4.0
    vertical = (2.0 * np.pi / VERTICAL_PERIOD) ** 2 * MASS / 4.0
    ops.uniaxialMaterial("Elastic", 10, float(vertical))
    ops.uniaxialMaterial("Elastic", 11, _FLEXIBLE)
    law = (float(second / STIFFNESS_RATIO), float(strength), STIFFNESS_RATIO, 0.0, 2.0, 1.0)
    for corner in range(4):
        ops.element(
            "elastomericBearingBoucWen", corner + 1, corner + 1, _joint(0, corner), *law, 0.5, 0.5,
            "-P", 10, "-T", 11, "-My", 11, "-Mz", 11,
            "-orient", 0.0, 0.0, 1.0, 1.0, 0.0, 0.0,
        )  # fmt: skip


class IsolatedFrame(OpenSeesFrame):
    """Base-isolated frame in space; numbers and their sources in the module.

    Parameters
    ----------
    directions : int
        Base motions: 2 for x and y, 1 for x alone.
    steps : int
        Integration steps a sample.

    Notes
    -----
    Its first floor is the slab on the bearings, its first storey the bearings themselves.
    """

    def __init__(self, directions: int = 2, steps: int = 1) -> None:
        super().__init__(
            build,
            storeys=_LEVELS,
            parameters={
                "isolated_period": {
                    "units": "s",
                    "default": ISOLATED_PERIOD,
                    "minimum": 1.5,
                    "maximum": 4.0,
                },
                "strength_ratio": {
                    "units": "1",
                    "default": STRENGTH_RATIO,
                    "minimum": 0.01,
                    "maximum": 0.2,
                },
            },
            forces={"bearing_force_x": "N", "bearing_force_y": "N"},
            directions=directions,
            steps=steps,
        )
