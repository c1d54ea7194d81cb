"""Datasets one after another in one file: nothing lost, nothing doubled, sources told."""

import errno
import os

import numpy as np
import pytest
import xarray as xr
import yaml

import datasets
from datasets.contract import failures, lengths
from datasets.contract.schema import VARIABLES
from datasets.files import digest
from datasets.files.disk import UnfailingFile
from datasets.files.joined_array import JoinedArray, concatenated
from datasets.files.store import shard_name
from simulators.external.failure import DidNotConverge
from surrogate.cli.main import main

OSCILLATOR = """
structure: benchmark_oscillator
motion: {process: Multisine, root_mean_square: 30.0, low_frequency: 5.0, high_frequency: 90.0,
  floor: -1, duration: 0.2, interval: 1.0e-3}
outputs: [displacement]
split: {train: 0.5, test: 0.5}
records: 4
seed: 1
"""


@pytest.fixture
def write(tmp_path, small_dataset):
    """Writer of a small dataset of a seed, changed by a function; returns its path."""

    def written(name, seed, change=lambda dataset: dataset, records=4):
        path = tmp_path / name
        datasets.write_dataset(change(small_dataset(records, seed)), path)
        return path

    return written


@pytest.fixture
def two(write):
    return write("a.h5", 1), write("b.h5", 2, records=7)


