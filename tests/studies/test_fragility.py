"""The study fragility: its tiny preset, and what its ways say of capacities that are known."""

import numpy as np
import pytest
import xarray as xr

from simulators.excitation.load import BaseMotions
from studies import fragility as study
from studies.fragility import capacities, repetitions
from studies.framework.estimates import coverage, relative_errors
from surrogate.risk.ida import ida
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
SIZES = repetitions.Sizes(runs=98, trained=50, further=400, bootstrap=60)
LIMITS = np.array(capacities.LIMITS)


def known(motions, seed=0):
    """A pool whose capacities grow with the limit, and a surrogate that is off by a tenth."""
    generator = np.random.default_rng(seed)
    x = np.exp(0.2 * generator.standard_normal(motions))
    true = 30.0 * LIMITS[:, None] * x
    answered = 1.1 * true * np.exp(0.02 * generator.standard_normal(true.shape))
    dims = ("limit", "motion")
    pool = xr.Dataset({"answered": (dims, answered), "corrected": (dims, true)})
    levels = capacities.levels(25)
    intensity = np.exp(0.5 * generator.standard_normal(motions))
    runs = xr.Dataset(
        {
            "demand": (("motion", "level"), levels / (30.0 * x[:, None])),
            "intensity": ("motion", intensity),
            "response": ("motion", intensity / (30.0 * x)),
        },
        {"level": levels},
    )
    return runs, {"surrogate": pool}


def test_tiny_preset_measures_all_ways(tmp_path):
    results, verdicts = tiny_study.run("fragility", tmp_path)
    assert results.sizes["way"] == 8
    assert results.sizes["repetition"] == 2
    assert (results.true.sel(parameter="median").diff("limit") > 0).all()
    assert len(verdicts) == 9
    distilled = results.value.sel(way=repetitions.corrected(study.DISTILLED), parameter="median")
    assert (abs(distilled / results.true.sel(parameter="median") - 1.0) < 0.3).all()


def test_every_way_finds_a_curve_that_is_known():
    runs, pools = known(1500)
    found = repetitions.repeat(3, runs, pools, SIZES)
    for limit in capacities.LIMITS:
        median = found.value.sel(limit=limit, parameter="median")
        stripes = float(median.sel(way=repetitions.STRIPES))
        assert np.isnan(stripes) or stripes == pytest.approx(30.0 * limit, rel=0.15)
        assert float(median.sel(way=repetitions.CLOUD)) == pytest.approx(30.0 * limit, rel=0.12)
        corrected = median.sel(way=repetitions.corrected("surrogate"))
        assert float(corrected) == pytest.approx(30.0 * limit, rel=0.03)
        alone = median.sel(way=repetitions.alone("surrogate"))
        assert float(alone) == pytest.approx(1.1 * 30.0 * limit, rel=0.03)


def test_a_repetition_depends_on_its_number_alone():
    runs, pools = known(1500)
    xr.testing.assert_identical(
        repetitions.repeat(4, runs, pools, SIZES), repetitions.repeat(4, runs, pools, SIZES)
    )
    other = repetitions.repeat(5, runs, pools, SIZES)
    assert not other.value.equals(repetitions.repeat(4, runs, pools, SIZES).value)


def test_the_slope_of_a_power_law_is_its_exponent():
    levels = capacities.levels(25)
    motions = BaseMotions(np.ones((3, 2)), 1.0)
    result = ida(motions, np.ones(3), levels, lambda m: m.acceleration[:, 0] ** 1.7, 1e9)
    np.testing.assert_allclose(capacities._slope(result, np.array([0.06, 1.0, 5.9])), 1.7)


def test_scores_are_those_of_numbers_by_hand():
    value = xr.DataArray([1.1, 0.9, np.nan], dims="repetition")
    results = xr.Dataset({"value": value, "low": value - 0.15, "high": value + 0.05})
    results["true"] = 1.0
    assert float(relative_errors(results)) == pytest.approx(0.1)
    assert float(coverage(results)) == pytest.approx(1 / 3)
