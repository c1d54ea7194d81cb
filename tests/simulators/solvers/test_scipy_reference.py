"""The SciPy reference: exact linear response, every method, restarts at the samples, failure that
is told.
"""

import numpy as np
import pytest

from simulators import BoucWen, ForceFormBoucWen, solve
from simulators.solvers.scipy_reference import METHODS
from tests.helpers.buildings import random_building, random_motion
from tests.helpers.problems import LINEAR, Cycling, wen_loop


def relative_error(response, exact, name):
    exact = exact[name]
    return np.abs(response[name].values[0] - exact).max() / np.abs(exact).max()


@pytest.mark.parametrize("make", LINEAR)
def test_linear_response_is_the_matrix_exponential(make):
    problem = make()
    outputs = tuple(problem.exact)
    response = solve(
        problem.structure,
        problem.motion,
        method="DOP853",
        tolerance=1e-11,
        outputs=outputs,
        **problem.start,
    )
    for name in outputs:
        assert relative_error(response, problem.exact, name) < 1e-9, name


@pytest.mark.parametrize("method", METHODS)
def test_every_method_goes_to_the_exact_solution_with_its_tolerance(method):
    problem = LINEAR[0]()
    errors = []
    for tolerance in (1e-3, 1e-6):
        response = solve(
            problem.structure,
            problem.motion,
            method=method,
            tolerance=tolerance,
            outputs=("drift",),
        )
        errors.append(relative_error(response, problem.exact, "drift"))
    assert errors[0] < 0.1
    assert errors[1] < 1e-4
    assert errors[1] < max(0.05 * errors[0], 1e-9)  # high orders reach that with one step a sample


def test_hysteretic_response_converges_with_the_tolerance():
    generator = np.random.default_rng(4)
    building, motion = random_building(generator, 3), random_motion(generator, 60)
    coarse, fine, finest = (
        solve(building, motion, method="DOP853", tolerance=tolerance, outputs=("drift",))[
            "drift"
        ].values
        for tolerance in (1e-6, 1e-9, 1e-12)
    )
    largest = np.abs(finest).max()
    assert np.abs(coarse - finest).max() < 1e-3 * largest
    assert np.abs(fine - finest).max() < 1e-6 * largest


def test_methods_agree_on_a_hysteretic_building():
    generator = np.random.default_rng(5)
    building, motion = random_building(generator, 4), random_motion(generator, 60)
    outputs = ("drift", "restoring_force", "dissipated_energy", "acceleration")
    explicit, multistep = (
        solve(building, motion, method=method, tolerance=1e-10, outputs=outputs)
        for method in ("DOP853", "LSODA")
    )
    for name in outputs:
        largest = np.abs(explicit[name].values).max()
        assert np.abs(explicit[name].values - multistep[name].values).max() < 1e-6 * largest, name


def test_a_floor_too_heavy_for_a_static_response_is_as_accurate_as_any():
    """The absolute tolerance follows what the masses can reach within the record."""
    path = Cycling((0.01, -0.02, 0.03, 0.0), samples=40)
    law = BoucWen.from_yield(1e5, 0.01, 0.0, 1.0)
    outputs = ("restoring_force",)
    response = solve(
        path.impose_on(law), path.motion, method="DOP853", tolerance=1e-8, outputs=outputs
    )
    exact = 1e5 * wen_loop(path.drift, 0.01, 1)
    np.testing.assert_allclose(
        response["restoring_force"].values[0, :, 0], exact, rtol=0.0, atol=1e-6 * exact.max()
    )


def test_a_response_that_grows_beyond_bounds_is_refused():
    """f' = (k + 5 f^2) v reaches infinity at a finite drift."""
    path = Cycling((10.0,), samples=20)
    with (
        pytest.raises(ValueError, match=r"DOP853 stopped at .* s: Required step size"),
        np.errstate(all="ignore"),
    ):
        solve(path.impose_on(ForceFormBoucWen(1.0, 0.0, -5.0, 2.0)), path.motion, method="DOP853")
