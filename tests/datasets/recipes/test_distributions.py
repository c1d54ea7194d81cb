"""Distributions of a recipe: those of SciPy, within their bounds, and told in words."""

import numpy as np
import pytest
import xarray as xr
from pydantic import TypeAdapter
from scipy import stats

from datasets.contract.schema import validate
from datasets.recipes.catalogue import load_recipe
from datasets.recipes.distributions import LEAST, Distribution

SHORT = ["motion.duration=1", "records=40"]
CUT = {"distribution": "truncated_normal", "mean": 1.0, "standard_deviation": 0.4}
U = np.linspace(0.001, 0.999, 997)
CASES = [
    ({"distribution": "normal", "mean": 2.0, "standard_deviation": 0.3}, stats.norm(2.0, 0.3)),
    ({**CUT, "low": 0.5, "high": 1.2}, stats.truncnorm(-1.25, 0.5, 1.0, 0.4)),
    ({**CUT, "low": 0.5}, stats.truncnorm(-1.25, np.inf, 1.0, 0.4)),
    ({"distribution": "lognormal", "median": 3.0, "sigma": 0.5}, stats.lognorm(0.5, scale=3.0)),
    ({"distribution": "uniform", "low": -1.0, "high": 2.0}, stats.uniform(-1.0, 3.0)),
]


def read(content):
    return TypeAdapter(Distribution).validate_python(content)


@pytest.mark.parametrize(("content", "expected"), CASES)
def test_values_are_those_of_the_distribution(content, expected):
    np.testing.assert_allclose(read(content).inverse(U), expected.ppf(U), rtol=1e-10)


def test_a_truncated_lognormal_has_its_density_between_the_bounds():
    content = {"distribution": "truncated_lognormal", "median": 2.0, "sigma": 0.7}
    values = read({**content, "low": 1.0, "high": 5.0}).inverse(U)
    whole = stats.lognorm(0.7, scale=2.0)
    share = (whole.cdf(values) - whole.cdf(1.0)) / (whole.cdf(5.0) - whole.cdf(1.0))
    np.testing.assert_allclose(share, U, rtol=1e-9)


@pytest.mark.parametrize("far", [20.0, -20.0])
def test_bounds_far_out_in_a_tail_are_kept(far):
    low = far if far > 0 else far - 1.0
    content = {"distribution": "truncated_normal", "mean": 0.0, "standard_deviation": 1.0}
    values = read({**content, "low": low, "high": low + 1.0}).inverse(U)
    assert np.all((values >= low) & (values <= low + 1.0))
    assert np.all(np.diff(values) > 0)


def test_the_ends_are_what_can_be_drawn_at_all():
    normal = read({"distribution": "normal", "mean": 1.0, "standard_deviation": 0.1})
    assert normal.ends == pytest.approx((1.0 - 0.821, 1.0 + 0.821), abs=1e-3)
    assert normal.inverse(np.array([0.0]))[0] == normal.inverse(np.array([LEAST]))[0]
    assert read({"distribution": "choice", "values": [3, 1, 2]}).ends == (1, 3)


@pytest.mark.parametrize("sampling", ["independent", "latin_hypercube"])
def test_normal_parameters_depend_on_the_recipe_and_the_record_alone(sampling):
    vary = "vary={laws.stiffness: {distribution: truncated_normal, mean: 1, standard_deviation: 0.3"
    words = [*SHORT, f"sampling={sampling}", f"{vary}, low: 0.6, high: 1.3, each: part}}}}"]
    recipe = load_recipe("five_storey", words)
    whole = recipe.make(0, 40)
    validate(whole)
    pieces = xr.concat([recipe.make(0, 7), recipe.make(7, 33)], "record", data_vars="minimal")
    xr.testing.assert_identical(pieces, whole)
    factor = whole["stiffness"].values / recipe.nominal.laws[0].stiffness
    assert factor.min() >= 0.6
    assert factor.max() <= 1.3
    low, high = (0.6 - 1) / 0.3, (1.3 - 1) / 0.3
    assert stats.kstest(factor.ravel(), stats.truncnorm(low, high, 1, 0.3).cdf).pvalue > 1e-3
