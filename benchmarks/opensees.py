"""OpenSees as a rival: a chain of hysteretic storeys under base motion, by Newmark's method with
average acceleration.

OpenSees' material BoucWen has the force f = alpha k_o d + (1 - alpha) k_o z, with z in the unit of
the elongation d,

    z' = [A - |z|^n (gamma + beta sgn(v z)) nu] v / eta
    e' = (1 - alpha) k_o z v,    A, nu, eta linear in e

and BWBN has the pinching function of Baber and Noori in the place of nu and eta. An
element of `Structure.element_columns` with the amplitude A_0 is this law with z divided by A_0:

    k_o = elastic + scale A_0,    alpha = elastic / k_o,    beta and gamma times A_0^(n-1)

and the rates of degradation divided by the reference mass. The force form of Zhang et al., whose
A_0 is k and whose scale is 1, so has alpha = 0, k_o = k and OpenSees' beta = alpha k^(n-1), gamma =
beta k^(n-1).

Both materials advance z by the implicit Euler method: the response is first-order accurate in the
step, although Newmark's method is second-order.
"""

from collections import defaultdict

import numpy as np

from benchmarks.problem import storey_dashpots

_Z_TOLERANCE, _Z_ITERATIONS = 1e-12, 100
_TOLERANCE, _ITERATIONS = 1e-9, 50
"""Newton's method of the materials and of the structure; increments in metres."""


def load_opensees():
    """The module `openseespy.opensees`; ImportError with the reason where it cannot be had."""
    try:
        import openseespy.opensees as ops
    except (ImportError, RuntimeError) as failure:
        cause = failure.__context__ or failure
        raise ImportError(
            f"openseespy cannot be imported ({cause}): pip install 'openseespy>=3.7'; Debian: "
            "libblas3 liblapack3"
        ) from failure
    return ops


def material(columns, element):
    """Name and parameters of OpenSees' material for an element of `Structure.element_columns`.

    Raises
    ------
    ValueError
        If the element both pinches and degrades, or starts degraded: OpenSees has no such material.
    """
    c = defaultdict(float, {name: float(value[element]) for name, value in columns.items()})
    exponent = c["power"] + 1.0
    k = c["elastic"] + c["scale"] * c["amplitude"]
    shape = c["amplitude"] ** c["power"]
    wen = (c["elastic"] / k, k, exponent, c["gamma"] * shape, c["beta"] * shape, 1.0)
    losses = (c["amplitude_loss"] / c["amplitude"], c["strength_loss"], c["flexibility_gain"])
    mass = c["mass"] or 1.0
    if {c["strength"], c["flexibility"]} - {0.0, 1.0} or (c["pinching"] and any(losses)):
        raise ValueError(
            "OpenSees has no material that both pinches and degrades, or that starts degraded"
        )
    if c["pinching"]:
        pinch = (
            c["pinching_onset"],
            c["pinching"],
            c["pinching_rate"] / mass,
            c["spread"],
            c["spread_rate"] / mass,
        )
        return ("BWBN", *wen, *pinch, c["coupling"], _Z_TOLERANCE, _Z_ITERATIONS)
    return ("BoucWen", *wen, *(loss / mass for loss in losses), _Z_TOLERANCE, _Z_ITERATIONS)


def respond(building, motion, steps):
    """Storey drifts (m) of a chain of storeys under one motion.

    Parameters
    ----------
    building : Structure
        A shear building without a record axis.
    motion : BaseMotion
    steps : int
        Newmark steps a sample.

    Returns
    -------
    ndarray, shape (time, storey)

    Raises
    ------
    RuntimeError
        If Newton's method fails at a step.
    """
    ops = load_opensees()
    _build(ops, building, motion)
    displacement = np.zeros((len(motion.acceleration), building.floors))
    floors = range(1, building.floors + 1)
    for t in range(1, len(displacement)):
        if ops.analyze(steps, motion.interval / steps) != 0:
            raise RuntimeError(
                f"OpenSees did not converge before t = {t * motion.interval:g} s with {steps} "
                "steps a sample"
            )
        displacement[t] = [ops.nodeDisp(floor, 1) for floor in floors]
    ops.wipe()
    return displacement @ building.incidence.T


def _build(ops, building, motion):
    ops.wipe()
    ops.model("basic", "-ndm", 1, "-ndf", 1)
    ops.node(0, 0.0)
    ops.fix(0, 1)
    columns = building.element_columns()
    for i, dashpot in enumerate(storey_dashpots(building), start=1):
        ops.node(i, 0.0)
        ops.mass(i, float(building.mass[i - 1, i - 1]))
        name, *parameters = material(columns, i - 1)
        ops.uniaxialMaterial(name, 2 * i, *parameters)
        ops.uniaxialMaterial("Viscous", 2 * i + 1, float(dashpot), 1.0)
        ops.element("zeroLength", i, i - 1, i, "-mat", 2 * i, 2 * i + 1, "-dir", 1, 1)
    ops.timeSeries("Path", 1, "-dt", motion.interval, "-values", *motion.acceleration.tolist())
    ops.pattern("UniformExcitation", 1, 1, "-accel", 1)
    ops.constraints("Plain")
    ops.numberer("Plain")
    ops.system("ProfileSPD")
    ops.test("NormDispIncr", _TOLERANCE, _ITERATIONS)
    ops.algorithm("Newton")
    ops.integrator("Newmark", 0.5, 0.25)
    ops.analysis("Transient")
