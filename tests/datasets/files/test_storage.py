"""A file is believed only where its numbers are its own, written, and of a known version."""

import fcntl
import os

import h5py
import numpy as np
import pytest
import xarray as xr

import datasets
from datasets.files.lazy import open_shard
from datasets.files.storage import unwritten
from datasets.files.store import shard_name
from datasets.generation import executors
from datasets.generation.generate import generate
from datasets.inspection.checking import findings
from datasets.recipes.catalogue import load_recipe
from surrogate.cli.main import main


@pytest.fixture
def path(tmp_path, small_dataset):
    datasets.write_dataset(small_dataset(4), tmp_path / "one.h5")
    return tmp_path / "one.h5"


def replaced(path, make):
    """Put another variable `drift` into the file."""
    with h5py.File(path, "a") as file:
        old = file["drift"]
        attrs = {name: old.attrs[name] for name in ("units", "long_name")}
        shape = old.shape
        del file["drift"]
        make(file, shape)
        if isinstance(file.get("drift", getlink=True), h5py.HardLink):
            file["drift"].attrs.update(attrs)


def virtual(file, shape):
    layout = h5py.VirtualLayout(shape, "f4")
    layout[:] = h5py.VirtualSource("absent.h5", "drift", shape)
    file.create_virtual_dataset("drift", layout)


def external(file, shape):
    places = [("/etc/hostname", 0, h5py.h5f.UNLIMITED)]
    file.create_dataset("drift", shape, "f4", external=places)


def linked(file, shape):
    file["drift"] = h5py.ExternalLink("other.h5", "drift")


