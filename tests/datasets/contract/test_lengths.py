"""Records of different lengths: padded with NaN, which nothing that is said of a dataset sees."""

import h5py
import numpy as np
import pytest
import xarray as xr

import datasets
from datasets.contract import lengths
from datasets.contract.values import ValueCheck
from datasets.inspection import figure
from datasets.inspection.card import write_card
from datasets.inspection.summary import describe, variable_rows
from simulators.solvers.energy_balance import TERMS

SAMPLES = np.array([50, 30, 41, 2, 50, 17, 29])
SERIES = ("base_acceleration", "drift", "restoring_force")


def ragged(dataset: xr.Dataset, padding: float = np.nan) -> xr.Dataset:
    """The dataset with records of `SAMPLES`, padded with another value where one is asked for."""
    for name in SERIES:
        dataset[name].values[:] = lengths.filled(dataset[name].values, SAMPLES, padding)
    return dataset.assign(samples=lengths.label(SAMPLES))


def test_written_and_read_again_each_record_has_its_own_length(tmp_path, small_dataset):
    whole = small_dataset()
    datasets.write_dataset(ragged(small_dataset()), tmp_path / "ragged.h5")
    opened = datasets.open_dataset(tmp_path / "ragged.h5")
    assert lengths.own(opened).tolist() == SAMPLES.tolist()
    for record, samples in enumerate(SAMPLES):
        one = lengths.trimmed(opened.isel(record=record))
        assert one.sizes["time"] == samples
        xr.testing.assert_equal(one["drift"], whole["drift"].isel(record=record)[:samples])
    assert datasets.check(tmp_path / "ragged.h5") == {}


@pytest.mark.parametrize("value", [0.0, 7.0, np.inf])
def test_padding_that_could_be_taken_for_a_value_is_not_written(tmp_path, small_dataset, value):
    with pytest.raises(ValueError, match=r"base_acceleration has a value at record 1, time 30"):
        datasets.write_dataset(ragged(small_dataset(), value), tmp_path / "ragged.h5")
    assert list(tmp_path.iterdir()) == []


def test_nan_within_a_record_is_no_padding(tmp_path, small_dataset):
    dataset = ragged(small_dataset())
    dataset["drift"].values[1, 29, 0] = np.nan
    with pytest.raises(ValueError, match="drift is nan at record 1, time 29, storey 0"):
        datasets.write_dataset(dataset, tmp_path / "ragged.h5")


@pytest.mark.parametrize("samples", [1, 51, -3])
def test_a_length_that_no_record_has_is_refused(tmp_path, small_dataset, samples):
    dataset = ragged(small_dataset())
    dataset["samples"].values[2] = samples
    with pytest.raises(ValueError, match=f"samples is {samples} at record 2: must be from 2 to 50"):
        datasets.write_dataset(dataset, tmp_path / "ragged.h5")


def test_whole_numbers_cannot_be_padded(tmp_path, small_dataset):
    dataset = ragged(small_dataset())
    count = np.zeros((7, 50), np.int32)
    attrs = {"units": "1", "long_name": "steps"}
    with pytest.raises(ValueError, match=r"steps has the type int32.*store it as float32"):
        datasets.write_dataset(
            dataset.assign(steps=(("record", "time"), count, attrs)), tmp_path / "ragged.h5"
        )


def test_the_check_finds_another_value_in_the_padding(tmp_path, small_dataset, monkeypatch):
    monkeypatch.setattr(ValueCheck, "check", lambda *_: None)
    datasets.write_dataset(ragged(small_dataset(), 0.0), tmp_path / "ragged.h5")
    monkeypatch.undo()
    (finding,) = datasets.check(tmp_path / "ragged.h5").values()
    assert "must be NaN" in finding


def test_records_of_one_length_keep_their_bytes(tmp_path, small_dataset, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    datasets.write_dataset(small_dataset(), tmp_path / "equal.h5")
    with h5py.File(tmp_path / "equal.h5") as file:
        assert "samples" not in file
        assert file.attrs["schema_version"] == "2.0"


def test_the_table_states_the_lengths_and_the_ranges_of_what_counts(tmp_path, small_dataset):
    low = ragged(small_dataset())
    datasets.write_dataset(low, tmp_path / "ragged.h5")
    text = describe(tmp_path / "ragged.h5")
    assert "lengths         0.02 to 0.98 s, median 0.58 s" in text
    assert "2 to 50 samples; 37% of the file's series is padding" in text
    assert variable_rows(low) == variable_rows(ragged(small_dataset(), 1e9))
    assert "- lengths: 0.02 to 0.98 s" in write_card(tmp_path / "ragged.h5").read_text()


def test_the_picture_sees_no_padding(small_dataset):
    figures = [figure.draw_records(ragged(small_dataset(), p), "") for p in (np.nan, 1e9)]
    for mine, other in zip(figures[0].axes, figures[1].axes, strict=True):
        for line, twin in zip(mine.lines, other.lines, strict=True):
            assert np.array_equal(line.get_xydata(), twin.get_xydata())
            assert np.isfinite(line.get_xydata()).all()


def test_the_energy_balance_is_that_of_what_counts(tmp_path, small_dataset, monkeypatch):
    dataset = ragged(small_dataset())
    attrs = {"units": "J", "long_name": "a term"}
    for name in TERMS:
        ones = np.ones((7, 50), np.float32) * (name in ("kinetic_energy", "input_energy"))
        dataset[name] = (("record", "time"), lengths.filled(ones, SAMPLES, np.nan), attrs)
    datasets.write_dataset(dataset, tmp_path / "sound.h5")
    assert datasets.check(tmp_path / "sound.h5") == {}
    dataset["kinetic_energy"].values[1, 29] = 1.5
    datasets.write_dataset(dataset, tmp_path / "broken.h5")
    (finding,) = datasets.check(tmp_path / "broken.h5").values()
    assert "energy balance is violated by 0.5" in finding


def test_a_history_is_held_at_its_last_value():
    values = np.array([[1.0, 2.0, 9.0], [1.0, 3.0, 4.0]])
    assert lengths.held(values, np.array([2, 3])).tolist() == [[1, 2, 2], [1, 3, 4]]
    assert lengths.held(values[..., None], np.array([1, 3]))[0].ravel().tolist() == [1, 1, 1]


def test_histories_side_by_side_are_padded_with_nan():
    values = lengths.padded([np.ones((2, 3)), np.zeros((4, 3))])
    assert values.shape == (2, 4, 3)
    assert np.isnan(values[0, 2:]).all()
    assert np.array_equal(lengths.filled(values, np.array([2, 4]))[0, 2:], np.zeros((2, 3)))
