"""The study optimizers: its tiny preset, the panels of the chapter, the landscape, and LSTMs that
are trained at once.
"""

from functools import partial

import numpy as np
import pytest
import torch
import xarray as xr
from torch import nn, optim

from studies.framework import catalogue
from studies.framework.building import records
from studies.optimizers import PRESETS, building, chapter, claims, landscape, lstm, scan
from surrogate.networks import LSTM
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_agrees_with_the_panels_that_150_steps_decide(tmp_path):
    results, verdicts = tiny_study.run("optimizers", tmp_path)
    assert results.tuned_error.shape == (PRESETS["tiny"].seeds, len(lstm.contenders()))
    assert results.default_test_error.notnull().all()
    held = (claims.SGD_REACHES, claims.SGD_MISSES, claims.ADADELTA, claims.NO_MOMENTUM)
    assert [claim.statement for claim in held if not verdicts[claim].holds] == []
    sgd = results.settled.sel(setting=chapter.SGD)
    assert float(sgd.sel(start="(135, 135)")) == 18


@pytest.fixture(scope="module")
def panels():
    """The verdict on each panel, by its figure, of all 10 000 steps."""
    path = catalogue.COMMITTED / "optimizers" / "results.nc"
    results = xr.load_dataset(path, engine="h5netcdf")
    verdicts = claims.judge(results)
    return {verdict.claim.source.split(", ", 2)[2]: verdict.word for verdict in verdicts}


@pytest.mark.parametrize("figure", ["34a", "34b", "35", "37a", "37b", "38", "39", "40", "41"])
def test_what_the_chapter_says_of_a_panel_is_reproduced(panels, figure):
    assert panels[f"Fig. {figure}"] == "held"


@pytest.mark.parametrize("place", ["Fig. 36a", "Fig. 36b", "closing sentence"])
def test_what_the_chapter_says_of_adam_is_not(panels, place):
    assert panels[place] == "failed"


def test_hollows_are_counted_along_the_axis_of_the_larger_distance():
    place, _ = landscape.lowest()
    path = np.tile(place, (2, 150, 1))
    path[0] += [1.5 * landscape.HALF_SPACING[0], 0.0]
    path[1] += [0.1 * landscape.HALF_SPACING[0], -0.5 * landscape.HALF_SPACING[1]]
    found = landscape.assess(path)
    assert found.hollows.values == pytest.approx([1.5, 0.5])
    assert (found.least_excess == found.last_excess).all()
    assert float(landscape.assess(np.tile(place, (2, 5, 1))).last_excess.max()) == 0.0


def test_lowest_point_is_lower_than_a_grid():
    place, value = landscape.lowest()
    axis = np.linspace(-50.0, 250.0, 1201)
    a, b = (landscape.torch.tensor(values) for values in np.meshgrid(axis, axis))
    assert value <= float(landscape.loss(a, b).min())
    assert place == pytest.approx([61.77, 67.59], abs=0.01)


def test_runs_that_share_an_optimizer_are_those_of_their_own():
    together = landscape.descend(optim.Adam, 20, [1.0, 20.0])
    for row, rate in enumerate((1.0, 20.0)):
        assert together[row] == pytest.approx(
            landscape.descend(partial(optim.Adam, lr=rate), 20, [rate])[0], abs=1e-9
        )


def test_settling_is_for_good():
    place, _ = landscape.lowest()
    path = np.tile(place, (2, 5, 1))
    path[0, 2] = 0.0  # there, away once, there again
    path[1, -1] = np.nan
    assert landscape.assess(path).settled.values == pytest.approx([3.0, np.nan], nan_ok=True)


def test_optimizers_that_want_something_else_are_left_out():
    assert {"Muon", "SparseAdam"}.isdisjoint(scan.applicable())
    assert {"Adam", "LBFGS", "SGD"} <= set(scan.applicable())


def test_lstm_by_the_sample_is_that_of_torch():
    torch.manual_seed(0)
    network, whole = lstm.network(), LSTM(1, lstm.STOREYS, lstm.HIDDEN)
    whole.load_state_dict(network.state_dict())
    input = torch.randn(3, 20, 1)
    assert torch.allclose(network(input), whole(input), atol=1e-6)


@pytest.mark.parametrize(
    "kind", [optim.SGD, optim.Adafactor, optim.LBFGS, lstm.contenders()["Muon"]]
)
def test_lstms_trained_at_once_are_those_trained_alone(kind):
    """Two epochs of one batch at the learning rates 0.02 and, along half a cosine, 0.01."""
    data = records({"train": 3, "validation": 2, "test": 2}, seed=0)
    makes = [
        partial(optim.Adam, lr=0.1),
        partial(kind, lr=0.02, **({"max_iter": 1} if kind is optim.LBFGS else {})),
    ]
    validation, test = building.train(makes, 5, data, epochs=2, batch=3)
    network = building.Member(5, makes[1]).start(lstm.network)
    optimizer = makes[1](network.parameters())

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(network(data["train"][0]), data["train"][1])
        loss.backward()
        return loss

    for rate in (0.02, 0.01):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step(closure)
    with torch.no_grad():
        expected = [
            float(nn.functional.mse_loss(network(x), y))
            for x, y in (data["validation"], data["test"])
        ]
    assert [validation[1, -1], test[1]] == pytest.approx(expected, rel=1e-4)


def test_learning_rate_is_chosen_on_validation_records():
    errors = np.array([[[1.0, 0.5, np.nan]], [[1.0, 0.7, 0.1]]])[
        ..., None
    ]  # (seed, contender, rate, epoch)
    names = ("seed", "contender", "lstm_rate")
    trained = xr.Dataset(
        {
            "validation_error": ((*names, "epoch"), errors),
            "test_error": (names, [[[0.1, 0.6, 0.1]], [[0.1, 0.8, 0.1]]]),
            "default_rate": (names[:2], [[0.1], [0.1]]),
        }
    )
    found = building.tune(trained)
    assert (found.best.item(), found.tuned_error.values.ravel().tolist()) == (1, [0.6, 0.8])


def test_records_have_the_unit_variance_of_the_training_part():
    data = records({"train": 3, "test": 2}, seed=1)
    assert [tuple(x.shape) for x, _ in data.values()] == [(3, 101, 1), (2, 101, 1)]
    assert data["train"][1].std((0, 1), correction=0).numpy() == pytest.approx(1.0, abs=1e-5)
    assert float(data["train"][0].std(correction=0)) == pytest.approx(1.0, abs=1e-5)
