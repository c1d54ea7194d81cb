"""Three storeys on one another, each a spring of Steel02 (Menegotto and Pinto).

The numbers are chosen, those of the building in this project's README: 80, 80 and 60 t; 40, 35 and
30 MN/m; yield at a drift of 12 mm; 5 % of the stiffness after yield; 3 % Rayleigh damping in modes
1 and 2. The transition R0 = 20, cR1 = 0.925, cR2 = 0.15 is what the OpenSees manual recommends for
Steel02.
"""

from typing import Any

import numpy as np

from simulators.external.opensees.driver import OpenSeesFrame
from simulators.external.opensees.model import ElementForce, FrameModel, rayleigh

MASS = np.array([80e3, 80e3, 60e3])
"""kg."""
STIFFNESS = np.array([40e6, 35e6, 30e6])
"""N/m."""
YIELD_DRIFT = 0.012
"""m."""
POST_YIELD_RATIO = 0.05
DAMPING_RATIO = 0.03
TRANSITION = (20.0, 0.925, 0.15)


def build(
    ops: Any, stiffness_factor: float = 1.0, strength_factor: float = 1.0, mass_factor: float = 1.0
) -> FrameModel:
    """The three storeys in OpenSees; the factors multiply what the module states.

    Parameters
    ----------
    ops : module
    stiffness_factor, strength_factor, mass_factor : float
        Dimensionless. The yield drift follows from the first two.

    Returns
    -------
    FrameModel
    """
    ops.model("basic", "-ndm", 1, "-ndf", 1)
    ops.node(0, 0.0)
    ops.fix(0, 1)
    for storey, (mass, stiffness) in enumerate(zip(MASS, STIFFNESS, strict=True), start=1):
        force = strength_factor * stiffness * YIELD_DRIFT
        elastic = stiffness_factor * stiffness
        ops.node(storey, 0.0)
        ops.mass(storey, mass_factor * float(mass))
        ops.uniaxialMaterial(
            "Steel02", storey, float(force), float(elastic), POST_YIELD_RATIO, *TRANSITION
        )
        ops.element(
            "zeroLength", storey, storey - 1, storey, "-mat", storey, "-dir", 1, "-doRayleigh", 1
        )
    rayleigh(ops, DAMPING_RATIO, committed=False)
    springs = {
        f"storey_force_{i}": ElementForce(i, ("material", "1", "stress"), 0) for i in (1, 2, 3)
    }
    return FrameModel(floors=(1, 2, 3), base=(0,), forces=springs)


class ShearFrame(OpenSeesFrame):
    """Three-storey shear frame of Steel02 springs; numbers and their source in the module.

    Parameters
    ----------
    steps : int
        Integration steps a sample.
    """

    def __init__(self, steps: int = 1) -> None:
        factor = {"units": "1", "default": 1.0, "minimum": 0.2, "maximum": 5.0}
        super().__init__(
            build,
            storeys=3,
            parameters={
                "stiffness_factor": factor,
                "strength_factor": factor,
                "mass_factor": factor,
            },
            forces={f"storey_force_{i}": "N" for i in (1, 2, 3)},
            steps=steps,
        )
