"""Conformal bands of demands and the curves that they correct, against laws that are known."""

import numpy as np
import pytest
import xarray as xr

from surrogate.risk.fragility.assessment import assess
from surrogate.risk.fragility.conformal import Calibration
from surrogate.risk.fragility.evidence import Capacities

LEVELS = np.geomspace(0.05, 20.0, 30)
LIMIT = 0.02
BETA = 0.3  # of the capacities, whose median is 1
SLOPE = 1.2  # d ln D / d ln x
BIAS = np.log(1.25)  # of the answers
ERROR = 0.2


def answers_to(demands, generator, bias=BIAS):
    """Answers of a surrogate that is off by the same share of every demand of a motion."""
    error = bias + ERROR * generator.standard_normal(len(demands))
    return demands * np.exp(error.reshape(-1, *[1] * (demands.ndim - 1)))


def demands_of(capacities, intensities):
    return LIMIT * (intensities / capacities) ** SLOPE


def analysis_of(motions, generator, beta=BETA):
    capacities = np.exp(beta * generator.standard_normal(motions))
    answered = answers_to(demands_of(capacities[:, None], LEVELS), generator)
    dims = ("member", "record", "level")
    variables = {"demand": (dims, answered[None]), "collapsed": (dims, answered[None] > 1e9)}
    return xr.Dataset(variables, {"level": LEVELS}, {"collapse": 1e9})


def calibration_of(records, generator):
    capacities = np.exp(BETA * generator.standard_normal(records))
    intensities = np.exp(0.6 * generator.standard_normal(records))
    demands = demands_of(capacities, intensities)
    return Calibration(intensities, demands, answers_to(demands, generator)[None])


def test_a_band_holds_new_records_whose_answers_lie_about_the_limit():
    shares = []
    for seed in range(60):
        generator = np.random.default_rng((seed, 1))
        q = calibration_of(150, generator).near(LIMIT, 1.5).band(0.9)
        new = calibration_of(4000, generator).near(LIMIT, 1.5)
        off = np.abs(np.log(new.demands / new.answers[0]))
        shares.append((off <= q).mean())
    assert 0.9 <= np.mean(shares) < 0.95


def test_intervals_hold_the_truth_of_curves_that_calibration_records_correct():
    """Of 150 repetitions of everything; the surrogate alone is off by 20 % in the median."""
    held = []
    values = []
    for seed in range(150):
        generator = np.random.default_rng((seed, 2))
        near = calibration_of(160, generator).near(LIMIT, 1.3)
        evidence = Capacities.calibrated(analysis_of(300, generator), LIMIT, near)
        found = assess(LIMIT, evidence, generator, 100)
        bounds = np.array([found.repetitions.interval(name) for name in ("median", "beta")])
        truth = np.array([1.0, BETA])
        held.append((bounds[:, 0] <= truth) & (truth <= bounds[:, 1]))
        values.append([found.curve.median, found.curve.beta])
    assert np.mean(values, axis=0) == pytest.approx([1.0, BETA], rel=0.03)
    assert ((np.mean(held, axis=0) > 0.83) & (np.mean(held, axis=0) < 0.97)).all()


def test_fewer_calibration_records_make_a_wider_interval():
    widths = []
    for records in (100, 1600):
        generator = np.random.default_rng(3)
        near = calibration_of(records, generator).near(LIMIT, 1.3)
        evidence = Capacities.calibrated(analysis_of(300, generator), LIMIT, near)
        low, high = assess(LIMIT, evidence, generator, 200).repetitions.interval("median")
        widths.append(np.log(high / low))
    assert widths[0] > 1.5 * widths[1]


def test_capacities_of_records_are_where_demands_reach_the_limit():
    """Where demands are as answered, both capacities are the same, on the true curve."""
    generator = np.random.default_rng(4)
    x = np.exp(0.6 * generator.standard_normal(4000))
    capacities = np.exp(BETA * generator.standard_normal(4000))
    demands = demands_of(capacities, x)
    near = Calibration(x, demands, demands[None]).near(LIMIT, 1.2)
    found = near.true(SLOPE)
    np.testing.assert_allclose(near.answered(), found[None])
    inside = np.abs(np.log(demands / LIMIT)) <= np.log(1.2)
    assert np.log(found / capacities[inside]).std() < 0.02


def test_a_wide_window_does_not_hide_how_little_answers_tell():
    """Capacities that hardly scatter: those of a poor surrogate must not enter beta."""
    betas = []
    for window in (1.15, 2.0):
        own = []
        for seed in range(12):
            generator = np.random.default_rng((seed, 6))
            capacities = np.exp(0.05 * generator.standard_normal(300))
            x = np.exp(0.6 * generator.standard_normal(300))
            demands = demands_of(capacities, x)
            near = Calibration(x, demands, answers_to(demands, generator, 0.0)[None])
            analysis = analysis_of(300, generator, beta=0.05)
            evidence = Capacities.calibrated(analysis, LIMIT, near.near(LIMIT, window))
            own.append(evidence.fit(np.arange(evidence.motions), 0).beta)
        betas.append(np.median(own))
    assert betas == pytest.approx([0.05, 0.05], rel=0.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window": 1.0}, "--window 1: must be a factor above 1"),
        ({"window": 1.001}, "calibration records have an answer within a factor of 1.001"),
        ({"failed": True}, "have no response, so that nothing tells"),
    ],
)
def test_what_tells_no_band_is_refused(change, message):
    calibration = calibration_of(200, np.random.default_rng(5))
    if change.get("failed"):
        calibration.demands[:] = np.inf
    with pytest.raises(ValueError, match=message):
        calibration.near(LIMIT, change.get("window", 1.3))
