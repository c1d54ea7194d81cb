"""The rivals of benchmarks/simulation.py solve the package's problem, and its comparison at equal
error is right.
"""

import shutil

import numpy as np
import pytest

from benchmarks import opensees, scipy_rivals, yardstick
from benchmarks.comparison import Measured, rate_at_error
from benchmarks.problem import largest_error, noise
from benchmarks.timing import best_seconds
from simulators import solve
from simulators.structures.presets import five_storey

BUILDING = five_storey()
needs_gcc = pytest.mark.skipif(
    shutil.which("gcc") is None, reason="the yardstick is compiled with gcc, which is absent"
)


@pytest.fixture(scope="module")
def motions():
    return noise(yardstick.WIDTH, duration=4.0)


@pytest.fixture(scope="module")
def drift(motions):
    return solve(BUILDING, motions, tolerance=1e-8, outputs=("drift",))["drift"].values


@needs_gcc
@pytest.mark.parametrize(("scheme", "bound"), [("plain", 5e-6), ("corrected", 3e-7)])
def test_yardstick_converges_to_our_drifts(motions, drift, scheme, bound):
    library, parameters = yardstick.compile_yardstick(BUILDING), yardstick.coefficients(BUILDING)
    signals = np.stack([motion.acceleration for motion in motions])
    coarse, fine = (
        yardstick.respond(library, scheme, parameters, signals, steps) for steps in (4, 32)
    )
    assert largest_error(fine, drift) < bound
    assert largest_error(coarse, drift) > 10.0 * largest_error(fine, drift)


@needs_gcc
def test_yardstick_leaves_denormal_numbers_alone():
    yardstick.compile_yardstick(BUILDING)
    assert np.float64(5e-324) * np.float64(1.0) > 0.0


@pytest.mark.parametrize("respond", [scipy_rivals.respond_scipy, scipy_rivals.respond_odeint])
def test_scipy_rivals_solve_the_same_equations(motions, drift, respond):
    assert largest_error(respond(BUILDING, motions[0])[None], drift[:1]) < 2e-3


def test_opensees_material_of_the_force_form():
    """alpha = 0, k_o = k, gamma = beta k^(n-1), beta = alpha k^(n-1), A_0 = 1 and no
    degradation.
    """
    law = BUILDING.laws[0]
    k, n = law.stiffness[0], law.exponent[0]
    name, *parameters = opensees.material(BUILDING.element_columns(), 0)
    expected = [
        0.0,
        k,
        n,
        law.beta[0] * k ** (n - 1.0),
        law.alpha[0] * k ** (n - 1.0),
        1.0,
        0.0,
        0.0,
        0.0,
    ]
    assert name == "BoucWen"
    np.testing.assert_allclose(parameters[: len(expected)], expected, rtol=1e-14)


def test_rate_at_error_follows_a_power_law_inside_and_below():
    curve = [Measured(rate=1e4 / steps, error=1e-3 / steps**2) for steps in (1, 2, 4, 8)]
    for steps, outside in ((3, False), (32, True)):
        rate, extrapolated = rate_at_error(curve, 1e-3 / steps**2)
        assert rate == pytest.approx(1e4 / steps)
        assert extrapolated is outside


def test_rate_at_error_has_nothing_faster_than_the_least_accurate():
    curve = [
        Measured(1e4, 1e-3),
        Measured(5e3, 1e-4),
        Measured(4e3, 5e-4),
    ]  # the last is beaten by the second
    assert rate_at_error(curve, 1e-2) == (pytest.approx(1e4), True)
    assert rate_at_error(curve, 1e-4) == (pytest.approx(5e3), False)
    assert 5e3 < rate_at_error(curve, 5e-4)[0] < 1e4


def test_best_seconds_takes_the_best_round():
    ticks = iter([0.0, 3.0, 10.0, 11.0, 20.0, 22.0])
    seconds, results = best_seconds({"a": lambda: 7}, rounds=3, clock=lambda: next(ticks))
    assert (seconds, results) == ({"a": 1.0}, {"a": 7})
