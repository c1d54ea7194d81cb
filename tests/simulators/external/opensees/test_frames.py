"""The shipped frames against hand values: elastic periods, plastic mechanisms, decay, bearings."""

import numpy as np
import pytest
from scipy.linalg import eigh

from simulators import BaseMotion
from simulators.external import DidNotConverge, run_isolated
from simulators.external.opensees import (
    ConcreteFrame,
    IsolatedFrame,
    SteelFrame,
    concrete_frame,
    isolated_frame,
    periods,
    push_over,
    steel_frame,
)
from simulators.external.opensees.model import GRAVITY, INCH, KIP, KSI
from simulators.structures.beams import Section, beam_matrices

EADS_FORCES = [16.255, 31.636]
"""Lateral forces of the steel frame's source."""


def pulse(amplitude, seconds):
    time = np.arange(0.0, seconds, 0.02)
    return BaseMotion(amplitude * np.sin(np.pi * time / 0.2) * (time <= 0.2), 0.02)


def plane_periods(nodes, members, masses):
    """Periods (s) of a plane frame by this package's own beams.

    `nodes` are x and z by name; `members` two names, E A and E I; `masses` horizontal, by name.
    """
    free = [name for name, place in nodes.items() if place[1] > 0.0]
    stiffness = np.zeros((3 * len(nodes), 3 * len(nodes)))
    names = list(nodes)
    plane = [0, 2, 4, 6, 8, 10]
    for start, end, axial, bending in members:
        section = Section(axial, 1.0, bending, bending, 1.0, 0.0, 1.0)
        ends = [np.array([nodes[name][0], 0.0, nodes[name][1]]) for name in (start, end)]
        own = beam_matrices(*ends, section)[0][np.ix_(plane, plane)]
        at = [3 * names.index(name) + i for name in (start, end) for i in range(3)]
        stiffness[np.ix_(at, at)] += own
    kept = [3 * names.index(name) + i for name in free for i in range(3)]
    flexibility = np.linalg.inv(stiffness[np.ix_(kept, kept)])
    moving = [3 * free.index(name) for name in masses]
    condensed = np.linalg.inv(flexibility[np.ix_(moving, moving)])
    omega2 = eigh(condensed, np.diag(list(masses.values())), eigvals_only=True)
    return 2.0 * np.pi / np.sqrt(omega2)


def test_the_steel_frame_has_the_periods_of_its_members():
    """By our own beams, without P-Delta and with fillets left out of the inertia."""
    found = periods(SteelFrame(), 2)
    nodes = {
        (pier, floor): (pier * steel_frame.BAY, height)
        for pier in (0, 1)
        for floor, height in enumerate(np.concatenate([[0.0], np.cumsum(steel_frame.HEIGHTS)]))
    }
    column = _stiffnesses(steel_frame.COLUMN)
    beam = _stiffnesses(steel_frame.BEAM)
    members = [((p, f - 1), (p, f), *column) for p in (0, 1) for f in (1, 2)]
    members += [((0, f), (1, f), *beam) for f in (1, 2)]
    masses = {
        (pier, floor): weight / (2.0 * GRAVITY)
        for pier in (0, 1)
        for floor, weight in enumerate(steel_frame.WEIGHTS, start=1)
    }
    expected = plane_periods(nodes, members, masses)[:2]
    assert found[0] > expected[0]
    np.testing.assert_allclose(found, expected, rtol=0.03)


def _stiffnesses(shape):
    depth, width, web, flange = shape
    area = 2.0 * width * flange + (depth - 2.0 * flange) * web
    inertia = (width * depth**3 - (width - web) * (depth - 2.0 * flange) ** 3) / 12.0
    return steel_frame.MODULUS * area, steel_frame.MODULUS * inertia


def test_the_sections_are_those_of_the_manual():
    """A and I of W24x131 and W27x102: 38.5 and 30.0 in2, 4020 and 3620 in4, with the fillets."""
    for shape, area, inertia in (
        (steel_frame.COLUMN, 38.5, 4020.0),
        (steel_frame.BEAM, 30.0, 3620.0),
    ):
        axial, bending = _stiffnesses(shape)
        assert axial / steel_frame.MODULUS / INCH**2 == pytest.approx(area, rel=0.015)
        assert bending / steel_frame.MODULUS / INCH**4 == pytest.approx(inertia, rel=0.015)


