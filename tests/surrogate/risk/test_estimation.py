"""Estimators on Gaussian problems of known probability: no bias, honest errors, fewer runs."""

from math import sqrt

import numpy as np
import pytest
from scipy.stats import binom, binomtest, multivariate_normal, norm

from surrogate.risk import estimation
from surrogate.risk.estimation import Estimate
from surrogate.risk.estimation import weighting as sampling

LIMIT = 2.0
EXACT = norm.sf(LIMIT)
ERROR = 0.3
"""Standard deviation of the error of the surrogate."""


def pairs(generator, runs):
    """Demands, standard normal, and what a surrogate says of them."""
    demand = generator.standard_normal(runs)
    return demand, demand + ERROR * generator.standard_normal(runs)


def crude(generator):
    return estimation.crude(pairs(generator, 2000)[0] > LIMIT)


def control_variate(generator):
    demand, answer = pairs(generator, 1000)
    further = pairs(generator, 20_000)[1]
    return estimation.control_variate(demand > LIMIT, answer > LIMIT, further > LIMIT)


def guided(generator, limit=LIMIT, runs=200, error=ERROR):
    demand, answer = pairs(generator, 20_000)
    plan = estimation.guided(answer, limit, error, runs, generator)
    return plan.estimate(demand[plan.chosen] > limit)


def importance(generator):
    shift = LIMIT * np.array([0.6, 0.8])
    numbers = sampling.moved(generator, 200, shift)
    exceeds = numbers @ [0.6, 0.8] > LIMIT
    return estimation.importance(exceeds, sampling.log_weights(numbers, shift))


def tilted(generator, limit=3.0, runs=100):
    """Inputs drawn near failure by a surrogate that errs along a number of its own, then guided."""

    def answer(numbers):
        return numbers @ [0.6, 0.8, 0.0] + 0.3 * numbers[:, 2]

    density = estimation.tilted(answer, 3, limit, generator, 2000)
    numbers = density.sample(generator, 4000)
    logarithms = density.log_weights(numbers)
    plan = estimation.guided(answer(numbers), limit, 0.3, runs, generator, logarithms)
    return plan.estimate(numbers[plan.chosen] @ [0.6, 0.8, 0.0] > limit)


def in_batches(generator):
    demand, answer = pairs(generator, 20_000)
    plans = [estimation.guided(answer, LIMIT, ERROR, 50, generator) for _ in range(4)]
    whole = estimation.joined(plans)
    return whole.estimate(demand[whole.chosen] > LIMIT)


@pytest.mark.parametrize("estimator", [crude, control_variate, guided, importance, in_batches])
def test_estimates_have_no_bias_and_honest_errors(estimator):
    """Over 300 repetitions the mean lies within four of its own standard errors of the truth, the
    stated errors are those seen within 20 %, and intervals of 90 % hold the truth in 84 to 96 %.
    """
    generator = np.random.default_rng(7)
    repetitions = [estimator(generator) for _ in range(300)]
    values = np.array([estimate.value for estimate in repetitions])
    seen = values.std(ddof=1)
    assert abs(values.mean() - EXACT) < 4.0 * seen / sqrt(len(values))
    stated = sqrt(np.mean([estimate.standard_error**2 for estimate in repetitions]))
    assert 0.85 < stated / seen < 1.2
    held = 0
    for estimate in repetitions:
        low, high = estimate.interval(0.9)
        held += low <= EXACT <= high
    assert 0.84 <= held / len(repetitions) <= 0.96


def test_a_surrogate_worse_than_stated_brings_no_bias():
    """Its error is 1.5 times what the plan was told: the estimates scatter more, that is all."""
    generator = np.random.default_rng(8)
    values = np.array([guided(generator, error=0.2).value for _ in range(300)])
    assert abs(values.mean() - EXACT) < 4.0 * values.std(ddof=1) / sqrt(300)


def test_tilted_inputs_and_guided_runs_have_no_bias_and_are_worth_a_hundred_times_as_many():
    """At P = 1.35e-3 with 100 runs, over 200 repetitions."""
    generator = np.random.default_rng(9)
    exact = norm.sf(3.0)
    repetitions = [tilted(generator) for _ in range(200)]
    values = np.array([estimate.value for estimate in repetitions])
    seen = values.std(ddof=1)
    assert abs(values.mean() - exact) < 4.0 * seen / sqrt(200)
    assert exact * (1.0 - exact) / seen**2 > 100 * 100
    assert np.mean([estimate.standard_error for estimate in repetitions]) > 0.85 * seen


@pytest.mark.parametrize("dimension", [3, 400])
def test_weights_of_tilted_numbers_are_the_ratio_of_densities(dimension):
    """Their mean is one, that of what exceeds is the probability, and none is above 10."""
    generator = np.random.default_rng(10)
    direction = np.full(dimension, 1.0 / sqrt(dimension))
    density = estimation.tilted(lambda u: u @ direction, dimension, 3.0, generator, 4000)
    numbers = density.sample(generator, 40_000)
    weights = np.exp(density.log_weights(numbers))
    assert weights.max() <= 10.0
    assert weights.mean() == pytest.approx(1.0, abs=4.0 * weights.std() / 200)
    terms = weights * (numbers @ direction > 3.0)
    assert terms.mean() == pytest.approx(norm.sf(3.0), abs=4.0 * terms.std() / 200)
    assert density.parts[-1].basis.shape == (dimension, 3 if dimension == 3 else 1)


