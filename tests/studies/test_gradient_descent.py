"""The study gradient_descent: its tiny preset, and closed forms of what it measures."""

import numpy as np
import pytest
import torch

from studies import gradient_descent as study
from studies.gradient_descent import claims, functions, neuron, rates, regression
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_holds_the_bounds_and_refutes_the_printed_one(tmp_path):
    results, verdicts = tiny_study.run("gradient_descent", tmp_path)
    assert verdicts[claims.PRINTED].word == "failed"
    for claim in (claims.LIMIT, claims.BELOW, claims.EARLY, claims.SQUARED):
        assert verdicts[claim].holds, claim.statement
    assert verdicts[claims.VALUE].holding == verdicts[claims.DISTANCE].holding == 14
    assert results.sizes["condition"] == len(study.PRESETS["tiny"].conditions)


@pytest.mark.parametrize("name", functions.examples(0))
def test_constants_of_the_functions(name):
    function = functions.examples(0)[name]
    assert np.allclose(function.gradient(function.minimizer), 0.0, atol=1e-8)
    generator = np.random.default_rng(0)
    for _ in range(50):
        x, z = generator.standard_normal((2, function.start.size))
        slope = function.gradient(x) - function.gradient(z)
        along = slope @ (x - z) / ((x - z) @ (x - z))
        assert function.convexity * (1 - 1e-9) <= along <= function.smoothness * (1 + 1e-9)
        step = 1e-6
        difference = function.value(x + step * z) - function.value(x - step * z)
        assert difference / (2 * step) == pytest.approx(
            function.gradient(x) @ z, rel=1e-5, abs=1e-7
        )


def test_distance_shrinks_by_the_closed_form_of_a_quadratic():
    function = functions.quadratic(10.0)
    path = rates.descend(function, 0.15, 7)
    curvature = np.geomspace(1.0, 10.0, functions.DIMENSION)
    assert np.allclose(path[-1], (1 - 0.15 * curvature) ** 7)


def test_momentum_is_that_of_torch():
    function = functions.quadratic(10.0)
    path = rates.descend(function, 0.05, 5, momentum=0.8)
    x = torch.tensor(function.start, requires_grad=True)
    optimizer = torch.optim.SGD([x], 0.05, momentum=0.8)
    for _ in range(5):
        x.grad = torch.tensor(function.gradient(x.detach().numpy()))
        optimizer.step()
    assert np.allclose(path[-1], x.detach())


def test_contenders_are_all_but_those_that_take_no_vectors():
    assert set(regression.optimizers()) - set(regression.contenders()) == {"Muon", "SparseAdam"}


def test_losses_at_the_least_squares_of_data_without_noise():
    x = torch.linspace(0.0, 1.0, 20, dtype=torch.float64)
    y = 2.0 + 3.0 * torch.exp(0.5 * x)
    losses = regression.losses_of(torch.tensor([[2.0, 3.0, 0.5], [3.0, 3.0, 0.5]]), x, y)
    assert torch.allclose(losses, torch.tensor([0.0, 1.0], dtype=torch.float64), atol=1e-12)


def test_each_rate_is_fitted_by_itself():
    x = torch.linspace(0.0, 1.0, 20, dtype=torch.float64)
    y = 2.0 + 3.0 * torch.exp(0.5 * x)
    found = regression.fit(torch.optim.SGD, x, y, 3)
    place = int(np.flatnonzero(np.isclose(regression.RATES, 0.01))[0])
    point = torch.tensor(regression.START, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([point], 0.01)
    for _ in range(3):
        optimizer.zero_grad()
        regression.losses_of(point[None], x, y)[0].backward()
        optimizer.step()
    alone = regression.losses_of(point[None], x, y)[0].item()
    assert found[place, -1] == pytest.approx(alone)


def test_a_sum_over_a_batch_is_its_mean_at_ten_times_the_rate():
    x, y = neuron.data()
    ways = [
        neuron.train(lambda p, rate=rate: torch.optim.SGD(p, rate), reduction, 0, 2, x, y)
        for rate, reduction in ((1e-4, "sum"), (1e-3, "mean"))
    ]
    assert np.allclose(*ways, rtol=1e-4)