def refused(capsys, *words):
    """The one line with which a command ends that can be corrected."""
    assert main(["join", *map(str, words), "--no-card"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


def parts_of(dataset):
    words = np.array(dataset["split"].attrs["flag_meanings"].split())
    return words[dataset["split"].values].tolist()


def test_records_stand_one_after_another_in_the_order_given(two, tmp_path, capsys):
    out = tmp_path / "out.h5"
    assert main(["join", *map(str, two), "--out", str(out), "--no-card"]) == 0
    found = datasets.open_dataset(out).load()
    first, second = (datasets.open_dataset(path).load() for path in two)
    xr.testing.assert_equal(found.isel(record=slice(4)), first)
    xr.testing.assert_equal(found.isel(record=slice(4, None)), second)
    assert datasets.check(out) == {}
    told = capsys.readouterr().out
    assert "4 + 7 records: train 2 + 4, validation 1 + 2, test 1 + 1\n" in told


def test_the_python_face_joins_folders_and_files(tmp_path, small_dataset, write):
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(2):
        shard = small_dataset(3, number).assign_attrs(recipe_hash="x", first_record=3 * number)
        datasets.write_dataset(shard, folder / shard_name(number, 2))
    joined = datasets.join([folder, write("b.h5", 5)], tmp_path / "out.h5")
    found = datasets.open_dataset(tmp_path / "out.h5")
    assert found.sizes["record"] == 10
    assert [len(source.files) for source in joined.sources] == [2, 1]
    np.testing.assert_array_equal(
        found["drift"].values[:6], datasets.open_dataset(folder)["drift"].values
    )


def test_one_path_is_no_sequence_of_letters(two, tmp_path):
    for number, path in enumerate((two[0], str(two[0]))):
        out = tmp_path / f"out{number}.h5"
        assert len(datasets.join(path, out).sources) == 1
        xr.testing.assert_identical(
            datasets.open_dataset(out).load().drop_attrs(),
            datasets.open_dataset(two[0]).load().drop_attrs(),
        )


def test_a_joined_array_reads_any_selection(small_dataset):
    whole = small_dataset(9)["drift"].variable
    pieces = [whole[:2], whole[2:3], whole[3:]]
    lazy = concatenated(pieces)
    assert lazy.shape == whole.shape
    for key in (
        5,
        slice(1, 7, 2),
        [8, 0, 2, 2],
        (slice(None), 3, 1),
        ([1, 2], slice(4, None), [2, 0]),
        (2, slice(None, None, -1), 0),
    ):
        np.testing.assert_array_equal(lazy[key].values, whole[key].values)


def test_shorter_records_keep_their_length(write, tmp_path):
    short = write("short.h5", 3, lambda dataset: dataset.isel(time=slice(20)))
    out = tmp_path / "out.h5"
    datasets.join([short, write("long.h5", 4)], out)
    found = datasets.open_dataset(out)
    np.testing.assert_array_equal(lengths.of(found), [20] * 4 + [50] * 4)
    assert np.isnan(found["drift"].values[:4, 20:]).all()
    assert np.isfinite(found["drift"].values[4:]).all()
    assert datasets.check(out) == {}
    again = tmp_path / "again.h5"
    third = write("third.h5", 5)
    datasets.join([out, third], again, compression="lzf")  # what has lengths already keeps them
    np.testing.assert_array_equal(lengths.of(datasets.open_dataset(again)), [20] * 4 + [50] * 8)


def test_failed_records_stay_failed(write, tmp_path):
    def with_failure(dataset):
        one = [None, DidNotConverge("the step became too small"), None, None]
        dataset = dataset.assign(failures.label(one))
        dataset["drift"].values[1] = np.nan
        dataset["restoring_force"].values[1] = np.nan
        return dataset

    out = tmp_path / "out.h5"
    datasets.join([write("a.h5", 1), write("b.h5", 2, with_failure)], out)
    found = datasets.open_dataset(out)
    assert failures.mask(found).tolist() == [False] * 5 + [True] + [False] * 2
    assert failures.reasons(found) == {5: "the step became too small"}


def test_parts_go_by_their_names(write, tmp_path):
    def renumbered(dataset):
        split = dataset["split"]
        attrs = {"flag_values": np.array([4, 5, 6], np.int8), "flag_meanings": "test extra train"}
        values = np.array([4, 6, 5, 4], np.int8)
        return dataset.assign(split=("record", values, {**split.attrs, **attrs}))

    out = tmp_path / "out.h5"
    made = datasets.join([write("a.h5", 1), write("b.h5", 2, renumbered)], out)
    assert parts_of(datasets.open_dataset(out))[4:] == ["test", "train", "extra", "test"]
    assert made.parts == {"train": [2, 1], "validation": [1, 0], "test": [1, 2], "extra": [0, 1]}


def test_functions_are_joined_too(tmp_path, capsys):
    for seed in (0, 1):
        path = tmp_path / f"{seed}.h5"
        words = [f"seed={seed}", "records=20", "--no-card", "--out", str(path)]
        assert main(["generate", "xor", *words]) == 0
    made = datasets.join([tmp_path / "0.h5", tmp_path / "1.h5"], tmp_path / "out.h5")
    found = datasets.open_dataset(tmp_path / "out.h5")
    assert found.sizes["sample"] == 40
    for number in (0, 1):
        own = datasets.open_dataset(tmp_path / f"{number}.h5")
        part = found.isel(sample=slice(20 * number, 20 * number + 20))
        np.testing.assert_array_equal(part["x"], own["x"])
        np.testing.assert_array_equal(part["label"], own["label"])
    assert made.notes == ()


def test_no_more_than_a_block_is_in_memory(two, tmp_path, monkeypatch):
    monkeypatch.setattr(digest, "BLOCK_BYTES", 2000)  # three records of drift
    monkeypatch.setattr("datasets.files.writing.CHUNK_BYTES", 600)
    sizes = []
    read = JoinedArray._read_records

    def watched(array, records):
        values = read(array, records)
        sizes.append(values.nbytes)
        return values

    monkeypatch.setattr(JoinedArray, "_read_records", watched)
    datasets.join(two, tmp_path / "out.h5")
    whole = datasets.open_dataset(tmp_path / "out.h5")
    assert 600 <= max(sizes) <= 2000 < whole["drift"].nbytes
    assert datasets.check(tmp_path / "out.h5") == {}


def generated(path, *words):
    recipe = path.parent / "recipe.yaml"
    recipe.write_text(OSCILLATOR)
    words = ["generate", str(recipe), *words, "--no-card", "--out", str(path)]
    assert main(words) == 0
    return path


def test_provenance_tells_which_records_come_from_which_file(tmp_path, capsys):
    paths = [generated(tmp_path / f"{n}.h5", f"seed={n}", f"records={n}") for n in (3, 5)]
    out = tmp_path / "out.h5"
    assert main(["join", *map(str, paths), "--out", str(out)]) == 0
    found = datasets.open_dataset(out)
    opened = [datasets.open_dataset(path) for path in paths]
    told = yaml.safe_load(found.attrs["joined_from"])
    assert [(each["name"], each["first"], each["count"]) for each in told] == [
        ("3.h5", 0, 3),
        ("5.h5", 3, 5),
    ]
    for source, own in zip(told, opened, strict=True):
        assert source["recipe_hash"] == own.attrs["recipe_hash"]
        assert source["seed"] == int(np.ravel(own.attrs["seed"])[0])
        assert source["checksums"] == [own.attrs["checksum"]]
    assert "seed" not in found.attrs
    assert "recipe_hash" not in found.attrs
    assert found.attrs["tolerance"] == opened[0].attrs["tolerance"]
    assert found.attrs["recipe"] == f"{opened[0].attrs['recipe']}---\n{opened[1].attrs['recipe']}"
    card = out.with_suffix(".card.md").read_text()
    assert "- joined from 5.h5: 3 to 7, train 3, test 2, recipe_hash" in card
    capsys.readouterr()
    assert main(["inspect", str(out)]) == 0
    assert "joined from     3.h5: 0 to 2, train 2, test 1, recipe_hash" in capsys.readouterr().out


def test_what_a_file_says_of_its_sources_is_shown_whatever_it_is(tmp_path, small_dataset, capsys):
    path = tmp_path / "odd.h5"
    datasets.write_dataset(small_dataset().assign_attrs(joined_from="- [1, 2]\n- \x1b[31m"), path)
    assert main(["inspect", str(path)]) == 0
    assert "joined from     - [1, 2] - \\x1b[31m" in capsys.readouterr().out


def test_a_parameter_of_one_source_is_left_out_and_told(write, tmp_path, capsys):
    paths = [write("a.h5", 1), write("b.h5", 2, lambda dataset: dataset.drop_vars("stiffness"))]
    out = tmp_path / "out.h5"
    assert main(["join", *map(str, paths), "--out", str(out), "--no-card"]) == 0
    assert f"note: stiffness of {paths[0]} left out" in capsys.readouterr().out
    assert "stiffness" not in datasets.open_dataset(out)


def halved(dataset):
    return dataset.assign_coords(time=("time", 0.01 * np.arange(50), VARIABLES["time"].attrs))


def later(dataset):
    return dataset.assign_coords(time=("time", 1 + 0.02 * np.arange(50), VARIABLES["time"].attrs))


def in_unknown_units(dataset):
    dataset["drift"].attrs = {**dataset["drift"].attrs, "units": "unknown"}
    return dataset


def with_heights(height):
    def change(dataset):
        attrs = {"units": "m", "long_name": "storey height"}
        return dataset.assign(height=("storey", np.full(3, height), attrs))

    return change


DIFFERENT = [
    (halved, "b.h5 has a sample every 0.01 s, "),
    (later, "time begins at 1 s in "),
    (in_unknown_units, "drift is in unknown in "),
    (lambda dataset: dataset.isel(storey=slice(2)), "drift has 2 storeys in "),
    (lambda dataset: dataset.drop_vars("restoring_force"), "b.h5 has no variable restoring_force"),
    (lambda dataset: dataset.drop_vars("split"), "b.h5 has no variable split, which "),
    (lambda dataset: dataset.assign(stiffness=dataset.stiffness.astype(int)), "the type int64 in"),
]


def with_steps(dataset):
    steps = np.ones((dataset.sizes["record"], dataset.sizes["time"]), int)
    attrs = {"units": "1", "long_name": "steps"}
    return dataset.assign(steps=(("record", "time"), steps, attrs))


def with_files(attrs):
    attrs = {"units": "1", "long_name": "file", **attrs}
    return lambda dataset: dataset.assign(source_file=("record", np.zeros(4, int), attrs))


def test_whole_numbers_cannot_be_padded(write, tmp_path, capsys):
    first = write("a.h5", 1, with_steps)
    second = write("b.h5", 2, lambda dataset: with_steps(dataset.isel(time=slice(20))))
    line = refused(capsys, first, second, "--out", tmp_path / "out.h5")
    assert "steps has the type int64, which cannot hold the padding of records of 50 and 20" in line


def test_numbers_with_and_without_words_are_not_mixed(write, tmp_path, capsys):
    first = write("a.h5", 1, with_files({"flag_values": [0], "flag_meanings": "el_centro"}))
    second = write("b.h5", 2, with_files({}))
    line = refused(capsys, first, second, "--out", tmp_path / "out.h5")
    assert "source_file has words for its numbers (flag_meanings) in one of" in line


@pytest.mark.parametrize(("change", "message"), DIFFERENT)
def test_what_does_not_fit_is_refused_before_anything_is_written(
    write, tmp_path, capsys, change, message
):
    first = write("a.h5", 1)
    second = write("b.h5", 2, change)
    line = refused(capsys, first, second, "--out", tmp_path / "out.h5")
    assert message in line
    assert str(first) in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.h5", "b.h5"]


def test_other_storey_heights_are_refused(write, tmp_path, capsys):
    paths = write("a.h5", 1, with_heights(3.0)), write("b.h5", 2, with_heights(3.5))
    line = refused(capsys, *paths, "--out", tmp_path / "out.h5")
    assert f"height is 3.5, 3.5, 3.5 in {paths[1]}, 3, 3, 3 in {paths[0]}" in line


def test_records_and_samples_are_refused(write, tmp_path, capsys):
    function = tmp_path / "function.h5"
    assert main(["generate", "xor", "records=9", "--no-card", "--out", str(function)]) == 0
    capsys.readouterr()
    line = refused(capsys, write("a.h5", 1), function, "--out", tmp_path / "out.h5")
    assert "function.h5 holds samples" in line
    assert "a.h5 holds records" in line


def test_files_that_are_missing_damaged_or_in_the_way_are_refused(two, tmp_path, capsys):
    first, second = two
    out = tmp_path / "out.h5"
    assert "absent.h5 does not exist" in refused(capsys, first, "absent.h5", "--out", out)
    assert f"{first} is among the files to join" in refused(
        capsys, second, first, "--out", first, "--overwrite"
    )
    out.write_text("mine")
    assert "out.h5 exists" in refused(capsys, first, second, "--out", out)
    assert out.read_text() == "mine"
    content = bytearray(second.read_bytes())
    content[-200] ^= 1
    second.write_bytes(content)
    line = refused(capsys, first, second, "--out", tmp_path / "new.h5")
    assert f"{second} is damaged" in line
    assert not (tmp_path / "new.h5").exists()


def test_a_folder_of_files_that_are_no_dataset_is_refused(two, tmp_path, capsys):
    folder = tmp_path / "folder"
    folder.mkdir()
    line = refused(capsys, two[0], folder, "--out", tmp_path / "out.h5")
    assert f"{folder} holds no shard" in line
    (folder / "notes.h5").write_text("nothing")
    assert "notes.h5 is damaged or not an HDF5 file" in refused(
        capsys, two[0], folder, "--out", tmp_path / "out.h5"
    )


def test_a_file_cannot_count_twice(two, tmp_path, capsys, write):
    line = refused(capsys, *two, two[0], "--out", tmp_path / "out.h5")
    assert f"{two[0]} is given twice" in line
    copy = tmp_path / "copy.h5"
    copy.write_bytes(two[0].read_bytes())
    line = refused(capsys, *two, copy, "--out", tmp_path / "out.h5")
    assert f"4 records of {copy} are in {two[0]} too (record 0 is its record 0)" in line


def test_records_of_one_seed_are_found_whatever_their_number_and_length(tmp_path, capsys):
    first = generated(tmp_path / "a.h5")
    longer = generated(tmp_path / "b.h5", "records=6", "motion.duration=0.3")
    capsys.readouterr()
    line = refused(capsys, first, longer, "--out", tmp_path / "out.h5")
    assert f"4 records of {longer} are in {first} too" in line
    assert "give the recipe of one another seed" in line


def test_samples_of_a_function_that_two_sources_share_are_told(tmp_path):
    for records in (20, 30):
        words = [f"records={records}", "--no-card", "--out", str(tmp_path / f"{records}.h5")]
        assert main(["generate", "xor", *words]) == 0
    paths = [tmp_path / "20.h5", tmp_path / "30.h5"]
    made = datasets.join(paths, tmp_path / "out.h5")
    (note,) = made.notes
    assert note.startswith(f"20 samples of {paths[1]} are in {paths[0]} too: a test could have")


def test_motions_that_two_sources_share_are_told(tmp_path, capsys):
    first = generated(tmp_path / "a.h5")
    other = tmp_path / "b.h5"
    softer = datasets.open_dataset(first).load()
    softer["displacement"].values *= 1.5
    datasets.write_dataset(softer, other)
    made = datasets.join([first, other], tmp_path / "out.h5")
    (note,) = made.notes
    assert note.startswith(f"4 records of {other} have motions of {first}, with other responses")


def of_one_motion(dataset):
    """Buildings under one motion: the records of a dataset with the motion of the first."""
    dataset["base_acceleration"].values[:] = dataset["base_acceleration"].values[0]
    return dataset


def test_a_building_is_found_among_others_under_its_motion(write, tmp_path, capsys):
    first = write("a.h5", 1, of_one_motion)
    copied = datasets.open_dataset(first).isel(record=[3])

    def with_copy(dataset):
        dataset["base_acceleration"].values[:] = copied["base_acceleration"].values
        for name in ("drift", "restoring_force"):
            dataset[name].values[5] = copied[name].values[0]
        return dataset

    second = write("b.h5", 2, with_copy, records=7)
    line = refused(capsys, first, second, "--out", tmp_path / "out.h5")
    assert f"1 records of {second} are in {first} too (record 5 is its record 3)" in line
    others = write("c.h5", 2, lambda dataset: with_copy(dataset).isel(record=slice(5)), records=7)
    (note,) = datasets.join([first, others], tmp_path / "out.h5").notes
    assert note.startswith(f"5 records of {others} have motions of {first}, with other responses")


def test_a_record_that_failed_is_no_copy(write, tmp_path):
    def failed(dataset):
        dataset["base_acceleration"].values[:] = shared
        for name in ("drift", "restoring_force"):
            dataset[name].values[2] = np.nan
        errors = [None, None, DidNotConverge("collapsed"), None]
        return dataset.assign(failures.label(errors))

    first = write("a.h5", 1)
    shared = datasets.open_dataset(first)["base_acceleration"].values
    second = write("b.h5", 2, failed)
    (note,) = datasets.join([first, second], tmp_path / "out.h5").notes
    assert note.startswith(f"4 records of {second} have motions of {first}, with other responses")


def test_no_file_is_made_in_a_folder_that_is_joined(two, tmp_path, capsys):
    line = refused(capsys, tmp_path, "--out", tmp_path / "out.h5")
    assert f"out.h5 would lie among the files of {tmp_path}" in line
    assert sorted(os.listdir(tmp_path)) == ["a.h5", "b.h5"]


def test_what_a_killed_run_has_left_goes_with_the_next(two, tmp_path):
    left = tmp_path / ".out.h5.0123.tmp"
    left.write_text("half of it")
    datasets.join(two, tmp_path / "out.h5")
    assert not left.exists()


def test_an_interruption_leaves_no_file(two, tmp_path, monkeypatch):
    def interrupted(array, records):
        raise KeyboardInterrupt

    monkeypatch.setattr(JoinedArray, "_read_records", interrupted)
    with pytest.raises(KeyboardInterrupt):
        datasets.join(two, tmp_path / "out.h5")
    assert sorted(os.listdir(tmp_path)) == ["a.h5", "b.h5"]


def test_a_full_disk_leaves_no_file(two, tmp_path, monkeypatch):
    def full(file, data):
        file.error = OSError(errno.ENOSPC, "no space left on the disk")
        return len(data)

    monkeypatch.setattr(UnfailingFile, "write", full)
    with pytest.raises(OSError, match=r"out\.h5") as caught:
        datasets.join(two, tmp_path / "out.h5")
    assert caught.value.errno == errno.ENOSPC
    assert sorted(os.listdir(tmp_path)) == ["a.h5", "b.h5"]
