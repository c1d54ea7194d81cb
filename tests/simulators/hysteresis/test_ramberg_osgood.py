"""The law of Ramberg and Osgood against its curve and the plastic work along it."""

import numpy as np
import pytest

from simulators import RambergOsgood, shear_building, solve
from tests.helpers.buildings import random_motion
from tests.helpers.problems import Cycling

STIFFNESS, YIELD = 1e5, 0.01


def curve(z, law):
    """d of the first loading to z."""
    return z + law.alpha * YIELD * (np.abs(z) / YIELD) ** law.exponent * np.sign(z)


def plastic_work(z, law):
    """k alpha n / (n + 1) d_y^(1-n) |z|^(n+1), J: the integral of f dp from zero force to k z."""
    n = law.exponent
    return STIFFNESS * law.alpha * n / (n + 1.0) * YIELD ** (1.0 - n) * np.abs(z) ** (n + 1.0)


@pytest.mark.parametrize("exponent", [1.5, 2.0, 3.0, 5.0, 12.0])
@pytest.mark.parametrize(("method", "tolerance"), [("batch", 1e-6), ("DOP853", 1e-9)])
def test_first_loading_follows_the_curve(exponent, method, tolerance):
    law = RambergOsgood(STIFFNESS, YIELD, exponent=exponent)
    path = Cycling((4.0 * YIELD,))
    response = solve(
        path.impose_on(law),
        path.motion,
        method=method,
        tolerance=tolerance,
        outputs=("hysteretic_force", "dissipated_energy"),
    )
    z = response["hysteretic_force"].values[0, :, 0] / STIFFNESS
    np.testing.assert_allclose(curve(z, law), path.drift, atol=1e-4 * YIELD)
    energy = response["dissipated_energy"].values[0, :, 0]
    expected = plastic_work(z, law)
    np.testing.assert_allclose(energy, expected, atol=1e-4 * expected.max())


def test_unloading_is_elastic_and_the_curve_begins_again_at_zero_force():
    law = RambergOsgood(STIFFNESS, YIELD, alpha=0.5, exponent=3.0)
    path = Cycling((4.0 * YIELD, -5.0 * YIELD))
    response = solve(
        path.impose_on(law), path.motion, tolerance=1e-7, outputs=("hysteretic_force",)
    )
    z = response["hysteretic_force"].values[0, :, 0] / STIFFNESS
    peak = z.max()
    back = slice(int(z.argmax()), None)
    origin = path.drift.max() - peak  # where the force is zero again
    unloading = z[back] > 0.0
    np.testing.assert_allclose(
        z[back][unloading], (path.drift[back] - origin)[unloading], atol=1e-5 * peak
    )
    np.testing.assert_allclose(
        curve(z[back], law)[~unloading], (path.drift[back] - origin)[~unloading], atol=1e-4 * YIELD
    )


@pytest.mark.parametrize("exponent", [1.5, 3.0, 6.0])
def test_the_error_is_proved(exponent):
    generator = np.random.default_rng(4)
    law = RambergOsgood([2e5, 1.5e5], YIELD, exponent=exponent)
    building = shear_building([1000.0, 800.0], law, 300.0)
    motion = random_motion(generator, peak=6.0)
    exact = solve(building, motion, method="DOP853", tolerance=1e-9, outputs=("drift",))["drift"]
    found = solve(building, motion, tolerance=1e-4, outputs=("drift",))["drift"]
    assert float(np.abs(found - exact).max() / np.abs(exact).max()) < 1e-4


def test_an_exponent_of_one_has_no_curve():
    with pytest.raises(ValueError, match=r"RambergOsgood.exponent = 1: must be > 1"):
        RambergOsgood(1e5, 0.01, exponent=1.0)
