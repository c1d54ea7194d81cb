"""The driver against closed forms; and what it does where nothing converges."""

import numpy as np
import pytest

from simulators import BaseMotion, BoucWen, Elastic, KanaiTajimi, shear_building, solve
from simulators.external import DidNotConverge, run_isolated
from simulators.external.opensees import (
    ElementForce,
    FrameModel,
    OpenSeesFrame,
    ShearFrame,
    periods,
    push_over,
    shear_frame,
    stick,
)

BUILDING = shear_building(stick.MASS, Elastic(stick.STIFFNESS)).with_rayleigh_damping(
    stick.DAMPING_RATIO
)


def pulse(amplitude, seconds=12.0, interval=0.01):
    """Half a sine of a tenth of a second, then rest."""
    time = np.arange(0.0, seconds, interval)
    shape = np.sin(np.pi * time / 0.1) * (time <= 0.1)
    return BaseMotion(amplitude * shape, interval)


def strong():
    return KanaiTajimi(peak=8.0).sample(np.random.default_rng(3), duration=8.0, interval=0.01)


def test_periods_are_those_of_the_same_chain_in_this_package():
    np.testing.assert_allclose(periods(ShearFrame(), 3), 1.0 / BUILDING.frequencies, rtol=1e-9)


def test_a_small_motion_is_answered_as_the_linear_building_does():
    """Second-order Newmark steps of a sixtieth of the first period against our own integrator."""
    motion = pulse(0.05)
    response = ShearFrame(steps=8).respond(motion)
    linear = solve(BUILDING, motion, outputs=("displacement", "acceleration", "drift"))
    for name in ("displacement", "drift"):
        expected = linear[name].values[0]
        error = np.abs(response[name].values - expected).max() / np.abs(expected).max()
        assert error < 2e-3
    expected = linear["acceleration"].values[0]
    assert np.abs(response["acceleration"].values - expected).max() < 0.02 * np.abs(expected).max()


def test_free_vibration_decays_by_the_damping_ratio():
    """Logarithmic decrement 2 pi zeta / sqrt(1 - zeta^2) of the first mode."""
    response = ShearFrame(steps=2).respond(pulse(0.05, seconds=20.0))
    roof = response["displacement"].values[600:, -1]
    peaks = np.flatnonzero((roof[1:-1] > roof[:-2]) & (roof[1:-1] > roof[2:])) + 1
    decrement = np.log(roof[peaks[0]] / roof[peaks[-1]]) / (len(peaks) - 1)
    ratio = stick.DAMPING_RATIO
    assert decrement == pytest.approx(2 * np.pi * ratio / np.sqrt(1 - ratio**2), rel=0.01)


def test_energy_is_in_balance_while_the_storeys_yield():
    """Of Newmark's average acceleration: kinetic + damping + springs = input, at every sample, with
    the velocity v' = 2 (y' - y) / h - v and trapezoidal works.
    """
    motion = strong()
    response = ShearFrame().respond(motion)
    y = response["displacement"].values
    assert np.abs(response["drift"].values).max() > 2.0 * stick.YIELD_DRIFT
    velocity = np.zeros_like(y)
    for t in range(1, len(y)):
        velocity[t] = 2.0 * (y[t] - y[t - 1]) / motion.interval - velocity[t - 1]
    springs = np.stack([response[f"storey_force_{i}"].values for i in (1, 2, 3)], axis=1)
    damping = velocity @ BUILDING.damping
    load = -motion.acceleration[:, None] * stick.MASS
    absorbed = _work(springs, response["drift"].values) + _work(damping, y)
    kinetic = 0.5 * velocity**2 @ stick.MASS
    supplied = _work(load, y)
    assert np.abs(kinetic + absorbed - supplied).max() < 1e-3 * supplied.max()


