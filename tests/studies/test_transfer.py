"""The study transfer: its tiny preset, the one building, and how a training on it begins."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from datasets import open_dataset
from datasets.contract import partition
from studies.framework.shear_family import PARAMETERS, make_building, make_family
from studies.transfer import PRESETS, training
from studies.transfer.training import STARTS, Training
from surrogate import load
from tests.helpers import tiny_study

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
TINY = PRESETS["tiny"]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_study.run("transfer", tmp_path_factory.mktemp("tiny"))


def test_tiny_preset_scores_both_starts_with_every_number_of_records(tiny):
    results, verdicts = tiny
    assert tuple(results.start.values) == STARTS
    assert tuple(results.records.values) == TINY.records
    assert (results.nrmse > 0.0).all()
    assert (results.untuned > 0.0).all()
    assert len(verdicts) == 3


@pytest.fixture(scope="module")
def building(tmp_path_factory):
    path = tmp_path_factory.mktemp("building") / "building.h5"
    return open_dataset(make_building(path, train=5, scored=3, duration=1.0, seed=4)).load()


def test_all_records_are_of_one_building_under_motions_of_their_own(building):
    for name in PARAMETERS:
        assert len(np.unique(building[name].values, axis=0)) == 1
    assert len(np.unique(building.base_acceleration.values, axis=0)) == 11
    counts = [len(partition.members(building, name)) for name in ("train", "validation", "test")]
    assert counts == [5, 3, 3]


def test_fewer_records_are_the_first_of_more_and_scored_on_the_same(building, tmp_path):
    fewer = open_dataset(make_building(tmp_path / "few.h5", 2, 3, 1.0, 4))
    for name in ("train", "validation", "test"):
        few, many = (data.drift.values[partition.members(data, name)] for data in (fewer, building))
        np.testing.assert_array_equal(few, many[: len(few)])


def test_the_building_is_none_of_its_family(building, tmp_path):
    family = open_dataset(
        make_family(tmp_path / "family.h5", {"train": 20, "validation": 1}, 1.0, 4)
    )
    assert len(partition.members(family, "validation")) == 1
    assert not np.isin(family.stiffness.values, building.stiffness.values).any()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    training.pretrain(TINY, folder, 0)
    return folder


def test_a_tuning_of_no_steps_is_the_surrogate_of_the_family(folder, monkeypatch):
    """Weights and scaling come along: at a rate of nearly zero its answers are those before."""
    one = Training("tuned", 2, 1e-12, 0)
    found = training.run(replace(TINY, rates=(1e-12,)), folder, one)
    path = training.make_building(TINY, folder, 0)
    before = training._error(load(folder / "runs/family 0/best.ckpt"), path, "test")
    assert float(found.test) == pytest.approx(before, rel=1e-4)
    other = training.run(TINY, folder, Training("nothing", 2, 1e-12, 0))
    assert float(other.test) != pytest.approx(before, rel=1e-4)


def test_an_interrupted_training_goes_on_with_its_own_weights(folder):
    one = Training("tuned", 3, 1e-2, 0)
    first = training.run(TINY, folder, one)
    again = training.run(TINY, folder, one)
    assert float(first.test) == float(again.test)
    state = torch.load(folder / "runs" / str(one) / "best.ckpt", weights_only=True)["state_dict"]
    assert any("modulations" in name for name in state)
