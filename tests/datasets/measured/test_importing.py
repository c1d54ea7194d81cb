"""Import: measured records keep their values, units and parts; what is not stated is asked for."""

import re
import shutil

import h5py
import numpy as np
import pytest
import scipy.io
import xarray as xr

import datasets
from datasets.contract import partition, units
from datasets.contract.schema import time_axis
from datasets.measured import editing
from datasets.measured.sources import read_arrays
from surrogate.cli.main import main

FORCE = 10 * np.sin(np.arange(600) * 0.05).reshape(3, 200)
FLOORS = np.arange(1200.0).reshape(3, 200, 2)
SEGMENTS_OF_60 = [(r, 0) for r in range(3)] + [(r, s) for r in range(3, 6) for s in (0, 60, 120)]


@pytest.fixture
def files(tmp_path):
    """The same three records of 200 samples as MAT, MAT 7.3, HDF5, and the first of them as CSV."""
    arrays = {
        "u": FORCE,
        "y": FLOORS,
        "trainInd": np.array([[3, 1]]),
        "testInd": np.array([[2]]),
        "fs": np.array([[50.0]]),
    }
    scipy.io.savemat(tmp_path / "old.mat", arrays)
    with h5py.File(tmp_path / "new.mat", "w", userblock_size=512) as file:
        for name, values in arrays.items():
            file[name] = values.T
    with (tmp_path / "new.mat").open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file")
    with h5py.File(tmp_path / "data.h5", "w") as file:
        for name, values in arrays.items():
            file[f"group/{name}"] = values
        file["group/u"].attrs["units"] = "kN"
        file["group/y"].attrs["units"] = "mm"
    rows = [
        f"{0.02 * i:.2f},{FORCE[0, i]:.17g},{FLOORS[0, i, 0]},{FLOORS[0, i, 1]}" for i in range(200)
    ]
    (tmp_path / "data.csv").write_text(
        "\n".join(["time (s), force [kN], first (mm), second (mm)", *rows])
    )
    return tmp_path


def imported(folder, *words):
    assert main(["import", *map(str, words), "--out", str(folder / "out.h5"), "--overwrite"]) == 0
    return datasets.open_dataset(folder / "out.h5").load()


