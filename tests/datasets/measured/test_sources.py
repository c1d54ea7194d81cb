"""Files of many kinds: values as they are meant, or refused in a line."""

import os
import struct

import h5py
import numpy as np
import pytest
import scipy.io
import xarray as xr

from datasets.measured.sources import open_content, read_arrays

VALUES = np.random.default_rng(0).normal(size=(3, 40))
PACKED = {"dtype": "i2", "scale_factor": 0.001, "add_offset": 0.25, "_FillValue": -32768}


def dataset(**attrs):
    time = ("time", 0.02 * np.arange(40), {"units": "s"})
    return xr.Dataset({"u": (("record", "time"), VALUES, {"units": "kN", **attrs})}, {"time": time})


ENGINES = {"h5netcdf": "NETCDF4", "scipy": "NETCDF3_64BIT"}


@pytest.mark.parametrize("engine", ENGINES)
def test_packed_values_are_those_that_xarray_decodes(tmp_path, engine):
    path = tmp_path / "packed.nc"
    dataset().to_netcdf(path, engine=engine, format=ENGINES[engine], encoding={"u": PACKED})
    found = read_arrays(path, ["u", "time"])
    with xr.open_dataset(path, engine=engine) as expected:
        np.testing.assert_allclose(found["u"].values, expected["u"], rtol=1e-12)
    np.testing.assert_allclose(found["u"].values, VALUES, atol=0.0006)
    assert found["u"].unit == "kN"
    assert found["u"].axes == ("record", "time")
    np.testing.assert_allclose(found["time"].values, 0.02 * np.arange(40))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "units", ["seconds since 2024-05-01", "milliseconds since 2024-05-01 12:00"]
)
def test_times_of_the_calendar_are_seconds_from_the_first(tmp_path, engine, units):
    path = tmp_path / "times.nc"
    scale = 1000 if units.startswith("milli") else 1
    values = scale * (7.0 + 0.02 * np.arange(40))
    made = dataset().assign_coords(time=("time", values, {"units": units}))
    made.to_netcdf(path, engine=engine, format=ENGINES[engine])
    found = read_arrays(path, ["time"])["time"]
    np.testing.assert_allclose(found.values, 0.02 * np.arange(40), atol=1e-8)
    assert found.unit == "s"


@pytest.mark.parametrize(
    ("attrs", "value"),
    [
        ({"_FillValue": -9999.0}, -9999.0),
        ({"missing_value": 1e20}, 1e20),
        ({"valid_min": -50.0}, -51.0),
        ({"valid_range": np.array([-50.0, 50.0])}, 51.0),
        ({}, 9.969209968386869e36),
    ],
)
def test_missing_values_are_no_numbers(tmp_path, attrs, value):
    values = VALUES.copy()
    values[1, 7] = value
    with h5py.File(tmp_path / "holes.h5", "w") as file:
        file["u"] = values
        file["u"].attrs.update(attrs)
    found = read_arrays(tmp_path / "holes.h5", ["u"])["u"].values
    assert np.argwhere(np.isnan(found)).tolist() == [[1, 7]]
    found[1, 7] = VALUES[1, 7]
    np.testing.assert_array_equal(found, VALUES)


@pytest.mark.parametrize("unit", ["kN", b"kN", np.array([b"kN"]), np.array(["kN"], dtype=object)])
@pytest.mark.parametrize("name", ["units", "unit", "Units"])
def test_units_in_attributes_of_many_kinds(tmp_path, name, unit):
    with h5py.File(tmp_path / "unit.h5", "w") as file:
        file["u"] = VALUES
        file["u"].attrs[name] = unit
    assert read_arrays(tmp_path / "unit.h5", ["u"])["u"].unit == "kN"


def test_numpy_files(tmp_path):
    np.savez(tmp_path / "a.npz", u=VALUES, v=VALUES[0])
    np.savez_compressed(tmp_path / "b.npz", u=VALUES)
    np.save(tmp_path / "force.npy", VALUES)
    for path, name in (("a.npz", "u"), ("b.npz", "u"), ("force.npy", "force")):
        found = read_arrays(tmp_path / path, [name])[name]
        np.testing.assert_array_equal(found.values, VALUES)
    np.savez(tmp_path / "objects.npz", u=np.array([{}, print], dtype=object))
    with pytest.raises(ValueError, match=r"objects\.npz is damaged or holds no numbers"):
        read_arrays(tmp_path / "objects.npz", ["u"])


