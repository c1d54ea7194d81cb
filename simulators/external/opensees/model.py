"""What the driver must know of a model, and the commands that several models share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

KIP = 4448.2216152605
"""N."""
INCH = 0.0254
"""m."""
KSI = KIP / INCH**2
"""N/m2."""
GRAVITY = 9.80665
"""m/s2, standard."""

GRAVITY_STEPS = 10
COLLAPSE_RATIO = 0.2
"""Drift over height at which a storey counts as collapsed; chosen, far beyond what a frame of beams
and columns has been tested for.
"""


@dataclass(frozen=True)
class ElementForce:
    """A force, or another response, of one element.

    Parameters
    ----------
    element : int
        Its tag.
    response : tuple of str
        Words of OpenSees' `eleResponse`, ("force",) for example.
    index : int
        Which of the numbers that it returns, from 0.
    """

    element: int
    response: tuple[str, ...]
    index: int


@dataclass(frozen=True)
class FrameModel:
    """A model that has been built in OpenSees: where its floors, its base and its forces are.

    Parameters
    ----------
    floors : tuple of int
        One node for each floor, bottom first. The drift of a storey is the difference of two
        floors, or of the first floor and the ground.
    base : tuple of int
        Fixed nodes; the base shear is what they hold.
    forces : mapping of str to ElementForce
        Forces that are kept, by the names of the simulator's outputs.
    collapse_drift : tuple of float, optional
        Drift of each storey (m) beyond which the frame has collapsed and there is no response; no
        limit by default.
    """

    floors: tuple[int, ...]
    base: tuple[int, ...]
    forces: Mapping[str, ElementForce] = field(default_factory=dict)
    collapse_drift: tuple[float, ...] | None = None


def load_opensees() -> Any:
    """The module `openseespy.opensees`.

    Raises
    ------
    ImportError
        In one line, with the remedy.
    """
    try:
        import openseespy.opensees as ops
    except (ImportError, RuntimeError) as failure:
        cause = failure.__context__ or failure
        raise ImportError(
            f"openseespy cannot be imported ({cause}): pip install openseespy, and on "
            "Debian apt-get install libblas3 liblapack3"
        ) from None
    return ops


def apply_gravity(ops: Any, loads: Mapping[int, Sequence[float]]) -> None:
    """Put constant nodal loads (N, N m) on the model, in steps, and set its time to zero.

    Parameters
    ----------
    ops : module
    loads : mapping of int to sequence of float
        By node, one number for each of its degrees of freedom.

    Raises
    ------
    RuntimeError
        If the model does not carry them.
    """
    ops.timeSeries("Linear", 1)
    ops.pattern("Plain", 1, 1)
    for node, load in loads.items():
        ops.load(node, *map(float, load))
    ops.constraints("Transformation")
    ops.numberer("RCM")
    ops.system("BandGeneral")
    ops.test("NormDispIncr", 1e-10, 50)
    ops.algorithm("Newton")
    ops.integrator("LoadControl", 1.0 / GRAVITY_STEPS)
    ops.analysis("Static")
    if ops.analyze(GRAVITY_STEPS) != 0:
        raise RuntimeError("OpenSees finds no equilibrium under the constant loads of the model")
    ops.loadConst("-time", 0.0)
    ops.wipeAnalysis()


def natural_frequencies(ops: Any, count: int) -> np.ndarray:
    """First `count` angular frequencies (rad/s) of the model in its present state, ascending."""
    ops.wipeAnalysis()  # a second eigenvalue analysis finds no solver otherwise
    return np.sqrt(np.abs(ops.eigen("-fullGenLapack", count)))


def rayleigh(
    ops: Any, ratio: float, modes: tuple[int, int] = (1, 2), committed: bool = True
) -> None:
    """Rayleigh damping of `ratio` in two `modes`, counted from 1.

    Parameters
    ----------
    ops : module
    ratio : float
        Of critical damping.
    modes : tuple of int
    committed : bool
        Whether the stiffness is that of the last converged step, else that at rest. A damping
        proportional to the stiffness at rest resists hinges that have yielded (Charney 2008, J.
        Struct. Eng. 134(4), 581-592).
    """
    omega = natural_frequencies(ops, max(modes))
    first = omega[modes[0] - 1]
    second = omega[modes[1] - 1]
    of_stiffness = 2.0 * ratio / (first + second)
    of_mass = of_stiffness * first * second
    now, at_rest = (of_stiffness, 0.0) if committed else (0.0, of_stiffness)
    ops.rayleigh(of_mass, 0.0, at_rest, now)