def refused(capsys, folder, *words):
    """Return the one line with which an import is refused."""
    assert main(["import", *map(str, words), "--out", str(folder / "out.h5")]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert not (folder / "out.h5").exists()
    return errors[0]


MAPPED = [
    "--map",
    "force=u",
    "displacement=y",
    "frequency=fs",
    "--unit",
    "force=kN",
    "displacement=mm",
]


@pytest.mark.parametrize("name", ["old.mat", "new.mat"])
def test_matlab(files, name):
    found = imported(files, files / name, *MAPPED, "--split", "train=trainInd", "test=testInd")
    np.testing.assert_allclose(found["force"], 1e3 * FORCE, rtol=1e-6)
    np.testing.assert_allclose(found["displacement"], 1e-3 * FLOORS, rtol=1e-6)
    assert found["force"].attrs["units"] == "N"
    assert found["time"].values[:3] == pytest.approx([0.0, 0.02, 0.04])
    assert partition.members(found, "train").tolist() == [0, 2]
    assert partition.members(found, "test").tolist() == [1]
    assert name in found.attrs["source"]


def test_hdf5_states_its_own_units(files):
    found = imported(
        files,
        files / "data.h5",
        "--map",
        "force=group/u",
        "displacement=group/y",
        "--interval",
        0.02,
    )
    np.testing.assert_allclose(found["force"], 1e3 * FORCE, rtol=1e-6)
    np.testing.assert_allclose(found["displacement"], 1e-3 * FLOORS, rtol=1e-6)
    assert "split" not in found


def test_a_table_with_a_column_for_each_floor(files):
    found = imported(
        files, files / "data.csv", "--map", "time=time", "force=force", "displacement=first,second"
    )
    np.testing.assert_allclose(found["force"], 1e3 * FORCE[:1], rtol=1e-6)
    np.testing.assert_allclose(found["displacement"], 1e-3 * FLOORS[:1], rtol=1e-6)
    assert float(found["time"][-1]) == pytest.approx(3.98)


def test_a_table_without_titles(tmp_path):
    (tmp_path / "plain.txt").write_text("\n".join(f"{i} {i * i}" for i in range(10)))
    words = ["--map", "force=1", "drift=2", "--interval", 1, "--unit", "force=N", "drift=unknown"]
    found = imported(tmp_path, tmp_path / "plain.txt", *words)
    assert found["drift"].values[0, :, 0].tolist() == [i * i for i in range(10)]
    assert found["drift"].attrs["units"] == "unknown"


@pytest.mark.parametrize("order", [("time", "floor", "record"), ("floor", "record", "time")])
def test_axes_in_any_order(tmp_path, order):
    axes = ("record", "time", "floor")
    turned = FLOORS.transpose([axes.index(axis) for axis in order])
    flat = FORCE.transpose([("record", "time").index(axis) for axis in order if axis != "floor"])
    scipy.io.savemat(tmp_path / "turned.mat", {"u": flat, "y": turned})
    words = [
        "--map",
        "force=u",
        "displacement=y",
        "--interval",
        0.02,
        "--unit",
        "force=kN",
        "displacement=m",
    ]
    found = imported(tmp_path, tmp_path / "turned.mat", *words, "--order", ",".join(order))
    np.testing.assert_allclose(found["displacement"], FLOORS, rtol=1e-6)


def test_several_inputs_with_a_part_each(files):
    found = imported(
        files, files / "old.mat", files / "new.mat", *MAPPED, "--part", "train", "test"
    )
    assert found.sizes["record"] == 6
    assert partition.members(found, "test").tolist() == [3, 4, 5]


def test_fractions_are_seeded_and_segments_of_a_record_stay_together(files):
    words = [files / "old.mat", *MAPPED, "--segment", 20, "--split", "train=0.7", "test=0.3"]
    first, again, other = (imported(files, *words, "--seed", seed) for seed in (1, 1, 3))
    assert first.sizes["record"] == 30
    parts = first["split"].values.reshape(3, 10)
    assert (parts == parts[:, :1]).all()
    assert sorted(parts[:, 0]) == [0, 0, 1]
    assert first.equals(again)
    assert not first["split"].equals(other["split"])


def test_an_empty_part_is_refused(files, capsys):
    words = [*MAPPED, "--split", "train=0.9", "validation=0.05", "test=0.05", "--segment", 20]
    assert "part validation would be empty: 0.05 of 3 records" in refused(
        capsys, files, files / "old.mat", *words
    )


def test_parts_have_the_names_that_training_looks_for(files, capsys):
    words = [files / "old.mat", *MAPPED, "--split", "Training=trainInd", "val=testInd"]
    found = imported(files, *words)
    assert partition.names(found) == ["train", "validation"]
    assert "note: part val is written as validation" in capsys.readouterr().out
    imported(files, files / "old.mat", *MAPPED, "--part", "holdout")
    assert "look for train, validation, test, not for part holdout" in capsys.readouterr().out
    (files / "out.h5").unlink()
    assert "names a part twice: val and valid" in refused(
        capsys, files, files / "old.mat", *MAPPED, "--split", "val=a", "valid=b"
    )


def test_segments_follow_each_other_and_keep_their_part(files):
    found = imported(
        files,
        files / "old.mat",
        *MAPPED,
        "--segment",
        60,
        "--split",
        "train=trainInd",
        "test=testInd",
    )
    assert found["force"].shape == (9, 60)
    np.testing.assert_allclose(found["force"][4], 1e3 * FORCE[1, 60:120], rtol=1e-6)
    assert partition.members(found, "test").tolist() == [3, 4, 5]


def test_resampling_keeps_a_slow_signal():
    time = np.arange(400) * 0.01
    dataset = xr.Dataset(
        {"drift": (("record", "time", "storey"), np.sin(3 * time)[None, :, None], {"units": "m"})}
    )
    dataset = dataset.assign_coords(time=time_axis(400, 0.01)).assign(split=partition.label([0]))
    found = editing.resampled(dataset, 0.025)
    assert found["time"].values[1] == pytest.approx(0.025)
    inner = slice(70, -70)
    expected = np.sin(3 * found["time"].values)[:, None]
    np.testing.assert_allclose(found["drift"][0, inner], expected[inner], atol=1e-4)
    assert "split" in found


MISTAKES = [
    (
        ["--map", "force=v", "--interval", "1"],
        "has no array 'v': choose from u, y, trainInd, testInd, fs",
    ),
    (["--map", "split=u"], "'split' cannot be mapped: choose from base_acceleration, "),
    (["--map", "samples=u"], "'samples' cannot be mapped: choose from base_acceleration, "),
    (["--map", "dis-placement=u"], "or a name of your own in letters, digits and _"),
    (
        ["--map", "label=u"],
        "'label' cannot be mapped: the records that are imported run along time",
    ),
    (["--map", "displacment=u"], "'displacment' cannot be mapped: displacement is meant"),
    (
        ["--map", "force=u,y", "displacement=y", "--interval", "1"],
        "force is one input, u,y are 2: map each to a variable",
    ),
    (
        ["--map", "force=trainInd", "--interval", "1", "--unit", "force=N", "--order", "a"],
        "order is a: must hold",
    ),
    (["--map", "force"], "--map 'force': write NAME=VALUE"),
    (["--map", "force=u", "force=y"], "--map names force twice"),
    (["--map", "interval=fs"], "nothing is mapped"),
    (
        ["--map", "force=u", "frequency=fs", "--unit", "force=N", "frequency=unknown"],
        "the unit of frequency must be one of Hz, kHz, 1/s, got 'unknown'",
    ),
    (["--map", "force=u"], "the sampling interval must be given once, got nothing"),
    (
        ["--map", "force=u", "frequency=fs", "--interval", "1"],
        "given once, got frequency and interval",
    ),
    (
        ["--map", "force=u", "--interval", "-1"],
        "interval must be a positive number of seconds, got -1.0",
    ),
    (["--map", "force=u", "--frequency", "0"], "positive; got frequency 0.0"),
    (
        ["--map", "force=u", "--interval", "1"],
        "the unit of force is not stated: give one, as in --unit force=N (or force=unknown)",
    ),
    (
        ["--map", "force=u", "--interval", "1", "--unit", "force=m"],
        "force has the unit 'm': choose from N, kN",
    ),
    (
        ["--map", "force=u", "--interval", "1", "--unit", "drift=m"],
        "unit of 'drift', which is not mapped",
    ),
    (
        ["--map", "force=y", "--interval", "1", "--unit", "force=N"],
        "an input has the shape (3, 200, 2)",
    ),
    (
        ["--map", "force=u", "drift=fs", "--interval", "1", "--unit", "force=N", "drift=m"],
        "drift has the shape (1,), must be (3, 200)",
    ),
    ([*MAPPED, "--split", "train=trainInd"], "record 2 is in none of the parts train"),
    (
        [*MAPPED, "--split", "train=trainInd", "test=trainInd"],
        "record 3 is in two parts, one of them test",
    ),
    ([*MAPPED, "--split", "train=fs"], "part train holds record 50, must hold numbers from 1 to 3"),
    (
        [*MAPPED, "--split", "train=0.7", "test=testInd"],
        "--split mixes fractions and names of arrays",
    ),
    ([*MAPPED, "--split", "train=0.7", "test=0.7"], "split fractions must be >= 0 and add up to 1"),
    (
        [*MAPPED, "--part", "train", "test"],
        "--part has 2 names: give 1 or 3 for 1 inputs, 3 records",
    ),
    ([*MAPPED, "--part", "a", "--split", "a=1"], "give --split or --part, not both"),
    ([*MAPPED, "--segment", "201"], "segment must have from 2 to 200 samples, got 201"),
    ([*MAPPED, "--resample", "99"], "interval must be above 0 and at most the duration"),
    (
        [*MAPPED, "--order", "time,record"],
        "order is time, record: must hold record, time and floor once each",
    ),
    (["--unit", "force=N"], "--unit force needs --map"),
    ([], "(arrays of MAT and HDF5 files are named by --map)"),
    (["--nonsense"], "unrecognized arguments: --nonsense"),
]


@pytest.mark.parametrize(
    ("words", "message"), MISTAKES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_mistake_is_one_line(files, capsys, words, message):
    assert message in refused(capsys, files, files / "old.mat", *words)


def test_two_inputs_and_parameters_under_names_of_ones_own(files, capsys):
    torque = FORCE + 1
    stiffness = np.array([1e6, 2e6, 3e6])
    with h5py.File(files / "two.h5", "w") as file:
        file["torque"] = torque
        file["both"] = np.stack([FORCE, torque], axis=-1)
        file["stiffness"] = stiffness
        file["masses"] = np.arange(6.0).reshape(3, 2)
        file["y"] = FLOORS
    words = ["--map", "torque=torque", "load=both", "stiffness=stiffness", "mass=masses"]
    words += ["displacement=y", "--interval", 0.02, "--unit", "torque=N m", "load=kN"]
    found = imported(files, files / "two.h5", *words, "stiffness=N/m", "mass=kg", "displacement=m")
    np.testing.assert_allclose(found["torque"], torque, rtol=1e-6)
    assert found["torque"].dims == ("record", "time")
    assert found["torque"].attrs["units"] == "N m"
    np.testing.assert_allclose(found["load"][..., 1], torque, rtol=1e-6)
    assert found["load"].attrs["units"] == "kN"  # as it is: no number is changed
    np.testing.assert_allclose(found["stiffness"], stiffness)
    assert found["stiffness"].dims == ("record",)
    np.testing.assert_allclose(found["mass"], np.arange(6.0).reshape(3, 2))
    assert "torque, load, stiffness, mass are names of your own" in capsys.readouterr().out


def test_a_record_in_each_group(tmp_path, capsys):
    with h5py.File(tmp_path / "groups.h5", "w") as file:
        for number in (10, 2, 1):
            file[f"exp{number}/u"] = np.full(50, float(number))
            file[f"exp{number}/y"] = np.full((50, 2), -float(number))
    words = ["--interval", 0.1, "--unit", "force=N", "displacement=m"]
    mapped = ["--map", "force=*/u", "displacement=exp*/y"]
    assert "are not of the same records" in refused(
        capsys, tmp_path, tmp_path / "groups.h5", *mapped, *words
    )
    assert "exp1/u to exp2/u are a record each by '*/u'" in refused(
        capsys, tmp_path, tmp_path / "groups.h5", "--map", "force=u", *words[:-1]
    )
    mapped = ["--map", "force=exp*/u", "displacement=exp*/y"]
    found = imported(tmp_path, tmp_path / "groups.h5", *mapped, *words)
    assert found["force"][:, 0].values.tolist() == [1.0, 2.0, 10.0]
    assert found["displacement"][:, 0, 1].values.tolist() == [-1.0, -2.0, -10.0]
    with h5py.File(tmp_path / "groups.h5", "a") as file:
        file["exp3/u"] = np.zeros(40)
        file["exp3/y"] = np.zeros((40, 2))
    (tmp_path / "out.h5").unlink()
    assert "(40,) in 3 and (50,) in 1: records must have one length" in refused(
        capsys, tmp_path, tmp_path / "groups.h5", *mapped, *words
    )


def test_records_are_cut_to_a_duration_and_not_continued(files, capsys):
    found = imported(files, files / "old.mat", *MAPPED, "--duration", 1)
    assert found["force"].shape == (3, 51)
    np.testing.assert_allclose(found["displacement"], 1e-3 * FLOORS[:, :51], rtol=1e-6)
    (files / "out.h5").unlink()
    assert "duration must be at most 3.98 s" in refused(
        capsys, files, files / "old.mat", *MAPPED, "--duration", 5
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["interval=fs"],
            "interval 50 s would be a sampling interval of 50 s: map it as frequency",
        ),
        (["frequency=dt"], "frequency 0.02 Hz would be a sampling interval of 50 s"),
        (["frequency=fs", "--unit", "force=N", "frequency=kHz"], ""),
    ],
)
def test_an_interval_that_no_record_has_is_asked_about(tmp_path, capsys, words, message):
    scipy.io.savemat(tmp_path / "fs.mat", {"u": FORCE, "fs": 50.0, "dt": 0.02})
    options = ["--map", "force=u", *words]
    if message:
        assert message in refused(capsys, tmp_path, tmp_path / "fs.mat", *options)
    else:
        found = imported(tmp_path, tmp_path / "fs.mat", *options)
        assert float(found["time"][1]) == pytest.approx(2e-5)
    confirmed = ["--map", "force=u", "interval=fs", "--unit", "force=N", "interval=s"]
    assert float(imported(tmp_path, tmp_path / "fs.mat", *confirmed)["time"][1]) == 50.0