def test_cells_and_structures_of_matlab(tmp_path):
    cells = np.empty(3, dtype=object)
    for number in range(3):
        cells[number] = VALUES[number]
    trials = np.zeros((1, 3), dtype=[("u", object), ("setup", object)])
    for number in range(3):
        trials[0, number]["u"] = VALUES[number][:, None]
        trials[0, number]["setup"] = {"dt": 0.02}
    content = {"c": cells, "trials": trials, "one": {"inner": {"u": VALUES}, "name": "x"}}
    scipy.io.savemat(tmp_path / "nested.mat", content)
    names = ["c", "c{2}", "trials.u", "trials(3).u", "trials.setup.dt", "one.inner.u"]
    found = read_arrays(tmp_path / "nested.mat", names)
    np.testing.assert_array_equal(found["c"].values, VALUES)
    np.testing.assert_array_equal(found["c{2}"].values, VALUES[1])
    np.testing.assert_array_equal(found["trials.u"].values, VALUES)
    assert found["trials.u"].axes == ("record", "time")
    np.testing.assert_array_equal(found["trials(3).u"].values, VALUES[2])
    assert found["trials.setup.dt"].values.tolist() == [0.02] * 3
    np.testing.assert_array_equal(found["one.inner.u"].values, VALUES)
    with pytest.raises(ValueError, match=r"no array 'c\{4\}': an index in it is too large"):
        read_arrays(tmp_path / "nested.mat", ["c{4}"])
    with pytest.raises(ValueError, match=r"one\.name is of the class char"):
        read_arrays(tmp_path / "nested.mat", ["one.name"])


def test_cells_of_matlab_7_3(tmp_path):
    with h5py.File(tmp_path / "new.mat", "w", userblock_size=512) as file:
        references = []
        for number in range(3):
            file[f"#refs#/{number}"] = VALUES[number][None]
            references.append(file[f"#refs#/{number}"].ref)
        file.create_dataset("c", (3, 1), dtype=h5py.ref_dtype)[:, 0] = references
        file["rec/u"] = VALUES.T
    with (tmp_path / "new.mat").open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file")
    found = read_arrays(tmp_path / "new.mat", ["c", "rec.u"])
    np.testing.assert_array_equal(found["c"].values, VALUES)
    np.testing.assert_array_equal(found["rec.u"].values, VALUES)


def test_matlab_files_of_level_4(tmp_path):
    scipy.io.savemat(tmp_path / "old.mat", {"u": VALUES, "dt": 0.02}, format="4")
    found = read_arrays(tmp_path / "old.mat", ["u", "dt"])
    np.testing.assert_array_equal(found["u"].values, VALUES)
    assert open_content(tmp_path / "old.mat").kind == "MAT 4"
    whole = (tmp_path / "old.mat").read_bytes()
    (tmp_path / "old.mat").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"old\.mat is damaged"):
        read_arrays(tmp_path / "old.mat", ["u"])


def test_values_that_lie_in_other_files_are_refused(tmp_path):
    (tmp_path / "secret").write_bytes(struct.pack("<4d", 1, 2, 3, 4))
    with h5py.File(tmp_path / "outside.h5", "w") as file:
        file.create_dataset("u", (4,), "f8", external=[(str(tmp_path / "secret"), 0, 32)])
        layout = h5py.VirtualLayout((4,), "f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "absent.h5"), "u", (4,))
        file.create_virtual_dataset("v", layout)
    for name in ("u", "v"):
        with pytest.raises(ValueError, match=f"{name} lies in other files"):
            read_arrays(tmp_path / "outside.h5", [name])


def test_absurd_sizes_are_refused(tmp_path):
    with h5py.File(tmp_path / "huge.h5", "w") as file:
        file.create_dataset("u", (2**20, 2**30), "f8", chunks=(1, 2**10))
    with pytest.raises(ValueError, match=r"u would take .* GB, this machine has"):
        read_arrays(tmp_path / "huge.h5", ["u"])


@pytest.mark.parametrize("kind", ["npz", "nc", "npy"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_truncated_file_is_named(tmp_path, kind, share):
    path = tmp_path / f"cut.{kind}"
    if kind == "nc":
        dataset().to_netcdf(path, engine="scipy", format="NETCDF3_64BIT")
    else:
        (np.savez if kind == "npz" else np.save)(path, VALUES)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    name = {"npz": "arr_0", "nc": "u", "npy": "cut"}[kind]
    with pytest.raises(ValueError, match=path.name):
        read_arrays(path, [name])


def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="pipe is not a file"):
        read_arrays(tmp_path / "pipe", ["u"])


def test_a_long_list_of_names_is_cut_and_the_nearest_come_first(tmp_path):
    np.savez(tmp_path / "many.npz", **{f"channel{n}": VALUES for n in range(60)}, force=VALUES)
    with pytest.raises(ValueError, match=r"choose from force, channel0, .* and 41 more"):
        read_arrays(tmp_path / "many.npz", ["forces"])
