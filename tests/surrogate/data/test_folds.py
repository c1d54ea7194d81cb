"""Folds of records, groups and classes, and files that state the parts of a dataset."""

import numpy as np
import pytest
import xarray as xr

from datasets.contract import labels
from surrogate import Records
from surrogate.data import split_file
from surrogate.data.folds import divide
from tests.helpers.make_records import write_records


def test_every_record_is_held_out_once():
    dataset = xr.Dataset({"drift": (("record", "time"), np.zeros((11, 3)))})
    numbers = np.arange(2, 11)
    division = divide(dataset, numbers, 4, seed=1)
    np.testing.assert_array_equal(np.sort(np.concatenate(division.folds)), numbers)
    assert sorted(map(len, division.folds)) == [2, 2, 2, 3]


def test_groups_stay_together_and_folds_are_of_like_sizes():
    building = np.repeat([7, 3, 5, 9], [6, 2, 2, 2])
    dataset = xr.Dataset({"building": ("record", building)})
    folds = divide(dataset, np.arange(12), 2, "building").folds
    kinds = [set(building[own]) for own in folds]
    assert kinds[0].isdisjoint(kinds[1])
    assert sorted(map(len, folds)) == [6, 6]


def test_folds_of_classes_have_the_same_shares():
    classes = np.repeat([0, 1], [30, 6])
    dataset = xr.Dataset({"label": labels.variable(classes, ["sound", "broken"])})
    for own in divide(dataset, np.arange(36), 3, target="label").folds:
        assert [int((classes[own] == kind).sum()) for kind in (0, 1)] == [10, 2]
    with pytest.raises(ValueError, match="the rarest class of label has 6 samples"):
        divide(dataset, np.arange(36), 7, target="label")


def test_the_parts_of_a_file_take_the_place_of_those_of_the_dataset(tmp_path):
    path = write_records(tmp_path / "records.h5")
    own = tmp_path / "split.json"
    split_file.write(own, {"train": [11, 2, 3], "test": [0]})
    records = Records(str(path), ["base_acceleration"], ["drift"], split_file=str(own))
    records.setup("fit")
    assert {name: part.number.tolist() for name, part in records.parts.items()} == {
        "train": [2, 3, 11],
        "test": [0],
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"train": [0, 1], "test": [1]}', "record 1 is named twice"),
        ('{"train": [0, 1], "exam": [2]}', "must name records of train, validation, test"),
        ('{"train": [0, 1], "train": [2]}', "a part stands twice"),
        ('{"train": [0, -1]}', "train must be a list of record numbers from 0 on"),
        ('{"train": [true]}', "train must be a list of record numbers from 0 on"),
        ('{"train": [0, 40]}', "there is no record 40 in .*, its 12 records"),
        ('{"test": [0]}', "names no record of the train part"),
        ("train: [0]", "is not JSON"),
    ],
)
def test_files_that_state_no_parts_are_refused(tmp_path, text, message):
    path = write_records(tmp_path / "records.h5")
    own = tmp_path / "split.json"
    own.write_text(text)
    with pytest.raises(ValueError, match=message):
        Records(str(path), ["base_acceleration"], ["drift"], split_file=str(own)).setup("fit")


def test_a_file_of_parts_and_files_for_parts_contradict(tmp_path):
    path = str(write_records(tmp_path / "records.h5"))
    own = tmp_path / "split.json"
    split_file.write(own, {"train": [0]})
    with pytest.raises(ValueError, match="leave out validation_path"):
        Records(path, ["base_acceleration"], ["drift"], validation_path=path, split_file=str(own))
