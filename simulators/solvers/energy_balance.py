"""The energy balance, an error measure that needs no reference solution.

The equation of motion times y'^T, integrated from rest:

    E_kinetic + E_damping + E_elements = E_input                                                 (1)

with E_kinetic = y'^T M y' / 2, E_damping the integral of y'^T C y', E_elements that of f^T v
(stored and dissipated) and E_input that of -y'^T M G a_g, or of y'^T L u for an external force. It
holds for every run and any law.

The SciPy reference integrates the terms with the state. For the batch integrator `terms` makes them
from samples: E_elements comes from the elements' own state and y^T K y / 2 (the part of K that is
not symmetric stores nothing: its work depends on the path), the other integrals by the trapezoidal
rule with end correction,

    integral of P over a step = h/2 (P_0 + P_1) + h^2/12 (P'_0 - P'_1) + O(h^5),                 (2)

whose derivatives follow from the sampled accelerations. The samples are those of a run of its own
with shorter intervals (`integrate`), since those of the record may be too far apart for (2).
"""

import numpy as np
import xarray as xr

from simulators.excitation.load import Load
from simulators.solvers import batch
from simulators.solvers.simd import WIDTH
from simulators.structures.structure import Structure

TERMS = ("kinetic_energy", "damping_energy", "element_energy", "input_energy")
"""Outputs of `simulators.solvers.solve.solve` that the balance needs."""

_LEAST_FACTOR = 4
_LARGEST_FACTOR = 32
_REACH = 0.2
"""|lambda| h of the fastest motion at rest over the shortened interval: (2) is then good to 1e-5 of
a power.
"""
_CHUNK = 2**22
"""Samples that are kept of one quantity at once: 32 MB."""


def integrate(
    structure: Structure,
    load: Load,
    tolerance: float,
    initial: tuple[np.ndarray, np.ndarray] | None,
    threads: int | None,
) -> dict[str, np.ndarray]:
    """Terms of the balance by the batch integrator, at the samples of the load.

    Parameters
    ----------
    structure : Structure
    load : Load
    tolerance : float
        Largest relative error in drift.
    initial : tuple of ndarray, shape (record, floor), optional
        Displacement and velocity at the first sample.
    threads : int, optional

    Returns
    -------
    dict of str to ndarray, shape (record, time)
        `TERMS`.
    """
    plan = batch.plan(structure, load.force, load.influence)
    wanted = int(np.ceil(plan.fastest.max() * load.interval / _REACH))
    factor = min(max(wanted, _LEAST_FACTOR), _LARGEST_FACTOR)
    samples = factor * load.signals.shape[1] * max(structure.floors, structure.elements)
    rows = max(_CHUNK // samples, WIDTH)
    chunks = [
        _integrate_chunk(structure, load, slice(at, at + rows), factor, tolerance, initial, threads)
        for at in range(0, len(load.signals), rows)
    ]
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in TERMS}


def _integrate_chunk(
    structure: Structure,
    load: Load,
    rows: slice,
    factor: int,
    tolerance: float,
    initial: tuple[np.ndarray, np.ndarray] | None,
    threads: int | None,
) -> dict[str, np.ndarray]:
    """Integrate some of the records, and return the terms of their energy balance."""
    structure = structure.rows(rows)
    force = load.force[rows] if load.force.ndim == 2 else load.force
    if initial is not None:
        displacement, velocity = initial
        initial = (displacement[rows], velocity[rows])
    signals = _refined(load.signals[rows], factor)
    interval = load.interval / factor
    sizes = dict.fromkeys(("displacement", "velocity", "acceleration"), structure.floors)
    sizes["absorbed_energy"] = structure.elements
    values = {name: np.empty((*signals.shape, size)) for name, size in sizes.items()}
    plan = batch.plan(structure, force, load.influence)
    batch.integrate(plan, signals, interval, tolerance, values, initial, threads)
    relative = values["acceleration"] - load.influence * signals[..., None]
    response = values["displacement"], values["velocity"], relative
    found = terms(structure, force, signals, interval, response, values["absorbed_energy"])
    return {name: found[name][:, ::factor] for name in TERMS}


