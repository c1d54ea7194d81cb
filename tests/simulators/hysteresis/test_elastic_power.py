"""The elastic power law against Duffing's equation: free vibration is an elliptic function."""

import numpy as np
import pytest
from scipy.special import ellipj

from simulators import BaseMotion, ElasticPower, shear_building, solve
from tests.helpers.buildings import random_motion

MASS, STIFFNESS, CUBIC, REACH = 100.0, 2e4, 5e7, 0.03


def duffing(time):
    """y of m y'' + k y + k_3 y^3 = 0, released at `REACH`: REACH cn(omega t)."""
    squared = (STIFFNESS + CUBIC * REACH**2) / MASS
    parameter = CUBIC * REACH**2 / (2.0 * squared * MASS)
    return REACH * ellipj(np.sqrt(squared) * time, parameter)[1]


@pytest.mark.parametrize(("method", "tolerance"), [("batch", 1e-6), ("DOP853", 1e-9)])
def test_free_vibration_is_the_elliptic_function(method, tolerance):
    """From a strained start: z is that of the drift, and so is the energy."""
    oscillator = shear_building(MASS, ElasticPower(STIFFNESS, CUBIC))
    response = solve(
        oscillator,
        BaseMotion(np.zeros(200), 0.01),
        method=method,
        tolerance=tolerance,
        initial_displacement=[REACH],
        outputs=("drift", "restoring_force", "dissipated_energy", "element_energy"),
    )
    y = duffing(response["time"].values)
    np.testing.assert_allclose(response["drift"].values[0, :, 0], y, atol=2e-6 * REACH)
    force = STIFFNESS * y + CUBIC * y**3
    np.testing.assert_allclose(
        response["restoring_force"].values[0, :, 0], force, atol=1e-5 * force.max()
    )
    stored = 0.5 * STIFFNESS * y**2 + 0.25 * CUBIC * y**4
    np.testing.assert_allclose(
        response["element_energy"].values[0], stored, atol=1e-5 * stored.max()
    )
    np.testing.assert_allclose(response["dissipated_energy"], 0.0, atol=1e-5 * stored.max())


@pytest.mark.parametrize("exponent", [3.0, 5.0, 7.0])
def test_the_force_is_the_odd_power_of_the_drift(exponent):
    k, k_n = np.array([2e5, 1e5]), np.array([3e4, -1e4]) * 0.01 ** (1.0 - exponent)
    building = shear_building([1000.0, 800.0], ElasticPower(k, k_n, exponent), 900.0)
    motion = random_motion(np.random.default_rng(2), peak=0.3)
    response = solve(building, motion, tolerance=1e-7, outputs=("drift", "hysteretic_force"))
    drift = response["drift"].values
    np.testing.assert_allclose(
        response["hysteretic_force"].values,
        k_n * drift**exponent,
        atol=1e-5 * np.abs(response["hysteretic_force"].values).max(),
    )


@pytest.mark.parametrize("exponent", [1.0, 2.0, 4.0, 3.5])
def test_exponents_that_are_no_odd_power_are_refused(exponent):
    with pytest.raises(ValueError, match=rf"exponent = {exponent:g}: must be an odd number >= 3"):
        ElasticPower(1e5, 1e8, exponent)
