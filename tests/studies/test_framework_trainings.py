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


def epoch(course, rate):
    """End an epoch at a rate; whether the training ends with it."""
    optimizer = SimpleNamespace(param_groups=[{"lr": rate}])
    trainer = SimpleNamespace(optimizers=[optimizer], current_epoch=0, should_stop=False)
    course.on_train_epoch_end(trainer, None)
    return trainer.should_stop


def test_a_training_ends_below_the_lowest_rate():
    course = Course(0.9)
    course.on_train_start(None, None)
    lowest = 0.9 * FACTOR**LOWERED
    assert not epoch(course, lowest)
    assert not course.converged
    assert epoch(course, lowest * FACTOR)
    assert course.converged


def test_a_training_that_its_time_ends_is_not_converged():
    course = Course(0.9, seconds=0.0)
    course.on_train_start(None, None)
    assert epoch(course, 0.9)
    assert not course.converged
    assert course.seconds > 0.0


def test_the_rule_is_what_the_scheduler_does():
    """A loss that never falls: three rates after the first, each for its patience."""
    config = by_rule(0.9, patience=2, optimizer="torch.optim.SGD", momentum=0.5)
    assert config["optimizer"]["init_args"] == {"lr": 0.9, "momentum": 0.5}
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.9)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, **config["lr_scheduler"]["init_args"]
    )
    course = Course(0.9)
    course.on_train_start(None, None)
    epochs = 0
    while not course.converged:
        scheduler.step(1.0)
        epochs += 1
        epoch(course, optimizer.param_groups[0]["lr"])
    assert epochs == 1 + (LOWERED + 1) * 3
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.9 * FACTOR ** (LOWERED + 1))
