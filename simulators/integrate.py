"""`solve`: the response of structures to motions, by the batch integrator or by SciPy, behind one signature."""

from collections.abc import Iterable, Sequence
from numbers import Integral, Real

import numpy as np
import xarray as xr

from simulators import batch, energy, reference
from simulators.checks import finite_array
from simulators.motion import BaseMotion, ExternalForce
from simulators.structure import Structure

METHODS = ("batch", *reference.METHODS)
"""The batch integrator, and the methods of SciPy."""

_FLOOR, _STOREY = ("record", "time", "floor"), ("record", "time", "storey")
VARIABLES = {
    "displacement": (_FLOOR, "m", "displacement relative to the base"),
    "velocity": (_FLOOR, "m s-1", "velocity relative to the base"),
    "acceleration": (_FLOOR, "m s-2", "absolute acceleration"),
    "drift": (_STOREY, "m", "storey drift"),
    "hysteretic_force": (_STOREY, "N", "storey force"),
    "dissipated_energy": (_STOREY, "J", "dissipated hysteretic energy"),
    "kinetic_energy": (("record", "time"), "J", "kinetic energy relative to the base"),
    "damping_energy": (("record", "time"), "J", "energy lost in viscous damping"),
    "element_energy": (("record", "time"), "J", "energy absorbed by springs and hysteretic elements"),
    "input_energy": (("record", "time"), "J", "work of the excitation"),
}
"""Dimensions, unit and name in words of everything that `solve` can return."""


def solve(
    structure,
    motions,
    *,
    method="batch",
    tolerance=1e-4,
    outputs=batch.OUTPUTS,
    initial_displacement=None,
    initial_velocity=None,
    dtype=np.float64,
    threads=None,
):
    """Response of a structure to one or many excitations.

    Parameters
    ----------
    structure : Structure
        With a record axis, or with one structure for all motions.
    motions : BaseMotion, ExternalForce, or sequence of either
        Of one kind, one length and one sampling interval. A structure with a record axis takes one motion for each
        record, or a single motion for all of them.
    method : str
        "batch" (the compiled integrator) or a method of `scipy.integrate.solve_ivp`, restarted at every sample.
    tolerance : float
        For "batch" the largest relative error in drift, max |error| / max |drift| of the worst storey over the whole
        record; for SciPy the relative tolerance of each step.
    outputs : sequence of str
        Names in `VARIABLES`.
    initial_displacement, initial_velocity : array_like, shape (floor,) or (record, floor), optional
        State at the first sample (m, m/s), hysteretic variables at zero; rest by default.
    dtype : dtype
        float64, or float32 as datasets keep it.
    threads : int, optional
        Threads of the batch integrator; all cores by default.

    Returns
    -------
    xarray.Dataset
        Dimensions record, time (s), floor, storey; the excitation, the outputs, and `error_estimate` (record) for
        "batch"; every variable with units and long_name, the method and the tolerance as attributes.

    Raises
    ------
    ValueError
        Naming what is wrong with the arguments, before any work starts; or a record that misses the tolerance.
    """
    _check_choices(method, tolerance, outputs, dtype, threads)
    if not isinstance(structure, Structure):
        raise ValueError(f"structure is a {type(structure).__name__}: expected a Structure, as shear_building makes")
    motions = _listed(motions)
    signals, interval = _signals(motions)
    signals = _match_records(signals, structure.records)
    load, influence = _load(structure, motions[0])
    initial = _initial(structure, len(signals), initial_displacement, initial_velocity)
    run = _run_batch if method == "batch" else _run_reference
    values, attributes = run(
        structure, load, influence, signals, interval, method, tolerance, outputs, initial, dtype, threads
    )
    return _dataset(
        motions[0], signals, interval, values, dtype, {"integrator": method, "tolerance": tolerance} | attributes
    )


def _check_choices(method, tolerance, outputs, dtype, threads):
    if method not in METHODS:
        raise ValueError(f"method = {method!r}: expected one of {', '.join(METHODS)}")
    if not isinstance(tolerance, Real) or not 1e-13 <= tolerance < 1.0:
        raise ValueError(f"tolerance = {tolerance}: must lie in [1e-13, 1)")
    if isinstance(outputs, str) or not isinstance(outputs, Sequence) or not outputs:
        raise ValueError(f"outputs = {outputs!r}: expected a sequence of names out of {', '.join(VARIABLES)}")
    for name in outputs:
        if name not in VARIABLES:
            raise ValueError(f"outputs: {name!r} is unknown; expected names out of {', '.join(VARIABLES)}")
    if dtype not in (np.float32, np.float64, float, "float32", "float64"):
        raise ValueError(f"dtype = {dtype!r}: expected float32 or float64")
    if threads is not None and not (isinstance(threads, Integral) and threads >= 1):
        raise ValueError(f"threads = {threads}: must be a whole number >= 1")


def _listed(motions):
    if isinstance(motions, BaseMotion | ExternalForce):
        return [motions]
    if not isinstance(motions, Iterable):
        raise ValueError(f"motions = {motions!r}: expected a BaseMotion, an ExternalForce or a sequence of them")
    return list(motions)


