"""Capacities: read off curves that are known, and corrected by true runs without bias."""

import numpy as np
import pytest
import xarray as xr

from simulators.excitation.load import BaseMotions
from surrogate.risk import fragility
from surrogate.risk.fragility.assessment import assess, with_one_beta
from surrogate.risk.fragility.capacities import capacities, fit_capacities, fit_corrected
from surrogate.risk.fragility.evidence import Capacities, Stripes
from surrogate.risk.ida import ida

LEVELS = np.geomspace(0.1, 5.0, 25)


def analysis(capacity, power=1.5, collapse=10.0):
    """Motions whose demands are powers of the intensity, one at their capacity."""
    motions = BaseMotions(np.ones((len(capacity), 2)), 1.0)

    def demand(scaled):
        return (scaled.acceleration[:, 0] / capacity) ** power

    return ida(motions, np.ones(len(capacity)), LEVELS, demand, collapse)


def joint(generator, motions, correlation):
    """Logarithms of true and surrogate capacities: deviations 0.4 and 0.5."""
    one, other = generator.standard_normal((2, motions))
    mixed = correlation * one + np.sqrt(1.0 - correlation**2) * other
    return np.log(0.8) + 0.4 * one, np.log(0.9) + 0.5 * mixed


def test_a_power_law_gives_the_capacity_whatever_the_levels():
    capacity = np.array([0.31, 0.8, 2.7])
    np.testing.assert_allclose(capacities(analysis(capacity), 1.0), capacity, rtol=1e-10)
    expected = capacity * 2.0 ** (1 / 1.5)
    np.testing.assert_allclose(capacities(analysis(capacity), 2.0), expected, rtol=1e-10)


def test_a_failed_simulation_has_its_capacity_between_its_levels():
    result = analysis(np.array([1.0]))
    result["demand"][0, 12:] = np.nan
    result["collapsed"][0, 12:] = True
    assert LEVELS[11] < capacities(result, 9.0)[0] < LEVELS[12]


def test_moments_of_the_logarithms_are_the_curve():
    x = np.exp([-1.0, 0.0, 1.0, 0.0, 0.0])
    curve = fit_capacities(x)
    assert curve.median == pytest.approx(1.0)
    assert curve.beta == pytest.approx(np.sqrt(0.5))


def test_a_perfect_surrogate_carries_all_its_motions_over():
    """Where x = s^2 / 3 exactly, the curve is that of all motions."""
    s = np.exp(0.3 * np.random.default_rng(0).standard_normal(500))
    corrected = fit_corrected(s[:10] ** 2 / 3.0, s[:10], s[10:])
    whole = fit_capacities(s**2 / 3.0)
    assert corrected.median == pytest.approx(whole.median, rel=1e-9)
    assert corrected.beta == pytest.approx(whole.beta, rel=1e-9)


@pytest.mark.parametrize(("correlation", "share"), [(0.0, 1.2), (0.95, 0.45)])
def test_a_correction_has_no_bias_and_is_worth_what_the_surrogate_is(correlation, share):
    """Against the truth; the scatter of the median is a share of that without a surrogate."""
    generator = np.random.default_rng(1)
    medians = []
    squares = []
    alone = []
    for _ in range(400):
        x, s = joint(generator, 1030, correlation)
        curve = fit_corrected(np.exp(x[:30]), np.exp(s[:30]), np.exp(s[30:]))
        medians.append(np.log(curve.median))
        squares.append(curve.beta**2)
        alone.append(x[:30].mean())
    assert np.mean(medians) == pytest.approx(np.log(0.8), abs=0.015)
    assert np.mean(squares) == pytest.approx(0.16, rel=0.03)
    assert np.std(medians) < share * np.std(alone)


