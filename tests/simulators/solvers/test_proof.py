"""What is tried, and what a difference of two solutions proves: more steps at every attempt, an
estimate that bounds the true error where the first attempt is a doubling.
"""

import numpy as np
import pytest

from simulators import solve
from simulators.solvers.proof import (
    MOST_STEPS,
    REFINEMENT,
    SAFETY,
    Attempt,
    first_attempt,
    is_last,
    next_attempt,
    share_of_gap,
)
from tests.helpers.buildings import random_building, random_motion

THIRD = np.array([3.0])


def attempt(coarse, fine):
    return Attempt(np.array([coarse]), np.array([fine]))


@pytest.mark.parametrize(("tolerance", "refinement"), [(1e-3, 2), (1e-4, 2), (1e-5, 3)])
def test_the_first_attempt_is_a_doubling_at_ordinary_tolerances(tolerance, refinement):
    tried = first_attempt(np.array([10.0, 100.0]), 0.02, tolerance, 2)
    np.testing.assert_array_equal(tried.fine, refinement * tried.coarse)
    assert tried.coarse[1] > tried.coarse[0] == 1


def test_a_structure_beyond_all_steps_gets_the_most_of_them():
    tried = next_attempt(first_attempt(np.array([1e12]), 0.02, 1e-4, 1), np.inf, 1e-4, THIRD)
    assert is_last(tried).all()
    assert tried.fine.item() <= MOST_STEPS


@pytest.mark.parametrize("tried", [attempt(1, 2), attempt(1, 3), attempt(4, 8), attempt(5, 15)])
@pytest.mark.parametrize("error", [2.6e-5, 1e-3, 0.5, np.inf, np.nan])
def test_every_attempt_has_more_steps_than_the_one_before(tried, error):
    following = next_attempt(tried, np.array([error]), 1e-4, THIRD)
    assert tried.fine < following.fine <= 4 * tried.fine + REFINEMENT
    np.testing.assert_array_equal(following.fine, REFINEMENT * following.coarse)


def test_the_steps_follow_from_the_order():
    """Where the estimate is 8 times what would be half the tolerance with the safety factor, a
    scheme of third order needs steps of half the length.
    """
    error = np.array([8.0 * 0.5e-4 / SAFETY])
    assert next_attempt(attempt(3, 9), error, 1e-4, THIRD).fine.item() == 18


def test_the_estimate_is_that_of_the_order_for_a_threefold_refinement():
    for order in (2.0, 3.0):
        share = share_of_gap(attempt(2, 6), np.array([order]), np.array([0.5]))
        np.testing.assert_allclose(share, 1.0 / (3.0**order - 1.0))


def test_a_doubling_of_short_steps_is_believed_less():
    shares = [
        share_of_gap(attempt(1, 2), THIRD, np.array([reach])).item() for reach in (0.1, 0.45, 0.8)
    ]
    assert 1.0 / 7.0 > shares[0] > shares[1] > shares[2]
    np.testing.assert_allclose(shares[2], 1.0 / 21.0)


@pytest.mark.parametrize("seed", range(5))
def test_the_estimate_of_a_doubling_bounds_the_true_error(seed):
    """On what passes at the first attempt, which most do at 2e-3."""
    doubled = 0
    for i in range(8):
        generator = np.random.default_rng([seed, i])
        building = random_building(generator, 1 + i // 2)
        motion = random_motion(generator, 60)
        response = solve(building, motion, tolerance=2e-3, outputs=("drift",))
        if response["steps"].item() % REFINEMENT == 0:
            continue
        doubled += 1
        exact = solve(building, motion, tolerance=1e-6, outputs=("drift",))["drift"].values[0]
        error = np.abs(response["drift"].values[0] - exact).max(axis=0)
        relative = (error / np.abs(exact).max(axis=0)).max()
        assert relative <= SAFETY * response["error_estimate"].item() + 1e-6
        assert relative <= 2e-3
    assert doubled >= 3
