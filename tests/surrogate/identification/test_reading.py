"""Recordings out of datasets: which channels the named sensors are."""

import numpy as np
import pytest
import xarray as xr

import datasets
from datasets.contract import lengths, partition
from datasets.contract.schema import VARIABLES
from surrogate.identification.reading import Sensors, read

SAMPLES = 90


def dataset(floors=3, records=4, units="m s-2", **more):
    generator = np.random.default_rng(0)
    time = ("time", 0.02 * np.arange(SAMPLES), VARIABLES["time"].attrs)
    base = generator.standard_normal((records, SAMPLES)).astype(np.float32)
    seen = generator.standard_normal((records, SAMPLES, floors)).astype(np.float32)
    attrs = VARIABLES["acceleration"].attrs | {"units": units}
    variables = {
        "base_acceleration": (("record", "time"), base, VARIABLES["base_acceleration"].attrs),
        "acceleration": (("record", "time", "floor"), seen, attrs),
    }
    return xr.Dataset(variables | more, {"time": time})


def written(made, tmp_path):
    path = tmp_path / "records.h5"
    datasets.write_dataset(made, path)
    return path


def test_a_channel_for_every_floor_is_taken_by_its_number(tmp_path):
    made = dataset()
    read_back = read(written(made, tmp_path), Sensors(["base", "3", "1"], 3))
    assert [str(channel) for channel in read_back.channels] == ["acceleration 3", "acceleration 1"]
    np.testing.assert_array_equal(read_back.measured, made["acceleration"].values[..., [2, 0]])
    np.testing.assert_array_equal(read_back.base, made["base_acceleration"].values)
    assert read_back.interval == pytest.approx(0.02)


def test_as_many_channels_as_sensors_are_taken_in_their_order(tmp_path):
    made = dataset(floors=2)
    read_back = read(written(made, tmp_path), Sensors(["base", "2", "6"], 6))
    assert [channel.place for channel in read_back.channels] == [2, 6]
    np.testing.assert_array_equal(read_back.measured, made["acceleration"].values)


def test_the_parts_are_kept_apart(tmp_path):
    parts = partition.label(np.array([0, 0, 2, 0]))
    path = written(dataset().assign(split=parts), tmp_path)
    sensors = Sensors(["base", "3"], 3)
    assert [len(read(path, sensors, part)) for part in ("train", "test")] == [3, 1]
    assert read(path, sensors, "validation") is None


def test_padding_does_not_count(tmp_path):
    own = [SAMPLES, 70, 80, 66]
    made = dataset()
    counted = lengths.counts(np.array(own), SAMPLES)
    inside = xr.DataArray(counted, dims=("record", "time"))
    for name in ("acceleration", "base_acceleration"):
        made[name] = made[name].where(inside)
    made["samples"] = lengths.label(own)
    read_back = read(written(made, tmp_path), Sensors(["base", "3"], 3))
    np.testing.assert_array_equal(read_back.counted.sum(axis=1), own)
    assert np.isfinite(read_back.measured).all()


@pytest.mark.parametrize(
    ("made", "words", "message"),
    [
        (
            dataset(units="unknown"),
            ["base", "1"],
            "acceleration of .* is in unknown, must be in m s",
        ),
        (dataset(), ["base", "drift:1"], "has no drift for the sensor 'drift 1', it has accel"),
        (dataset(floors=2), ["base", "1", "2", "3"], "has 2 channels: expected 6, one a floor"),
        (dataset(), ["base"], "no channel is named"),
        (
            dataset().drop_vars("base_acceleration"),
            ["base", "1"],
            "has no base_acceleration: import the record of the base",
        ),
    ],
)
def test_data_that_do_not_tell_what_sensors_saw_are_refused(made, words, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        read(written(made, tmp_path), Sensors(words, 6))


@pytest.mark.parametrize("value", [0.0, 0.3])
def test_a_sensor_that_has_recorded_nothing_is_refused(value, tmp_path):
    made = dataset()
    made["acceleration"].values[..., 1] = value
    path = written(made, tmp_path)
    with pytest.raises(ValueError, match="acceleration 2 has the same value in all samples"):
        read(path, Sensors(["base", "2", "3"], 3))
    assert len(read(path, Sensors(["base", "1", "3"], 3))) == 4


def test_sensors_without_the_base_are_refused():
    with pytest.raises(ValueError, match="sensors 1,3: name base, too"):
        Sensors(["1", "3"], 3)
