r"""What degradation and pinching leave of an element: the energy that it has dissipated, and where
it ends.

Of the hysteretic energy W an element gives back, unloading elastically at its present degradation,

    E = scale eta / A \int_0^|z| zeta / h(zeta) dzeta                                            (1)
      = scale eta / (2 A) {z^2 + zeta_2^2 ln[(1 - s exp(-z^2 / zeta_2^2)) / (1 - s)]}

with h = 1 - zeta_1 exp(-(zeta^2 + (q z_u)^2) / zeta_2^2) and s = zeta_1 exp(-(q z_u / zeta_2)^2),
and W - E is dissipated. A pinched element is soft, and gives back more than its unpinched slope
tells. h lies between the pinching of loading, with (zeta - q z_u)^2 in the exponent, and that of
unloading, (zeta + q z_u)^2: therefore W - E never decreases while the degradation is what it is.
Without pinching (1) is `stored_energy`. Pinching that grows by much within one cycle makes an
element softer while it is strained, and shows as a fall of W - E: such a law gives back energy that
it had dissipated.

With every cycle of an element with delta_A > 0, A = A_0 - delta_A e falls, which is strength and
stiffness in one. At zero nothing of the element is left; below, the law returns energy that it
never got. No response is given beyond.
"""

from typing import Any

import numpy as np

from simulators.hysteresis.rates import stored_energy


def recoverable_energy(
    z: Any,
    work: Any,
    power: Any,
    scale: Any,
    mass: Any,
    amplitude: Any,
    amplitude_loss: Any,
    beta: Any,
    gamma: Any,
    strength: Any,
    strength_loss: Any,
    flexibility: Any,
    flexibility_gain: Any,
    pinching: Any,
    pinching_rate: Any,
    pinching_onset: Any,
    spread: Any,
    spread_rate: Any,
    coupling: Any,
) -> Any:
    """E of (1), J; nan where an element has lost its amplitude, which `exhausted` tells.

    Parameters
    ----------
    z, work : ndarray, shape (..., element)
        Hysteretic variables (m), and W (J), stored and dissipated.
    power, scale, ... : ndarray, shape (..., element)
        Coefficients of `simulators.hysteresis.baber_noori.BABER_NOORI`.

    Returns
    -------
    ndarray, shape (..., element)
    """
    energy = work / mass
    left = amplitude - amplitude_loss * energy
    left = np.where(left > 0.0, left, np.nan)
    eta = flexibility + flexibility_gain * energy
    stored = stored_energy(z, scale, left, eta)
    if not np.any(pinching):
        return stored
    severity = pinching * (1.0 - np.exp(-pinching_rate * energy))
    width = (spread + spread_rate * energy) * (coupling + severity)
    nu = strength + strength_loss * energy
    ultimate = (nu * (beta + gamma)) ** (-1.0 / (power + 1.0))
    share = severity * np.exp(-((pinching_onset * ultimate / width) ** 2))
    softness = width**2 * (np.log1p(-share * np.exp(-((z / width) ** 2))) - np.log1p(-share))
    return stored + 0.5 * scale * eta / left * softness


def exhausted(work: Any, mass: Any, amplitude: Any, amplitude_loss: Any) -> Any:
    """Whether A = A_0 - delta_A e <= 0: ndarray of bool, shape (..., element)."""
    return (amplitude_loss > 0.0) & (amplitude - amplitude_loss * (work / mass) <= 0.0)
