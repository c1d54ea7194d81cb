"""Estimates from runs chosen stage by stage, against laws whose parameters are known."""

import numpy as np
import pytest
from scipy.stats import norm

from surrogate.design.estimand import Curve, Probability
from surrogate.design.stages import combine, draw, overlooked

RECORDS = 4000
START = 30
SPREAD = 0.6  # of ln x
SCATTER = 0.4  # of ln D about ln x: beta of the curve


def law(generator):
    """Intensities, and demands whose median at x is x."""
    x = SPREAD * generator.standard_normal(RECORDS)
    return x, x + SCATTER * generator.standard_normal(RECORDS)


def stages_of(demands, limit, estimand, targets, runs, generator, error=0.3, bias=0.0):
    """Three stages by a surrogate that becomes better and misstates its error."""
    exceeds = demands > limit
    known = {place: bool(exceeds[place]) for place in range(START)}
    found = []
    for number in range(1, 4):
        own = error / np.sqrt(number)
        answers = demands + bias + own * generator.standard_normal(RECORDS)
        stated = own * generator.choice([0.6, 1.0, 1.5])
        expected = norm.cdf((answers - limit) / stated)
        found.append(draw(expected, known, estimand, targets, runs, generator))
        known |= {int(place): bool(exceeds[place]) for place in found[-1].chosen}
    return found, known


def repeated(make_estimand, targets, limit, runs, repetitions=150, bias=0.0):
    values = []
    errors = []
    for seed in range(repetitions):
        generator = np.random.default_rng((seed, 7))
        x, demands = law(generator)
        estimand = make_estimand(x)
        own = (demands, limit, estimand, targets, runs, generator)
        found = combine(*stages_of(*own, bias=bias), estimand)
        values.append(np.log(found.values))
        errors.append(found.errors)
    return np.array(values), np.array(errors)


@pytest.mark.parametrize(("limit", "bias"), [(0.0, 0.0), (1.0, 0.0), (1.0, 0.3), (1.0, -0.3)])
def test_a_probability_is_without_bias_and_its_intervals_hold_it(limit, bias):
    values, errors = repeated(
        lambda x: Probability(), {"probability": 0.1}, limit, runs=50, bias=bias
    )
    true = norm.logsf(limit / np.hypot(SPREAD, SCATTER))
    mean = np.exp(values[:, 0]).mean()
    spread = np.exp(values[:, 0]).std() / np.sqrt(len(values))
    assert abs(mean - np.exp(true)) < 3.0 * spread
    assert errors.mean() == pytest.approx(values.std(), rel=0.3)
    held = np.abs(values[:, 0] - true) < norm.ppf(0.95) * errors[:, 0]
    assert 0.83 < held.mean() < 0.98


def test_a_curve_is_found_and_its_intervals_hold_it():
    values, errors = repeated(
        lambda x: Curve(np.exp(x)), {"median": 0.02, "beta": 0.05}, 0.0, runs=50
    )
    true = np.array([0.0, np.log(SCATTER)])
    assert (np.abs(values.mean(axis=0) - true) < 0.35 * errors.mean(axis=0)).all()
    held = np.abs(values - true) < norm.ppf(0.95) * errors
    assert (held.mean(axis=0) > 0.85).all()
    assert errors[:, 0].mean() == pytest.approx(values[:, 0].std(), rel=0.3)


def test_all_records_known_leave_the_error_of_the_records():
    """What no run makes smaller is the error of a count, and of a curve by maximum likelihood."""
    generator = np.random.default_rng(0)
    _, demands = law(generator)
    exceeds = (demands > 0.5).astype(float)
    share = exceeds.mean()
    found = Probability().of(exceeds)
    assert np.exp(found.logarithms[0]) == pytest.approx(share)
    assert found.scatter[0, 0] == pytest.approx((1.0 - share) / share / RECORDS)


def test_a_curve_of_flags_is_the_maximum_that_stripes_have():
    from surrogate.risk.fragility.stripes import count, fit_stripes

    generator = np.random.default_rng(1)
    x, demands = law(generator)
    x = np.round(x[:400], 1)
    exceeds = demands[:400] > 0.2
    found = Curve(np.exp(x)).of(exceeds.astype(float))
    exact = fit_stripes(*count(np.exp(x), exceeds))
    assert np.exp(found.logarithms) == pytest.approx([exact.median, exact.beta], rel=1e-6)


def test_derivatives_of_a_curve_are_those_of_differences():
    generator = np.random.default_rng(2)
    x, demands = law(generator)
    curve = Curve(np.exp(x[:300]))
    outcomes = (demands[:300] > 0.2).astype(float)
    here = curve.of(outcomes)
    for place in (3, 50, 299):
        moved = outcomes.copy()
        moved[place] += 1e-4
        slope = (curve.of(moved).logarithms - here.logarithms) / 1e-4
        assert slope == pytest.approx(here.derivatives[:, place], rel=1e-3, abs=1e-7)


def test_draws_are_where_the_surrogate_is_in_doubt_and_none_is_of_a_known_record():
    generator = np.random.default_rng(3)
    expected = np.where(np.arange(RECORDS) < 200, 0.5, 1e-6)
    known = dict.fromkeys(range(20), False)
    stage = draw(expected, known, Probability(), {"probability": 0.1}, 60, generator)
    assert not np.isin(stage.chosen, list(known)).any()
    assert (stage.chosen < 200).mean() > 0.8
    assert stage.shares.sum() == pytest.approx(1.0)


def test_safe_records_that_were_drawn_bound_what_is_overlooked():
    generator = np.random.default_rng(4)
    expected = np.where(np.arange(RECORDS) < 10, 0.5, 1e-6)
    stage = draw(expected, {}, Probability(), {"probability": 0.1}, 60, generator)
    safe = int((stage.chosen >= 10).sum())
    none = dict.fromkeys(range(RECORDS), False)
    assert safe > 2
    assert overlooked([stage], none) == pytest.approx(1.0 - 0.1 ** (1.0 / safe), rel=1e-6)


def test_intensities_that_are_all_alike_have_no_curve():
    with pytest.raises(ValueError, match=r"all records have the intensity 0\.3: a curve needs"):
        Curve(np.full(10, 0.3))


def test_more_draws_than_records_are_refused():
    with pytest.raises(ValueError, match="50 runs of 50 records that are left: give more records"):
        draw(
            np.full(50, 0.3), {}, Probability(), {"probability": 0.1}, 50, np.random.default_rng(0)
        )


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_a_probability_of_nothing_or_of_all_tells_no_error(outcome):
    """It was told as P = 1 with a standard error of zero."""
    with pytest.raises(ValueError, match="less than one of 100 records away from 0 or 1"):
        Probability().of(np.full(100, outcome))
