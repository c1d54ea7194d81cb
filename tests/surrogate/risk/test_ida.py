"""Incremental dynamic analysis of systems whose demands are known."""

import numpy as np
import pytest

from simulators import Elastic, response_spectrum, shear_building, solve
from simulators.excitation.load import BaseMotions
from surrogate.risk import fragility
from surrogate.risk.ida import curves, exceeding, ida

LEVELS = [0.5, 1.0, 2.0]
MOTIONS = BaseMotions(np.random.default_rng(0).standard_normal((5, 200)), 0.02)


def peak(motions):
    return np.abs(motions.acceleration).max(axis=1)


def test_an_elastic_demand_is_proportional_to_its_spectral_displacement():
    """Scaled by it, every motion gives the level itself."""
    building = shear_building([1e3], Elastic(1e5)).with_modal_damping(0.05)
    period = float(1.0 / building.frequencies[0])
    spectrum = response_spectrum(MOTIONS.acceleration, 0.02, [period])

    def drift(motions):
        response = solve(building, motions, outputs=["drift"], tolerance=1e-6, threads=1)
        return np.abs(response["drift"].values[:, :, 0]).max(axis=1)

    result = ida(MOTIONS, spectrum["displacement"].values[:, 0], LEVELS, drift, collapse=10.0)
    np.testing.assert_allclose(result["demand"], np.tile(LEVELS, (5, 1)), rtol=0.01)
    assert not result["collapsed"].any()


def test_quantiles_are_those_of_motions_and_collapse_is_infinite():
    factors = np.array([0.1, 0.2, 0.3, 0.4, 5.0])

    def demand(motions):
        return factors * peak(motions)

    result = ida(MOTIONS, peak(MOTIONS), LEVELS, demand, collapse=4.0)
    found = curves(result)
    np.testing.assert_allclose(found.sel(quantile=0.16), 0.1 * np.array(LEVELS))
    np.testing.assert_allclose(found.sel(quantile=0.5), 0.3 * np.array(LEVELS))
    assert result["collapsed"].values[4].tolist() == [False, True, True]
    last = curves(result, (0.9,)).values[0]
    assert last.tolist() == [2.5, np.inf, np.inf]


def test_a_run_that_failed_has_collapsed_and_exceeds_every_limit():
    def demand(motions):
        peaks = peak(motions)
        return np.where(peaks > 1.5, np.nan, 0.001 * peaks)

    told = []
    result = ida(MOTIONS, peak(MOTIONS), LEVELS, demand, collapse=0.1, done=told.append)
    assert told == LEVELS
    assert np.isnan(result["demand"].values[:, 2]).all()
    assert exceeding(result, 0.1).tolist() == [[False, False, True]] * 5


def test_stripes_of_the_analysis_give_the_capacities_of_the_motions():
    """Motions that exceed at lognormal intensities: the fit is that of the lognormal."""
    capacity = 0.8 * np.exp(0.4 * np.random.default_rng(2).standard_normal(400))
    motions = BaseMotions(np.ones((400, 2)), 1.0)
    levels = np.linspace(0.2, 2.0, 19)
    result = ida(motions, np.ones(400), levels, lambda m: peak(m) / capacity, collapse=1.0)
    counts = exceeding(result, 1.0).sum(axis=0)
    curve = fragility.fit_stripes(levels, counts, np.full(19, 400))
    assert curve.median == pytest.approx(0.8, rel=0.05)
    assert curve.beta == pytest.approx(0.4, rel=0.1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"intensities": np.zeros(5)}, "expected 5 positive numbers, one a motion"),
        ({"intensities": np.ones(4)}, "expected 5 positive numbers, one a motion"),
        ({"levels": [1.0, 0.5]}, "expected ascending positive numbers"),
        ({"collapse": 0.0}, "collapse = 0.0: must be a positive demand"),
        ({"demand": lambda motions: 1.0}, r"gave shape \(\) for 5 motions"),
        ({"demand": lambda motions: -peak(motions)}, "expected peaks, which are not negative"),
    ],
)
def test_what_is_no_analysis_is_refused(changed, message):
    given = {"intensities": np.ones(5), "levels": LEVELS, "demand": peak, "collapse": 1.0}
    with pytest.raises(ValueError, match=message):
        ida(MOTIONS, **(given | changed))


def test_a_limit_beyond_collapse_is_refused():
    result = ida(MOTIONS, np.ones(5), LEVELS, peak, collapse=3.0)
    with pytest.raises(ValueError, match="not above the limit of collapse, 3"):
        exceeding(result, 4.0)
