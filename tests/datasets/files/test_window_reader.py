"""Windows equal those of the array however they are read, in any process; damage is named."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import h5py
import numpy as np
import pytest

import datasets
from datasets.files.store import shard_name
from datasets.files.window_reader import WindowReader

NAMES = ["base_acceleration", "drift"]


@pytest.fixture
def whole(small_dataset):
    dataset = small_dataset(7)
    return dataset.assign(
        drift=dataset["drift"].astype(np.float64)
    )  # windows are in single precision all the same


@pytest.fixture(params=["none", "gzip"])
def folder(tmp_path, whole, request):
    """Three shards of 2, 3 and 2 records."""
    for number, part in enumerate((slice(0, 2), slice(2, 5), slice(5, 7))):
        path = tmp_path / shard_name(number, 3)
        datasets.write_dataset(whole.isel(record=part), path, compression=request.param)
    return tmp_path


def places(count=20, length=13, seed=0):
    generator = np.random.default_rng(seed)
    return (
        generator.integers(0, 7, count),
        generator.integers(0, 50 - length, count, endpoint=True),
        length,
    )


def expected(whole, records, starts, length):
    channels = np.concatenate(
        [whole["base_acceleration"].values[..., None], whole["drift"].values], axis=-1
    )
    windows = [
        channels[record, start : start + length]
        for record, start in zip(records, starts, strict=True)
    ]
    return np.stack(windows).astype(np.float32)


def read_in_another_process(reader):
    return reader.read(NAMES, *places(seed=1))


def test_windows_equal_those_of_the_array_at_first_and_later(folder, whole):
    reader = WindowReader(folder)
    for seed in range(4):  # the first reading verifies some records, the later ones meet them again
        windows = reader.read(NAMES, *places(seed=seed))
        assert windows.dtype == np.float32
        assert np.array_equal(windows, expected(whole, *places(seed=seed)))


def test_whole_records_in_any_order_and_none_at_all(folder, whole):
    reader, records = WindowReader(folder), np.array([6, 0, 3, 3])
    assert np.array_equal(
        reader.read(NAMES, records, 0 * records, 50), expected(whole, records, 0 * records, 50)
    )
    assert reader.read(NAMES, [], [], 50).shape == (0, 50, 4)


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.filterwarnings("ignore:.*use of fork")
def test_a_copy_reads_in_another_process(folder, whole, method):
    reader = WindowReader(folder)
    reader.read(NAMES, *places())
    with ProcessPoolExecutor(1, get_context(method)) as executor:
        windows = executor.submit(read_in_another_process, reader).result()
    assert np.array_equal(windows, expected(whole, *places(seed=1)))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts open files in /proc")
def test_nothing_stays_open(folder):
    reader = WindowReader(folder)
    before = os.listdir("/proc/self/fd")
    reader.read(NAMES, *places())
    reader.read(NAMES, *places())
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_every_flipped_byte_of_a_record_is_found_and_its_shard_named(folder, whole):
    path = folder / shard_name(1, 3)
    with h5py.File(path) as file:
        place = file["drift"].id.get_chunk_info(0)
    content = path.read_bytes()
    for offset in range(0, place.size, 397):
        spoilt = bytearray(content)
        spoilt[place.byte_offset + offset] ^= 0x10
        path.write_bytes(spoilt)
        reader = WindowReader(folder)
        with pytest.raises(ValueError, match=r"shard-00001-of-00003\.h5 is damaged"):
            reader.read(["drift"], [3], [0], 5)
        assert np.array_equal(
            reader.read(["drift"], [5], [0], 5)[0], whole["drift"].values[5, :5].astype(np.float32)
        )


def test_plain_bytes_are_read_without_hdf5_once_they_are_verified(tmp_path, whole, monkeypatch):
    datasets.write_dataset(whole, tmp_path / "one.h5")
    reader, everything = (
        WindowReader(tmp_path / "one.h5"),
        (np.arange(7), np.zeros(7, dtype=int), 50),
    )
    first = reader.read(NAMES, *everything)
    monkeypatch.setattr(h5py.Dataset, "__getitem__", None)
    assert np.array_equal(reader.read(NAMES, *everything), first)
    with pytest.raises(TypeError):
        WindowReader(tmp_path / "one.h5").read(NAMES, *everything)


def test_a_shard_that_vanishes_or_shrinks_while_it_is_used_is_named(folder):
    reader, path = WindowReader(folder), folder / shard_name(1, 3)
    reader.read(NAMES, np.arange(7), np.zeros(7, dtype=int), 50)
    os.truncate(path, 4000)
    with pytest.raises(ValueError, match=r"shard-00001-of-00003\.h5 is damaged"):
        reader.read(NAMES, [2, 3, 4], [0, 0, 0], 50)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=r"shard-00001-of-00003\.h5 is missing"):
        reader.read(NAMES, [3], [0], 50)


@pytest.mark.parametrize(("record", "start"), [(7, 0), (-1, 0), (0, 38), (0, -1)])
def test_a_window_outside_its_record_is_refused(folder, record, start):
    with pytest.raises(
        IndexError, match="a window of 13 samples lies outside 7 records of 50 samples"
    ):
        WindowReader(folder).read(NAMES, [record], [start], 13)


def test_a_file_that_replaces_another_is_noticed(folder, whole):
    """Its bytes would be read at the places of the old one's records."""
    reader = WindowReader(folder)
    reader.read(NAMES, *places())
    other = whole.isel(record=slice(0, 2)) * 2.0
    for name, variable in other.variables.items():
        variable.attrs = whole[name].attrs
    datasets.write_dataset(other, folder / shard_name(0, 3), overwrite=True)
    with pytest.raises(ValueError, match=r"has been replaced: it has changed since it was opened"):
        reader.read(NAMES, *places())
