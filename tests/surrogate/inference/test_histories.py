"""Units of inputs: what is given, what a file states, and what the surrogate has."""

import numpy as np
import pytest
import xarray as xr

from surrogate.data.channels import ChannelGroup, Interface
from surrogate.inference import labelled_records
from surrogate.inference.asking import Asking
from surrogate.inference.histories import agreed, not_converted

WITHOUT_UNIT = ChannelGroup("base_acceleration", "unknown", "acceleration of the base", "", 1)
WITH_UNIT = ChannelGroup("base_acceleration", "m s-2", "acceleration of the base", "", 1)


def test_a_given_unit_is_refused_where_the_surrogate_has_none_to_convert_it_to():
    with pytest.raises(ValueError, match=r"--unit base_acceleration=g: .* state no unit"):
        agreed(WITHOUT_UNIT, "g", None)
    assert agreed(WITHOUT_UNIT, "unknown", None) == "unknown"
    assert agreed(WITH_UNIT, "g", None) == "g"


@pytest.mark.parametrize("unit", [None, "unknown"])
def test_there_is_nothing_to_tell_of_numbers_without_a_unit(unit):
    assert not_converted(WITHOUT_UNIT, unit) is None


def test_a_stated_unit_that_goes_unused_is_told():
    assert not_converted(WITH_UNIT, "g") is None
    assert "base_acceleration in g goes in as it is" in (not_converted(WITHOUT_UNIT, "g") or "")


def test_a_dataset_that_states_a_unit_goes_in_as_it_is_with_a_note():
    interface = Interface((WITHOUT_UNIT,), (WITHOUT_UNIT,), 0.05)
    motion = np.sin(np.arange(20.0))
    dataset = xr.Dataset(
        {"base_acceleration": ("time", motion, {"units": "g"})}, {"time": 0.05 * np.arange(20)}
    )
    found = labelled_records.read(dataset, interface, "a dataset", Asking())
    assert any("in g goes in as it is" in note for note in found.notes)
    np.testing.assert_array_equal(found.records[0].values[:, 0], motion)
