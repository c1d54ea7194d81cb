"""The study depth_vs_width: its tiny preset, its data, and how it chooses and fits."""

import numpy as np
import pytest
import torch
import xarray as xr
from torch import nn

from simulators.functions.radial import RadialFunction
from studies import depth_vs_width as study
from studies.depth_vs_width import chapter, combinations, widths
from studies.depth_vs_width.training import Problem, evaluate, learn
from surrogate.networks import MLP
from tests.helpers import tiny_study

CPU = torch.device("cpu")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_measures_everything(tmp_path):
    results, verdicts = tiny_study.run("depth_vs_width", tmp_path)
    tiny = study.PRESETS["tiny"]
    number = 4 * len(tiny.rates) * len(tiny.batches)
    for claim in (study.TEST, study.TRAIN, study.UNABLE):
        assert len(verdicts[claim].values) == number
    for claim in (study.CURSE, study.FAIR, study.MATCHED):
        assert len(verdicts[claim].values) == tiny.seeds
    assert all(np.isfinite(verdict.values).all() for verdict in verdicts.values())
    assert results.surface.shape == (3, chapter.GRID, chapter.GRID)
    assert results.width_error.notnull().all()


def test_a_combination_is_trained_on_what_it_says():
    """The error of a network of one linear unit that has not moved is that of its output."""
    points = chapter.problem(0)
    standard, plain = points.points(), points.plain()
    for name, (of_inputs, of_targets) in combinations.SCALINGS.items():
        x, y = combinations.scaled(points, name)["train"]
        assert torch.equal(x, (standard if of_inputs else plain)["train"][0])
        assert torch.equal(y, (standard if of_targets else plain)["train"][1])
    still = combinations.Combination("none", 0.0, 100)
    found = combinations.compare(points, {"one": [3]}, still, 1, 5, "cpu").error.squeeze()
    torch.manual_seed(5)
    network = MLP(2, 1, [3])
    x, y = plain["test"]
    with torch.no_grad():
        expected = nn.functional.mse_loss(network(x), y) / plain["train"][1].var(correction=0)
    assert float(found.sel(part="test")) == pytest.approx(float(expected), rel=1e-4)


def test_standardised_values_go_back_to_those_of_the_function():
    points = Problem(2, train=50, validation=0, test=20, seed=2)
    standard, plain = points.points()["test"][1], points.plain()["test"][1]
    assert points.physical(standard.numpy()) == pytest.approx(plain.numpy(), abs=1e-7)


def test_one_sigmoid_unit_that_made_the_data_is_found():
    """Training that has converged leaves nothing where the network can represent the function."""

    class Ridge(Problem):
        def points(self):
            x = np.random.default_rng(0).normal(size=(60, 2))
            y = 1.0 / (1.0 + np.exp(-(x @ [1.0, -2.0] + 0.5)))
            pair = (torch.tensor(x), torch.tensor(y)[:, None])
            return {"train": pair, "test": pair}

    problem = Ridge(2, train=60, validation=0, test=60, seed=0)
    found = widths.error(problem, 1, [0, 1], 2000, CPU)
    assert found.width_error.dims == ("dimension", "width", "seed")
    assert float(found.width_error.min()) < 1e-8


@pytest.mark.parametrize("dimension", [1, 2, 5])
def test_points_lie_as_far_from_the_centre_in_every_dimension(dimension):
    problem = Problem(dimension, train=20_000, validation=10, test=30, seed=0)
    points = problem.points()
    assert [len(x) for x, _ in points.values()] == [20_000, 10, 30]
    x, y = points["train"]
    physical = x.numpy() / 3.0**0.5 * problem.half_width
    assert (physical**2).sum(axis=1).mean() == pytest.approx(2.0 / 3.0 * 100.0, rel=0.02)
    assert (float(y.mean()), float(y.std())) == pytest.approx((0.0, 1.0), abs=1e-3)
    values = RadialFunction(dimension, 0.2)(physical)
    assert np.corrcoef(values, y[:, 0])[0, 1] == pytest.approx(1.0)


def test_errors_are_those_of_the_networks():
    problem = Problem(2, train=300, validation=50, test=70, seed=1)
    trained, errors = learn(problem, [6], [1e-3, 1e-2], [4, 5], epochs=2, device=CPU)
    assert errors.train_error.dims == ("rate", "seed", "epoch")
    for name, error in (
        ("validation", errors.validation_error),
        ("test", errors.test_error.isel(epoch=-1)),
    ):
        x, y = problem.points()[name]
        output = evaluate(trained.networks[3], x)  # second rate, second seed
        expected = np.mean((output - y[:, 0].numpy()) ** 2)
        assert float(error.sel(rate=1e-2, seed=5)) == pytest.approx(expected, rel=1e-5)


def test_equal_width_has_as_many_parameters():
    def count(hidden):
        return sum(weight.numel() for weight in MLP(2, 1, hidden=hidden).parameters())

    for narrow in (8, 100):
        assert 0 <= count([chapter.equal_width(narrow)]) - count([narrow, narrow]) < 4


def test_the_rate_is_chosen_on_the_validation_points():
    dims, coordinates = ("rate", "seed"), {"rate": [0.1, 0.2, 0.3]}
    validation = xr.DataArray([[2.0, 4.0], [1.0, 1.0], [0.5, np.nan]], coordinates, dims)
    test = xr.DataArray([[0.1, 0.1], [3.0, 5.0], [0.2, 0.2]], coordinates, dims)
    assert widths.best(test, validation).values.tolist() == [
        3.0,
        5.0,
    ]  # not the least test error, nor a diverged one


@pytest.mark.parametrize("p", [0.25, 1.0])
def test_exponent_of_a_power_law(p):
    size = xr.DataArray([10.0, 30.0, 100.0, 300.0], dims="width")
    error = (7.0 * size**-p) ** 2
    assert float(widths.exponent(error, size)) == pytest.approx(p)
    assert float(widths.exponent(error.where(size < 200.0), size)) == pytest.approx(p)
