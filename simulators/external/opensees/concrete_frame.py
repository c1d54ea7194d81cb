"""Two-storey, two-bay frame of reinforced concrete whose hinges deteriorate, in the plane.

Geometry, sections, bars, strengths and gravity loads are those of RCFrame1.tcl of the OpenSees
examples (M. H. Scott 1999): bays of 288 in, storeys of 180 and 144 in; outer columns 24 x 24 in
with 6 bars of 0.79 in2 a face, inner column 24 x 27 in with 6 of 1.56 in2, beams 18 x 24 in with 4
of 1.00 in2, bars 3 in from the face; f_c = 4 ksi, f_y = 60 ksi; joints of the first floor carry
192, 384 and 192 kip, those of the roof 96, 192 and 96 kip.

In place of its fibres every member end has a hinge of `simulators.external.opensees.hinges`. The
stirrups, which that example does not state, are chosen: ratio 0.008, spacing a quarter of the
effective depth. Damping, chosen: 5 % in modes 1 and 2, proportional to the masses and to the
stiffness of the elastic members alone (F. Zareian and R. A. Medina 2010, Comput. Struct. 88,
45-53).
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from simulators.external.opensees.driver import OpenSeesFrame
from simulators.external.opensees.hinges import STIFFER, ConcreteMember, hinge_material
from simulators.external.opensees.model import (
    COLLAPSE_RATIO,
    GRAVITY,
    INCH,
    KIP,
    KSI,
    ElementForce,
    FrameModel,
    apply_gravity,
    natural_frequencies,
)

BAY = 288.0 * INCH
LEVELS = np.array([0.0, 180.0, 324.0]) * INCH
LOADS = np.array([[192.0, 384.0, 192.0], [96.0, 192.0, 96.0]]) * KIP
"""Gravity load of each joint, floor by pier."""
STRENGTH = 4.0 * KSI
YIELD_STRESS = 60.0 * KSI
STIRRUPS = 0.008
SPACING_RATIO = 0.25
DAMPING_RATIO = 0.05

_RIGID = 1e12
"""N/m, across a hinge in the two directions of displacement."""
_OUTER = (24.0, 24.0, 6 * 0.79)
_INNER = (24.0, 27.0, 6 * 1.56)
_BEAM = (18.0, 24.0, 4 * 1.00)
"""Width, depth (in) and bars at one face (in2)."""


def member(shape: tuple[float, float, float], length: float, axial_force: float) -> ConcreteMember:
    """A member of this frame.

    Parameters
    ----------
    shape : tuple of float
        Width and depth (in), bars at one face (in2), as the source has them.
    length : float
        m.
    axial_force : float
        N.
    """
    width, depth, steel = shape
    return ConcreteMember(
        width=width * INCH,
        depth=depth * INCH,
        cover=3.0 * INCH,
        steel=steel * INCH**2,
        length=length,
        axial_force=axial_force,
        concrete_strength=STRENGTH,
        yield_stress=YIELD_STRESS,
        transverse_ratio=STIRRUPS,
        spacing_ratio=SPACING_RATIO,
    )


def members() -> Iterator[tuple[int, int, int, ConcreteMember]]:
    """Number, start joint, end joint and properties of each member, joints as in `build`."""
    number = 0
    for pier in range(3):
        shape = _INNER if pier == 1 else _OUTER
        for storey in (1, 2):
            number += 1
            joint = 10 * (pier + 1) + storey
            load = float(LOADS[storey - 1 :, pier].sum())
            height = float(LEVELS[storey] - LEVELS[storey - 1])
            yield number, joint - 1, joint, member(shape, height, load)
    for floor in (1, 2):
        for pier in (1, 2):
            number += 1
            yield number, 10 * pier + floor, 10 * pier + 10 + floor, member(_BEAM, BAY, 0.0)


def build(ops: Any, strength_factor: float = 1.0, mass_factor: float = 1.0) -> FrameModel:
    """The frame in OpenSees, under its gravity loads.

    Parameters
    ----------
    ops : module
    strength_factor : float
        On the yield moments.
    mass_factor : float
        On the masses, not on the gravity loads.

    Returns
    -------
    FrameModel
    """
    ops.model("basic", "-ndm", 2, "-ndf", 3)
    for pier in (1, 2, 3):
        for floor, level in enumerate(LEVELS):
            ops.node(10 * pier + floor, (pier - 1) * BAY, float(level))
        ops.fix(10 * pier, 1, 1, 1)
    gravity = {}
    for floor, pier in np.ndindex(*LOADS.shape):
        joint = 10 * (pier + 1) + floor + 1
        load = float(LOADS[floor, pier])
        mass = mass_factor * load / GRAVITY
        ops.mass(joint, mass, 0.0, 0.0)
        gravity[joint] = (0.0, -load, 0.0)
    ops.uniaxialMaterial("Elastic", 1, _RIGID)
    ops.geomTransf("PDelta", 1)
    ops.geomTransf("Linear", 2)
    for number, start, end, one in members():
        _add(ops, number, (start, end), one, strength_factor)
    apply_gravity(ops, gravity)
    _damp(ops)
    hinges = {
        f"base_moment_{pier}": ElementForce(_hinges(2 * pier - 1)[0], ("force",), 2)
        for pier in (1, 2, 3)
    }
    limits = tuple(COLLAPSE_RATIO * np.diff(LEVELS))
    return FrameModel((21, 22), (10, 20, 30), forces=hinges, collapse_drift=limits)


def _hinges(number: int) -> tuple[int, int]:
    """Tags of the hinges at both ends of a member."""
    return 1000 + number, 2000 + number


def _add(
    ops: Any, number: int, joints: tuple[int, int], one: ConcreteMember, strength_factor: float
) -> None:
    material = 100 + number
    hinge_material(ops, material, one, strength_factor)
    for joint, hinge in zip(joints, _hinges(number), strict=True):
        # The member's end has the number of its hinge.
        ops.node(hinge, *ops.nodeCoord(joint))
        ops.element(
            "zeroLength", hinge, joint, hinge, "-mat", 1, 1, material, "-dir", 1, 2, 6,
            "-doRayleigh", 0,
        )  # fmt: skip
    area = one.width * one.depth
    inertia = one.elastic_rigidity / one.concrete_modulus
    kind = 2 if joints[1] - joints[0] == 10 else 1
    ops.element(
        "elasticBeamColumn", number, *_hinges(number), area, one.concrete_modulus, inertia, kind
    )


def _damp(ops: Any) -> None:
    first, second = natural_frequencies(ops, 2)
    of_stiffness = 2.0 * DAMPING_RATIO / (first + second)
    of_mass = of_stiffness * first * second
    elastic = [number for number, *_ in members()]
    joints = [10 * pier + floor for pier in (1, 2, 3) for floor in (1, 2)]
    # What the hinges do not damp, the members do: they are softer by (N + 1) / N with them.
    share = of_stiffness * (STIFFER + 1.0) / STIFFER
    ops.region(1, "-eleOnly", *elastic, "-rayleigh", 0.0, 0.0, share, 0.0)
    ops.region(2, "-nodeOnly", *joints, "-rayleigh", of_mass, 0.0, 0.0, 0.0)


class ConcreteFrame(OpenSeesFrame):
    """Concrete frame with deteriorating hinges; numbers and their sources in the module.

    Parameters
    ----------
    steps : int
        Integration steps a sample.
    """

    def __init__(self, steps: int = 1) -> None:
        factor = {"units": "1", "default": 1.0, "minimum": 0.3, "maximum": 3.0}
        super().__init__(
            build,
            storeys=2,
            parameters={"strength_factor": factor, "mass_factor": factor},
            forces={f"base_moment_{pier}": "N m" for pier in (1, 2, 3)},
            steps=steps,
        )
