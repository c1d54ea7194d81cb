"""Structures with published parameters."""

import numpy as np

from simulators.hysteresis import ForceFormBoucWen
from simulators.structures.structure import Structure, shear_building


def five_storey() -> Structure:
    """Five-storey building of Zhang et al. (2019), Computers & Structures 220, 55-68.

    Published in kN, m and kg: masses 100, 80, 80, 80, 80 kg, dashpots in kN s/m, and alpha and beta
    for a force in kN; all converted to SI here (`ForceFormBoucWen.in_unit`). Natural frequencies
    0.83310, 2.38704, 3.74119, 4.80122, 5.57053 Hz.
    """
    law = ForceFormBoucWen.in_unit(
        "kN",
        stiffness=[30.0, 24.0, 30.0, 24.0, 30.0],
        alpha=[1.0, 2.0, 1.0, 2.0, 1.0],
        beta=[2.0, 1.0, 2.0, 1.0, 2.0],
        exponent=[3.0, 2.0, 3.0, 2.0, 3.0],
    )
    damping = 1e3 * np.array([0.55, 0.50, 0.55, 0.50, 0.55])
    return shear_building([100.0, 80.0, 80.0, 80.0, 80.0], law, damping)


def benchmark_oscillator() -> Structure:
    """Bouc-Wen benchmark of Noel and Schoukens (2016).

    One degree of freedom under an external force.

    m y'' + c y' + k y + z = u with z' = alpha v - beta (gamma |v| |z|^(nu-1) z + delta v |z|^nu):
    the force form with stiffness alpha and coefficients beta gamma and beta delta, beside a linear
    spring.
    """
    law = ForceFormBoucWen(
        stiffness=np.array([5e4]),
        alpha=np.array([1e3 * 0.8]),
        beta=np.array([1e3 * -1.1]),
        exponent=np.array([1.0]),
    )
    return Structure(mass=[[2.0]], damping=[[10.0]], incidence=[[1.0]], laws=law, stiffness=[[5e4]])
