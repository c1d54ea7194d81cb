"""`solve`: the response of structures to motions, by the batch integrator or by SciPy, behind one
signature.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, DTypeLike

from simulators.checks import finite_array, is_number, is_whole
from simulators.excitation.load import BaseMotions, Load, Motion, make_load
from simulators.hysteresis.elements import Elements
from simulators.solvers import batch, energy_balance, scipy_reference
from simulators.structures.structure import Structure
from simulators.variables import FLOOR, RESPONSES, TIME, Variable

METHODS = ("batch", *scipy_reference.METHODS)
"""The batch integrator, and the methods of SciPy."""

VARIABLES = RESPONSES
"""Dimensions, unit and name in words of everything that `solve` can return."""

PROOF = {
    "error_estimate": Variable(("record",), "1", "estimated relative error in drift"),
    "steps": Variable(("record",), "1", "integration steps a sample"),
}
"""Dimensions, unit and name in words of what the batch integrator adds."""

_DTYPES = (np.float32, np.float64, float, "float32", "float64")


def solve(
    structure: Structure,
    motions: BaseMotions | Motion | Iterable[Motion],
    *,
    method: str = "batch",
    tolerance: float = 1e-4,
    outputs: Sequence[str] = batch.OUTPUTS,
    initial_displacement: ArrayLike | None = None,
    initial_velocity: ArrayLike | None = None,
    dtype: DTypeLike = np.float64,
    threads: int | None = None,
) -> xr.Dataset:
    """Response of a structure to one or many excitations.

    Parameters
    ----------
    structure : Structure
        With a record axis, or with one structure for all motions.
    motions : BaseMotion, ExternalForce, sequence of either, or BaseMotions
        Of one kind, one length and one sampling interval. A structure with a record axis takes one
        motion for each record, or a single motion for all of them.
    method : str
        "batch" (the compiled integrator) or a method of `scipy.integrate.solve_ivp`, restarted at
        every sample.
    tolerance : float
        For "batch" the largest relative error in drift, max |error| / max |drift| of the worst
        storey over the whole record; for SciPy the relative tolerance of each step. See the notes
        for the other outputs.
    outputs : sequence of str
        Names in `VARIABLES`.
    initial_displacement, initial_velocity : array_like, shape (floor,) or (record, floor), optional
        State at the first sample (m, m/s), hysteretic variables at zero; rest by default.
    dtype : dtype
        float64, or float32 as datasets keep it. Chains of Bouc-Wen storeys with exponents 1, 2 and
        3 are integrated in single precision, too, where the tolerance leaves room for its rounding,
        which the estimate of the error then includes; that is 1.8 times as fast. Whatever they are
        integrated in, float32 keeps values to 6e-8 of themselves, which no tolerance includes.
    threads : int, optional
        Threads of the batch integrator; all cores by default.

    Returns
    -------
    xarray.Dataset
        Dimensions record, time (s), floor, storey; the excitation, the outputs, and
        `error_estimate` (record) for "batch"; every variable with units and long_name, the method
        and the tolerance as attributes.

    Raises
    ------
    ValueError
        Naming what is wrong with the arguments, before any work starts; or a record that misses the
        tolerance, whose drifts are beyond 1e-30 to 1e30 m in float32, or whose elements degrade
        until nothing of them is left.

    Notes
    -----
    "batch" controls the drifts and nothing else. Errors of all outputs were measured against
    solutions to 1e-10 for 185 random buildings of 1 to 20 storeys, some with a storey up to a
    thousand times stiffer, at tolerances of 1e-3 to 1e-6. In tolerances, relative to the largest
    value of the same floor or storey, the worst building and the median of all at 1e-4 had

        drift 0.44, 0.02            displacement 0.5, 0.01            velocity 0.7, 0.01
        restoring force 4, 0.03            absolute acceleration 5, 0.05

    The dissipated energy had 1.1, 0.002 relative to the largest of all storeys; a storey that
    hardly yields can have 60 tolerances of its own small one. Where accelerations or forces must be
    proved, ask for a tenth of the tolerance.
    """
    _check_choices(method, tolerance, outputs, dtype, threads)
    if not isinstance(structure, Structure):
        raise ValueError(
            f"structure is a {type(structure).__name__}: expected a Structure, as shear_building "
            "makes"
        )
    load = make_load(structure, motions)
    initial = _initial(structure, len(load.signals), initial_displacement, initial_velocity)
    if method == "batch":
        values = _run_batch(structure, load, tolerance, outputs, initial, dtype, threads)
    else:
        values = _run_reference(structure, load, method, tolerance, outputs, initial, dtype)
    return _dataset(load, values, dtype, method, tolerance)


def _check_choices(
    method: object, tolerance: Any, outputs: object, dtype: object, threads: Any
) -> None:
    if not isinstance(method, str) or method not in METHODS:
        raise ValueError(f"method = {method!r}: expected one of {', '.join(METHODS)}")
    if not is_number(tolerance) or not 1e-13 <= tolerance < 1.0:
        raise ValueError(f"tolerance = {tolerance}: must lie in [1e-13, 1)")
    if isinstance(outputs, str) or not isinstance(outputs, Sequence) or not outputs:
        raise ValueError(
            f"outputs = {outputs!r}: expected a sequence of names out of {', '.join(VARIABLES)}"
        )
    for name in outputs:
        if not isinstance(name, str) or name not in VARIABLES:
            raise ValueError(
                f"outputs: {name!r} is unknown; expected names out of {', '.join(VARIABLES)}"
            )
    if not isinstance(dtype, str | type | np.dtype) or dtype not in _DTYPES:
        raise ValueError(f"dtype = {dtype!r}: expected float32 or float64")
    if threads is not None and not (is_whole(threads) and threads >= 1):
        raise ValueError(f"threads = {threads!r}: must be a whole number >= 1")


def _initial(
    structure: Structure,
    records: int,
    displacement: ArrayLike | None,
    velocity: ArrayLike | None,
) -> tuple[np.ndarray, np.ndarray] | None:
    """State of all records at the first sample, shape (record, floor); None for rest."""
    if displacement is None and velocity is None:
        return None
    shape = (records, structure.floors)
    return (
        _spread("initial_displacement", displacement, shape),
        _spread("initial_velocity", velocity, shape),
    )


def _spread(name: str, value: ArrayLike | None, shape: tuple[int, int]) -> np.ndarray:
    """A value at the first sample for every record and floor; zero where there is none."""
    array = finite_array(name, 0.0 if value is None else value)
    try:
        return np.broadcast_to(array, shape)
    except ValueError:
        raise ValueError(
            f"{name} has shape {array.shape}: expected {shape[1:]} or {shape}"
        ) from None


def _run_batch(
    structure: Structure,
    load: Load,
    tolerance: float,
    outputs: Sequence[str],
    initial: tuple[np.ndarray, np.ndarray] | None,
    dtype: DTypeLike,
    threads: int | None,
) -> dict[str, np.ndarray]:
    exhaustible = any(law.exhaustible for law in structure.laws)
    stores_more = "dissipated_energy" in outputs and any(law.stores_more for law in structure.laws)
    needed = [name for name in outputs if name not in energy_balance.TERMS]
    if stores_more:
        needed += ["velocity", "drift", "restoring_force", "absorbed_energy"]
    if exhaustible:
        needed += ["drift", "absorbed_energy"]
    # Differences would show single precision.
    own = np.float64 if "absorbed_energy" in needed else dtype
    values = {
        name: np.empty((*load.signals.shape, _components(structure, name)), own) for name in needed
    }
    plan = batch.plan(structure, load.force, load.influence)
    error, steps = batch.integrate(
        plan, load.signals, load.interval, tolerance, values, initial, threads
    )
    if stores_more or exhaustible:
        elements = Elements(structure.laws, over_time=True)
        elastic = 0.5 * elements.column["elastic"] * values["drift"] ** 2
        work = values["absorbed_energy"] - elastic
        elements.refuse_exhausted(work, load.interval)
        if stores_more:
            z = _hysteretic_variable(structure, elements.column, values)
            values["dissipated_energy"] = elements.dissipated(z, values["drift"], work)
    if set(outputs) & set(energy_balance.TERMS):
        values |= energy_balance.integrate(structure, load, tolerance, initial, threads)
    values = {name: values[name].astype(dtype, copy=False) for name in outputs}
    return values | {"error_estimate": error, "steps": steps}


def _components(structure: Structure, name: str) -> int:
    """Floors or elements: as many as an output has values at a sample."""
    of_floors = name in VARIABLES and VARIABLES[name].dims == FLOOR
    return structure.floors if of_floors else structure.elements


def _hysteretic_variable(
    structure: Structure, column: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray]
) -> np.ndarray:
    """z of the elements from their forces, shape (record, time, element)."""
    rate = values["velocity"] @ structure.incidence.T
    elastic = column["elastic"] * values["drift"]
    force = values["restoring_force"] - elastic - column["viscous"] * rate
    return force / np.where(column["scale"] > 0.0, column["scale"], 1.0)


def _run_reference(
    structure: Structure,
    load: Load,
    method: str,
    tolerance: float,
    outputs: Sequence[str],
    initial: tuple[np.ndarray, np.ndarray] | None,
    dtype: DTypeLike,
) -> dict[str, np.ndarray]:
    runs = []
    for i, signal in enumerate(load.signals):
        start = None if initial is None else tuple(value[i] for value in initial)
        record = structure if structure.records is None else structure.record(i)
        runs.append(
            scipy_reference.integrate(
                record,
                load.of_record(i),
                load.influence,
                signal,
                load.interval,
                method,
                tolerance,
                start,
            )
        )
    elements = Elements(structure.laws, over_time=True)
    elements.refuse_exhausted(np.stack([run["hysteretic_work"] for run in runs]), load.interval)
    return {
        name: np.stack([run[name] for run in runs]).astype(dtype, copy=False) for name in outputs
    }


def _dataset(
    load: Load,
    values: Mapping[str, np.ndarray],
    dtype: DTypeLike,
    method: str,
    tolerance: float,
) -> xr.Dataset:
    words = {"units": load.unit, "long_name": load.description}
    variables: dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, str]]]
    variables = {load.name: (("record", "time"), load.signals.astype(dtype), words)}
    for key, value in values.items():
        described = VARIABLES[key] if key in VARIABLES else PROOF[key]
        variables[key] = (described.dims, value, described.attrs)
    attributes = {"integrator": method, "tolerance": tolerance}
    if method == "batch":
        attributes["safety_factor"] = batch.SAFETY
    time = (TIME.dims, np.arange(load.signals.shape[1]) * load.interval, TIME.attrs)
    return xr.Dataset(variables, {"time": time}, attributes)