def _refined(signals: np.ndarray, factor: int) -> np.ndarray:
    """Sample the straight lines between samples `factor` times as often.

    Shape (record, factor * (time - 1) + 1).
    """
    steps = np.diff(signals, axis=1)[..., None] * (np.arange(factor) / factor)
    inner = (signals[:, :-1, None] + steps).reshape(len(signals), -1)
    return np.concatenate([inner, signals[:, -1:]], axis=1)


def terms(
    structure: Structure,
    load: np.ndarray,
    signals: np.ndarray,
    interval: float,
    response: tuple[np.ndarray, np.ndarray, np.ndarray],
    absorbed: np.ndarray,
) -> dict[str, np.ndarray]:
    """Terms of the balance from sampled responses.

    Parameters
    ----------
    structure : Structure
    load : ndarray, shape (..., floor)
        Force on the floors for a signal of one.
    signals : ndarray, shape (record, time)
    interval : float
    response : tuple of ndarray, shape (record, time, floor)
        Displacement, velocity, and acceleration relative to the base.
    absorbed : ndarray, shape (record, time, element)
        Energy that the elements have absorbed (J).

    Returns
    -------
    dict of str to ndarray, shape (record, time)
        `TERMS`.
    """
    y, u, a = response
    damping = structure.total_damping()
    damping = 0.5 * (damping + np.swapaxes(damping, -1, -2))
    force = np.broadcast_to(load, (len(u), load.shape[-1]))
    reach = np.einsum("rti,ri->rt", u, force)
    reach_rate = np.einsum("rti,ri->rt", a, force)
    slope = np.diff(signals, axis=1) / interval
    start = reach_rate[:, :-1] * signals[:, :-1] + reach[:, :-1] * slope
    end = reach_rate[:, 1:] * signals[:, 1:] + reach[:, 1:] * slope
    rate = 2.0 * _form(u, damping, a)
    circulatory = 0.5 * (structure.stiffness - np.swapaxes(structure.stiffness, -1, -2))
    circulatory_rate = _form(a, circulatory, y)  # u^T K u vanishes for a skew-symmetric K
    path_dependent = _integral(
        _form(u, circulatory, y), circulatory_rate[:, :-1], circulatory_rate[:, 1:], interval
    )
    elastic = 0.5 * _form(y, structure.stiffness, y)
    return {
        "kinetic_energy": 0.5 * _form(u, structure.mass, u),
        "damping_energy": _integral(_form(u, damping, u), rate[:, :-1], rate[:, 1:], interval),
        "element_energy": absorbed.sum(axis=-1) + elastic + path_dependent,
        "input_energy": _integral(reach * signals, start, end, interval),
    }


def _form(x: np.ndarray, matrix: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x^T matrix y at every sample."""
    matrix = np.broadcast_to(matrix, (len(x), *matrix.shape[-2:]))
    return np.einsum("rti,rij,rtj->rt", x, matrix, y, optimize=True)


def _integral(power: np.ndarray, start: np.ndarray, end: np.ndarray, interval: float) -> np.ndarray:
    """(2), summed from the first sample; `start` and `end` are the derivatives at the two ends of
    each step.
    """
    steps = 0.5 * interval * (power[:, :-1] + power[:, 1:]) + interval**2 / 12.0 * (start - end)
    return np.concatenate([np.zeros((len(power), 1)), np.cumsum(steps, axis=1)], axis=1)


def residual(response: xr.Dataset) -> np.ndarray:
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
    if not isinstance(response, xr.Dataset):
        raise ValueError(
            f"energy residual: the response is a {type(response).__name__}, expected a Dataset of "
            "solve"
        )
    missing = [name for name in TERMS if name not in response]
    if missing:
        raise ValueError(
            f"energy residual: the response has no {', '.join(missing)}; ask solve for outputs "
            f"{', '.join(TERMS)}"
        )
    kinetic, damping, elements, supplied = (response[name].values for name in TERMS)
    largest = np.abs(supplied).max(axis=-1)
    gap = np.abs(kinetic + damping + elements - supplied).max(axis=-1)
    return np.where(largest > 0.0, gap / np.where(largest > 0.0, largest, 1.0), gap)
