"""Hysteretic energy of predicted responses.

Where drift d and storey force f are both predicted, the energy that a storey absorbs is

    W(t) = integral of f dd                                                                      (1)

by the trapezoidal rule between samples. Where the drift alone is predicted, the storey's own law is
driven by it: rate-independent laws (`simulators.hysteresis.rates`) follow the path and not the
clock, so that the sampled drift determines

    dz/dd = g(z, d, W, sgn dd),     dW/dd = scale z                                              (2)

integrated with one step from sample to sample (`simulators.hysteresis.driver`), and the dissipated
energy is W less what the element gives back on unloading. The reference goes through the same
equations, so that a perfect prediction has no error; predicted and measured force do not enter (2).
"""

import numpy as np

from simulators.hysteresis.driver import follow
from simulators.hysteresis.elements import Elements
from simulators.structures.structure import Structure


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
    elements = Elements(structure.laws)
    path = np.asarray(drift, dtype=np.float64)
    for state in follow(elements, path):
        z, work = state
    return elements.dissipated(z, path[:, -1], work)