def _work(force, displacement):
    steps = (0.5 * (force[1:] + force[:-1]) * np.diff(displacement, axis=0)).sum(axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def test_the_base_shear_is_the_force_of_the_first_storey():
    response = ShearFrame().respond(strong())
    np.testing.assert_allclose(
        response["base_shear"], response["storey_force_1"], atol=1e-6 * 40e6 * 0.012
    )


def test_push_over_meets_the_bilinear_storey():
    """V = k d before yield, and k d_y + b k (d - d_y) far beyond it, in the first storey."""
    found = push_over(ShearFrame(), [0.0, 0.0, 1.0], 0.12, steps=120)
    drift = found["displacement"].values[:, 0]
    shear = found["base_shear"].values
    assert shear[1] == pytest.approx(40e6 * drift[1], rel=1e-3)
    third = np.diff(found["displacement"].values, axis=1)[:, 1]
    k = stick.STIFFNESS[2]
    hardening = shear_frame.POST_YIELD_RATIO
    yielded = k * stick.YIELD_DRIFT
    bilinear = yielded + hardening * k * (third[-1] - stick.YIELD_DRIFT)
    assert shear[-1] == pytest.approx(bilinear, rel=0.02)


def test_factors_scale_what_they_name():
    doubled = periods(ShearFrame(), 2, {"stiffness_factor": 4.0, "mass_factor": 1.0})
    np.testing.assert_allclose(doubled, 0.5 * periods(ShearFrame(), 2), rtol=1e-9)
    heavier = periods(ShearFrame(), 2, {"mass_factor": 4.0})
    np.testing.assert_allclose(heavier, 2.0 * periods(ShearFrame(), 2), rtol=1e-9)


def test_yielding_storeys_move_like_our_own_law_with_the_same_backbone():
    """Steel02 and Bouc-Wen differ in the shape of their loops: peak drifts within a fifth."""
    motion = strong()
    found = np.abs(ShearFrame().respond(motion)["drift"]).max("time")
    law = BoucWen.from_yield(stick.STIFFNESS, stick.YIELD_DRIFT, shear_frame.POST_YIELD_RATIO)
    own = shear_building(stick.MASS, law).with_rayleigh_damping(0.03)
    expected = np.abs(solve(own, motion, outputs=("drift",))["drift"][0]).max("time")
    np.testing.assert_allclose(found, expected, rtol=0.2)


def stuck(ops):
    """A mass on a material that breaks at 1 mm and leaves a singular stiffness behind."""
    ops.model("basic", "-ndm", 1, "-ndf", 1)
    ops.node(0, 0.0)
    ops.node(1, 0.0)
    ops.fix(0, 1)
    ops.mass(1, 1e-30)
    ops.uniaxialMaterial("Elastic", 1, 1e6)
    ops.uniaxialMaterial("MinMax", 2, 1, "-min", -1e-3, "-max", 1e-3)
    ops.element("zeroLength", 1, 0, 1, "-mat", 2, "-dir", 1)
    ops.timeSeries("Linear", 1)
    ops.pattern("Plain", 1, 1)
    ops.load(1, 1e4)
    return FrameModel(floors=(1,), base=(0,), forces={"spring": ElementForce(1, ("force",), 0)})


def test_where_nothing_converges_the_reason_and_the_time_are_told():
    """The load 1e4 t reaches the strength 1e3 N at 0.1 s; from there on there is no equilibrium."""
    frame = OpenSeesFrame(stuck, storeys=1, forces={"spring": "N"})
    with pytest.raises(DidNotConverge, match="no algorithm converged with a step of") as caught:
        frame.respond(BaseMotion(np.zeros(30), 0.01))
    assert caught.value.time == pytest.approx(0.1, abs=0.011)


def test_a_record_runs_in_a_process_of_its_own_and_gives_the_same_numbers():
    motion = pulse(2.0, seconds=2.0)
    there = run_isolated(ShearFrame(), motion)
    here = ShearFrame().respond(motion)
    np.testing.assert_array_equal(there["drift"], here["drift"])
    assert "openseespy" in there.attrs["simulator"]


def test_two_runs_in_one_process_leave_nothing_behind():
    motion = strong()
    first = ShearFrame().respond(motion)
    np.testing.assert_array_equal(first["drift"], ShearFrame().respond(motion)["drift"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"directions": 3}, "directions = 3: expected 1 or 2"),
        ({"steps": 0}, "steps = 0: expected a whole number >= 1"),
        ({"storeys": 0}, "storeys = 0: expected a whole number >= 1"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        OpenSeesFrame(stuck, **{"storeys": 1} | arguments)
