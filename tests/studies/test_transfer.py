"""The study transfer: its tiny preset, the one building, and how a training on it begins."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray as xr

from datasets import open_dataset
from datasets.contract import partition
from studies import transfer
from studies.framework import shear_family
from studies.framework.run import measure, publish
from studies.framework.shear_family import PARAMETERS
from studies.framework.surrogates import errors
from studies.transfer import PRESETS, STUDY, TUNING, page, training
from studies.transfer.training import GREY, NOTHING, STARTS, TUNED, Family, Training
from surrogate import load
from tests.helpers import tiny_study
from tests.helpers.numbers import assert_same_but_for_rounding

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
TINY = PRESETS["tiny"]


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tiny") / "transfer"


@pytest.fixture(scope="module")
def tiny(tiny_folder):
    return tiny_study.run("transfer", tiny_folder.parent)


def test_tiny_preset_scores_all_starts_with_every_number_of_records(tiny):
    results, verdicts = tiny
    assert tuple(results.start.values) == STARTS
    assert tuple(results.records.values) == TINY.records
    assert (results.nrmse > 0.0).all()
    assert (results.untuned > 0.0).all()
    assert (results.grey_untuned > 0.0).all()
    assert len(verdicts) == 4


def test_page_has_a_row_for_each_number_of_records(tiny, tiny_folder):
    text = page.render(tiny_folder)
    rows = [row.split(" | ") for row in text.splitlines() if row.startswith("| ")]
    assert [row[0] for row in rows[1:]] == ["| none", "| 2", "| 3"]
    assert all("(0 of 1)" in cell for row in rows[2:] for cell in row[1:])
    assert "so far" not in text


def test_results_so_far_judge_what_has_been_trained(tmp_path):
    """Stopped among the trainings from nothing: no claim can compare with them yet."""

    def stop(settings, folder, one):
        if one.start == NOTHING:
            raise KeyboardInterrupt
        return training.run(settings, folder, one)

    with pytest.MonkeyPatch.context() as patch:
        stopping = SimpleNamespace(**vars(training) | {"run": stop})
        patch.setattr("studies.transfer.training", stopping)
        with pytest.raises(KeyboardInterrupt):
            measure(STUDY, "tiny", 0, tmp_path)
    measure(STUDY, "tiny", 0, tmp_path, so_far=True)
    verdicts, _ = publish(STUDY, tmp_path)
    assert [verdict.claim for verdict in verdicts] == [TUNING]
    text = page.render(tmp_path)
    assert "one seed so far, 2 of 6 trainings" in text
    assert text.count("not measured yet") == 4


def test_a_number_of_records_counts_when_all_its_rates_are_finished():
    slow, fast = (Training(NOTHING, 2, rate, 0) for rate in (1e-3, 1e-2))
    scores = {
        one: xr.Dataset({"validation": error, "test": 2 * error})
        for one, error in ((slow, 0.3), (fast, 0.2))
    }
    assert transfer._best({fast: scores[fast]}, [slow, fast]).nrmse.isnull()
    best = transfer._best(scores, [slow, fast])
    assert best.nrmse == 0.4
    assert best.rate == fast.rate


def test_page_is_up_to_date():
    """Otherwise run python -m studies.transfer.page."""
    written = (page.FOLDER / page.PAGE).read_text(encoding="utf-8")
    assert_same_but_for_rounding(page.render(), written)


@pytest.fixture(scope="module")
def building(tmp_path_factory):
    path = tmp_path_factory.mktemp("building") / "building.h5"
    return open_dataset(of_one(path, train=5)).load()


def of_one(path, train):
    """Records of one building, three of each of the other parts."""
    counts = {"validation": 3, "test": 3, "train": train}
    return shear_family.make_building(path, shear_family.draw_building(4), counts, 1.0, 4)


def test_all_records_are_of_one_building_under_motions_of_their_own(building):
    for name in PARAMETERS:
        assert len(np.unique(building[name].values, axis=0)) == 1
    assert len(np.unique(building.base_acceleration.values, axis=0)) == 11
    counts = [len(partition.members(building, name)) for name in ("train", "validation", "test")]
    assert counts == [5, 3, 3]


def test_fewer_records_are_the_first_of_more_and_scored_on_the_same(building, tmp_path):
    fewer = open_dataset(of_one(tmp_path / "few.h5", train=2))
    for name in ("train", "validation", "test"):
        few, many = (data.drift.values[partition.members(data, name)] for data in (fewer, building))
        np.testing.assert_array_equal(few, many[: len(few)])


def test_the_building_is_none_of_its_family(tmp_path):
    settings = replace(TINY, buildings=20)
    family = open_dataset(training.make_family(settings, tmp_path, Family(4)))
    assert len(partition.members(family, "validation")) == 1
    own = open_dataset(training.make_building(settings, tmp_path, 4))
    assert not np.isin(family.stiffness.values, own.stiffness.values).any()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    training.pretrain(TINY, folder, Family(0))
    training.pretrain(TINY, folder, Family(0, grey=True))
    return folder


@pytest.mark.parametrize("start", [TUNED, GREY])
def test_a_tuning_of_no_steps_is_the_surrogate_of_the_family(start, folder):
    """Weights and scaling come along: at a rate of nearly zero its answers are those before."""
    found = training.run(TINY, folder, Training(start, 2, 1e-12, 0))
    path = training.make_building(TINY, folder, 0)
    family = load(folder / "runs" / str(Family(0, start == GREY)) / "best.ckpt")
    before = errors(family, path, "test")["nrmse"].mean()
    assert float(found.test) == pytest.approx(before, rel=1e-4)


def test_a_training_from_nothing_has_weights_of_its_own(folder):
    path = training.make_building(TINY, folder, 0)
    family = load(folder / "runs" / str(Family(0)) / "best.ckpt")
    before = errors(family, path, "test")["nrmse"].mean()
    other = training.run(TINY, folder, Training(NOTHING, 2, 1e-12, 0))
    assert float(other.test) != pytest.approx(before, rel=1e-4)


def test_an_interrupted_training_goes_on_with_its_own_weights(folder):
    one = Training(TUNED, 3, 1e-2, 0)
    first = training.run(TINY, folder, one)
    again = training.run(TINY, folder, one)
    assert float(first.test) == float(again.test)
    state = torch.load(folder / "runs" / str(one) / "best.ckpt", weights_only=True)["state_dict"]
    assert any("modulations" in name for name in state)
