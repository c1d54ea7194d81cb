"""Influences of motions, against fits that leave one out and against errors in closed form."""

import numpy as np
import pytest

from surrogate.risk.fragility import Fragility, fit_stripes, influence
from surrogate.risk.fragility.assessment import assess
from surrogate.risk.fragility.capacities import fit_corrected
from surrogate.risk.fragility.evidence import Capacities, Cloud, Stripes
from surrogate.risk.fragility.resampling import fitted

TRUE = Fragility(0.8, 0.4)
LEVELS = np.array([0.3, 0.5, 0.7, 0.9, 1.2, 1.6])


def capacities(generator, motions):
    return TRUE.median * np.exp(TRUE.beta * generator.standard_normal(motions))


def corrected(generator, runs, further):
    """True capacities of some motions, and a surrogate's of all, which correlate by 0.93."""
    true = capacities(generator, runs + further)
    surrogate = 1.2 * true**0.9 * np.exp(0.14 * generator.standard_normal(runs + further))
    return Capacities(surrogate[None], true[:runs])


def cloud(generator, motions, most):
    """Demands of which those above `most` are only known to exceed it."""
    x = np.exp(generator.normal(-0.2, 0.6, motions))
    demand = 0.02 * (x / capacities(generator, motions)) ** 1.3
    return Cloud(x, np.minimum(demand, most), demand > most, 0.02)


def evidence(kind, generator):
    if kind == "capacities":
        return Capacities(capacities(generator, 80)[None])
    if kind == "stripes":
        return Stripes(LEVELS, (capacities(generator, 80)[:, None] <= LEVELS)[None])
    if kind == "corrected":
        return corrected(generator, 30, 50)
    return cloud(generator, 80, most=np.inf if kind == "cloud" else 0.04)


@pytest.mark.parametrize("kind", ["capacities", "stripes", "corrected", "cloud", "censored cloud"])
def test_influences_are_what_a_motion_left_out_moves(kind):
    """To first order: the standard errors of both agree within 12 % for 80 motions."""
    one = evidence(kind, np.random.default_rng(3))
    every = np.arange(one.motions)
    curve = one.fit(every, 0)
    psi = one.influence(curve, every, 0)
    left_out = influence.jackknife(lambda chosen: one.fit(chosen, 0))(curve, every)
    np.testing.assert_allclose(
        np.sqrt((psi**2).sum(axis=0)), np.sqrt((left_out**2).sum(axis=0)), rtol=0.12
    )
    for parameter in (0, 1):
        assert np.corrcoef(psi[:, parameter], left_out[:, parameter])[0, 1] > 0.95


def test_the_error_of_many_capacities_is_that_of_the_normal_distribution():
    """beta / sqrt(n) of ln median, 1 / sqrt(2 n) of ln beta, and no correlation."""
    x = capacities(np.random.default_rng(0), 20_000)
    one = Capacities(x[None])
    found = fitted(
        lambda chosen: one.fit(chosen, 0),
        lambda curve, chosen: one.influence(curve, chosen, 0),
        [np.array([number]) for number in range(len(x))],
    )
    errors = np.sqrt(np.diag(found.covariance))
    np.testing.assert_allclose(errors, [0.4 / 20_000**0.5, 1.0 / 40_000**0.5], rtol=0.03)
    assert abs(found.covariance[0, 1]) < 0.02 * errors.prod()


def test_flags_of_motions_in_one_level_each_are_a_probit_regression():
    """Their influences have the information of the likelihood as its curvature shows it."""
    generator = np.random.default_rng(5)
    x = np.exp(generator.normal(-0.2, 0.6, 4000))
    exceeds = capacities(generator, 4000) <= x
    curve = fit_stripes(x, exceeds.astype(int), np.ones(4000))
    psi = influence.of_flags(curve, x[:, None], exceeds[:, None])
    z = np.log(x / curve.median) / curve.beta
    share = TRUE.probability(np.exp(z * TRUE.beta) * TRUE.median)
    density = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    rows = np.stack([np.full(4000, 1.0 / curve.beta), z]) * density
    information = (rows / (share * (1.0 - share))) @ rows.T
    expected = np.sqrt(np.diag(np.linalg.inv(information)))
    np.testing.assert_allclose(np.sqrt((psi**2).sum(axis=0)), expected, rtol=0.05)


@pytest.mark.parametrize(
    ("make", "least"),
    [
        (lambda generator: Capacities(capacities(generator, 16)[None]), 0.75),
        (lambda generator: corrected(generator, 16, 100), 0.75),
        (lambda generator: cloud(generator, 40, most=np.inf), 0.75),
    ],
)
def test_intervals_of_few_motions_hold_both_parameters(make, least):
    """Of 90 %, 60 times, with binomial bounds; quantiles of the repeated betas would hold 79 %."""
    generator = np.random.default_rng(7)
    held = np.zeros(2)
    for _ in range(60):
        found = assess(0.02, make(generator), generator, 100).repetitions
        for place, parameter in enumerate(("median", "beta")):
            low, high = found.interval(parameter)
            held[place] += low <= getattr(TRUE, parameter) <= high
    assert (held / 60 >= least).all()
    assert (held / 60 <= 0.99).all()


@pytest.mark.parametrize("correlation", [0.5, 0.87, 0.98])
def test_the_error_of_beta_is_that_which_the_page_on_risk_states(correlation):
    """1/2 sqrt(4 rho^2 (1 - rho^2) / n + 2 (1 - rho^2)^2 / n + 2 rho^4 / M), n large."""
    runs = 100
    answers = 1500
    generator = np.random.default_rng(11)
    found = []
    for _ in range(400):
        s = generator.standard_normal(runs + answers)
        noise = generator.standard_normal(runs)
        x = correlation * s[:runs] + np.sqrt(1.0 - correlation**2) * noise
        curve = fit_corrected(np.exp(x), np.exp(s[:runs]), np.exp(s[runs:]))
        found.append(np.log(curve.beta))
    square = correlation**2
    left = 1.0 - square
    of_runs = (4.0 * square * left + 2.0 * left**2) / runs
    expected = 0.5 * np.sqrt(of_runs + 2.0 * square**2 / (runs + answers))
    assert np.std(found) == pytest.approx(expected, rel=0.12)
