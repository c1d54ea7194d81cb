"""Hysteretic energy of predicted responses.

Where drift d and storey force f are both predicted, the energy that a storey absorbs is

    W(t) = integral of f dd                                                                      (1)

by the trapezoidal rule between samples. Where the drift alone is predicted, the storey's own law is
driven by it: rate-independent laws (`simulators.hysteresis.rates`) follow the path and not the
clock, so that the sampled drift determines

    dz/dd = g(z, e, sgn dd),     dW/dd = scale z                                                 (2)

integrated by the classical Runge-Kutta scheme with one step from sample to sample, and the
dissipated energy is W less what the element gives back on unloading
(`simulators.hysteresis.degradation`). The reference goes through the same equations, so that a
perfect prediction has no error; predicted and measured force do not enter (2).
"""

import numpy as np

from simulators.hysteresis import degradation
from simulators.hysteresis.rates import (
    BABER_NOORI,
    BOUC_WEN,
    COLUMNS,
    baber_noori_tangent,
    bouc_wen_tangent,
)
from simulators.structures.structure import Structure


def absorbed_energy(drift: np.ndarray, force: np.ndarray) -> np.ndarray:
    """(1) at the end of each record (J), shape (record, storey), of arrays (record, time, storey)
    in m and N.
    """
    return np.sum(0.5 * (force[:, 1:] + force[:, :-1]) * np.diff(drift, axis=1), axis=1)


def dissipated_energy(structure: Structure, drift: np.ndarray) -> np.ndarray:
    """Energy that the elements of a structure dissipate when they are driven by a drift history,
    from rest.

    Parameters
    ----------
    structure : Structure
        With a record axis, or one structure for all records.
    drift : ndarray, shape (record, time, element)
        m

    Returns
    -------
    ndarray, shape (record, element)
        At the end of each record, J; nan where an element has lost its amplitude.

    Raises
    ------
    ValueError
        When the structure has another number of elements than the drift has storeys.
    """
    if drift.shape[2] != structure.elements:
        raise ValueError(
            f"drift has {drift.shape[2]} storeys, the structure has {structure.elements} elements"
        )
    elements = _Elements(structure)
    drift = np.asarray(drift, dtype=np.float64)
    z = np.zeros_like(drift[:, 0])
    work = np.zeros_like(drift[:, 0])
    for step in np.diff(drift, axis=1).swapaxes(
        0, 1
    ):  # (record, element) from one sample to the next
        z, work = elements.advance(z, work, step)
    return degradation.dissipated_energy(elements.column, z, work)


class _Elements:
    """The laws of a structure as functions of arrays (record, element)."""

    def __init__(self, structure: Structure) -> None:
        self.column = structure.element_columns()
        kinds = {BOUC_WEN: COLUMNS[3:6], BABER_NOORI: (*COLUMNS[3:6], *COLUMNS[8:])}
        self.laws = []
        for kind, names in kinds.items():
            elements = np.flatnonzero(structure.tangents == kind)
            if len(elements):
                self.laws.append(
                    (kind, elements, [self.column[name][..., elements] for name in names])
                )

    def advance(
        self, z: np.ndarray, work: np.ndarray, step: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Hysteretic variable and energy (2) after a step of drift."""
        dz = dw = np.zeros_like(z)
        total_z = np.zeros_like(z)
        total_w = np.zeros_like(z)
        for reach, weight in ((0.0, 1.0), (0.5, 2.0), (0.5, 2.0), (1.0, 1.0)):
            z_stage = z + reach * dz
            work_stage = work + reach * dw
            dz = self._tangent(z_stage, work_stage, step) * step
            dw = self.column["scale"] * z_stage * step
            total_z, total_w = total_z + weight * dz, total_w + weight * dw
        return z + total_z / 6.0, work + total_w / 6.0

    def _tangent(self, z: np.ndarray, work: np.ndarray, step: np.ndarray) -> np.ndarray:
        """dz/dd; of `step` only the sign matters."""
        g = np.zeros_like(z)
        for kind, e, (amplitude, beta, gamma, *rest) in self.laws:
            power = self.column["power"][..., e]
            own = z[:, e]
            direction = step[:, e]
            magnitude_power = np.abs(own) ** power
            if kind == BOUC_WEN:
                g[:, e] = bouc_wen_tangent(own, direction, magnitude_power, amplitude, beta, gamma)
                continue
            energy = work[:, e] / self.column["mass"][..., e]
            strength, strength_loss = rest[:2]
            per_ultimate = ((strength + strength_loss * energy) * (beta + gamma)) ** (
                1.0 / (power + 1.0)
            )
            g[:, e] = baber_noori_tangent(
                own, energy, direction, magnitude_power, per_ultimate, amplitude, beta, gamma, *rest
            )
        return g
