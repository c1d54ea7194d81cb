"""Two-storey, one-bay steel moment frame with fibre sections and a leaning column, in the plane.

Geometry, weights, gravity loads and sections are those of L. Eads (2010), Pushover and dynamic
analysis of a 2-story moment frame, OpenSees examples (MRF_2Story_Concentrated.tcl): bay of 360 in,
storeys of 180 and 144 in, columns W24x131, beams W27x102, floors of 535 and 525 kip of which 398.02
and 391.31 kip stand on the leaning column, E = 29000 ksi.

In place of her rotational springs the members are force-based elements with five Lobatto points and
fibres. Plate dimensions are those of the AISC manual (fillets left out, which takes 1 % off the
area). The yield stress is the expected one of A992 steel, 1.1 x 50 ksi (AISC 341, table A3.1).
Chosen: hardening of 1 %, the transition of the OpenSees manual, 2 % Rayleigh damping in modes 1 and
2 with the committed stiffness.
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
    rayleigh,
)

BAY = 360.0 * INCH
HEIGHTS = np.array([180.0, 144.0]) * INCH
WEIGHTS = np.array([535.0, 525.0]) * KIP
LEANING_WEIGHTS = np.array([398.02, 391.31]) * KIP
MODULUS = 29000.0 * KSI
YIELD_STRESS = 55.0 * KSI
HARDENING = 0.01
TRANSITION = (20.0, 0.925, 0.15)
DAMPING_RATIO = 0.02
COLUMN = (24.5 * INCH, 12.9 * INCH, 0.605 * INCH, 0.960 * INCH)
BEAM = (27.1 * INCH, 10.0 * INCH, 0.515 * INCH, 0.830 * INCH)
"""Depth, flange width, web and flange thickness (m)."""

_POINTS = 5
_FIBRES = (12, 3)
"""Fibres over the web's depth and over a flange's thickness."""
_LEANING_AREA = 1000.0 * INCH**2


def build(ops: Any, yield_stress: float = YIELD_STRESS, mass_factor: float = 1.0) -> FrameModel:
    """The frame in OpenSees, under its gravity loads.

    Parameters
    ----------
    ops : module
    yield_stress : float
        Of columns and beams (N/m2).
    mass_factor : float
        On the floors' masses, not on the gravity loads.

    Returns
    -------
    FrameModel
    """
    ops.model("basic", "-ndm", 2, "-ndf", 3)
    _nodes(ops, mass_factor)
    ops.uniaxialMaterial("Steel02", 1, yield_stress, MODULUS, HARDENING, *TRANSITION)
    ops.uniaxialMaterial("Elastic", 2, MODULUS)
    for tag, shape in ((1, COLUMN), (2, BEAM)):
        _section(ops, tag, shape)
        ops.beamIntegration("Lobatto", tag, tag, _POINTS)
    _members(ops)
    apply_gravity(ops, _gravity())
    rayleigh(ops, DAMPING_RATIO)
    foot = {"column_moment": ElementForce(11, ("force",), 2)}
    limits = tuple(COLLAPSE_RATIO * HEIGHTS)
    return FrameModel((11, 12), (10, 20, 30), forces=foot, collapse_drift=limits)


def _nodes(ops: Any, mass_factor: float) -> None:
    """Node 10 p + f at pier p (1, 2; 3 leans) and floor f (0 is the ground)."""
    levels = np.concatenate([[0.0], np.cumsum(HEIGHTS)])
    for floor, level in enumerate(levels):
        for pier in (1, 2, 3):
            ops.node(10 * pier + floor, (pier - 1) * BAY, float(level))
    for foot in (10, 20):
        ops.fix(foot, 1, 1, 1)
    ops.fix(30, 1, 1, 1)
    for floor, weight in enumerate(WEIGHTS, start=1):
        mass = mass_factor * float(weight) / (2.0 * GRAVITY)
        for pier in (1, 2):
            ops.mass(10 * pier + floor, mass, 0.0, 0.0)
        ops.fix(30 + floor, 0, 0, 1)
        for pier in (2, 3):
            ops.equalDOF(10 + floor, 10 * pier + floor, 1)


def _section(ops: Any, tag: int, shape: tuple[float, float, float, float]) -> None:
    depth, width, web, flange = shape
    half = 0.5 * depth
    inner = half - flange
    ops.section("Fiber", tag)
    ops.patch("rect", 1, _FIBRES[0], 1, -inner, -0.5 * web, inner, 0.5 * web)
    ops.patch("rect", 1, _FIBRES[1], 1, inner, -0.5 * width, half, 0.5 * width)
    ops.patch("rect", 1, _FIBRES[1], 1, -half, -0.5 * width, -inner, 0.5 * width)


def _members(ops: Any) -> None:
    ops.geomTransf("PDelta", 1)
    ops.geomTransf("Linear", 2)
    for storey in (1, 2):
        for pier in (1, 2):
            top = 10 * pier + storey
            ops.element("forceBeamColumn", top, top - 1, top, 1, 1)
        ops.element("corotTruss", 30 + storey, 29 + storey, 30 + storey, _LEANING_AREA, 2)
        ops.element("forceBeamColumn", 40 + storey, 10 + storey, 20 + storey, 2, 2)


def _gravity() -> dict[int, tuple[float, float, float]]:
    loads: dict[int, tuple[float, float, float]] = {}
    for floor, (weight, leaning) in enumerate(zip(WEIGHTS, LEANING_WEIGHTS, strict=True), start=1):
        share = 0.5 * (weight - leaning)
        loads |= {10 + floor: (0.0, -share, 0.0), 20 + floor: (0.0, -share, 0.0)}
        loads[30 + floor] = (0.0, -leaning, 0.0)
    return loads


class SteelFrame(OpenSeesFrame):
    """Two-storey steel moment frame with fibre sections; numbers and their sources in the module.

    Parameters
    ----------
    steps : int
        Integration steps a sample.
    """

    def __init__(self, steps: int = 1) -> None:
        super().__init__(
            build,
            storeys=2,
            parameters={
                "yield_stress": {
                    "units": "N m-2",
                    "default": YIELD_STRESS,
                    "minimum": 150e6,
                    "maximum": 800e6,
                },
                "mass_factor": {"units": "1", "default": 1.0, "minimum": 0.2, "maximum": 3.0},
            },
            forces={"column_moment": "N m"},
            steps=steps,
        )
