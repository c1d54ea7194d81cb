"""The study learning_rates: its tiny preset, the laws, and the numbers that its verdicts are made
of.
"""

import math

import numpy as np
import pytest
import torch
import xarray as xr

from studies import learning_rates as study
from studies.learning_rates import digits, laws, range_test, regression, regularisation
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_holds_the_claims_that_do_not_depend_on_size(tmp_path):
    results, verdicts = tiny_study.run("learning_rates", tmp_path)
    assert [
        claim.statement for claim in (study.UNSCALED, study.HALF) if not verdicts[claim].holds
    ] == []
    assert list(results.law.values) == list(laws.LAWS)
    training = results.error.sel(of="training").isel(seed=0)
    assert training[-1] < training[0]


def test_every_law_by_its_formula():
    steps = 80
    i = np.arange(steps)
    rates = {name: laws.course(law, steps) for name, law in laws.LAWS.items()}
    assert rates["constant"] == pytest.approx(1.0)
    assert rates["inverse decay"] == pytest.approx(1.0 / (1.0 + i * 99.0 / steps))
    assert rates["warm-up"] == pytest.approx(np.minimum(0.01 + 0.99 * i / 8, 1.0))
    triangle = 1.0 - abs(i % 20 - 10) / 10
    assert rates["cycles"] == pytest.approx(0.1 + 0.9 * triangle)
    assert rates["one cycle"].max() == pytest.approx(1.0, abs=0.01)
    assert rates["one cycle"][-1] < 1e-4
    assert (np.diff(np.sign(np.diff(rates["one cycle"]))) != 0).sum() == 1  # one peak


@pytest.mark.parametrize(
    ("parameters", "expected"), [((1.0, 1.0), 0.0), ((0.0, 5.0), math.sinh(2.0) / 2.0)]
)
def test_excess_loss_is_the_mean_square_error_against_the_truth(parameters, expected):
    found = (
        regression.excess_loss(torch.tensor(parameters, dtype=torch.float64)) * regression.NOISE**2
    )
    assert float(found) == pytest.approx(expected, rel=1e-3, abs=1e-12)


def test_exponent_of_a_power_law():
    rate = np.array([0.1, 0.2, 0.7])
    values = xr.DataArray(3.0 * rate**1.5, {"rate": rate}, "rate")
    assert float(regression.exponent(values, "rate")) == pytest.approx(1.5)


def test_diverged_rates_are_neither_best_nor_trainable():
    losses = [[2.0, 1.5], [0.9, 1.0], [0.8, 1.1], [np.nan, np.inf]]
    loss = xr.DataArray(losses, {"rate": [0.1, 0.2, 0.4, 0.8], "epoch": [1, 2]}, ("rate", "epoch"))
    assert float(digits.best_rate(loss)) == 0.4
    assert float(digits.largest_rate(loss.isel(epoch=-1))) == 0.4


def test_smoothing_keeps_a_constant_loss_from_the_first_step():
    assert range_test.smooth(np.full(30, 2.3)) == pytest.approx(2.3)


def test_range_of_use_lies_between_the_first_fall_and_the_lowest_loss():
    rates = np.geomspace(1e-4, 1.0, 5)
    assert range_test.useful(rates, np.array([2.0, 1.99, 1.5, 1.0, 9.0])) == pytest.approx(
        (1e-2, 1e-1)
    )


def test_inactive_counts_inputs_for_which_a_unit_is_zero():
    network = digits.MLP(1, 1, [2])
    with torch.no_grad():
        network.layers[0].weight.copy_(torch.tensor([[1.0], [0.0]]))
        network.layers[0].bias.copy_(torch.tensor([0.0, -1.0]))
    shares = regularisation.inactive(network, torch.tensor([[-1.0], [1.0], [2.0], [3.0]]))
    assert shares.tolist() == [0.25, 1.0]


def test_factor_is_the_one_that_silences_most_at_a_point_of_accuracy():
    penalised = [f"L1 {factor}" for factor in regularisation.PENALTIES]
    right = np.full(1 + len(penalised), 0.9)
    right[-2:] = 0.95, 0.85  # the last factor costs five points
    silent = np.linspace(0.1, 0.9, len(right))
    results = xr.Dataset(
        {"right": ("variant", right), "inactive": ("variant", silent)},
        {"variant": [regularisation.PLAIN, *penalised]},
    )
    found = regularisation.cheapest(results)
    assert float(found.factor) == regularisation.PENALTIES[-2]
    assert float(found.inactive) == pytest.approx(silent[-2])


def test_penalty_of_activations_silences_units():
    images = digits.images(0, regularisation.SPLIT)
    plain, sparse = (
        regularisation._one(regularisation.Variant(l1=l1), images, 10, 0) for l1 in (0.0, 3.0)
    )
    assert float(sparse.inactive) > float(plain.inactive) + 0.1