def test_the_steel_frame_reaches_the_strength_of_its_plastic_mechanism(monkeypatch):
    """V = (2 M_pc + 4 M_pb) / H - sum P drift / H, H the height of the forces' resultant, without
    hardening.
    """
    monkeypatch.setattr(steel_frame, "HARDENING", 1e-4)
    height = np.cumsum(steel_frame.HEIGHTS)
    found = push_over(SteelFrame(), EADS_FORCES, 0.03 * height[-1], steps=100)
    arm = np.average(height, weights=EADS_FORCES)
    moments = 2.0 * _plastic(steel_frame.COLUMN) + 4.0 * _plastic(steel_frame.BEAM)
    drifts = np.diff(found["displacement"].values[-1], prepend=0.0)
    above = np.cumsum(steel_frame.WEIGHTS[::-1])[::-1]
    expected = (moments - (above * drifts).sum()) / arm
    assert found["base_shear"].values[-1] == pytest.approx(expected, rel=0.03)


def _plastic(shape):
    depth, width, web, flange = shape
    modulus = width * flange * (depth - flange) + web * (0.5 * depth - flange) ** 2
    return steel_frame.YIELD_STRESS * modulus


def test_free_vibration_of_the_steel_frame_decays_by_its_damping():
    response = SteelFrame().respond(pulse(0.5, 25.0))
    roof = response["displacement"].values[300:, -1]
    peaks = np.flatnonzero((roof[1:-1] > roof[:-2]) & (roof[1:-1] > roof[2:])) + 1
    decrement = np.log(roof[peaks[0]] / roof[peaks[-1]]) / (len(peaks) - 1)
    assert decrement == pytest.approx(2 * np.pi * steel_frame.DAMPING_RATIO, rel=0.03)
    assert np.diff(peaks).mean() * 0.02 == pytest.approx(periods(SteelFrame(), 1)[0], rel=0.01)


def test_a_strong_motion_leaves_the_steel_frame_with_a_residual_drift():
    response = SteelFrame().respond(pulse(25.0, 12.0))
    assert abs(response["drift"].values[-100:, 0].mean()) > 0.005
    assert np.abs(response["column_moment"]).max() > 0.9 * _plastic(steel_frame.COLUMN)


def test_the_yield_moment_is_that_of_the_layers_of_bars():
    """Without axial load A_s f_y (d - d') within 3 %; it grows with the load (Panagiotakos and
    Fardis).
    """
    beam = concrete_frame.member((18.0, 24.0, 4.0), concrete_frame.BAY, 0.0)
    assert beam.yield_moment == pytest.approx(4.0 * 60.0 * 18.0 * KIP * INCH, rel=0.04)
    loaded = concrete_frame.member((24.0, 24.0, 4.74), 180.0 * INCH, 288.0 * KIP)
    by_hand = (4.74 * 60.0 * 18.0 + 288.0 * (12.0 - 3.0)) * KIP * INCH
    assert loaded.yield_moment == pytest.approx(by_hand, rel=0.05)


def test_the_regressions_give_what_their_report_gives_by_hand():
    """nu = 0.1, rho_sh = 0.01, f_c = 30 MPa, s/d = 0.2."""
    one = concrete_frame.ConcreteMember(
        0.5, 0.5, 0.06, 1.5e-3, 3.0, 0.1 * 0.25 * 30e6, 30e6, 420e6, 0.01, 0.2
    )
    assert one.plastic_rotation == pytest.approx(
        0.201500 * 0.815457 * 0.568988 * 0.844815, rel=1e-3
    )
    assert one.post_capping_rotation == 0.10
    assert one.capping_ratio == pytest.approx(1.25 * 0.988414 * 0.972104, rel=1e-5)
    gross = 4700e6 * np.sqrt(30.0) * 0.5**4 / 12.0
    assert one.rigidity == pytest.approx(0.35 * gross)


def test_the_concrete_frame_has_the_periods_of_its_effective_stiffnesses():
    """Members of E I_stf between joints, by our own beams without P-Delta."""
    nodes = {
        10 * pier + floor: ((pier - 1) * concrete_frame.BAY, level)
        for pier in (1, 2, 3)
        for floor, level in enumerate(concrete_frame.LEVELS)
    }
    members = [
        (start, end, one.concrete_modulus * one.width * one.depth, one.rigidity)
        for _, start, end, one in concrete_frame.members()
    ]
    masses = {
        10 * (pier + 1) + floor + 1: concrete_frame.LOADS[floor, pier] / GRAVITY
        for floor, pier in np.ndindex(2, 3)
    }
    expected = plane_periods(nodes, members, masses)[:2]
    found = periods(ConcreteFrame(), 2)
    assert found[0] > expected[0]
    np.testing.assert_allclose(found, expected, rtol=0.03)


