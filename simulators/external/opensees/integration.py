"""Integration of a built model through a motion, with a strategy where Newton's method fails.

A step is tried with the algorithms of `ALGORITHMS` in turn; where none converges it is halved, down
to `LEAST_SHARE` of the sampling interval, and doubled again once it has gone well. The integrator
is Newmark's average acceleration, which neither creates nor dissipates energy in a linear model.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulators.excitation.motion import BaseMotion
from simulators.external.failure import DidNotConverge
from simulators.external.opensees.model import FrameModel

ALGORITHMS: tuple[tuple[str, ...], ...] = (
    ("Newton",),
    ("KrylovNewton",),
    ("NewtonLineSearch",),
    ("ModifiedNewton", "-initial"),
)
LEAST_SHARE = 2.0**-8
TOLERANCE = 1e-8
"""Norm of the last displacement increment (m, rad)."""
ITERATIONS = 20
_FIRST_TAG = 1000


def integrate(
    ops: Any, model: FrameModel, motions: Sequence[BaseMotion], steps: int
) -> dict[str, np.ndarray]:
    """Histories of a model that stands ready, its damping and constant loads included.

    Parameters
    ----------
    ops : module
    model : FrameModel
    motions : sequence of BaseMotion
        In the directions 1, or 1 and 2, of the model.
    steps : int
        Steps a sample where all goes well.

    Returns
    -------
    dict of str to ndarray
        `displacement` (m, relative to the base) and `acceleration` (m s-2, absolute), shape
        (direction, time, floor); `base_shear` (N), shape (direction, time); the model's forces,
        shape (time,).

    Raises
    ------
    DidNotConverge
        With the time that was reached: no convergence, or a collapse.
    """
    _prepare(ops, motions)
    samples = motions[0].acceleration.size
    shape = (len(motions), samples)
    found = {
        "displacement": np.zeros((*shape, len(model.floors))),
        "acceleration": np.zeros((*shape, len(model.floors))),
        "base_shear": np.zeros(shape),
    } | {name: np.zeros(samples) for name in model.forces}
    _keep(ops, model, found, 0)
    interval = motions[0].interval
    step = interval / steps
    for sample in range(1, samples):
        step = _advance(ops, sample * interval, step, interval / steps)
        _keep(ops, model, found, sample)
        _refuse_collapse(model, found["displacement"][:, sample], sample * interval)
    moving = np.array([motion.acceleration for motion in motions])[:, :, None]
    # At the first sample the structure is at rest, and OpenSees has no acceleration yet.
    found["acceleration"][:, 1:] += moving[:, 1:]
    return found


def _prepare(ops: Any, motions: Sequence[BaseMotion]) -> None:
    for direction, motion in enumerate(motions, start=1):
        tag = _FIRST_TAG + direction
        values = motion.acceleration.tolist()
        ops.timeSeries("Path", tag, "-dt", motion.interval, "-values", *values, "-useLast")
        ops.pattern("UniformExcitation", tag, direction, "-accel", tag)
    ops.constraints("Transformation")
    ops.numberer("RCM")
    ops.system("BandGeneral")
    ops.test("NormDispIncr", TOLERANCE, ITERATIONS)
    ops.algorithm("Newton")
    ops.integrator("Newmark", 0.5, 0.25)
    ops.analysis("Transient")


def _advance(ops: Any, target: float, step: float, largest: float) -> float:
    """Go to the time `target` (s); returns the step to begin the next sample with."""
    least = largest * LEAST_SHARE
    while True:
        left = target - ops.getTime()
        if left <= 1e-6 * least:
            return step
        pieces = max(1, round(left / step))
        if _step(ops, left / pieces):
            step = min(2.0 * step, largest)
        elif step <= least:
            raise DidNotConverge(
                f"no algorithm converged with a step of {step:.2g} s", float(ops.getTime())
            )
        else:
            step *= 0.5


def _step(ops: Any, step: float) -> bool:
    for algorithm in ALGORITHMS:
        ops.algorithm(*algorithm)
        if ops.analyze(1, step) == 0:
            return True
    return False


def _keep(ops: Any, model: FrameModel, found: dict[str, np.ndarray], sample: int) -> None:
    ops.reactions()
    for direction in range(len(found["base_shear"])):
        degree = direction + 1
        found["displacement"][direction, sample] = [ops.nodeDisp(n, degree) for n in model.floors]
        if sample:
            found["acceleration"][direction, sample] = [
                ops.nodeAccel(node, degree) for node in model.floors
            ]
        held = [ops.nodeReaction(node, degree) for node in model.base]
        found["base_shear"][direction, sample] = -sum(held)
    for name, force in model.forces.items():
        values = ops.eleResponse(force.element, *force.response)
        found[name][sample] = values[force.index]


def _refuse_collapse(model: FrameModel, displacement: np.ndarray, time: float) -> None:
    """DidNotConverge where a storey has passed its limit, in any of the directions."""
    if model.collapse_drift is None:
        return
    drift = np.abs(np.diff(displacement, axis=1, prepend=0.0)).max(axis=0)
    beyond = drift > np.asarray(model.collapse_drift)
    if beyond.any():
        storey = int(beyond.argmax())
        limit = model.collapse_drift[storey]
        reason = f"storey {storey + 1} collapsed: its drift passed {limit:.3g} m"
        raise DidNotConverge(reason, time, kind="collapse")