def test_every_stretch_of_answers_gets_its_share_of_the_runs():
    """Of the even tenth of 500 runs each tenth of the inputs gets 5, less one at most."""
    generator = np.random.default_rng(11)
    answers = np.sort(generator.standard_normal(10_000))
    for _ in range(20):
        plan = estimation.guided(answers, 3.0, 0.1, 500, generator)
        places = np.bincount(plan.chosen // 1000, minlength=10)
        assert places.min() >= 4


def test_runs_that_agree_by_chance_do_not_make_the_error_small():
    """No input of a doubt of a thousandth exceeds: half the variance expected counts though the
    corrections hardly differ.
    """
    answers = np.where(np.arange(1000) < 990, -3.0, 9.0)
    plan = estimation.guided(answers, 0.0, 1.0, 100, np.random.default_rng(12))
    estimate = plan.estimate(answers[plan.chosen] > 0.0)
    doubt = norm.cdf(-3.0)
    assert estimate.value == pytest.approx(0.01, abs=0.003)
    assert estimate.standard_error > 0.6 * sqrt(doubt / 100)


def test_what_runs_cannot_have_seen_is_bounded():
    """None of 40 runs among safe inputs exceeds: up to 5.6 % of them may, with 90 % confidence."""
    generator = np.random.default_rng(13)
    answers = np.concatenate([np.full(10_000, -9.0), np.zeros(10)])
    plan = estimation.guided(answers, 0.0, 0.1, 400, generator)
    safe = plan.expected < 1e-3
    count = int(safe.sum())
    exceeds = np.arange(400) % 2 == 0
    bound = plan.overlooked(exceeds & ~safe)
    assert count == pytest.approx(40, abs=2)
    assert bound == pytest.approx(1.0 - 0.1 ** (1.0 / count))


def test_an_error_of_each_input_puts_the_runs_where_it_is_large():
    """Two halves with one answer, of which only one may be wrong."""
    generator = np.random.default_rng(14)
    errors = np.where(np.arange(2000) < 1000, 1e-3, 1.0)
    plan = estimation.guided(np.full(2000, -1.0), 0.0, errors, 200, generator)
    assert (plan.chosen >= 1000).mean() > 0.9


def test_subset_simulation_reaches_one_in_a_hundred_thousand():
    """Its levels leave a small bias, which 40 repetitions of 1000 runs a level do not show."""
    generator = np.random.default_rng(1)
    exact = norm.sf(4.2)
    direction = np.full(10, 1.0 / sqrt(10.0))
    found = [
        estimation.subset(lambda numbers: numbers @ direction, 10, 4.2, 1000, generator)
        for _ in range(40)
    ]
    values = np.array([estimate.value for estimate in found])
    assert values.mean() == pytest.approx(exact, abs=4.0 * values.std(ddof=1) / sqrt(40))
    stated = np.mean([estimate.variation for estimate in found])
    assert 0.5 < stated / (values.std(ddof=1) / exact) < 1.3
    assert max(estimate.runs for estimate in found) < 6000


def test_subset_simulation_without_levels_is_crude_monte_carlo():
    estimate = estimation.subset(lambda u: u[:, 0], 1, 0.5, 1000, np.random.default_rng(0))
    assert estimate.runs == 1000
    crude_error = sqrt(estimate.value * (1.0 - estimate.value) / 1000)
    assert estimate.standard_error == pytest.approx(crude_error)


def test_guided_runs_are_worth_many_crude_ones():
    """At P = 1e-3, with a surrogate of 10 % error."""
    limit = norm.isf(1e-3)
    generator = np.random.default_rng(3)
    demand = generator.standard_normal(1_000_000)
    answer = demand + 0.1 * generator.standard_normal(1_000_000)
    plan = estimation.guided(answer, limit, 0.1, 300, generator)
    estimate = plan.estimate(demand[plan.chosen] > limit)
    assert estimate.crude_runs > 50 * estimate.runs
    assert abs(estimate.value - 1e-3) < 4.0 * estimate.standard_error


def test_allocation_is_that_of_two_models():
    """The ratio of answers to runs is sqrt(c rho^2 / (1 - rho^2)), and spends the budget."""
    generator = np.random.default_rng(2)
    demand, answer = pairs(generator, 5000)
    square = np.corrcoef(demand, answer)[0, 1] ** 2
    plan = estimation.allocate(demand, answer, cost_ratio=1000.0, budget=100.0)
    ratio = sqrt(1000.0 * square / (1.0 - square))
    assert plan.cheap_runs / plan.runs == pytest.approx(ratio, rel=0.02)
    assert plan.runs + plan.cheap_runs / 1000.0 == pytest.approx(100.0, abs=1.1)
    assert plan.variance_ratio == pytest.approx(1.0 - square, rel=0.5)


def test_the_interval_of_a_count_holds_what_it_promises():
    """Of all counts of 40 runs those whose interval holds 0.1 have 90 % of the probability."""
    held = 0.0
    for count in range(41):
        low, high = estimation.binomial_interval(count, 40)
        held += binom.pmf(count, 40, 0.1) * (low <= 0.1 <= high)
    assert held >= 0.9


def test_weights_are_the_ratio_of_the_densities():
    shift = np.array([1.0, -0.5, 2.0])
    numbers = np.random.default_rng(0).standard_normal((4, 3))
    ratio = multivariate_normal(np.zeros(3)).logpdf(numbers)
    ratio = ratio - multivariate_normal(shift).logpdf(numbers)
    np.testing.assert_allclose(sampling.log_weights(numbers, shift), ratio)


def test_few_exceedances_are_told():
    exceeds = np.zeros(100, dtype=bool)
    exceeds[:3] = True
    with pytest.warns(sampling.FewExceedances, match=r"rests on 3.0 effective exceedances"):
        estimation.importance(exceeds, np.zeros(100))


FLAGS = np.arange(20) % 2 == 0
GENERATOR = np.random.default_rng(0)
REFUSED = [
    (lambda: estimation.crude(np.zeros(50)), "0 of 50 runs exceed: .* between 0 and 0.058"),
    (lambda: estimation.crude([0.3, 0.4]), "values other than True and False"),
    (lambda: estimation.control_variate(FLAGS, FLAGS[:9], FLAGS), "20 true and 9 surrogate"),
    (lambda: estimation.control_variate(FLAGS[:9], FLAGS[:9], FLAGS), "expected at least 10"),
    (lambda: estimation.control_variate(FLAGS, 0 * FLAGS, FLAGS), "gives 0 in all 20 runs"),
    (lambda: estimation.allocate(FLAGS, FLAGS, 0.5, 100), "cost_ratio = 0.5: must be"),
    (lambda: estimation.guided(np.zeros(9), 0.0, 0.0, 5, GENERATOR), "error = 0: must be > 0"),
    (lambda: estimation.guided(np.zeros(9), 99.0, 1.0, 5, GENERATOR), "no answer lies near"),
    (lambda: estimation.guided(np.zeros(9), 0.0, [1.0, 2.0], 5, GENERATOR), "9 answers for 2"),
    (lambda: estimation.guided(np.zeros(9), 0.0, 1.0, 5, GENERATOR, [0.0]), "9 answers for 1 w"),
    (lambda: estimation.tilted(np.zeros_like, 2, 1.0, GENERATOR, 9), "inputs = 9: must be"),
    (lambda: estimation.tilted(lambda u: 0 * u[:, 0], 2, 1.0, GENERATOR), "no level can be set"),
    (lambda: estimation.tilted(lambda u: np.tanh(u[:, 0]), 2, 2.0, GENERATOR), "not reached|no le"),
    (lambda: estimation.importance(0 * FLAGS, 0.0 * FLAGS), "none of 20 runs exceeds"),
    (lambda: estimation.subset(len, 1, 1.0, 105, GENERATOR), "runs = 105: must be a multiple"),
    (lambda: estimation.subset(len, 0, 1.0, 100, GENERATOR), "dimension = 0: must be"),
    (lambda: estimation.Estimate(1.0, 0.1, 1).interval(1.5), "level = 1.5: must lie"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_what_tells_no_error_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_limit_that_is_out_of_reach_is_refused():
    def first(numbers):
        return numbers[:, 0]

    with pytest.raises(ValueError, match="limit = 50 was not reached within 12 levels"):
        estimation.subset(first, 1, 50.0, 1000, np.random.default_rng(0))


def test_a_response_that_no_level_divides_is_refused():
    def constant(numbers):
        return np.ones(len(numbers))

    with pytest.raises(ValueError, match="all demands are 1: no level can be set"):
        estimation.subset(constant, 1, 2.0, 100, np.random.default_rng(0))


def test_a_response_that_fails_is_refused():
    def failing(numbers):
        return np.full(len(numbers), np.nan)

    with pytest.raises(ValueError, match="give runs that failed a demand above the limit"):
        estimation.subset(failing, 1, 1.0, 100, np.random.default_rng(0))


def test_the_interval_of_a_probability_is_that_of_wilson():
    """For crude runs it is scipy's; it never leaves 0 to 1."""
    for count in (1, 7, 59):
        share = count / 60
        one = Estimate(share, np.sqrt(share * (1.0 - share) / 60), 60)
        expected = binomtest(count, 60).proportion_ci(0.9, method="wilson")
        assert one.probability_interval(0.9) == pytest.approx((expected.low, expected.high))
    for value in (0.99, 1.0, 1.03):
        low, high = Estimate(value, 0.05, 60).probability_interval()
        assert 0.5 < low < high <= 1.0
