"""Three storeys on one another, each a spring that loses strength and stiffness.

Masses, stiffnesses, yield drift and damping are those of
`simulators.external.opensees.stick`; the springs are the bilinear ones of L. F. Ibarra, R. A.
Medina and H. Krawinkler (2005), Hysteretic models that incorporate strength and stiffness
deterioration, Earthq. Eng. Struct. Dyn. 34(12), 1489-1511, in OpenSees' IMKBilin. With the yield
drift d_y, the yield force F_y = k d_y and E the energy dissipated so far, chosen:

    force at the cap    F_c = 1.09 F_y at 4 d_y: 3 % of the stiffness after yield
    beyond the cap      -10 % of the stiffness, down to 5 % of F_y
    deterioration       E_t = 100 d_y F_y of strength, of strength beyond the cap and of stiffness

A storey whose drift passes the end of the falling branch, 14.9 d_y, has collapsed.
"""

from typing import Any

from simulators.external.opensees import stick
from simulators.external.opensees.model import FrameModel

CAP = 4.0
"""Drift at the cap, over the yield drift."""
HARDENING = 0.03
SOFTENING = 0.10
RESIDUAL = 0.05
DETERIORATION = 100.0
_CAP_FORCE = 1.0 + HARDENING * (CAP - 1.0)
_FALL = _CAP_FORCE / SOFTENING
"""Drift from the cap to no force, over the yield drift."""


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
    yield_drift = stick.YIELD_DRIFT * strength_factor / stiffness_factor

    def spring(storey: int, stiffness: float) -> None:
        _spring(ops, storey, stiffness_factor * stiffness, yield_drift)

    limits = len(stick.STOREYS) * ((CAP + _FALL) * yield_drift,)
    return stick.assemble(ops, spring, mass_factor, limits)


def _spring(ops: Any, tag: int, stiffness: float, yield_drift: float) -> None:
    to_cap = (CAP - 1.0) * yield_drift
    fall = _FALL * yield_drift
    ultimate = 2.0 * (CAP + _FALL) * yield_drift  # no fracture before the collapse
    side = (to_cap, fall, ultimate, stiffness * yield_drift, _CAP_FORCE, RESIDUAL)
    losses = 3 * (DETERIORATION * yield_drift,)
    exponents = 3 * (1.0,)
    rates = (1.0, 1.0)
    ops.uniaxialMaterial("IMKBilin", tag, stiffness, *side, *side, *losses, *exponents, *rates)


class DeterioratingShearFrame(stick.StickFrame):
    """Three-storey shear frame of deteriorating springs; numbers and their source in the module.

    Parameters
    ----------
    steps : int
        Integration steps a sample.
    """

    def __init__(self, steps: int = 1) -> None:
        super().__init__(build, steps)
