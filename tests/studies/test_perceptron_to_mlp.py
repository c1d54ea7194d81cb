"""The study perceptron_to_mlp: its tiny preset, and the pieces that are computed rather than
trained.
"""

import numpy as np
import pytest
import torch

from studies import perceptron_to_mlp as study
from studies.perceptron_to_mlp import backpropagation, claims, descent, gates, hidden, outcomes
from surrogate.optim.schedulers import InverseDecay
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
TRAINED = (claims.NARROW, claims.SMALL_BATCHES, claims.RESTLESS, claims.SETTLED)


def test_tiny_preset_holds_the_claims_that_do_not_depend_on_size(tmp_path):
    results, verdicts = tiny_study.run("perceptron_to_mlp", tmp_path)
    for claim, verdict in verdicts.items():
        assert verdict.holds or claim in TRAINED, claim.statement
    assert results.sizes["seed"] == study.PRESETS["tiny"].seeds


@pytest.mark.parametrize(
    ("gate", "margin"),
    [("OR", 0.5), ("AND", 0.5), ("AND1", 0.5), ("AND2", 0.5), ("NOT", 0.5), ("XOR", 0.0)],
)
def test_largest_margin_of_a_line(gate, margin):
    assert gates.margin(gates.CORNERS, gates.GATES[gate]) == pytest.approx(margin, abs=1e-9)


def test_a_function_without_both_classes_is_separated_with_the_margin_that_is_allowed():
    assert gates.margin(gates.CORNERS, np.ones(4)) == pytest.approx(1.0)


def test_rosenblatt_stops_changing_once_it_is_right():
    target = gates.GATES["AND"]
    long, short = (
        gates.rosenblatt(target, np.random.default_rng(0), passes)[0] for passes in (50, 40)
    )
    assert np.array_equal(long, short)


@pytest.mark.parametrize("names", [("AND1", "AND2", "OR"), ("OR", "AND", "AND1")])
def test_two_neurons_and_a_third_compute_exclusive_or(names):
    assert np.array_equal(gates.composed(*names), gates.GATES["XOR"])


def test_mistakes_of_a_network_that_is_right_and_of_one_that_is_wrong():
    network = hidden.exact_network()
    network.layers[-1].bias.data -= 0.5  # scores, not values: the sign tells the class
    assert hidden.mistakes(network) == 0
    network.layers[-1].weight.data *= 0.0
    assert hidden.mistakes(network) == 2


def test_last_step_of_the_chapter_is_the_chance_less_the_label():
    layers = [(np.eye(3), np.zeros(3))]
    x = np.array([0.2, -0.1, 0.4])
    ((_, by_bias),) = backpropagation.gradients(layers, x, 2, lambda a: a, np.ones_like)
    chance = np.exp(x) / np.exp(x).sum()
    assert np.allclose(by_bias, chance - [0, 0, 1])


def test_fit_finds_the_share_of_ones_where_the_feature_says_nothing():
    x = np.tile([-1.0, 1.0], 50)
    y = np.repeat([0.0, 0.0, 0.0, 1.0, 1.0], 20)
    for link, logarithm in outcomes.LINKS.values():
        w0, w1 = outcomes.fit(logarithm, x, y)
        assert link(w0) == pytest.approx(0.4, abs=1e-5)
        assert w1 == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("name", descent.VARIANTS)
def test_descent_is_that_of_torch(name):
    variant = descent.VARIANTS[name]
    x = np.linspace(-1.0, 1.0, 32)
    y = np.exp(x)
    way = descent.path(variant, x, y, 3, seed=1)
    parameters = torch.tensor(descent.START, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD(
        [parameters], descent.RATE, variant.momentum, nesterov=variant.nesterov
    )
    schedule = InverseDecay(optimizer, variant.decay)
    generator = np.random.default_rng(1)
    for _ in range(3):
        for batch in torch.tensor(generator.permutation(32)).split(variant.batch or 32):
            optimizer.zero_grad()
            curve = parameters[0] * torch.exp(parameters[1] * torch.tensor(x)[batch])
            (curve - torch.tensor(y)[batch]).square().mean().backward()
            optimizer.step()
            schedule.step()
    assert np.allclose(way[-1], parameters.detach(), rtol=1e-10)