def huge(file, shape):
    file.create_dataset("drift", (2**40, *shape[1:]), "f4", chunks=(1, *shape[1:]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (virtual, "drift lies in other files"),
        (external, "drift lies in other files"),
        (linked, "drift is a link to elsewhere"),
        (huge, "its values were never written"),
    ],
)
def test_what_is_not_in_the_file_is_refused(path, capsys, make, message):
    replaced(path, make)
    with pytest.raises(ValueError, match=message):
        datasets.open_dataset(path)
    for command in ("inspect", "check", "join"):
        extra = ["--out", str(path.with_name("joined.h5"))] if command == "join" else []
        assert main([command, str(path), *extra]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert message in line


def test_chunks_that_were_never_written_are_counted(path):
    replaced(path, lambda file, shape: file.create_dataset("drift", shape, "f4", chunks=shape))
    with open_shard(path) as file:
        assert list(unwritten(file)) == [("drift", 0, 1)]


@pytest.mark.parametrize("version", ["99.0", "3.1", "new", ""])
def test_a_later_version_is_refused(path, version):
    with h5py.File(path, "a") as file:
        file.attrs["schema_version"] = version
    with pytest.raises(ValueError, match=r"this package reads up to \d\.\d: update it"):
        datasets.open_dataset(path)


@pytest.mark.parametrize("attribute", ["units", "long_name"])
def test_a_variable_without_unit_or_name_is_named(path, capsys, attribute):
    with h5py.File(path, "a") as file:
        del file["drift"].attrs[attribute]
    assert main(["inspect", str(path)]) == 2
    assert f"drift has no attribute {attribute}" in capsys.readouterr().err


def test_parts_without_names_or_with_other_values_are_refused(path, capsys):
    with h5py.File(path, "a") as file:
        file["split"][2] = 9
    assert main(["inspect", str(path)]) == 2
    assert "split has the value 9, must have one of 0, 1, 2" in capsys.readouterr().err
    with h5py.File(path, "a") as file:
        del file["split"].attrs["flag_meanings"]
    assert main(["inspect", str(path)]) == 2
    assert "split has no attribute flag_meanings" in capsys.readouterr().err


@pytest.mark.parametrize("tolerance", ["tight", np.nan, -1.0])
def test_a_tolerance_that_is_none_is_told(tmp_path, small_dataset, tolerance):
    dataset = small_dataset(2).assign_attrs(tolerance=tolerance)
    datasets.write_dataset(dataset, tmp_path / "one.h5")
    ((_, problem),) = findings(tmp_path / "one.h5")
    assert "the attribute tolerance is" in problem


def test_a_variable_without_dimensions_is_checked(tmp_path, small_dataset):
    dataset = small_dataset(2)
    dataset["span"] = ((), 3.0, {"units": "m", "long_name": "width of a bay"})
    datasets.write_dataset(dataset, tmp_path / "one.h5")
    assert [problem for _, problem in findings(tmp_path / "one.h5")] == [""]


def test_shards_renamed_to_a_smaller_count_are_told(tmp_path):
    recipe = load_recipe("radial", ["records=30", "records_per_shard=10"])
    folder = generate(recipe, tmp_path / "data", executors.InProcess())
    (folder / shard_name(2, 3)).unlink()
    for number in range(2):
        (folder / shard_name(number, 3)).rename(folder / shard_name(number, 2))
    with pytest.raises(ValueError, match="holds 20 records, its recipe makes 30"):
        datasets.open_dataset(folder)
    assert main(["check", str(folder)]) == 2


def test_a_part_of_a_generated_dataset_is_one_of_its_own(tmp_path):
    recipe = load_recipe("radial", ["records=30", "records_per_shard=10"])
    folder = generate(recipe, tmp_path / "data", executors.InProcess())
    few = datasets.open_dataset(folder).isel(sample=slice(5))
    datasets.write_dataset(few, tmp_path / "few.h5")
    assert datasets.open_dataset(tmp_path / "few.h5").sizes["sample"] == 5


def test_a_dataset_of_no_records_is_not_written(tmp_path, small_dataset):
    with pytest.raises(ValueError, match="a dataset of no records cannot be written"):
        datasets.write_dataset(small_dataset(4).isel(record=slice(0)), tmp_path / "none.h5")
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_does_not_hang(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe.h5")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "folder" / shard_name(0, 1))
    for name in ("pipe.h5", "folder"):
        for command in ("inspect", "check"):
            assert main([command, str(tmp_path / name)]) == 2
            assert "is not a file" in capsys.readouterr().err


def test_a_file_that_another_program_writes_is_no_damaged_one(path):
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)  # as HDF5 locks what it writes
        with pytest.raises(ValueError, match="is being written by another program"):
            datasets.open_dataset(path)
    assert datasets.open_dataset(path).sizes["record"] == 4


def test_a_check_of_a_file_that_another_program_writes_says_so(path, capsys):
    with h5py.File(path, "a"):  # changes its first bytes, so that the seal does not fit
        assert main(["check", str(path)]) == 2
    assert "is being written by another program" in capsys.readouterr().err


def test_control_characters_are_shown_and_not_sent(tmp_path, small_dataset, capsys):
    dataset = small_dataset(2).assign_attrs(source="\x1b[2J\x1b]0;owned\x07")
    dataset["drift"].attrs["long_name"] = "drift\x1b[31m"
    datasets.write_dataset(dataset, tmp_path / "one.h5")
    assert main(["inspect", str(tmp_path / "one.h5")]) == 0
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "\x07" not in text
    assert r"\x1b[2J" in text


def test_what_xarray_has_written_again_is_no_longer_sealed(path, capsys):
    with xr.open_dataset(path, engine="h5netcdf") as dataset:
        content = dataset.load()
    content.to_netcdf(path, engine="h5netcdf")
    ((_, problem),) = findings(path)
    assert "the seal is lost" in problem
    assert main(["inspect", str(path)]) == 0
    assert "seal            lost" in capsys.readouterr().out


@pytest.mark.parametrize("first", range(0, 2000, 250))
def test_a_damaged_file_is_named_before_hdf5_reads_it(path, capsys, first):
    content = path.read_bytes()
    flipped = bytes(255 - byte for byte in content[first : first + 64])
    path.write_bytes(content[:first] + flipped + content[first + 64 :])
    for command in ("inspect", "check"):
        assert main([command, str(path)]) == 2
        assert "is damaged" in capsys.readouterr().err
