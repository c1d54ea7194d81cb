"""Files are netCDF-4 by the book, and their bytes depend on nothing but the content."""

import sys
import threading
import time

import h5netcdf
import h5py
import numpy as np
import pytest

from datasets.files.netcdf import NetCDFWriter


def write(path):
    with (
        path.open("wb+", buffering=0) as raw,
        NetCDFWriter(raw, {"record": 3, "time": 4, "floor": 2}) as file,
    ):
        units = {"units": "m", "long_name": "displacement"}
        with file.variable(
            "displacement", ("record", "time", "floor"), np.dtype("f4"), units, chunks=(1, 4, 2)
        ) as target:
            target[...] = np.arange(24).reshape(3, 4, 2)
        with file.variable("time", ("time",), np.dtype("f8"), {"units": "s"}) as target:
            target[...] = np.arange(4)
        with file.variable(
            "scale", (), np.dtype("f8"), {"flag_values": np.array([1, 2], np.int8)}
        ) as target:
            target[...] = 2.0
        # More than eight attributes are kept in a heap of their own.
        file.write_attributes({f"number_{i}": i for i in range(12)} | {"text": "ä" * 100_000})


@pytest.fixture
def path(tmp_path):
    write(tmp_path / "one.nc")
    return tmp_path / "one.nc"


def test_dimensions_are_scales(path):
    with h5py.File(path) as file:
        assert [file[name].attrs["_Netcdf4Dimid"] for name in ("record", "time", "floor")] == [
            0,
            1,
            2,
        ]
        assert [dim[0].name for dim in file["displacement"].dims] == ["/record", "/time", "/floor"]
        assert file["time"].attrs["NAME"] == b"time"
        assert (
            file["floor"].attrs["NAME"]
            == b"This is a netCDF dimension but not a netCDF variable.         2"
        )


def test_h5netcdf_finds_everything(path):
    with h5netcdf.File(path) as file:
        assert {name: dimension.size for name, dimension in file.dimensions.items()} == {
            "record": 3,
            "time": 4,
            "floor": 2,
        }
        assert list(file.variables) == ["displacement", "time", "scale"]
        assert file["displacement"].dimensions == ("record", "time", "floor")
        assert file["displacement"].attrs["units"] == "m"
        np.testing.assert_array_equal(file["displacement"][1], np.arange(8, 16).reshape(4, 2))
        assert file["scale"].attrs["flag_values"].tolist() == [1, 2]
        assert file.attrs["number_11"] == 11
        assert len(file.attrs["text"]) == 100_000


def test_a_profiler_that_looks_on_changes_no_byte(path, tmp_path):
    writer, done = threading.get_ident(), threading.Event()

    def look_on():
        while not done.is_set():
            frame = sys._current_frames().get(writer)  # keeps alive what the writer has let go
            time.sleep(0.001)
            del frame

    interval = sys.getswitchinterval()
    profiler = threading.Thread(target=look_on)
    sys.setswitchinterval(1e-5)
    profiler.start()
    try:
        for _ in range(20):
            write(tmp_path / "again.nc")
            assert (tmp_path / "again.nc").read_bytes() == path.read_bytes()
    finally:
        done.set()
        profiler.join()
        sys.setswitchinterval(interval)
