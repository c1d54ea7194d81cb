"""What studies of many trainings share: grids, the search for a rate, each training once."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import torch
import xarray as xr

from studies.framework import Cache
from studies.framework.surrogates import FACTOR, LOWERED, Course, by_rule
from studies.framework.trainings import Trainings, grid, search


@dataclass(frozen=True)
class Point:
    rate: float
    seed: int = 0
    network: str = "LSTM"

    def __str__(self):
        return f"rate {self.rate}, seed {self.seed}"


def test_grid_puts_every_training_in_its_place():
    def train(trainings):
        return [xr.Dataset({"value": one.rate * 10 + one.seed}) for one in trainings]

    found = grid(train, Point, {"rate": [1.0, 2.0], "seed": [3, 4, 5]})
    assert found.value.dims == ("rate", "seed")
    assert float(found.value.sel(rate=2.0, seed=5)) == 25.0


def searched(errors, extensions=2):
    """A search among trainings that are no better than their learning rates."""

    def train(trainings):
        return [xr.Dataset({"error": errors[one.rate]}) for one in trainings]

    settings = SimpleNamespace(networks=("LSTM",), rates=(1.0, 2.0, 4.0), extensions=extensions)
    return search(train, Point, settings, lambda scores: scores.error)


def test_a_rate_within_the_others_is_taken():
    found = searched({1.0: 0.3, 2.0: 0.1, 4.0: 0.2})
    assert found.rate.values.tolist() == [1.0, 2.0, 4.0]


def test_the_search_goes_on_beyond_an_end():
    found = searched({0.25: 0.2, 0.5: 0.1, 1.0: 0.3, 2.0: 0.4, 4.0: 0.5})
    assert found.rate.values.tolist() == [0.25, 0.5, 1.0, 2.0, 4.0]
    assert float(found.sel(network="LSTM", rate=0.5)) == 0.1


def test_the_search_ends_after_its_extensions():
    found = searched({1.0: 0.5, 2.0: 0.4, 4.0: 0.3, 8.0: 0.2}, extensions=1)
    assert found.rate.values.tolist() == [1.0, 2.0, 4.0, 8.0]


def test_each_training_is_prepared_and_trained_once(tmp_path):
    prepared, trained = [], []

    def run(settings, folder, one):
        trained.append(one)
        return xr.Dataset({"value": one.rate + settings})

    train = Trainings(0.5, Cache(tmp_path), run, lambda settings, folder, one: prepared.append(one))
    first = train([Point(1.0), Point(2.0), Point(1.0)])
    again = train([Point(2.0)])
    assert [float(one.value) for one in first + again] == [1.5, 2.5, 1.5, 2.5]
    assert trained == prepared == [Point(1.0), Point(2.0)]


def test_a_training_ends_below_the_lowest_rate():
    """A loss that never falls: three rates after the first, each for its patience."""
    config = by_rule(0.9, patience=2)
    assert config["optimizer"]["init_args"] == {"lr": 0.9}
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.9)
    plateau = config["lr_scheduler"]["init_args"]
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **plateau)
    trainer = SimpleNamespace(optimizers=[optimizer], should_stop=False)
    course = Course(0.9)
    rates = []
    while not trainer.should_stop:
        scheduler.step(1.0)
        rates.append(optimizer.param_groups[0]["lr"])
        course.on_train_epoch_end(trainer, None)
    assert course.converged
    assert len(rates) == 1 + (LOWERED + 1) * 3
    assert rates[-2] == pytest.approx(0.9 * FACTOR**LOWERED)
