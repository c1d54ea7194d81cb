"""Hysteretic energy of predicted responses.

Where drift d and storey force f are both predicted, the energy that a storey absorbs is

    W(t) = integral of f dd                                                                      (1)

by the trapezoidal rule between samples. Where the drift alone is predicted, the storey's own law is
driven by it: rate-independent laws (`simulators.hysteresis.rates`) follow the path and not the
clock, so that the sampled drift determines

    dz/dd = g(z, d, W, sgn dd),     dW/dd = scale z                                              (2)

integrated from sample to sample (`simulators.hysteresis.driver`) in as many steps as do not matter,
since a drift may pass the yield drift between two samples. The dissipated energy is W less what the
element gives back on unloading. The reference goes through the same equations, so that a perfect
prediction has no error; predicted and measured force do not enter (2).
"""

import numpy as np

from simulators.hysteresis.driver import follow
from simulators.hysteresis.elements import Elements
from simulators.structures.structure import Structure

TOLERANCE = 1e-3
"""Largest change of an energy with twice as many steps, relative to it, at which it counts."""
LEAST = 1e-6
"""Share of the largest energy of all below which an energy is as good as none."""
MOST_STEPS = 256
"""Steps a sample beyond which a drift history is given up."""


def absorbed_energy(drift: np.ndarray, force: np.ndarray) -> np.ndarray:
    """(1) at the end of each record (J), shape (record, storey), of arrays (record, time, storey)
    in m and N.
    """
    return np.sum(0.5 * (force[:, 1:] + force[:, :-1]) * np.diff(drift, axis=1), axis=1)


def dissipated_energy(structure: Structure, drift: np.ndarray) -> np.ndarray:
    """Energy that the elements of a structure dissipate along a drift history, from rest.

    Parameters
    ----------
    structure : Structure
        With a record axis, or one structure for all records.
    drift : ndarray, shape (record, time, element)
        m

    Returns
    -------
    ndarray, shape (record, element)
        At the end of each record, J; nan where an element has lost its amplitude, or where its
        drift is too wild for the law to follow it in 256 steps a sample.

    Raises
    ------
    ValueError
        When the structure has another number of elements than the drift has storeys.
    """
    if drift.shape[2] != structure.elements:
        raise ValueError(
            f"drift has {drift.shape[2]} storeys, the structure has {structure.elements} elements"
        )
    path = np.asarray(drift, dtype=np.float64)
    steps = 1
    energy = _energy(structure, path, steps)
    agree = np.zeros(energy.shape, dtype=bool)
    left = np.arange(len(path))  # records of which more steps changed something
    while len(left) and steps < MOST_STEPS:
        steps *= 2
        finer = _energy(structure.rows(left), path[left], steps)
        agree[left] = _agree(energy[left], finer)
        energy[left] = finer
        left = left[~agree[left].all(axis=1)]
    return np.where(agree, energy, np.nan)


def _energy(structure: Structure, path: np.ndarray, steps: int) -> np.ndarray:
    """(2) at the end of each record; infinite where steps are so long that numbers overflow."""
    elements = Elements(structure.laws)
    with np.errstate(over="ignore", invalid="ignore"):
        for state in follow(elements, path, steps):
            z, work = state
        energy = elements.dissipated(z, path[:, -1], work)
    return np.where(np.isfinite(z) & np.isfinite(work), energy, np.inf)


def _agree(energy: np.ndarray, finer: np.ndarray) -> np.ndarray:
    """Whether twice as many steps change nothing; lost amplitudes are the same where both are."""
    finite = np.isfinite(energy) & np.isfinite(finer)
    floor = LEAST * np.max(np.abs(finer), where=finite, initial=0.0)
    change = np.abs(np.subtract(finer, energy, where=finite, out=np.full(finer.shape, np.inf)))
    close = finite & (change <= TOLERANCE * np.abs(finer) + floor)
    return close | (np.isnan(energy) & np.isnan(finer))