def test_a_matrix_of_time_and_record_is_asked_about(tmp_path, capsys):
    scipy.io.savemat(tmp_path / "turned.mat", {"u": FORCE.T})
    words = ["--map", "force=u", "--interval", 0.02, "--unit", "force=N"]
    line = refused(capsys, tmp_path, tmp_path / "turned.mat", *words)
    assert "which would be 200 records of 3 samples: say --order" in line
    for order, expected in (("time,record,floor", FORCE), ("record,time,floor", FORCE.T)):
        found = imported(tmp_path, tmp_path / "turned.mat", *words, "--order", order)
        np.testing.assert_allclose(found["force"], expected, rtol=1e-6)


def test_records_of_one_sample_are_not_one_record(tmp_path, capsys):
    with h5py.File(tmp_path / "one.h5", "w") as file:
        file["u"] = FORCE[0][:, None]
    words = ["--map", "force=u", "--interval", 0.02, "--unit", "force=N"]
    assert "(200, 1): 200 records of one sample" in refused(
        capsys, tmp_path, tmp_path / "one.h5", *words
    )
    found = imported(tmp_path, tmp_path / "one.h5", *words, "--order", "time,record,floor")
    np.testing.assert_allclose(found["force"], FORCE[:1], rtol=1e-6)


def test_how_a_file_was_read_is_told_in_a_line(files, capsys):
    imported(files, files / "data.csv", "--map", "time=time", "force=force", "--unit", "force=N")
    first, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{files / 'data.csv'}: table, 1 record of 200 samples every 0.02 s")
    assert "force (record x time) from N (--unit, in place of kN of the file), peak 10 N" in first


