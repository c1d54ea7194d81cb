"""The study optimizers: its tiny preset, and the landscape it walks on."""

from functools import partial

import numpy as np
import pytest
import tiny_study
from torch import optim

from studies.optimizers import SETTLES, landscape, scan

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_tiny_preset_finds_the_one_setting_that_settles_from_the_far_start(tmp_path):
    results, verdicts = tiny_study.run("optimizers", tmp_path)
    words = {name: verdicts[claim].word for name, claim in SETTLES.items()}
    assert words.pop("SGD, momentum 0.7, dampening 0.6") == "not reproduced"
    assert set(words.values()) == {"failed"}
    assert float(results.settled.sel(setting="SGD, momentum 0.7, dampening 0.6", start="(135, 135)")) == 18


def test_lowest_point_is_lower_than_a_grid():
    place, value = landscape.lowest()
    axis = np.linspace(-50.0, 250.0, 1201)
    a, b = (landscape.torch.tensor(values) for values in np.meshgrid(axis, axis))
    assert value <= float(landscape.loss(a, b).min())
    assert place == pytest.approx([61.77, 67.59], abs=0.01)


def test_runs_that_share_an_optimizer_are_those_of_their_own():
    together = landscape.descend(optim.Adam, 20, [1.0, 20.0])
    for row, rate in enumerate((1.0, 20.0)):
        assert together[row] == pytest.approx(landscape.descend(partial(optim.Adam, lr=rate), 20, [rate])[0], abs=1e-9)


def test_settling_is_for_good():
    place, _ = landscape.lowest()
    path = np.tile(place, (2, 5, 1))
    path[0, 2] = 0.0  # there, away once, there again
    path[1, -1] = np.nan
    assert landscape.assess(path).settled.values == pytest.approx([3.0, np.nan], nan_ok=True)


def test_optimizers_that_want_something_else_are_left_out():
    assert {"Muon", "SparseAdam"}.isdisjoint(scan.applicable())
    assert {"Adam", "LBFGS", "SGD"} <= set(scan.applicable())
