"""Files of before version 2.0 of the contract, where `hysteretic_force` was the whole force."""

import numpy as np
import pytest

import datasets
from datasets.contract import renamed
from datasets.contract.renamed import RenamedVariable
from datasets.files import writing
from datasets.files.window_reader import WindowReader
from datasets.inspection.checking import findings
from datasets.measured.importing import Reading
from datasets.recipes.catalogue import load_recipe, read_recipe
from surrogate.data.datamodule import Records

OLD_RECIPE = "structure: five_storey\noutputs:\n- drift\n- hysteretic_force\nmethod: batch\n"
FORCE, DRIFT = "restoring_force", "drift"
NAMES = {"inputs": ["base_acceleration"], "batch_size": 4}


@pytest.fixture
def current(small_dataset):
    """A dataset with the names of today."""
    return small_dataset(10)


@pytest.fixture
def old_file(tmp_path, monkeypatch, current):
    """The same numbers in a file as version 1.0 wrote it."""
    monkeypatch.setattr(writing, "SCHEMA_VERSION", "1.0")
    old = current.rename({FORCE: "hysteretic_force"}).assign_attrs(recipe=OLD_RECIPE)
    old["hysteretic_force"].attrs["long_name"] = "hysteretic force"
    path = tmp_path / "old.h5"
    datasets.write_dataset(old, path)
    monkeypatch.undo()
    return path


def test_an_old_file_is_presented_with_the_names_of_today(old_file, current):
    dataset = datasets.open_dataset(old_file)
    assert "hysteretic_force" not in dataset
    assert np.array_equal(dataset[FORCE], current[FORCE])
    assert dataset[FORCE].attrs == {"units": "N", "long_name": "restoring force"}
    assert dataset.attrs["recipe"] == OLD_RECIPE.replace("hysteretic_force", FORCE)


def test_an_old_file_written_again_is_a_file_of_today(old_file, current, tmp_path):
    datasets.write_dataset(datasets.open_dataset(old_file), tmp_path / "new.h5")
    dataset = datasets.open_dataset(tmp_path / "new.h5")
    assert dataset.attrs["schema_version"] == writing.SCHEMA_VERSION
    assert np.array_equal(dataset[FORCE], current[FORCE])


def test_the_hysteretic_force_of_a_file_of_today_keeps_its_name(tmp_path, current):
    datasets.write_dataset(current.rename({FORCE: "hysteretic_force"}), tmp_path / "new.h5")
    assert "hysteretic_force" in datasets.open_dataset(tmp_path / "new.h5")


def test_windows_of_an_old_file_are_read_at_first_and_from_their_places(old_file, current):
    reader = WindowReader(old_file)
    expected = current[FORCE].values[[2, 5], 10:30]
    for _ in range(2):
        windows = reader.read([FORCE], np.array([2, 5]), np.array([10, 10]), 20)
        assert np.array_equal(windows, expected)


def test_an_old_file_is_sound(old_file):
    assert [problem for _, problem in findings(old_file)] == [""]


def test_import_takes_an_old_file_by_the_names_of_today(old_file, current):
    names = {"time": "time", "base_acceleration": "base_acceleration", FORCE: FORCE}
    dataset = Reading(names).read(old_file)
    assert np.array_equal(dataset[FORCE], current[FORCE])
    with pytest.raises(ValueError, match=r"no array 'hysteretic_force': choose from .*restoring"):
        Reading(names | {FORCE: "hysteretic_force"}).read(old_file)


def test_targets_by_the_old_name_are_those_of_the_old_file(old_file):
    asked = Records(str(old_file), targets=[DRIFT, "hysteretic_force"], **NAMES)
    with pytest.warns(RenamedVariable, match=r"of version 1\.0 is now called restoring_force"):
        asked.setup("fit")
    same = Records(str(old_file), targets=[DRIFT, FORCE], **NAMES)
    same.setup("fit")
    assert asked.interface == same.interface
    assert np.array_equal(asked.parts["train"].target, same.parts["train"].target)


def test_targets_that_a_file_of_today_lacks_are_refused_with_the_new_name(tmp_path, current):
    datasets.write_dataset(current, tmp_path / "new.h5")
    records = Records(str(tmp_path / "new.h5"), targets=["hysteretic_force"], **NAMES)
    with pytest.raises(ValueError, match=r"before version 0\.2 is restoring_force"):
        records.setup("fit")


def recipe_file(folder, outputs):
    path = folder / "recipe.yaml"
    path.write_text(
        "structure: five_storey\nrecords: 1\n"
        "motion: {process: BandLimitedNoise, low_frequency: 0.1, high_frequency: 5.0,\n"
        "  root_mean_square: 1.0, duration: 2.0, interval: 0.02}\n"
        f"outputs: [{outputs}]\n"
    )
    return path


def test_a_recipe_that_asks_for_the_old_name_is_told_what_it_means_now(tmp_path):
    with pytest.warns(RenamedVariable, match=r"hysteretic share alone .* is restoring_force"):
        recipe = load_recipe(recipe_file(tmp_path, "drift, hysteretic_force"))
    assert recipe.outputs == ("drift", "hysteretic_force")


def test_who_names_both_forces_knows_the_difference(tmp_path, recwarn):
    load_recipe(recipe_file(tmp_path, "restoring_force, hysteretic_force"))
    Reading({"interval": "1", "restoring_force": "2", "hysteretic_force": "3"})
    assert not recwarn.list


def test_a_measured_force_by_the_old_name_is_told_what_it_means_now():
    with pytest.warns(RenamedVariable, match="mapped variables: hysteretic_force is"):
        Reading({"interval": "1", "hysteretic_force": "2"})


def test_the_recipe_of_an_old_file_makes_the_same_numbers(tmp_path):
    """The record of a recipe of then has the values that it had, under the name of today."""
    text = recipe_file(tmp_path, "drift, hysteretic_force").read_text()
    presented = read_recipe(renamed.present_recipe(text), "test").make(0, 1)
    expected = read_recipe(text.replace("hysteretic_force", FORCE), "test").make(0, 1)
    assert presented.identical(expected)


@pytest.mark.parametrize(
    ("version", "old"), [("1.0", True), ("1.9", True), ("2.0", False), ("x", False), (None, False)]
)
def test_versions_before_the_names_of_today(version, old):
    assert renamed.is_old(version) is old
