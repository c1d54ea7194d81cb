"""The energy balance, an error measure that needs no reference solution.

The equation of motion times y'^T, integrated from rest:

    E_kinetic + E_damping + E_elements = E_input                                                          (1)

with E_kinetic = y'^T M y' / 2, E_damping the integral of y'^T C y', E_elements that of f^T v (stored and dissipated)
and E_input that of -y'^T M G a_g, or of y'^T L u for an external force. It holds for every run and any law.
"""

import numpy as np

TERMS = ("kinetic_energy", "damping_energy", "element_energy", "input_energy")
"""Outputs of `simulators.integrate.solve` that the balance needs."""


def residual(response):
    """Largest violation of the balance (1), relative to the largest input energy.

    Parameters
    ----------
    response : xarray.Dataset
        Of `solve` with the outputs `TERMS`, started at rest.

    Returns
    -------
    ndarray, shape (record,)

    Raises
    ------
    ValueError
        If a term is missing.
    """
    missing = [name for name in TERMS if name not in response]
    if missing:
        raise ValueError(
            f"energy residual: the response has no {', '.join(missing)}; ask solve for outputs {', '.join(TERMS)}"
        )
    kinetic, damping, elements, supplied = (response[name].values for name in TERMS)
    largest = np.abs(supplied).max(axis=-1)
    gap = np.abs(kinetic + damping + elements - supplied).max(axis=-1)
    return np.where(largest > 0.0, gap / np.where(largest > 0.0, largest, 1.0), gap)
