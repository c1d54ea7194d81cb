"""Three storeys on one another, each a spring of Steel02 (Menegotto and Pinto).

Masses, stiffnesses, yield drift and damping are those of `simulators.external.opensees.stick`; 5 %
of the stiffness after yield. The transition R0 = 20, cR1 = 0.925, cR2 = 0.15 is what the OpenSees
manual recommends for Steel02.
"""

from typing import Any

from simulators.external.opensees import stick
from simulators.external.opensees.model import FrameModel

POST_YIELD_RATIO = 0.05
TRANSITION = (20.0, 0.925, 0.15)


def build(
    ops: Any, stiffness_factor: float = 1.0, strength_factor: float = 1.0, mass_factor: float = 1.0
) -> FrameModel:
    """The three storeys in OpenSees; the factors multiply what the modules state.

    Parameters
    ----------
    ops : module
    stiffness_factor, strength_factor, mass_factor : float
        Dimensionless. The yield drift follows from the first two.

    Returns
    -------
    FrameModel
    """

    def spring(storey: int, stiffness: float) -> None:
        force = strength_factor * stiffness * stick.YIELD_DRIFT
        elastic = stiffness_factor * stiffness
        ops.uniaxialMaterial("Steel02", storey, force, elastic, POST_YIELD_RATIO, *TRANSITION)

    return stick.assemble(ops, spring, mass_factor)


class ShearFrame(stick.StickFrame):
    """Three-storey shear frame of Steel02 springs; numbers and their source in the module.

    Parameters
    ----------
    steps : int
        Integration steps a sample.
    """

    def __init__(self, steps: int = 1) -> None:
        super().__init__(build, steps)
