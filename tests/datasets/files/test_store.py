"""Files: what is written is read back, whole or not at all, and damage is named."""

import os

import h5py
import numpy as np
import pytest
import xarray as xr

import datasets
from datasets.files.digest import checksum
from datasets.files.disk import new_file
from datasets.files.store import shard_name

WINDOWS = [
    {"record": 3},
    {"record": -1, "time": slice(None, None, -2)},
    {"record": slice(2, 6), "time": 7},
    {"record": [5, 0, 0, 6], "time": slice(3, 30, 4), "storey": [2, 0]},
    {"record": [], "storey": 1},
    {"record": slice(None, None, -3), "time": [4, 4, 1]},
    {"time": slice(10, 5)},
]


@pytest.fixture
def folder(tmp_path, small_dataset):
    """Three shards of 2, 3 and 2 records, and the dataset that they hold."""
    whole = small_dataset(7)
    for number, part in enumerate((slice(0, 2), slice(2, 5), slice(5, 7))):
        datasets.write_dataset(whole.isel(record=part), tmp_path / shard_name(number, 3))
    return tmp_path, whole


def test_one_file_is_read_back(tmp_path, small_dataset):
    dataset = small_dataset().assign_attrs(note="made for a test", numbers=[1, 2])
    datasets.write_dataset(dataset, tmp_path / "one.h5")
    found = datasets.open_dataset(tmp_path / "one.h5")
    xr.testing.assert_equal(found, dataset)
    assert found["drift"].attrs == dataset["drift"].attrs
    assert found.attrs["note"] == "made for a test"


def test_plain_xarray_opens_the_file(tmp_path, small_dataset):
    datasets.write_dataset(small_dataset(), tmp_path / "one.h5")
    with xr.open_dataset(tmp_path / "one.h5", engine="h5netcdf") as found:
        xr.testing.assert_equal(found, small_dataset())
        assert found["split"].attrs["flag_meanings"] == "train validation test"


@pytest.mark.parametrize(("compression", "together"), [("none", 16), ("gzip", 1)])
def test_chunks_are_whole_records_with_checksums(tmp_path, compression, together):
    """Many records to a chunk, but one where a reader has to unpack it."""
    attrs = {"units": "N", "long_name": "force"}
    dataset = xr.Dataset({"force": (("record", "time"), np.zeros((20, 2001), np.float32), attrs)})
    dataset["scale"] = ("record", np.ones(20), {"units": "1", "long_name": "scale"})
    dataset["time"] = ("time", 0.02 * np.arange(2001), {"units": "s", "long_name": "time"})
    datasets.write_dataset(dataset, tmp_path / "one.h5", compression=compression)
    with h5py.File(tmp_path / "one.h5") as file:
        assert file["force"].chunks == (together, 2001)
        assert file["scale"].chunks == (20,)
        assert all(file[name].fletcher32 for name in ("force", "scale", "time"))
        assert file["force"].compression == (None if compression == "none" else compression)


@pytest.mark.parametrize("compression", ["lzf", "gzip"])
def test_compression_changes_no_value(tmp_path, small_dataset, compression):
    datasets.write_dataset(small_dataset(), tmp_path / "one.h5", compression=compression)
    xr.testing.assert_equal(datasets.open_dataset(tmp_path / "one.h5"), small_dataset())


def test_shards_are_one_dataset(folder):
    path, whole = folder
    found = datasets.open_dataset(path)
    assert [p.name for p in datasets.shards(path)] == [shard_name(i, 3) for i in range(3)]
    xr.testing.assert_equal(found, whole)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_any_window_equals_that_of_the_array(folder, window):
    path, whole = folder
    lazy = datasets.open_dataset(path)
    np.testing.assert_array_equal(
        lazy["drift"].isel(window).values, whole["drift"].isel(window).values
    )


def test_reading_leaves_no_file_open(folder):
    path, _ = folder
    found = datasets.open_dataset(path)
    _ = found["drift"][4].values
    assert not any(str(path) in os.readlink(f"/proc/self/fd/{fd}") for fd in _open_files())


def test_a_joined_file_equals_its_shards(folder, tmp_path):
    path, whole = folder
    datasets.write_dataset(datasets.open_dataset(path), tmp_path / "joined.h5")
    xr.testing.assert_equal(datasets.open_dataset(tmp_path / "joined.h5"), whole)


