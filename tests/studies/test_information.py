"""The study information: its tiny preset, and closed forms of what it computes."""

import numpy as np
import pytest
import torch
from scipy.stats import norm

from studies import information as study
from studies.information import (
    accumulator,
    channels,
    claims,
    entropy,
    estimators,
    fisher,
    likelihood,
    maxent,
)
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
WRONG_AS_PRINTED = (claims.DENSITY_ABOVE, claims.TRACE, claims.CERTAIN, claims.COMPOSITIONS)


def test_tiny_preset_holds_what_is_right_and_refutes_what_is_not(tmp_path):
    results, verdicts = tiny_study.run("information", tmp_path)
    assert [claim for claim, verdict in verdicts.items() if verdict.word == "failed"] == [
        *WRONG_AS_PRINTED
    ]
    assert all(verdicts[claim].holds for claim in verdicts if claim not in WRONG_AS_PRINTED)
    assert results.sizes["seed"] == study.PRESETS["tiny"].seeds


def test_entropy_of_the_standard_normal_law():
    assert entropy.differential(norm(0.0, 1.0)) == pytest.approx(0.5 + 0.5 * np.log(2 * np.pi))
    assert entropy.differential(norm(3.0, 0.1)) == pytest.approx(1.418938533 + np.log(0.1))


def test_divergence_of_shifted_normal_laws_is_half_the_squared_shift():
    assert entropy.divergence(0.0, 1.0, 3.0, 1.0) == pytest.approx(4.5)
    assert entropy.divergence(2.0, 0.5, 2.0, 0.5) == pytest.approx(0.0, abs=1e-12)


def test_least_likelihood_of_a_coin_is_its_entropy():
    coins = likelihood.coins()
    lowest = coins.coin_nll.min("parameter")
    assert np.allclose(lowest, coins.coin_entropy)
    assert np.allclose(coins.parameter[coins.coin_nll.argmin("parameter")], coins.share)


def test_number_of_arrangements_of_ten_channels():
    counted = channels.count()
    assert np.exp(10 * float(counted.log_arrangements[0])) == pytest.approx(2520)  # 10!/(5! 3! 2!)


def test_largest_entropy_without_a_constraint_is_uniform():
    y = np.ones((1, 5))
    assert np.allclose(maxent.family(maxent.dual(y, np.ones(1)), y), 0.2)


def test_largest_entropy_on_a_half_line_is_geometric():
    outcomes = np.arange(400.0)[None]
    found = maxent.family(maxent.dual(outcomes, np.array([3.0])), outcomes)
    assert np.allclose(found[:20], 0.25 * 0.75 ** np.arange(20), atol=1e-6)


@pytest.mark.parametrize("name", fisher.families())
def test_both_forms_of_the_information_are_its_closed_form(name):
    law = fisher.families()[name]
    for found in fisher.information(law):
        assert np.allclose(found, law.information, rtol=1e-9, atol=1e-12)


def test_distance_of_an_estimate_from_the_normal_law_falls_with_its_samples():
    distances = [estimators.kolmogorov(size) for size in (10, 1000)]
    assert distances[0] / distances[1] == pytest.approx(10.0, rel=0.1)


def test_variance_of_the_median_is_half_pi_of_the_bound():
    ratios = estimators.variances(0, 20_000).variance_ratio
    assert float(ratios.sel(estimator="mean")) == pytest.approx(1.0, abs=0.05)
    assert float(ratios.sel(estimator="median")) == pytest.approx(np.pi / 2, abs=0.1)


def test_accumulator_is_the_sum_of_squared_gradients():
    x = torch.tensor([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    y = torch.tensor([1.0, 0.0])
    found = accumulator.accumulate(x, y, [torch.tensor([0])])
    error = torch.sigmoid(torch.tensor(1.2)) - 1.0
    expected = torch.tensor([error**2, 0.0, 0.0, error**2], dtype=torch.float64)
    assert torch.allclose(found, expected)
