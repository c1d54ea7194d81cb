"""Chains of Bouc-Wen storeys whose responses are kept in single precision are integrated in it,
where the tolerance leaves room for its rounding, and the estimate of the error includes that.
"""

import numpy as np
import pytest

from simulators import BoucWen, Elastic, ForceFormBoucWen, shear_building, solve
from simulators.excitation.motion import BaseMotion
from simulators.solvers.proof import ROUNDING, rounding, suits_singles
from simulators.structures.presets import five_storey
from tests.helpers.buildings import INTERVAL, random_chain, random_motion

TOLERANCE = 1e-4


def drifts(building, motions, dtype, tolerance=TOLERANCE, **options):
    return solve(building, motions, tolerance=tolerance, outputs=("drift",), dtype=dtype, **options)


def is_rounded_double(building, motion, tolerance):
    """Whether the drifts are those of double precision, rounded in the end."""
    single = drifts(building, motion, np.float32, tolerance).drift.values
    double = drifts(building, motion, np.float64, tolerance).drift.values
    return np.array_equal(single, double.astype(np.float32))


@pytest.mark.parametrize("seed", range(12))
def test_the_estimate_bounds_the_true_error(seed):
    generator = np.random.default_rng([7, seed])
    building = random_chain(generator, 1 + seed % 6)
    motion = random_motion(generator, 400)
    exact = drifts(building, motion, np.float64, 1e-8).drift.values[0]
    found = drifts(building, motion, np.float32)
    error = np.abs(found.drift.values[0] - exact).max(axis=0) / np.abs(exact).max(axis=0)
    assert error.max() <= found.attrs["safety_factor"] * found.error_estimate.item() <= TOLERANCE


def test_rounding_does_not_add_up_over_many_steps():
    """200 s at 0.01 s: 40 000 steps of the finer solution."""
    motion = random_motion(np.random.default_rng(3), 10_000).acceleration
    motion = BaseMotion(np.repeat(motion, 2)[:20_000], 0.01)
    double = drifts(five_storey(), motion, np.float64).drift.values[0]
    single = drifts(five_storey(), motion, np.float32).drift.values[0]
    error = np.abs(single - double).max(axis=0) / np.abs(double).max(axis=0)
    assert 0.0 < error.max() < 1e-5


@pytest.mark.parametrize("outputs", [("velocity",), ("acceleration",), ("displacement", "drift")])
def test_other_outputs_are_those_of_double_precision(outputs):
    """To some roundings of the largest value."""
    motion = random_motion(np.random.default_rng(5), 500)
    options = {"tolerance": TOLERANCE, "outputs": outputs}
    double = solve(five_storey(), motion, **options)
    single = solve(five_storey(), motion, dtype=np.float32, **options)
    for name in outputs:
        peak = np.abs(double[name]).max().item()
        np.testing.assert_allclose(single[name], double[name], rtol=0.0, atol=1e-5 * peak)


def test_forces_and_energies_are_those_of_double_precision():
    motion = random_motion(np.random.default_rng(6), 500)
    names = ("restoring_force", "hysteretic_force", "dissipated_energy")
    double = solve(five_storey(), motion, tolerance=TOLERANCE, outputs=names)
    single = solve(five_storey(), motion, tolerance=TOLERANCE, outputs=names, dtype=np.float32)
    for name in names:
        peak = np.abs(double[name]).max().item()
        np.testing.assert_allclose(single[name], double[name], rtol=0.0, atol=3e-5 * peak)


def test_a_response_that_begins_in_motion():
    motion = random_motion(np.random.default_rng(8), 300)
    start = {
        "initial_displacement": [0.01, 0.02, 0.02, 0.03, 0.03],
        "initial_velocity": [0.1, 0.0, -0.1, 0.2, 0.0],
    }
    double = drifts(five_storey(), motion, np.float64, **start).drift.values
    single = drifts(five_storey(), motion, np.float32, **start).drift.values
    np.testing.assert_allclose(single, double, rtol=0.0, atol=1e-5 * np.abs(double).max())
    np.testing.assert_allclose(single[0, 0], [0.01, 0.01, 0.0, 0.01, 0.0], atol=1e-8)


def three_storeys(exponent=(2.0, 1.0, 3.0), damping=0.05, unit=1.0):
    """A building of three storeys; forces and masses in a unit of one's own."""
    stiffness = np.array([2e6, 1.5e6, 1e6]) * unit
    strength = 0.01 * stiffness
    exponent = np.array(exponent)
    total = stiffness * strength**-exponent
    law = ForceFormBoucWen(stiffness, 0.7 * total, 0.3 * total, exponent)
    return shear_building([1e4 * unit] * 3, law, 2.0 * damping / 10.0 * stiffness)


