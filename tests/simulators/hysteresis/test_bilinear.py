"""The bilinear law against the stop operator and the parallelogram of its loop."""

import numpy as np
import pytest

from simulators import Bilinear, shear_building, solve
from tests.helpers.buildings import random_motion
from tests.helpers.problems import Cycling, elastoplastic_loop, refined

STIFFNESS, YIELD, RATIO = 1e5, 0.01, 0.1
CYCLES = Cycling((YIELD, -2.0 * YIELD, 3.0 * YIELD, -0.5 * YIELD, 4.0 * YIELD, 0.0))


@pytest.mark.parametrize(("method", "tolerance"), [("batch", 1e-6), ("DOP853", 1e-8)])
def test_the_loop_is_that_of_the_stop_operator(method, tolerance):
    law = Bilinear(STIFFNESS, YIELD, RATIO)
    response = solve(
        CYCLES.impose_on(law),
        CYCLES.motion,
        method=method,
        tolerance=tolerance,
        outputs=("restoring_force", "dissipated_energy"),
    )
    z = elastoplastic_loop(CYCLES.drift, YIELD)
    force = STIFFNESS * (RATIO * CYCLES.drift + (1.0 - RATIO) * z)
    np.testing.assert_allclose(
        response["restoring_force"].values[0, :, 0], force, atol=1e-4 * np.abs(force).max()
    )


def test_a_cycle_dissipates_the_area_of_the_parallelogram():
    """4 (1 - a) k d_y (d_m - d_y) in each full cycle between +-d_m, whatever a."""
    reach = 3.0 * YIELD
    path = Cycling((reach, -reach, reach, -reach, reach), samples=200)
    response = solve(
        path.impose_on(Bilinear(STIFFNESS, YIELD, RATIO)),
        path.motion,
        tolerance=1e-7,
        outputs=("dissipated_energy",),
    )
    energy = response["dissipated_energy"].values[0, 200::400, 0]
    expected = 4.0 * (1.0 - RATIO) * STIFFNESS * YIELD * (reach - YIELD)
    np.testing.assert_allclose(np.diff(energy), expected, rtol=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_the_error_is_proved(seed):
    """Against DOP853, for two storeys of random stiffness that yield often."""
    generator = np.random.default_rng(seed)
    law = Bilinear(
        generator.uniform(1e5, 3e5, 2),
        generator.uniform(0.003, 0.02, 2),
        generator.uniform(0.0, 0.2),
    )
    building = shear_building([1000.0, 800.0], law, 300.0)
    motion = random_motion(generator, peak=6.0)
    exact = solve(building, motion, method="DOP853", tolerance=1e-9, outputs=("drift",))["drift"]
    found = solve(building, motion, tolerance=1e-4, outputs=("drift",))["drift"]
    error = np.abs(found - exact).max(dim="time") / np.abs(exact).max(dim="time")
    assert np.abs(exact).max() > 2.0 * law.yield_displacement.min()
    assert float(error.max()) < 1e-4


def test_the_integrator_is_of_second_order():
    """Ten times as many steps leave less than a thirtieth of the error."""
    motion = random_motion(np.random.default_rng(1), peak=6.0)
    building = shear_building(1000.0, Bilinear(2e5, YIELD, 0.05), 300.0)
    exact = solve(building, motion, method="DOP853", tolerance=1e-10, outputs=("drift",))["drift"]
    errors = []
    for factor in (8, 80):
        fine = solve(building, refined(motion, factor), tolerance=0.9, outputs=("drift",))["drift"]
        errors.append(float(np.abs(fine.values[:, ::factor] - exact.values).max()))
    assert errors[1] < errors[0] / 30.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stiffness": 0.0}, r"Bilinear.stiffness = 0: must be > 0"),
        ({"yield_displacement": -1.0}, r"Bilinear.yield_displacement = -1: must be > 0"),
        ({"post_yield_ratio": 1.5}, r"Bilinear.post_yield_ratio = 1.5: must be <= 1"),
    ],
)
def test_parameters_without_a_meaning_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Bilinear(**{"stiffness": 1e5, "yield_displacement": 0.01} | change)
