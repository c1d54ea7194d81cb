"""The study depth_vs_width: its tiny preset, its data, and how it chooses and fits."""

import numpy as np
import pytest
import xarray as xr

from simulators.functions.radial import RadialFunction
from studies import depth_vs_width as study
from studies.depth_vs_width import chapter, widths
from studies.depth_vs_width.training import Problem, evaluate, learn
from surrogate.networks import MLP
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_measures_everything(tmp_path):
    results, verdicts = tiny_study.run("depth_vs_width", tmp_path)
    tiny = study.PRESETS["tiny"]
    assert len(verdicts) == 5
    assert all(
        len(verdict.values) == tiny.seeds and np.isfinite(verdict.values).all()
        for verdict in verdicts.values()
    )
    measured = results.width_test_error.notnull().all(["rate", "seed"])
    for depth, sizes in ((1, tiny.one_layer), (2, tiny.two_layers)):
        for width in results.width.values:
            assert (measured.sel(depth=depth, width=width) == (width in sizes)).all()
    assert (results.train_error.isel(epoch=-1) < results.train_error.isel(epoch=0)).all()
    assert results.surface.notnull().all()
    assert results.true_surface.shape == (chapter.GRID, chapter.GRID)


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
    trained, errors = learn(problem, [6], [1e-3, 1e-2], [4, 5], epochs=2, decay=True)
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
