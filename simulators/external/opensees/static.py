"""Periods and static push-over of a frame: what a model is verified by before it is trusted.

Both build the model in this process, as OpenSees has one model a process.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from simulators.external.checking import check_parameters
from simulators.external.failure import DidNotConverge
from simulators.external.opensees.driver import OpenSeesFrame
from simulators.external.opensees.integration import ALGORITHMS
from simulators.external.opensees.model import FrameModel, load_opensees, natural_frequencies

_TAG = 2000


def periods(
    frame: OpenSeesFrame, count: int, parameters: Mapping[str, float] | None = None
) -> np.ndarray:
    """First natural periods of a frame under its constant loads.

    Parameters
    ----------
    frame : OpenSeesFrame
    count : int
    parameters : mapping of str to float, optional

    Returns
    -------
    ndarray, shape (count,)
        Seconds, descending.
    """
    ops, _ = _built(frame, parameters)
    try:
        return 2.0 * np.pi / natural_frequencies(ops, count)
    finally:
        ops.wipe()


def push_over(
    frame: OpenSeesFrame,
    forces: Sequence[float],
    roof_displacement: float,
    steps: int = 100,
    parameters: Mapping[str, float] | None = None,
) -> xr.Dataset:
    """Push a frame sideways in its first direction, controlled by the roof.

    Parameters
    ----------
    frame : OpenSeesFrame
    forces : sequence of float
        One a floor, bottom first (any unit): only their ratios count.
    roof_displacement : float
        Where to stop (m).
    steps : int
    parameters : mapping of str to float, optional

    Returns
    -------
    xarray.Dataset
        `displacement` (step, floor) in m and `base_shear` (step) in N, from the state at rest.

    Raises
    ------
    DidNotConverge
        With the displacement that was reached.
    """
    ops, model = _built(frame, parameters)
    try:
        return _pushed(ops, model, np.asarray(forces, dtype=float), roof_displacement, steps)
    finally:
        ops.wipe()


def _built(frame: OpenSeesFrame, parameters: Mapping[str, float] | None) -> tuple[Any, FrameModel]:
    values = check_parameters(frame, parameters or {})
    ops = load_opensees()
    ops.wipe()
    return ops, frame.build(ops, **values)


def _pushed(
    ops: Any, model: FrameModel, forces: np.ndarray, target: float, steps: int
) -> xr.Dataset:
    if forces.shape != (len(model.floors),):
        raise ValueError(f"forces has shape {forces.shape}: expected ({len(model.floors)},)")
    _prepare(ops, model, forces / np.abs(forces).sum(), target / steps)
    displacement = np.zeros((steps + 1, len(model.floors)))
    shear = np.zeros(steps + 1)
    for step in range(1, steps + 1):
        if not _converges(ops):
            raise DidNotConverge(
                f"push-over stopped at a roof displacement of {displacement.max():g} m"
            )
        ops.reactions()
        displacement[step] = [ops.nodeDisp(node, 1) for node in model.floors]
        shear[step] = -sum(ops.nodeReaction(node, 1) for node in model.base)
    return xr.Dataset(
        {
            "displacement": (("step", "floor"), displacement, {"units": "m"}),
            "base_shear": ("step", shear, {"units": "N"}),
        }
    )


def _prepare(ops: Any, model: FrameModel, forces: np.ndarray, increment: float) -> None:
    ops.timeSeries("Linear", _TAG)
    ops.pattern("Plain", _TAG, _TAG)
    for node, force in zip(model.floors, forces, strict=True):
        rest = [0.0] * (len(ops.nodeDisp(node)) - 1)
        ops.load(node, float(force), *rest)
    ops.constraints("Transformation")
    ops.numberer("RCM")
    ops.system("BandGeneral")
    ops.test("NormDispIncr", 1e-8, 50)
    ops.integrator("DisplacementControl", model.floors[-1], 1, increment)
    ops.algorithm("Newton")
    ops.analysis("Static")


def _converges(ops: Any) -> bool:
    for algorithm in ALGORITHMS:
        ops.algorithm(*algorithm)
        if ops.analyze(1) == 0:
            return True
    return False
