"""Import: measured records keep their values, units and parts; what is not stated is asked for."""

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


def test_fractions_are_seeded(files):
    words = [files / "old.mat", *MAPPED, "--segment", 20, "--split", "train=0.7", "test=0.3"]
    first, again, other = (imported(files, *words, "--seed", seed) for seed in (1, 1, 2))
    assert first.sizes["record"] == 30
    assert len(partition.members(first, "train")) == 21
    assert first.equals(again)
    assert not first["split"].equals(other["split"])


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
    (["--map", "power=u"], "'power' cannot be mapped: choose from base_acceleration, force"),
    (["--map", "force"], "--map 'force': write NAME=VALUE"),
    (["--map", "force=u", "force=y"], "--map names force twice"),
    (["--map", "interval=fs"], "nothing is mapped"),
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
        "force has the unit 'm': choose from n, kn",
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
        "drift has the shape (1, 1)",
    ),
    ([*MAPPED, "--split", "train=trainInd"], "record 2 is in none of the parts train"),
    (
        [*MAPPED, "--split", "train=trainInd", "test=trainInd"],
        "record 3 is in two parts, one of them test",
    ),
    ([*MAPPED, "--split", "train=fs"], "fs holds record 50, must hold numbers from 1 to 3"),
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


def test_inputs_that_do_not_fit_together_are_refused(files, capsys):
    scipy.io.savemat(files / "short.mat", {"u": FORCE[:, :100], "y": FLOORS[:, :100], "fs": 50.0})
    assert "inputs differ in time: 200 and 100" in refused(
        capsys, files, files / "old.mat", files / "short.mat", *MAPPED
    )
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
    assert "samples: choose by --duration" in refused(
        capsys, tmp_path, shared_data / "records", "--resample", 0.01
    )
    assert "does not exist" in refused(capsys, tmp_path, tmp_path / "absent")


def test_a_table_of_acceleration_that_states_nothing(tmp_path, capsys):
    (tmp_path / "plain.csv").write_text("\n".join(f"{np.sin(i):.6f}" for i in range(40)))
    words = [tmp_path / "plain.csv", "--interval", 0.01]
    assert "states no unit" in (line := refused(capsys, tmp_path, *words))
    assert "(--unit base_acceleration=g does)" in line
    assert "(--interval does)" in refused(
        capsys, tmp_path, words[0], "--unit", "base_acceleration=g"
    )
    found = imported(tmp_path, *words, "--unit", "base_acceleration=g", "--segment", 20)
    assert found["base_acceleration"].shape == (2, 20)
    assert float(found["base_acceleration"][0, 1]) == pytest.approx(9.80665 * np.sin(1), rel=1e-5)


@pytest.mark.parametrize(
    ("title", "words", "interval"),
    [
        ("time (ms)", [], 0.02),
        ("time", [], 20.0),
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
