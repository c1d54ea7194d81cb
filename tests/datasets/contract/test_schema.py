"""The contract accepts what it describes and names the first breach."""

import numpy as np
import pytest
import xarray as xr

import datasets
from datasets.contract.schema import check_finite, inputs, outputs, sampling_interval, validate


def test_the_package_is_ours():
    assert datasets.__contract__ == "structural-surrogates"


def test_inputs_and_outputs_are_told_apart(small_dataset):
    assert inputs(small_dataset()) == ["base_acceleration"]
    assert outputs(small_dataset()) == ["drift", "restoring_force"]


def test_a_good_dataset_passes(small_dataset):
    validate(small_dataset())


def _without_units(dataset):
    del dataset["drift"].attrs["units"]


def _wrong_units(dataset):
    dataset["drift"].attrs["units"] = "cm"


def _uneven_time(dataset):
    return dataset.assign_coords(time=("time", np.arange(50.0) ** 1.1, dataset["time"].attrs))


BREACHES = {
    "drift has no attribute units": _without_units,
    "drift has the units 'cm', must have 'm'": _wrong_units,
    "time must increase in equal steps": _uneven_time,
    "time is missing": lambda d: d.drop_vars("time"),
    "base_acceleration has the dimensions time, record, must have record, time": lambda d: (
        d.transpose("time", ...)
    ),
    "nothing runs along": lambda d: d.drop_vars(["base_acceleration", "drift", "restoring_force"]),
    "record or sample": lambda d: d.isel(record=0),
    "split has the value 7": lambda d: d.assign(
        split=d["split"].copy(data=np.full(d.sizes["record"], 7, np.int8))
    ),
    "split names 0 parts": lambda d: d["split"].attrs.pop("flag_meanings") and None,
    "note has the type": lambda d: d.assign(
        note=("record", ["a"] * d.sizes["record"], {"units": "1", "long_name": "n"})
    ),
}


@pytest.mark.parametrize("message", BREACHES)
def test_a_breach_is_named(small_dataset, message):
    dataset = small_dataset()
    changed = BREACHES[message](dataset)
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        validate(dataset if changed is None else changed)


def test_the_interval_is_that_of_the_whole_axis_and_needs_two_samples(small_dataset):
    dataset = small_dataset()
    assert sampling_interval(dataset) == pytest.approx(0.02, rel=1e-12)
    with pytest.raises(ValueError, match="time has 1 samples: an interval needs 2"):
        sampling_interval(dataset.isel(time=[0]))


def test_an_unknown_unit_may_stand_where_a_source_states_none(small_dataset):
    dataset = small_dataset()
    dataset["base_acceleration"].attrs["units"] = "unknown"
    validate(dataset)


def test_functions_have_their_own_dimensions():
    attrs = {"units": "1", "long_name": "x"}
    dataset = xr.Dataset(
        {
            "x": (("sample", "input"), np.zeros((4, 2)), attrs),
            "y": (("sample", "output"), np.zeros((4, 1)), attrs),
        }
    )
    validate(dataset)
    with pytest.raises(ValueError, match="y or label is missing"):
        validate(dataset.drop_vars("y"))


def test_a_value_that_is_not_finite_is_placed():
    values = np.zeros((3, 4), dtype=np.float32)
    values[1, 2] = np.nan
    with pytest.raises(ValueError, match="drift is nan at record 11, time 2"):
        check_finite("drift", values, ("record", "time"), first=10)


def test_a_sum_that_overflows_is_no_failure():
    check_finite("drift", np.full(10, 3e38, dtype=np.float32), ("record",))