def _signals(motions):
    """Excitations as one array, shape (record, time), and their interval."""
    if not motions:
        raise ValueError("motions: expected at least one")
    first = motions[0]
    for i, motion in enumerate(motions):
        if type(motion) is not type(first) or not isinstance(motion, BaseMotion | ExternalForce):
            raise ValueError(
                f"motions[{i}] is a {type(motion).__name__}: expected BaseMotion or ExternalForce, all of one kind"
            )
    series = [getattr(motion, _signal_name(first)[0]) for motion in motions]
    for i, (motion, values) in enumerate(zip(motions, series, strict=True)):
        if motion.interval != first.interval or len(values) != len(series[0]):
            raise ValueError(
                f"motions[{i}] has {len(values)} samples at {motion.interval:g} s: "
                f"expected {len(series[0])} at {first.interval:g} s as motions[0]"
            )
        if isinstance(motion, ExternalForce) and motion.floor != first.floor:
            raise ValueError(f"motions[{i}].floor = {motion.floor}: expected {first.floor} as motions[0]")
    return np.stack(series), float(first.interval)


def _signal_name(motion):
    if isinstance(motion, BaseMotion):
        return "acceleration", "base_acceleration", "m s-2", "acceleration of the base"
    return "force", "force", "N", "external force"


def _match_records(signals, records):
    if records is None or len(signals) == records:
        return signals
    if len(signals) == 1:
        return np.broadcast_to(signals, (records, signals.shape[1]))
    raise ValueError(f"{len(signals)} motions for {records} structures: expected as many, or one")


def _load(structure, motion):
    """Force on the floors for a signal of one, shape (..., floor); share of the signal in the absolute acceleration."""
    if isinstance(motion, BaseMotion):
        return -structure.mass @ structure.influence, structure.influence
    if not -structure.floors <= motion.floor < structure.floors:
        raise ValueError(
            f"floor = {motion.floor}: the structure has floors {-structure.floors} to {structure.floors - 1}"
        )
    return np.eye(structure.floors)[motion.floor], np.zeros(structure.floors)


def _initial(structure, records, displacement, velocity):
    if displacement is None and velocity is None:
        return None
    shape = (records, structure.floors)
    values = []
    for name, value in (("initial_displacement", displacement), ("initial_velocity", velocity)):
        value = finite_array(name, 0.0 if value is None else value)
        try:
            values.append(np.broadcast_to(value, shape))
        except ValueError:
            raise ValueError(f"{name} has shape {value.shape}: expected {shape[1:]} or {shape}") from None
    return tuple(values)


def _run_batch(structure, load, influence, signals, interval, method, tolerance, outputs, initial, dtype, threads):
    balance = bool(set(outputs) & set(energy.TERMS))
    needed = dict.fromkeys((*outputs, *(("displacement", "velocity", "acceleration") if balance else ())))
    sizes = {"floor": structure.floors, "storey": structure.elements}
    own = np.float64 if balance else dtype  # sums over a record would show the rounding of single precision
    values = {n: np.empty((*signals.shape, sizes[VARIABLES[n][0][-1]]), own) for n in needed if n not in energy.TERMS}
    absorbed = {"absorbed_energy": np.empty((*signals.shape, structure.elements))} if balance else {}
    plan = batch.plan(structure, load, influence)
    error, steps = batch.integrate(plan, signals, interval, tolerance, values | absorbed, initial, threads)
    if balance:
        relative = values["acceleration"] - influence * signals[..., None]
        response = values["displacement"], values["velocity"], relative
        values |= energy.terms(structure, load, signals, interval, response, absorbed["absorbed_energy"])
    values = {name: values[name].astype(dtype, copy=False) for name in outputs}
    return values | {"error_estimate": error, "steps": steps}, {"safety_factor": batch.SAFETY}


def _run_reference(structure, load, influence, signals, interval, method, tolerance, outputs, initial, dtype, threads):
    runs = []
    for i, signal in enumerate(signals):
        own_load = load[i] if load.ndim == 2 else load
        own_start = None if initial is None else tuple(value[i] for value in initial)
        runs.append(
            reference.integrate(
                structure.record(i), own_load, influence, signal, interval, method, tolerance, own_start
            )
        )
    return {name: np.stack([run[name] for run in runs]).astype(dtype, copy=False) for name in outputs}, {}


def _dataset(motion, signals, interval, values, dtype, attributes):
    _, name, unit, words = _signal_name(motion)
    variables = {name: (("record", "time"), signals.astype(dtype), {"units": unit, "long_name": words})}
    for key, value in values.items():
        if key in VARIABLES:
            dims, unit, words = VARIABLES[key]
            variables[key] = (dims, value, {"units": unit, "long_name": words})
    if "error_estimate" in values:
        words = {"units": "1", "long_name": "estimated relative error in drift"}
        variables["error_estimate"] = ("record", values["error_estimate"], words)
        variables["steps"] = ("record", values["steps"], {"units": "1", "long_name": "integration steps a sample"})
    time = ("time", np.arange(signals.shape[1]) * interval, {"units": "s", "long_name": "time"})
    return xr.Dataset(variables, {"time": time}, attributes)
