"""Labels: whole numbers that name their classes, and what is refused of them in one line."""

import numpy as np
import pytest
import xarray as xr

from datasets import open_dataset
from datasets.contract import labels
from datasets.contract.schema import inputs, outputs, validate
from datasets.files.store import write_dataset

NAMES = ["setosa", "versicolor", "virginica"]
ONE = {"units": "1", "long_name": "for a test"}


def made(label):
    return xr.Dataset({"x": (("sample", "input"), np.zeros((len(label), 2)), ONE), "label": label})


def test_a_label_survives_its_file(tmp_path):
    dataset = made(labels.variable(np.array([2, 0, 1, 2]), NAMES))
    write_dataset(dataset, tmp_path / "a.h5")
    read = open_dataset(tmp_path / "a.h5")
    validate(read)
    assert labels.found(read) == ["label"]
    assert labels.classes("label", read["label"]) == NAMES
    assert labels.counts("label", read["label"]) == {"setosa": 1, "versicolor": 1, "virginica": 2}
    assert (inputs(read), outputs(read)) == (["x"], ["label"])


def test_classes_are_counted_in_the_order_of_their_values():
    flags = {"flag_values": np.array([7, 3, 5]), "flag_meanings": "seven three five"}
    label = xr.DataArray([3, 5, 7, 7], dims="sample", attrs=ONE | flags)
    np.testing.assert_array_equal(labels.indices("label", label), [1, 2, 0, 0])
    assert labels.counts("label", label) == {"seven": 2, "three": 1, "five": 1}


@pytest.mark.parametrize(
    ("values", "flags", "message"),
    [
        ([0, 3], {}, r"label has the value 3, must have one of 0, 1, 2 \(flag_values\)"),
        ([0, -1], {}, "label has the value -1, must have one of 0, 1, 2"),
        ([0.0, 1.0], {}, "label has the type float64: labels are whole numbers"),
        ([0, 1], {"flag_meanings": ""}, "label names 0 classes .* for 3 values"),
        ([0, 1], {"flag_meanings": "a b"}, "label names 2 classes .* for 3 values"),
        ([0, 1], {"flag_meanings": "a b b"}, "label names a class twice: a b b for 0, 1, 2"),
        ([0, 1], {"flag_values": np.array([0, 1, 1])}, "label names a class twice"),
        ([0, 0], {"flag_values": np.array([0]), "flag_meanings": "one"}, "names at least two"),
    ],
)
def test_wrong_labels_are_refused_in_one_line(values, flags, message):
    given = {"flag_values": np.arange(3), "flag_meanings": " ".join(NAMES)}
    label = xr.Variable("sample", np.array(values), ONE | given | flags)
    with pytest.raises(ValueError, match=message):
        validate(made(label))


def test_flags_of_records_are_no_classes(small_dataset):
    flags = {"flag_values": np.array([0]), "flag_meanings": "a.AT2"}
    dataset = small_dataset(3)
    validate(dataset.assign(source_file=("record", np.zeros(3, np.int32), ONE | flags)))
    assert labels.found(dataset) == []


def test_a_dataset_of_samples_needs_an_input_and_an_answer():
    label = labels.variable(np.array([0, 1]), NAMES)
    with pytest.raises(ValueError, match="x or image is missing: expected it beside label"):
        validate(xr.Dataset({"label": label}))
    with pytest.raises(ValueError, match="y or label is missing: expected it beside x"):
        validate(made(label).drop_vars("label"))


def test_an_image_has_its_dimensions():
    label = labels.variable(np.array([0, 1]), NAMES)
    for dims in (("sample", "height", "width", "channel"), ("sample", "channel", "height")):
        pixels = xr.Variable(dims, np.zeros((2, 3, 4, 5)[: len(dims)]), ONE)
        message = "image has the dimensions .*, must have sample, channel, height, width"
        with pytest.raises(ValueError, match=message):
            validate(xr.Dataset({"image": pixels, "label": label}))