@pytest.fixture(scope="module")
def motion():
    return random_motion(np.random.default_rng(9), 200)


def test_chains_of_whole_exponents_are_integrated_in_single_precision(motion):
    assert not is_rounded_double(three_storeys(), motion, 1e-3)


@pytest.mark.parametrize("exponent", [(1.5, 1.0, 3.0), (2.0, 2.0, 2.5)])
def test_other_exponents_are_not(exponent, motion):
    assert is_rounded_double(three_storeys(exponent), motion, 1e-3)


def test_a_brace_makes_it_double(motion):
    braced = three_storeys().with_element(Elastic(1e5), 3, 1)
    assert is_rounded_double(braced, motion, 1e-3)


@pytest.mark.parametrize("damping", [0.0, 1e-5])
def test_a_building_that_remembers_many_cycles_shows_roundings_of_its_frequency(damping, motion):
    assert is_rounded_double(three_storeys(damping=damping), motion, 1e-3)


def test_a_tight_tolerance_leaves_no_room_for_rounding(motion):
    assert is_rounded_double(three_storeys(), motion, 1e-6)


@pytest.mark.parametrize("unit", [1e-20, 1e20])
def test_coefficients_near_the_ends_of_its_range_make_it_double(unit, motion):
    """In a unit of force in which coefficients would be rounded to zero or to infinity."""
    building = three_storeys(unit=unit)
    assert is_rounded_double(building, motion, 1e-3)
    usual = drifts(three_storeys(), motion, np.float32, 1e-6).drift
    np.testing.assert_allclose(drifts(building, motion, np.float32, 1e-6).drift, usual, atol=1e-6)


def test_a_storey_that_hardly_moves_is_taken_again_in_double_precision():
    """Its drift is a small difference of displacements, which single precision cannot tell."""
    law = BoucWen(
        stiffness=[1e6, 1e9], post_yield_ratio=0.1, beta=[70.0, 70.0], gamma=30.0, exponent=1.0
    )
    building = shear_building([1e4, 1e4], law, [1e4, 1e5])
    motion = random_motion(np.random.default_rng(15), 200)
    exact = drifts(building, motion, np.float64, 1e-8).drift.values[0]
    found = drifts(building, motion, np.float32).drift.values[0]
    error = np.abs(found - exact).max(axis=0) / np.abs(exact).max(axis=0)
    assert error.max() < TOLERANCE


def test_a_record_has_the_same_bits_whoever_its_neighbours_are():
    """Of a family whose members differ in exponent, damping and range."""
    generator = np.random.default_rng(16)
    exponent = np.array([[1.0], [2.0], [3.0], [2.5], [2.0], [2.0]])
    k = np.array([[1e6], [1e6], [1e6], [1e6], [1e6], [1e24]])
    damping = np.array([[2e4], [2e4], [2e4], [2e4], [0.0], [2e22]])
    mass = 1e-2 * k
    total = 0.01**-exponent
    law = BoucWen(k, np.zeros_like(k), 0.7 * total, 0.3 * total, exponent)
    family = shear_building(mass, law, damping)
    motions = [random_motion(generator, 150) for _ in exponent]
    together = drifts(family, motions, np.float32).drift.values
    for i, motion in enumerate(motions):
        alone = drifts(family.record(i), motion, np.float32).drift.values[0]
        np.testing.assert_array_equal(together[i], alone)


def test_what_rounding_is_estimated_from():
    np.testing.assert_allclose(rounding(np.array([5.0]), np.array([20.0])), 15.0 * ROUNDING)
    assert suits_singles(5, np.array([20.0]), 1e-4).all()
    assert not suits_singles(5, np.array([20.0]), 1e-6).any()
    assert not suits_singles(5, np.array([np.inf]), 1e-4).any()


def test_motions_of_one_sample_interval_have_several_steps():
    """A stiff storey takes more than one step a sample at the first attempt."""
    generator = np.random.default_rng(17)
    building = random_chain(generator, 5)
    motion = random_motion(generator, 200)
    coarser = BaseMotion(motion.acceleration, 4.0 * INTERVAL)
    exact = drifts(building, coarser, np.float64, 1e-8).drift.values[0]
    found = drifts(building, coarser, np.float32)
    error = np.abs(found.drift.values[0] - exact).max(axis=0) / np.abs(exact).max(axis=0)
    assert found.steps.item() > 2
    assert error.max() < TOLERANCE