def test_a_value_that_is_not_finite_is_named(tmp_path, capsys):
    values = FORCE.copy()
    values[2, 17] = np.nan
    scipy.io.savemat(tmp_path / "holes.mat", {"u": values})
    words = ["--map", "force=u", "--interval", 1, "--unit", "force=N"]
    assert "holes.mat: force is nan at record 2, time 17" in refused(
        capsys, tmp_path, tmp_path / "holes.mat", *words
    )


@pytest.mark.parametrize("name", ["old.mat", "new.mat", "data.h5", "data.csv"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_truncated_file_is_named(files, capsys, name, share):
    content = (files / name).read_bytes()
    (files / name).write_bytes(
        content[: int(share * len(content))] + (b",x" if name == "data.csv" else b"")
    )
    array = "group/u" if name == "data.h5" else "force" if name == "data.csv" else "u"
    words = ["--map", f"force={array}", "--interval", 1, "--unit", "force=N"]
    assert name in refused(capsys, files, files / name, *words)


def test_inputs_of_different_lengths_keep_theirs(files, capsys):
    scipy.io.savemat(files / "short.mat", {"u": FORCE[:, :100], "y": FLOORS[:, :100], "fs": 50.0})
    found = imported(files, files / "short.mat", files / "old.mat", *MAPPED)
    assert "6 records of 100 to 200 samples" in capsys.readouterr().out
    assert found["samples"].values.tolist() == [100] * 3 + [200] * 3
    assert found["displacement"].dtype == np.float32
    assert datasets.check(files / "out.h5") == {}
    np.testing.assert_array_equal(found["force"][:3, :100], found["force"][3:, :100])
    cut = imported(files, files / "short.mat", files / "old.mat", *MAPPED, "--segment", 60)
    assert "samples" not in cut
    wanted = [found["force"].values[r, s : s + 60] for r, s in SEGMENTS_OF_60]
    np.testing.assert_array_equal(cut["force"], wanted)


def test_inputs_that_do_not_fit_together_are_refused(files, capsys):
    scipy.io.savemat(files / "fast.mat", {"u": FORCE, "y": FLOORS, "fs": 100.0})
    assert "sampling interval" in refused(
        capsys, files, files / "old.mat", files / "fast.mat", *MAPPED
    )


def test_an_existing_file_is_kept(files, capsys):
    imported(files, files / "old.mat", *MAPPED)
    before = (files / "out.h5").read_bytes()
    assert main(["import", str(files / "new.mat"), *MAPPED, "--out", str(files / "out.h5")]) == 2
    assert "exists" in capsys.readouterr().err
    assert (files / "out.h5").read_bytes() == before


def test_arrays_are_read_once_however_often_they_are_named(files):
    assert list(read_arrays(files / "old.mat", ["u", "u", "y"])) == ["u", "y"]


@pytest.mark.parametrize(
    ("unit", "wanted", "factor"),
    [
        ("cm/s^2", "m s-2", 0.01),
        ("cm s-2", "m s-2", 0.01),
        ("cm/sec/sec", "m s-2", 0.01),
        ("m/s²", "m s-2", 1.0),
        ("Gal", "m s-2", 0.01),
        ("g", "m s-2", 9.80665),
        ("mm", "m", 1e-3),
        ("cm/s", "m s-1", 0.01),
        ("cm s-1", "m s-1", 0.01),
        ("kN", "N", 1e3),
        ("ms", "s", 1e-3),
    ],
)
def test_units_in_many_spellings(unit, wanted, factor):
    assert units.factor("x", unit, wanted) == pytest.approx(factor)


def test_san_bernardino(tmp_path, shared_data):
    words = ["--map", "base_acceleration=input_tf", "displacement=target_tf", "--interval", 0.05]
    words += ["--unit", "base_acceleration=unknown", "displacement=unknown"]
    words += ["--split", "train=trainInd", "validation=valInd"]
    found = imported(tmp_path, shared_data / "san_bernardino" / "train.mat", *words)
    assert dict(found.sizes) == {"record": 15, "time": 7200, "floor": 2}
    assert partition.members(found, "validation").tolist() == [0, 1, 7, 9]
    source = scipy.io.loadmat(shared_data / "san_bernardino" / "train.mat")
    np.testing.assert_allclose(found["displacement"], source["target_tf"], rtol=1e-6)


def test_the_benchmark(tmp_path, shared_data):
    folder = shared_data / "bouc_wen_benchmark"
    words = [
        folder / "train_multisine.h5",
        folder / "test_multisine.h5",
        "--map",
        "force=u",
        "displacement=y",
    ]
    found = imported(
        tmp_path, *words, "--frequency", 750, "--segment", 8192, "--part", "train", "test"
    )
    assert partition.members(found, "test").tolist() == [5]
    with h5py.File(folder / "test_multisine.h5") as file:
        np.testing.assert_allclose(found["displacement"][5, :, 0], file["y"][:], rtol=1e-6)


def test_a_folder_of_accelerograms(tmp_path, shared_data, capsys):
    found = imported(tmp_path, shared_data / "records", "--resample", 0.01, "--duration", 60)
    assert found["base_acceleration"].shape == (4, 6001)
    assert np.abs(found["base_acceleration"]).max() == pytest.approx(1.0441, rel=0.02)
    (tmp_path / "out.h5").unlink()
    assert "intervals from 0.005 to 0.05 s: choose by --resample" in refused(
        capsys, tmp_path, shared_data / "records"
    )
    found = imported(tmp_path, shared_data / "records", "--resample", 0.01)
    for record, samples in enumerate(found["samples"].values):
        assert np.isfinite(found["base_acceleration"][record, :samples]).all()
        assert np.isnan(found["base_acceleration"][record, samples:]).all()
    (tmp_path / "out.h5").unlink()
    assert "does not exist" in refused(capsys, tmp_path, tmp_path / "absent")


def test_a_table_of_acceleration_that_states_nothing(tmp_path, capsys):
    (tmp_path / "plain.csv").write_text("\n".join(f"{np.sin(i):.6f}" for i in range(40)))
    words = [tmp_path / "plain.csv", "--interval", 0.01]
    assert "states no unit" in (line := refused(capsys, tmp_path, *words))
    assert "(--unit base_acceleration=g does)" in line
    assert "give interval (--interval)" in refused(
        capsys, tmp_path, words[0], "--unit", "base_acceleration=g"
    )
    found = imported(tmp_path, *words, "--unit", "base_acceleration=g", "--segment", 20)
    assert found["base_acceleration"].shape == (2, 20)
    assert float(found["base_acceleration"][0, 1]) == pytest.approx(9.80665 * np.sin(1), rel=1e-5)


@pytest.mark.parametrize(
    ("title", "words", "interval"),
    [
        ("time (ms)", [], 0.02),
        ("time", ["time=s"], 20.0),
        ("time", ["time=ms"], 0.02),
        ("time (s)", ["time=ms"], 0.02),
    ],
)
def test_times_in_their_unit(tmp_path, title, words, interval):
    (tmp_path / "table.csv").write_text(
        "\n".join([f"{title},force (N)", *(f"{20 * i},{i}" for i in range(9))])
    )
    options = ["--map", "time=time", "force=force", *(["--unit", *words] if words else [])]
    found = imported(tmp_path, tmp_path / "table.csv", *options)
    assert float(found["time"][1]) == pytest.approx(interval)


def test_the_source_of_a_folder_is_known_by_its_content(tmp_path, shared_data):
    words = ["--resample", 0.05, "--duration", 10]
    first = imported(tmp_path, shared_data / "records", *words).attrs["source"]
    assert first.startswith("folder records (4 files, sha256 ")
    copy = tmp_path / "records"
    shutil.copytree(shared_data / "records", copy, copy_function=shutil.copyfile)
    assert imported(tmp_path, copy, *words).attrs["source"] == first
    next(copy.glob("*.AT2")).unlink()
    assert imported(tmp_path, copy, *words).attrs["source"].startswith("folder records (3 files, ")


@pytest.mark.parametrize(
    ("name", "place", "words"),
    [
        ("u", (1, 7), "sample 7 of force (record 1) is -9999, a usual mark"),
        ("y", (2, 5, 1), "sample 5 of displacement (record 2, component 1) is -9999"),
        ("own", (1, 7), "sample 7 of tilt (record 1) is -9999"),
        ("mass", (1, 0), "sample 1 of mass, which has a value for each record, is -9999"),
    ],
)
def test_marks_of_missing_samples_are_refused(tmp_path, capsys, name, place, words):
    """Other records may hold larger numbers; a mark is apart within its own."""
    arrays = {
        "u": FORCE,
        "y": 1e-3 * FLOORS,
        "own": FORCE.copy(),
        "mass": np.array([[80.0], [90.0], [70.0]]),
    }
    arrays = {key: values.copy() for key, values in arrays.items()}
    arrays["u"][0] *= 1e4
    arrays[name][place] = -9999.0
    scipy.io.savemat(tmp_path / "marked.mat", arrays)
    mapped = ["--map", "force=u", "displacement=y", "tilt=own", "mass=mass"]
    mapped += ["--unit", "force=N", "displacement=m", "tilt=1", "mass=kg", "--interval", "0.02"]
    assert words in refused(capsys, tmp_path, tmp_path / "marked.mat", *mapped)


@pytest.mark.parametrize("second", ["displacement=u", "displacement=y,u"])
def test_an_array_is_mapped_once(files, capsys, second):
    """As a target that is also an input it would teach nothing, with a perfect score."""
    words = ["--map", "force=u", second, "--unit", "force=N", "displacement=m"]
    error = refused(capsys, files, files / "old.mat", *words, "--frequency", "50")
    assert "the array 'u' is mapped to force and to displacement: map it once" in error


MAPPED_MATRIX = ["--map", "displacement=y", "--unit", "displacement=m", "--frequency", "50"]


@pytest.mark.parametrize(
    ("shape", "order"),
    [((60, 60), "time,record,floor"), ((3, 5, 200), "record,floor,time"), ((3, 9, 9), "record,fl")],
)
def test_a_shape_that_may_be_turned_is_asked_about(tmp_path, capsys, shape, order):
    values = np.random.default_rng(0).standard_normal(shape)
    scipy.io.savemat(tmp_path / "turned.mat", {"y": values})
    path = tmp_path / "turned.mat"
    assert f"or --order {order}" in refused(capsys, tmp_path, path, *MAPPED_MATRIX)
    found = imported(tmp_path, path, *MAPPED_MATRIX, "--order", "record,time,floor")
    np.testing.assert_allclose(found["displacement"].values.squeeze(), values, rtol=1e-6)


def test_more_floors_than_samples_are_asked_about_beside_an_input(tmp_path, capsys):
    scipy.io.savemat(tmp_path / "turned.mat", {"u": FORCE, "y": np.zeros((3, 200, 200))})
    error = refused(capsys, tmp_path, tmp_path / "turned.mat", *MAPPED[:3], *MATRIX_UNITS)
    assert "3 records of 200 samples at 200 floors: say --order record,time,floor" in error


MATRIX_UNITS = ["--unit", "force=kN", "displacement=mm", "--frequency", "50"]


@pytest.mark.parametrize("where", ["root", "array"])
def test_an_attribute_that_contradicts_the_interval_is_refused(tmp_path, capsys, where):
    with h5py.File(tmp_path / "stated.h5", "w") as file:
        file["u"] = FORCE
        file["y"] = FLOORS
        (file if where == "root" else file["y"]).attrs["sampling_rate"] = 100.0
    words = [tmp_path / "stated.h5", *MAPPED[:3], *MATRIX_UNITS]
    error = refused(capsys, tmp_path, *words)
    assert "interval is 0.02 s (as given), but the file states 0.01 s (stated: 'sampl" in error
    assert imported(tmp_path, *words[:-1], "100").sizes["record"] == 3


@pytest.mark.parametrize(
    ("fractions", "message"),
    [
        ({"train": 0.9, "test": 0.1}, "part test would be empty: 0.1 of 3 records"),
        ({"val": 0.5, "validation": 0.5}, "a part is named twice: val and validation"),
        ({"train": 0.5, "test": 0.4}, "split fractions must be >= 0 and add up to 1"),
    ],
)
def test_shares_that_make_no_parts_are_refused_in_python_too(files, fractions, message):
    names = {"force": "u", "displacement": "y", "frequency": "fs"}
    units = {"force": "kN", "displacement": "mm"}
    with pytest.raises(ValueError, match=re.escape(message)):
        datasets.import_records(files / "old.mat", names, units=units, fractions=fractions)
    found = datasets.import_records(
        files / "old.mat", names, units=units, fractions={"train": 2 / 3, "val": 1 / 3}
    )
    assert partition.names(found) == ["train", "validation"]


@pytest.mark.parametrize("words", [["--interval", "100"], ["--frequency", "0.01"]])
def test_an_interval_that_is_rare_is_told(files, capsys, words):
    """Hertz in the place of seconds, or seconds in the place of hertz."""
    found = imported(files, files / "old.mat", *MAPPED[:3], *MATRIX_UNITS[:3], *words)
    assert found["time"].values[1] == 100.0
    assert "every 100 s (as given, which is rare for records of str" in capsys.readouterr().out
