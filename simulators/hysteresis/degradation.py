r"""What degradation and pinching leave of an element: the energy that it has dissipated, and where
it ends.

Of the hysteretic energy W an element gives back, unloading elastically at its present degradation,

    E = scale eta / A \int_0^|z| zeta / h(zeta) dzeta,  h = 1 - zeta_1 exp(-(zeta^2 + (q z_u)^2) / zeta_2^2)  (1)
      = scale eta / (2 A) {z^2 + zeta_2^2 ln[(1 - s exp(-z^2 / zeta_2^2)) / (1 - s)]}

with s = zeta_1 exp(-(q z_u / zeta_2)^2), and W - E is dissipated. A pinched element is soft, and
gives back more than its unpinched slope tells. h lies between the pinching of loading, with (zeta -
q z_u)^2 in the exponent, and that of unloading, (zeta + q z_u)^2: therefore W - E never decreases
while the degradation is what it is. Without pinching (1) is `stored_energy`. Pinching that grows by
much within one cycle makes an element softer while it is strained, and shows as a fall of W - E:
such a law gives back energy that it had dissipated.

With every cycle of an element with delta_A > 0, A = A_0 - delta_A e falls, which is strength and
stiffness in one. At zero nothing of the element is left; below, the law returns energy that it
never got. No response is given beyond.
"""

import numpy as np

from simulators.hysteresis.rates import stored_energy


def dissipated_energy(column, z, work):
    """W - E of (1).

    Parameters
    ----------
    column : dict of str to ndarray, shape (..., element)
        Coefficients of the elements, as `Structure.element_columns` gives them.
    z : ndarray, shape (..., element)
        Hysteretic variables, in the unit of the law.
    work : ndarray, shape (..., element)
        W (J), stored and dissipated.

    Returns
    -------
    ndarray, shape (..., element)
        J
    """
    energy = _energy_per_mass(column, work)
    amplitude = _or_one(column["amplitude"]) - column["amplitude_loss"] * energy
    amplitude = np.where(
        amplitude > 0.0, amplitude, np.nan
    )  # of an exhausted element, which `refuse_exhausted` tells
    flexibility = _or_one(column["flexibility"]) + column["flexibility_gain"] * energy
    stored = stored_energy(z, column["scale"], amplitude, flexibility)
    if np.any(column["pinching"]):
        stored = stored + 0.5 * column["scale"] * flexibility / amplitude * _softness(
            column, z, energy
        )
    return work - stored


def _softness(column, z, energy):
    """zeta_2^2 ln[...] of (1); zero in elements that are not pinched."""
    severity = column["pinching"] * (1.0 - np.exp(-column["pinching_rate"] * energy))
    width = _or_one(
        (column["spread"] + column["spread_rate"] * energy) * (column["coupling"] + severity)
    )
    strength = (column["strength"] + column["strength_loss"] * energy) * (
        column["beta"] + column["gamma"]
    )
    ultimate = _or_one(strength) ** (-1.0 / (column["power"] + 1.0))
    s = severity * np.exp(-((column["pinching_onset"] * ultimate / width) ** 2))
    return width**2 * (np.log1p(-s * np.exp(-((z / width) ** 2))) - np.log1p(-s))


def refuse_exhausted(column, work, interval):
    """Raise ValueError, naming record, element and time, where an element has no amplitude left.

    Parameters
    ----------
    column : dict of str to ndarray
        As for `dissipated_energy`, to be spread over `work`.
    work : ndarray, shape (record, time, element)
        W (J).
    interval : float
        Of the samples (s).
    """
    loss = column["amplitude_loss"]
    exhausted = (loss > 0.0) & (column["amplitude"] - loss * _energy_per_mass(column, work) <= 0.0)
    if exhausted.any():
        record = int(exhausted.any(axis=(1, 2)).argmax())
        sample = int(exhausted[record].any(axis=1).argmax())
        element = int(exhausted[record, sample].argmax())
        raise ValueError(
            f"record {record}: element {element} has lost its amplitude, A = A_0 - amplitude_loss "
            "e <= 0, "
            f"at {sample * interval:g} s: expected a lower amplitude_loss or a weaker motion; "
            f"{exhausted.any(axis=(1, 2)).sum()} such records"
        )


def _energy_per_mass(column, work):
    """e (J/kg); elements that do not degrade have no mass of reference."""
    return work / _or_one(column["mass"])


def _or_one(coefficient):
    """The coefficient as a divisor: one in elements that have none."""
    return np.where(coefficient > 0.0, coefficient, 1.0)