def test_the_concrete_frame_peaks_between_its_yield_and_its_capping_mechanism():
    """Column feet and beam ends, equal floor forces: V (h_1 + h_2) / 2 = sum M - sum P drift."""
    roof = 0.10 * concrete_frame.LEVELS[-1]
    found = push_over(ConcreteFrame(), [1.0, 1.0], roof, steps=400)
    shear = found["base_shear"].values
    ends = [
        (1.0 if start < 100 and end - start == 1 else 2.0, one)
        for _, start, end, one in concrete_frame.members()
        if end - start == 10 or start % 10 == 0
    ]
    arm = concrete_frame.LEVELS[1:].mean()
    peak = shear.argmax()
    drifts = np.diff(found["displacement"].values[peak], prepend=0.0)
    above = np.cumsum(concrete_frame.LOADS.sum(axis=1)[::-1])[::-1]
    second_order = (above * drifts).sum() / arm
    yielded = sum(count * one.yield_moment for count, one in ends) / arm
    capped = sum(count * one.yield_moment * one.capping_ratio for count, one in ends) / arm
    assert 0.97 * yielded < shear[peak] + second_order < 1.02 * capped
    assert shear[-1] < 0.8 * shear[peak]


def test_cycles_take_strength_from_the_concrete_frame():
    """A foot's moment under the second of two equal bursts stays below that under the first."""
    time = 0.02 * np.arange(1000)
    wave = np.sin(2.0 * np.pi * time / 0.9)
    bursts = ((time < 4.5) | ((time > 10.0) & (time < 14.5))) * wave
    response = ConcreteFrame().respond(BaseMotion(3.0 * bursts, 0.02))
    moment = np.abs(response["base_moment_2"].values)
    assert moment[500:].max() < moment[:500].max()
    assert np.abs(response["drift"]).max() > 0.02


def test_a_frame_that_collapses_is_a_failure_and_no_response():
    with pytest.raises(
        DidNotConverge, match=r"storey 1 collapsed: its drift passed 0.914 m at t ="
    ):
        run_isolated(
            ConcreteFrame(),
            pulse(60.0, 12.0),
            {"strength_factor": 0.3, "mass_factor": 2.0},
            timeout=120.0,
        )


def test_the_bearings_have_the_stiffnesses_and_the_strength_that_were_asked_for():
    """Slab pushed alone: V = K_1 d at first, Q + K_2 d beyond yield."""
    second = (2.0 * np.pi / isolated_frame.ISOLATED_PERIOD) ** 2 * isolated_frame.MASS
    strength = isolated_frame.STRENGTH_RATIO * isolated_frame.MASS * GRAVITY
    found = push_over(IsolatedFrame(), [1.0, 0.0, 0.0, 0.0], 0.25, steps=100)
    slab = found["displacement"].values[:, 0]
    shear = found["base_shear"].values
    slope = np.diff(shear) / np.diff(slab)
    assert slope[0] == pytest.approx(second / isolated_frame.STIFFNESS_RATIO, rel=0.15)
    assert slope[-1] == pytest.approx(second, rel=0.02)
    assert shear[-1] - second * slab[-1] == pytest.approx(strength, rel=0.03)


def test_the_isolated_frame_answers_each_direction_by_itself():
    still = BaseMotion(np.zeros(200), 0.02)
    along_x = IsolatedFrame().respond((pulse(2.0, 4.0), still))
    along_y = IsolatedFrame().respond((still, pulse(2.0, 4.0)))
    drift = along_x["drift_x"].values
    np.testing.assert_allclose(along_y["drift_y"], drift, atol=0.02 * np.abs(drift).max())
    assert np.abs(along_x["drift_y"]).max() < 1e-6
    assert np.abs(drift[:, 0]).max() > np.abs(drift[:, 1:]).max()


def test_kips_and_inches():
    assert pytest.approx(6.894757e6, rel=1e-6) == KSI
