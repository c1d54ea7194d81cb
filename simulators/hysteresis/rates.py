"""The rate equations of the elements: how a storey, a brace or an isolator answers to being
deformed.

Every law has one form. An element of elongation d (m) and rate v = d' (m/s) carries the force

    f = elastic d + viscous v + scale z                                                          (1)

and the hysteretic variable z follows the path, not the clock:

    z' = g(z, e, sgn v) v                                                                        (2)

g = dz/dd is the tangent of the loop; that z' is proportional to v is what rate independence means.
The tangents are the functions `bouc_wen_tangent` and `baber_noori_tangent` below. They are written
once, in NumPy's vocabulary, and are run by the SciPy reference on arrays and by the batch
integrator, compiled, on SIMD lanes. e (J/kg) is the hysteretic energy of a degrading element per
unit of its reference mass; the integrators carry the energy itself, W' = scale z v (J), for every
element.

The laws themselves, what a user states of an element, are the classes of `simulators.hysteresis`,
which cite the sources; each fills some `COLUMNS` with its parameters.
"""

import numpy as np
from numba.extending import register_jitable

from simulators.hysteresis import BABER_NOORI, BOUC_WEN, LINEAR

__all__ = [
    "BABER_NOORI",
    "BOUC_WEN",
    "COLUMNS",
    "LINEAR",
    "baber_noori_tangent",
    "bouc_wen_tangent",
    "stored_energy",
]

COLUMNS = (
    # of (1)
    "elastic",
    "viscous",
    "scale",
    # of the Bouc-Wen tangent; `power` is the exponent n less one
    "amplitude",
    "beta",
    "gamma",
    "power",
    # of the Baber-Noori tangent, beyond those
    "mass",
    "strength",
    "strength_loss",
    "flexibility",
    "flexibility_gain",
    "amplitude_loss",
    "pinching",
    "pinching_rate",
    "pinching_onset",
    "spread",
    "spread_rate",
    "coupling",
)
"""Columns of the element table, the form in which both integrators read every law."""


@register_jitable
def bouc_wen_tangent(z, velocity, magnitude_power, amplitude, beta, gamma):
    """Tangent dz/dd of the Bouc-Wen loop (Wen 1976): A - |z|^(n-1) (beta sgn(v) z + gamma |z|),
    beta >= 0.

    `magnitude_power` is |z|^(n-1); of the velocity only the sign matters. The force form of Zhang
    et al. (2019) is the same function of z = f with A = k, beta = alpha and gamma = beta.
    """
    return amplitude - magnitude_power * (np.copysign(beta, velocity) * z + gamma * abs(z))


@register_jitable
def baber_noori_tangent(
    z,
    energy,
    velocity,
    magnitude_power,
    per_ultimate,
    amplitude,
    beta,
    gamma,
    strength,
    strength_loss,
    flexibility,
    flexibility_gain,
    amplitude_loss,
    pinching,
    pinching_rate,
    pinching_onset,
    spread,
    spread_rate,
    coupling,
):
    """Tangent of the Bouc-Wen-Baber-Noori loop: h / eta times that of Bouc-Wen with degraded A, nu
    beta and nu gamma.

    nu = strength + strength_loss e, eta = flexibility + flexibility_gain e, A = amplitude -
    amplitude_loss e and the pinching is h = 1 - zeta1 exp(-(z sgn(v) - q z_u)^2 / zeta2^2), where 1
    / z_u = (nu (beta + gamma))^(1/n) (`per_ultimate`), q = pinching_onset, zeta1 = pinching (1 -
    exp(-pinching_rate e)) and zeta2 = (spread + spread_rate e) (coupling + zeta1).
    """
    nu = strength + strength_loss * energy
    tangent = bouc_wen_tangent(
        z, velocity, magnitude_power, amplitude - amplitude_loss * energy, nu * beta, nu * gamma
    )
    severity = pinching * (1.0 - np.exp(-pinching_rate * energy))
    width = (spread + spread_rate * energy) * (coupling + severity) * per_ultimate  # zeta2 / z_u
    eta = flexibility + flexibility_gain * energy
    inverse = 1.0 / (width * eta)  # one division for both: it costs as much as ten multiplications
    offset = (np.copysign(per_ultimate, velocity) * z - pinching_onset) * (inverse * eta)
    return (1.0 - severity * np.exp(-offset * offset)) * tangent * (inverse * width)


@register_jitable
def stored_energy(z, scale, amplitude, flexibility):
    """Hysteretic energy (J) that comes back on elastic unloading, scale eta z^2 / (2 A); the rest
    is dissipated.
    """
    return 0.5 * scale * flexibility * z * z / amplitude
