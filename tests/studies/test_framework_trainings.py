"""What studies of many trainings share: grids, the search for a rate, each training once."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import torch
import xarray as xr

from datasets.files.disk import TEMPORARY_SUFFIX
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


def timed(course, optimizer):
    """A training whose epochs take a second each, and whose loss falls: its rates."""
    trainer = SimpleNamespace(optimizers=[optimizer], should_stop=False, global_step=7)
    passed = iter(range(1000))
    course.clock = lambda: next(passed)
    course.on_train_start(trainer, SimpleNamespace(device=torch.device("cpu")))
    rates = []
    while not trainer.should_stop:
        rates.append(optimizer.param_groups[0]["lr"])
        course.on_train_epoch_end(trainer, None)
    return rates


def test_seconds_lower_the_rate_before_they_end_a_training():
    course = Course(0.9, seconds=20.0)
    rates = timed(course, torch.optim.SGD([torch.zeros(1)], lr=0.9))
    expected = [0.9] * 11 + [0.3] * 4 + [0.1] * 3 + [0.9 * FACTOR**3] * 2
    assert rates == pytest.approx(expected)
    assert (course.epochs, course.spent, course.converged) == (20, 20.0, False)


def test_a_training_that_goes_on_has_the_seconds_that_are_left():
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.9)
    first = Course(0.9, seconds=8.0)
    timed(first, optimizer)
    again = Course(0.9, seconds=20.0)
    again.load_state_dict(first.state_dict())
    assert len(timed(again, optimizer)) == 12
    assert (again.epochs, again.spent) == (20, 20.0)


def test_a_rate_that_the_seconds_lowered_is_none_of_the_rule():
    course = Course(0.9, seconds=10.0)
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.9)
    trainer = SimpleNamespace(optimizers=[optimizer], should_stop=False)
    course.clock = lambda: 9.5
    course.on_train_epoch_end(trainer, None)
    assert course.hurried
    assert not trainer.should_stop
    optimizer.param_groups[0]["lr"] *= FACTOR
    course.on_train_epoch_end(trainer, None)
    assert trainer.should_stop
    assert not course.converged


def test_no_seconds_are_refused():
    with pytest.raises(ValueError, match="seconds must be positive or None for no limit, got 0"):
        Course(0.9, seconds=0.0)


def test_what_is_finished_so_far(tmp_path):
    """Nothing is measured or prepared, and nothing of a run beside it is swept away."""

    def run(settings, folder, one):
        return xr.Dataset({"value": one.rate})

    Trainings(None, Cache(tmp_path), run, lambda *words: None)([Point(2.0)])
    (tmp_path / f".being written{TEMPORARY_SUFFIX}").touch()
    before = sorted(tmp_path.iterdir())
    train = Trainings(None, Cache(tmp_path, so_far=True), pytest.fail, pytest.fail)
    found = train.finished([Point(1.0), Point(2.0)])
    assert {one: float(each.value) for one, each in found.items()} == {Point(2.0): 2.0}
    assert sorted(tmp_path.iterdir()) == before