def test_the_same_content_gives_the_same_bytes(tmp_path, small_dataset, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    for name in ("a.h5", "b.h5"):
        datasets.write_dataset(small_dataset(), tmp_path / name)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_the_checksum_leaves_out_the_time_of_creation(tmp_path, small_dataset, monkeypatch):
    sums = []
    for seconds in ("0", "86400"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds)
        datasets.write_dataset(small_dataset(), tmp_path / f"{seconds}.h5")
        sums.append(datasets.open_dataset(tmp_path / f"{seconds}.h5").attrs["checksum"])
    assert sums[0] == sums[1] == checksum(tmp_path / "0.h5")


@pytest.mark.parametrize(
    "change", [{"values": 1}, {"attrs": 1}, {"name": 1}], ids=lambda c: next(iter(c))
)
def test_the_checksum_covers(tmp_path, small_dataset, change):
    datasets.write_dataset(small_dataset(), tmp_path / "one.h5")
    before = checksum(tmp_path / "one.h5")
    with h5py.File(tmp_path / "one.h5", "r+") as file:
        if "values" in change:
            file["drift"][3, 10, 1] += 1e-6
        if "attrs" in change:
            file["drift"].attrs["units"] = "mm"
        if "name" in change:
            file.move("stiffness", "softness")
    assert checksum(tmp_path / "one.h5") != before


def test_an_existing_file_is_not_overwritten(tmp_path, small_dataset):
    datasets.write_dataset(small_dataset(), tmp_path / "one.h5")
    before = (tmp_path / "one.h5").read_bytes()
    with pytest.raises(FileExistsError, match=r"one\.h5 exists"):
        datasets.write_dataset(small_dataset(seed=1), tmp_path / "one.h5")
    assert (tmp_path / "one.h5").read_bytes() == before
    datasets.write_dataset(small_dataset(seed=1), tmp_path / "one.h5", overwrite=True)
    assert (tmp_path / "one.h5").read_bytes() != before


def test_the_folder_of_a_file_is_made(tmp_path, small_dataset):
    datasets.write_dataset(small_dataset(), tmp_path / "new" / "folder" / "one.h5")
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["one.h5"]


def test_what_is_refused_leaves_nothing_behind(tmp_path, small_dataset):
    dataset = small_dataset()
    dataset["drift"][4, 12, 0] = np.nan
    with pytest.raises(ValueError, match="drift is nan at record 4, time 12, storey 0"):
        datasets.write_dataset(dataset, tmp_path / "one.h5")
    with pytest.raises(ValueError, match="compression is 'zip', must be one of none, lzf, gzip"):
        datasets.write_dataset(small_dataset(), tmp_path / "one.h5", compression="zip")
    assert list(tmp_path.iterdir()) == []


def test_a_file_appears_only_when_it_is_complete(tmp_path):
    def fail():
        with new_file(tmp_path / "one.txt") as temporary:
            temporary.write_text("half")
            assert not (tmp_path / "one.txt").exists()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_missing_shard_is_named(folder):
    path, _ = folder
    (path / shard_name(2, 3)).unlink()
    with pytest.raises(FileNotFoundError, match=r"shard-00002-of-00003\.h5 is missing"):
        datasets.open_dataset(path)


def test_a_shard_that_vanishes_later_is_named(folder):
    path, _ = folder
    found = datasets.open_dataset(path)
    (path / shard_name(1, 3)).unlink()
    with pytest.raises(FileNotFoundError, match=r"shard-00001-of-00003\.h5 is missing"):
        found["drift"].load()


def test_a_flipped_byte_is_an_error_that_names_the_shard(folder):
    path, whole = folder
    shard = path / shard_name(1, 3)
    content = bytearray(shard.read_bytes())
    place = content.find(whole["drift"][3].values.tobytes())
    assert place > 0
    content[place + 5] ^= 1
    shard.write_bytes(content)
    found = datasets.open_dataset(path)
    np.testing.assert_array_equal(found["drift"][0].values, whole["drift"][0].values)
    with pytest.raises(ValueError, match=r"shard-00001-of-00003\.h5 is damaged"):
        found["drift"].load()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_truncated_shard_is_named(folder, share):
    path, _ = folder
    shard = path / shard_name(1, 3)
    shard.write_bytes(shard.read_bytes()[: int(share * shard.stat().st_size)])
    with pytest.raises(ValueError, match=r"shard-00001-of-00003\.h5 is damaged"):
        datasets.open_dataset(path)


def test_shards_must_fit_together(folder, small_dataset):
    path, _ = folder
    other = small_dataset(3).isel(time=slice(0, 40))
    datasets.write_dataset(other, path / shard_name(1, 3), overwrite=True)
    with pytest.raises(
        ValueError,
        match=r"shard-00001.*float32 \(40,\) per record, float32 \(50,\) in the first shard",
    ):
        datasets.open_dataset(path)


def test_foreign_files_are_told_apart(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent does not exist"):
        datasets.open_dataset(tmp_path / "absent")
    with pytest.raises(FileNotFoundError, match=r"holds no shard"):
        datasets.open_dataset(tmp_path)
    (tmp_path / "text.h5").write_text("hello")
    with pytest.raises(ValueError, match=r"text\.h5 is damaged or not an HDF5 file"):
        datasets.open_dataset(tmp_path / "text.h5")
    with h5py.File(tmp_path / "foreign.h5", "w") as file:
        file["x"] = np.zeros(3)
    with pytest.raises(
        ValueError, match=r"foreign\.h5 is not a dataset of this package.*surrogate import"
    ):
        datasets.open_dataset(tmp_path / "foreign.h5")


def _open_files():
    for entry in os.listdir("/proc/self/fd"):
        if os.path.islink(f"/proc/self/fd/{entry}"):
            yield entry