def test_members_of_an_ensemble_widen_the_interval():
    """Two members whose capacities differ by half: so do the ends of the interval."""
    x = np.exp(0.2 * np.random.default_rng(2).standard_normal(400))
    alike = Capacities(np.stack([x, x]))
    apart = Capacities(np.stack([x, 1.5 * x]))
    generator = np.random.default_rng(3)
    narrow = assess(1.0, alike, generator, 200).repetitions.interval("median")
    found = assess(1.0, apart, generator, 200)
    low, high = found.repetitions.interval("median")
    assert high / low > 1.4
    assert narrow[1] / narrow[0] < 1.1
    assert found.curve.median == pytest.approx(np.sqrt(1.5) * np.exp(np.log(x).mean()))


def test_curves_of_one_beta_do_not_cross():
    generator = np.random.default_rng(4)
    x = np.exp(0.2 * generator.standard_normal(100))
    y = 2.0 * np.exp(0.4 * generator.standard_normal(100))
    assessed = [
        assess(limit, Capacities(values[None]), np.random.default_rng(0), 50)
        for limit, values in ((1.0, x), (2.0, y))
    ]
    one, other = with_one_beta(assessed)
    betas = [each.curve.beta for each in assessed]
    assert one.curve.beta == other.curve.beta == pytest.approx(np.sqrt(np.mean(np.square(betas))))
    assert [one.curve.median, other.curve.median] == [each.curve.median for each in assessed]
    levels = np.geomspace(1e-3, 10.0)
    assert (one.curve.probability(levels) >= other.curve.probability(levels)).all()


def test_stripes_of_members_are_fitted_one_by_one():
    x = 0.8 * np.exp(0.4 * np.random.default_rng(5).standard_normal(300))
    exceeds = x[:, None] <= LEVELS
    evidence = Stripes(LEVELS, np.stack([exceeds, np.roll(exceeds, 1, axis=0)]))
    curve = evidence.fit(np.arange(300), 1)
    expected = fragility.fit_stripes(LEVELS, exceeds.sum(axis=0), np.full(25, 300))
    assert curve.median == pytest.approx(expected.median)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: capacities(analysis(np.array([0.5, 9.0])), 1.0),
            "1 of 2 motions do not exceed 1 at the highest level 5",
        ),
        (
            lambda: capacities(analysis(np.array([0.05, 1.0])), 1.0),
            "1 of 2 motions exceed 1 at the lowest level 0.1",
        ),
        (lambda: fit_capacities([1.0, 2.0]), "2 motions: expected at least 5"),
        (lambda: fit_capacities(np.ones(9)), "all equal: beta cannot be told"),
        (lambda: fit_corrected(np.ones(6), np.ones(5), np.ones(9)), "6 true and 5 surrogate"),
        (lambda: fit_corrected(np.arange(1, 7), np.ones(6), np.ones(9)), "tell nothing"),
    ],
)
def test_capacities_that_are_not_known_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_true_runs_of_other_motions_correct_nothing():
    facts = {"measure": "PGA", "damping": 0.05, "quantity": "drift"}
    x = np.exp(0.2 * np.random.default_rng(6).standard_normal(20))

    def as_read(values, intensity, **changed):
        result = analysis(values).expand_dims(member=1)
        return result.assign(intensity=("record", intensity)).assign_attrs(facts | changed)

    many = as_read(x, x)
    assert Capacities.of(many, 1.0, as_read(x[:8], x[:8])).true.shape == (8,)
    for changed, message in [
        ({"quantity": "drift_ratio"}, "--runs has quantity drift_ratio, the analysis"),
        ({}, "--runs has another motion at record 3"),
        ({"answered_by": "surrogate"}, "--runs was answered by the surrogate: true runs are"),
    ]:
        other = as_read(x[:8], np.where(np.arange(8) == 3, 7.0, x[:8]), **changed)
        with pytest.raises(ValueError, match=message):
            Capacities.of(many, 1.0, other)
    with pytest.raises(ValueError, match="--runs has 20 records, the analysis that it corrects 20"):
        Capacities.of(many, 1.0, many)
    assert isinstance(many, xr.Dataset)
