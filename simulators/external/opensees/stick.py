"""What the shear frames share: three masses on one another, each above one spring.

The numbers are chosen, those of the building in this project's README: 80, 80 and 60 t; 40, 35 and
30 MN/m; yield at a drift of 12 mm; 3 % Rayleigh damping in modes 1 and 2.
"""

from collections.abc import Callable
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
DAMPING_RATIO = 0.03
STOREYS = (1, 2, 3)


def assemble(
    ops: Any,
    spring: Callable[[int, float], None],
    mass_factor: float,
    collapse_drift: tuple[float, ...] | None = None,
) -> FrameModel:
    """The three storeys in OpenSees.

    Parameters
    ----------
    ops : module
    spring : callable
        Makes the material of a storey, given its number (from 1) and its stiffness in N/m.
    mass_factor : float
        Dimensionless.
    collapse_drift : tuple of float, optional
        m, of each storey; see `FrameModel`.

    Returns
    -------
    FrameModel
    """
    ops.model("basic", "-ndm", 1, "-ndf", 1)
    ops.node(0, 0.0)
    ops.fix(0, 1)
    for storey, mass, stiffness in zip(STOREYS, MASS, STIFFNESS, strict=True):
        ops.node(storey, 0.0)
        ops.mass(storey, mass_factor * float(mass))
        spring(storey, float(stiffness))
        ops.element(
            "zeroLength", storey, storey - 1, storey, "-mat", storey, "-dir", 1, "-doRayleigh", 1
        )
    rayleigh(ops, DAMPING_RATIO, committed=False)
    forces = {f"storey_force_{i}": ElementForce(i, ("material", "1", "stress"), 0) for i in STOREYS}
    return FrameModel(floors=STOREYS, base=(0,), forces=forces, collapse_drift=collapse_drift)


class StickFrame(OpenSeesFrame):
    """Three storeys with factors on stiffness, strength and mass.

    Parameters
    ----------
    build : callable
        Makes the frame in OpenSees, given the module and the three factors.
    steps : int
        Integration steps a sample.
    """

    def __init__(self, build: Callable[..., FrameModel], steps: int) -> None:
        factor = {"units": "1", "default": 1.0, "minimum": 0.2, "maximum": 5.0}
        names = ("stiffness_factor", "strength_factor", "mass_factor")
        super().__init__(
            build,
            storeys=len(STOREYS),
            parameters={name: factor for name in names},
            forces={f"storey_force_{i}": "N" for i in STOREYS},
            steps=steps,
        )
