"""Free, tied and fixed parameters, and the vector of those that are sought."""

import numpy as np
import pytest

from surrogate.identification.unknowns import Choice, Space, Unknown

STIFFNESS = Unknown("stiffness", "N m-1", np.array([4.0, 2.0]))
RATIO = Unknown("ratio", "1", np.array([0.1, 0.1]), positive=False, upper=1.0)


def test_the_zero_vector_is_the_start():
    values = Space([STIFFNESS, RATIO]).values(np.zeros(4))
    np.testing.assert_array_equal(values["stiffness"], [4.0, 2.0])
    np.testing.assert_array_equal(values["ratio"], [0.1, 0.1])


def test_positive_parameters_move_by_their_logarithm_and_others_by_themselves():
    values = Space([STIFFNESS, RATIO]).values(np.array([np.log(2.0), 0.0, 0.3, 0.0]))
    np.testing.assert_allclose(values["stiffness"], [8.0, 2.0])
    np.testing.assert_allclose(values["ratio"], [0.4, 0.1])


def test_tied_places_share_one_factor_and_fixed_ones_stay():
    space = Space([STIFFNESS, RATIO], Choice(fixed=("ratio 2",), tied=("stiffness",)))
    assert space.labels == ["stiffness (all)", "ratio 1"]
    values = space.values(np.array([[np.log(3.0), 0.2]]))
    np.testing.assert_allclose(values["stiffness"], [[12.0, 6.0]])
    np.testing.assert_allclose(values["ratio"], [[0.3, 0.1]])


def test_the_limits_are_those_of_the_parameters():
    space = Space([RATIO], Choice(fixed=("ratio 1",)))
    low, high = space.limits()
    assert space.values(low)["ratio"][1] == pytest.approx(0.0)
    assert space.values(high)["ratio"][1] == pytest.approx(1.0)


def test_a_space_moves_to_where_a_vector_is():
    theta = np.array([0.5, -0.5, 0.2, 0.3])
    space = Space([STIFFNESS, RATIO])
    moved = space.moved_to(theta)
    for name, value in moved.values(np.zeros(4)).items():
        np.testing.assert_allclose(value, space.values(theta)[name])


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice(fixed=("mas",)), "fixed: 'mas' is unknown, choose from stiffness, ratio"),
        (Choice(fixed=("ratio 3",)), "fixed: 'ratio 3' is unknown"),
        (Choice(tied=("ratio 1",)), "tied: 'ratio 1' is unknown"),
        (Choice(prior={"mass": 1.0}), "prior: 'mass' is unknown"),
    ],
)
def test_a_name_that_is_no_parameter_is_refused(choice, message):
    with pytest.raises(ValueError, match=message):
        Space([STIFFNESS, RATIO], choice)


def test_a_prior_that_is_no_deviation_is_refused():
    with pytest.raises(ValueError, match=r"prior of stiffness = 0\.0: must be positive"):
        Choice(prior={"stiffness": 0.0})


@pytest.mark.parametrize("start", [0.0, np.nan, -1.0])
def test_a_start_out_of_range_is_refused(start):
    with pytest.raises(ValueError, match="start of stiffness = "):
        Unknown("stiffness", "N m-1", np.array([start]))
