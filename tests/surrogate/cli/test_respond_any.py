"""`surrogate respond` asks any surrogate: several inputs of own names, varied parameters, points of
a function; from tables, arrays and datasets.
"""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr

import datasets
import surrogate
from datasets.contract import lengths, partition
from surrogate import inference
from surrogate.cli.main import main
from surrogate.data.channels import ChannelGroup, Interface
from surrogate.evaluation import metrics
from surrogate.inference.histories import dynamic
from surrogate.networks import LSTM, MLP
from tests.helpers.checkpoints import save, untrained
from tests.helpers.recorded_files import FILES, STEP

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning"
)  # Lightning 2.6 with jsonargparse 4.53
INTERVAL = 0.02
PUSH = ChannelGroup("push", "kN", "force at the top", "", 1)
SHAKE = ChannelGroup("shake", "m s-2", "two directions", "shake_component", 2)
RATIO = ChannelGroup("damping_ratio", "1", "damping", "", 1, constant=True)
SWAY = ChannelGroup("sway", "m", "of the roof", "", 1)
INTERFACE = Interface((PUSH, SHAKE, RATIO), (SWAY,), INTERVAL)
NUMBERS = {
    "input_mean": [0.0, 0.0, 0.0, 0.05],
    "input_scale": [2.0, 1.0, 1.0, 0.02],
    "input_peak": [10.0, 5.0, 5.0, 0.1],
    "target_mean": [0.0],
    "target_scale": [0.01],
}
RATIOS = np.array([0.03, 0.05, 0.06, 0.04])
CHECKPOINT = ["--checkpoint", "a.ckpt"]


def histories(records=4, samples=60):
    """Push in kN and shaking in m s-2 along two directions, (record, time, channel)."""
    return np.random.default_rng(0).standard_normal((records, samples, 3))


def answer_of(values, ratio):
    """What the network gives for a record (time, channel) in the units of the surrogate."""
    beside = np.full((len(values), 1), ratio)
    return inference.respond(inference.load("a.ckpt"), np.hstack([values, beside])[None])[0]


def dataset(values, with_target=True):
    def variable(dims, numbers, unit):
        return xr.Variable(
            dims, np.asarray(numbers, np.float32), {"units": unit, "long_name": "for a test"}
        )

    records, samples, _ = values.shape
    found = xr.Dataset(
        {
            "push": variable(("record", "time"), values[..., 0], "kN"),
            "shake": variable(("record", "time", "shake_component"), values[..., 1:], "m s-2"),
            "damping_ratio": variable("record", RATIOS[:records], "1"),
        },
        {"time": variable("time", np.arange(samples) * INTERVAL, "s").astype(float)},
    )
    found["split"] = partition.label([0, 1, 2, 2][:records])
    if with_target:
        target = np.cumsum(values[..., 0], axis=1) * 1e-3
        found["sway"] = variable(("record", "time"), target, "m")
    return found


def table(path, titles, columns):
    rows = [",".join(f"{value:.9g}" for value in row) for row in np.column_stack(columns)]
    Path(path).write_text("\n".join([",".join(titles), *rows]) + "\n")


def respond(*arguments):
    return main(["respond", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A surrogate of a force and two accelerations with a varied damping ratio."""
    monkeypatch.chdir(tmp_path)
    save(untrained(partial(LSTM, hidden=4), INTERFACE, NUMBERS), Path("a.ckpt"))
    values = histories()[0]
    time = INTERVAL * np.arange(len(values))
    table("a.csv", ["time (s)", "push (kN)", "shake 1 (m/s2)", "shake 2 (m/s2)"], [time, *values.T])
    return tmp_path


def test_a_table_with_a_column_for_each_input(folder, capsys):
    assert (
        respond(
            *CHECKPOINT, "--record", "a.csv", "--out", "a.h5", "--parameter", "damping_ratio=0.03"
        )
        == 0
    )
    response = datasets.open_dataset("a.h5")
    datasets.validate(response)
    values = histories()[0]
    np.testing.assert_allclose(response["shake"][0], values[:, 1:], rtol=1e-5)
    np.testing.assert_allclose(response["sway"][0], answer_of(values, 0.03)[:, 0], rtol=1e-4)
    told = capsys.readouterr()
    assert "a.csv: table, push from 'push' in kN (the file), peak " in told.out
    assert "shake from 'shake 1', 'shake 2' in m/s2 (the file)" in told.out
    assert (
        "interval 0.02 s (column 'time'), 60 samples; parameters: damping_ratio given" in told.out
    )
    assert not told.err


def test_columns_of_other_names_and_units_and_a_parameter_in_the_file(folder, capsys):
    values = histories()[0]
    time = 1e3 * INTERVAL * np.arange(len(values))
    columns = [time, 1e3 * values[:, 0], *(100.0 * values[:, 1:].T), np.full(60, 3.0), time]
    table("b.csv", ["T (ms)", "F (N)", "ax", "ay", "zeta (%)", "remark"], columns)
    names = ["push=F", "shake=ax,ay", "time=T", "damping_ratio=zeta"]
    words = ["--input", *names, "--unit", "shake=cm/s2", "--out", "b.h5"]
    assert respond(*CHECKPOINT, "--record", "b.csv", *words) == 0
    response = datasets.open_dataset("b.h5")
    np.testing.assert_allclose(response["push"][0], values[:, 0], rtol=1e-5)
    np.testing.assert_allclose(response["damping_ratio"], [0.03], rtol=1e-6)
    np.testing.assert_allclose(response["sway"][0], answer_of(values, 0.03)[:, 0], rtol=1e-4)
    told = capsys.readouterr().out
    assert "push from 'F' in N (the file)" in told
    assert "in cm/s2 (given)" in told
    assert "damping_ratio from 'zeta' in % (the file), = 0.03" in told
    assert "not used: remark" in told
    assert "parameters: damping_ratio of the file" in told


@pytest.mark.parametrize(
    ("title", "scale"), [("t (ms)", 1e3), ("Zeit", 1.0), ("elapsed (min)", 1.0 / 60.0)]
)
def test_times_are_found_by_other_titles(folder, capsys, title, scale):
    values = histories()[0]
    time = scale * INTERVAL * np.arange(len(values))
    table("b.csv", [title, "push (kN)", "shake 1 (m/s2)", "shake 2 (m/s2)"], [time, *values.T])
    words = ["--record", "b.csv", "--parameter", "damping_ratio=0.03", "--out", "b.h5"]
    assert respond(*CHECKPOINT, *words) == 0
    name = title.partition(" ")[0]
    assert f"interval 0.02 s (column '{name}'), 60 samples" in capsys.readouterr().out
    assert respond(*CHECKPOINT, *words, "--interval", "0.01", "--overwrite") == 2
    assert "interval = 0.01: must be that of the file, 0.02 s" in capsys.readouterr().err


def test_an_interval_above_the_columns_is_taken_and_not_contradicted(folder, capsys):
    values = histories()[0]
    titles = ["push (kN)", "shake 1 (m/s2)", "shake 2 (m/s2)"]
    table("b.csv", titles, values.T)
    Path("b.csv").write_text("# dt = 0.02 s\n" + Path("b.csv").read_text())
    words = ["--parameter", "damping_ratio=0.03", "--out", "b.h5", "--record"]
    assert respond(*CHECKPOINT, *words, "b.csv") == 0
    assert "interval 0.02 s (stated: '# dt = 0.02 s')" in capsys.readouterr().out
    assert respond(*CHECKPOINT, *words, "b.csv", "--interval", "0.01", "--overwrite") == 2
    assert "interval = 0.01: must be that of the file, 0.02 s" in capsys.readouterr().err
    Path("c.csv").write_text("# dt = 0.005\n" + Path("a.csv").read_text())
    assert respond(*CHECKPOINT, *words, "c.csv", "--overwrite") == 2
    assert "rise by 0.02 s (column 'time'), but above them stands 0.005" in capsys.readouterr().err


def test_another_interval_is_resampled_and_told(folder, capsys):
    time = 0.01 * np.arange(200)
    wave = np.sin(2.0 * np.pi * time)
    table(
        "fine.csv",
        ["time (s)", "push (kN)", "shake 1 (g)", "shake 2 (g)"],
        [time, wave, wave, wave],
    )
    words = ["--parameter", "damping_ratio=0.05", "--out", "fine.h5"]
    assert respond(*CHECKPOINT, "--record", "fine.csv", *words) == 0
    response = datasets.open_dataset("fine.h5")
    assert response.sizes["time"] == 100
    np.testing.assert_allclose(response["push"][0, 20:80], wave[40:160:2], atol=1e-3)
    assert "interval 0.01 s (column 'time'), resampled to 0.02 s" in capsys.readouterr().out


def test_a_dataset_with_targets_is_answered_and_compared(folder, capsys):
    values = histories()
    datasets.write_dataset(dataset(values), "two.h5")
    assert respond(*CHECKPOINT, "--record", "two.h5", "--part", "test", "--out", "b.h5") == 0
    response = datasets.open_dataset("b.h5")
    datasets.validate(response)
    assert response.sizes["record"] == 2
    expected = np.stack([answer_of(values[n], RATIOS[n]) for n in (2, 3)])
    np.testing.assert_allclose(response["sway"], expected[..., 0], rtol=1e-3, atol=1e-7)
    truth = np.cumsum(values[2:, :, :1], axis=1) * 1e-3
    np.testing.assert_allclose(response["sway_reference"], truth[..., 0], rtol=1e-4)
    *_, row, _ = capsys.readouterr().out.splitlines()
    error = metrics.evaluate(expected, truth)["NRMSE"].mean()
    assert float(row.split()[4]) == pytest.approx(error, rel=1e-3)


def test_a_dataset_without_targets_and_records_of_unlike_lengths(folder):
    values = histories().astype(np.float32)
    samples = [60, 30, 60, 45]
    for record, count in enumerate(samples):
        values[record, count:] = np.nan
    found = dataset(values, with_target=False)
    datasets.write_dataset(found.assign(samples=lengths.label(samples)), "two.h5")
    assert respond(*CHECKPOINT, "--record", "two.h5", "--out", "b.h5") == 0
    response = datasets.open_dataset("b.h5")
    datasets.validate(response)
    assert "sway_reference" not in response
    assert response["samples"].values.tolist() == samples
    expected = answer_of(values[1, :30], RATIOS[1])
    np.testing.assert_allclose(response["sway"][1, :30], expected[:, 0], rtol=1e-4)
    assert response["sway"][1, 30:].isnull().all()


def test_targets_of_another_interval_are_not_compared_with_a_word(folder, capsys):
    found = dataset(histories())
    found = found.assign_coords(time=("time", found["time"].values / 2, found["time"].attrs))
    datasets.write_dataset(found, "two.h5")
    assert respond(*CHECKPOINT, "--record", "two.h5", "--out", "b.h5") == 0
    told = capsys.readouterr()
    assert "sway of the file cannot be compared: they are sampled every 0.01 s" in told.err
    assert "sway_reference" not in datasets.open_dataset("b.h5")


def test_the_share_of_the_records_beyond_the_training_is_told(folder, capsys):
    values = histories()
    values[1, 7, 0] = 20.0
    datasets.write_dataset(dataset(values), "two.h5")
    words = ["--record", "two.h5", "--out", "b.h5"]
    assert respond(*CHECKPOINT, *words) == 0
    assert (
        "warning: 1 of 4 records (25%) have a peak of push above the 10 kN of the training "
        "records, up to 20: the surrogate extrapolates" in capsys.readouterr().err
    )
    assert respond(*CHECKPOINT, *words, "--parameter", "damping_ratio=0.5", "--overwrite") == 0
    told = capsys.readouterr()
    assert "damping_ratio = 0.5 is 22.5 standard deviations from the mean" in told.err
    assert "damping_ratio given, not that of the file" in told.out
    assert "not compared: it is that of another structure, by damping_ratio" in told.err
    assert "sway_reference" not in datasets.open_dataset("b.h5")


def test_arrays_of_a_numpy_file(folder):
    values = histories()[0]
    np.savez("a.npz", push=values[:, 0], shake=values[:, 1:], damping_ratio=0.03)
    words = ["--unit", "push=kN", "shake=m/s2", "--interval", "0.02", "--out", "b.h5"]
    assert respond(*CHECKPOINT, "--record", "a.npz", *words) == 0
    response = datasets.open_dataset("b.h5")
    np.testing.assert_allclose(response["sway"][0], answer_of(values, 0.03)[:, 0], rtol=1e-4)


def test_an_ensemble_of_several_inputs_with_its_spread(folder):
    save(untrained(partial(LSTM, hidden=4), INTERFACE, NUMBERS, seed=1), Path("b.ckpt"))
    words = ["--record", "a.csv", "--parameter", "damping_ratio=0.03", "--out", "b.h5"]
    assert respond("--checkpoint", "a.ckpt", "b.ckpt", *words) == 0
    values = np.hstack([histories()[0], np.full((60, 1), 0.03)])[None]
    each = [inference.respond(inference.load(name), values) for name in ("a.ckpt", "b.ckpt")]
    response = datasets.open_dataset("b.h5")
    np.testing.assert_allclose(
        response["sway"], np.mean(each, axis=0)[..., 0], rtol=1e-4, atol=1e-7
    )
    spread = np.std(each, axis=0, ddof=1)[..., 0]
    np.testing.assert_allclose(response["sway_spread"], spread, rtol=1e-3, atol=1e-7)


def test_points_of_a_function(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    x = ChannelGroup("x", "1", "point", "input", 2)
    y = ChannelGroup("y", "1", "value", "output", 1)
    numbers = {
        name: [0.0 if "mean" in name else 1.0] * (2 if "input" in name else 1) for name in NUMBERS
    }
    save(untrained(partial(MLP, hidden=[4]), Interface((x,), (y,), None), numbers), Path("a.ckpt"))
    points = np.random.default_rng(0).uniform(-1, 1, (30, 2))
    table("points.csv", ["a", "b"], points.T)
    assert respond(*CHECKPOINT, "--record", "points.csv", "--input", "x=a,b", "--out", "b.h5") == 0
    response = datasets.open_dataset("b.h5")
    datasets.validate(response)
    expected = inference.respond(inference.load("a.ckpt"), points)
    np.testing.assert_allclose(response["y"], expected, rtol=1e-5)
    assert "written to b.h5\n" in capsys.readouterr().out  # points have no history to draw
    assert not Path("b.png").exists()


def test_classes_are_told_by_their_names_and_images_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    x = ChannelGroup("x", "1", "point", "input", 2)
    label = ChannelGroup("label", "1", "kind", "", 2, classes=("calm", "wild"))
    numbers = {name: [0.0 if "mean" in name else 1.0] * 2 for name in NUMBERS}
    save(
        untrained(partial(MLP, hidden=[4]), Interface((x,), (label,), None), numbers),
        Path("a.ckpt"),
    )
    points = np.random.default_rng(0).uniform(-1, 1, (30, 2))
    table("points.csv", ["a", "b"], points.T)
    words = ["--record", "points.csv", "--input", "x=a,b", "--out", "b.h5"]
    assert respond(*CHECKPOINT, *words) == 0
    scores = inference.respond(inference.load("a.ckpt"), points)
    response = datasets.open_dataset("b.h5")
    assert np.array_equal(response["label"], scores.argmax(axis=1))
    row = next(line for line in capsys.readouterr().out.splitlines() if "label wild" in line)
    assert int(row.split()[-1]) == int((scores.argmax(axis=1) == 1).sum())
    image = ChannelGroup("image", "1", "picture", "channel", 1, pixels=(2, 2))
    with pytest.raises(ValueError, match="takes images: `surrogate predict` answers a dataset"):
        dynamic(Interface((image,), (label,), None))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--record", "less.csv"], "no column 'shake 2' for the input shake of the surrogate, it"),
        (["--record", "nounit.csv"], "nounit.csv: the unit of push is not stated: give one"),
        (["--record", "notime.csv"], "has no column of times: give --interval S, or --input time"),
        (["--interval", "0.01"], "a.csv: interval = 0.01: must be that of the file, 0.02 s"),
        (["--input", "wind=F"], "--input names 'wind': the surrogate takes push, shake, with the"),
        (["--input", "push=G"], "no column 'G' for the input push of the surrogate"),
        (["--input", "push"], "--input 'push': write NAME=VALUE"),
        (["--unit", "kN"], "--unit kN: the surrogate takes push, shake, write NAME=kN"),
        (
            ["--unit", "push=kg"],
            "push has the unit 'kg', the surrogate takes kN: choose from kN, N, MN, lbf, kip, kgf,",
        ),
        (["--unit", "push=N"], "--unit push=N: must be that of the file, kN, or be left out"),
        (["--record", "two.h5", "--unit", "push=N"], "--unit push=N: must be that of the file, kN"),
        (["--record", "two.h5", "--interval", "1"], "interval = 1: must be that of the file, 0.02"),
        (["--record", "two.h5", "--component", "NS"], "is for accelerograms, two.h5 is a dataset"),
        (["--unit", "wind=N"], "--unit names 'wind': the surrogate takes push, shake"),
        (["--peak", "3"], "--peak scales a single input, the surrogate takes push, shake"),
        (["--component", "NS"], "--component NS: is for accelerograms"),
        (["--part", "test"], "--part test is for datasets, a.csv is none"),
        (["--record", "two.h5", "--part", "holdout"], "two.h5 has no holdout part, it has train"),
        (["--record", "one.h5"], "one.h5 has no variable 'shake', an input of the surrogate"),
        (
            ["--record", "moving.csv"],
            "the parameter damping_ratio is from 0 to 59 in damping_ratio",
        ),
        (["--parameter", "mass=3"], "takes no parameter 'mass', it takes damping_ratio"),
        (["--reference"], "--reference: the simulator takes base_acceleration or force alone"),
    ],
)
def test_errors_of_the_user_are_one_line_and_leave_nothing(folder, capsys, arguments, message):
    values = histories()[0]
    time = INTERVAL * np.arange(len(values))
    titles = ["time (s)", "push (kN)", "shake 1 (m/s2)", "shake 2 (m/s2)"]
    table("less.csv", titles[:3], [time, *values.T[:2]])
    table("nounit.csv", ["time", "push", "shake 1", "shake 2"], [time, *values.T])
    table("notime.csv", titles[1:], values.T)
    table("moving.csv", [*titles, "damping_ratio"], [time, *values.T, np.arange(60)])
    datasets.write_dataset(dataset(histories()), "two.h5")
    datasets.write_dataset(dataset(histories()).drop_vars("shake"), "one.h5")
    before = set(folder.rglob("*"))
    given = [] if "moving.csv" in arguments else ["--parameter", "damping_ratio=0.03"]
    usual = [*CHECKPOINT, "--record", "a.csv", "--out", "b.h5"]
    assert respond(*usual, *given, *arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert len(error.splitlines()) == 1
    assert set(folder.rglob("*")) == before


def test_a_parameter_without_a_value_is_asked_for(folder, capsys):
    assert respond(*CHECKPOINT, "--record", "a.csv", "--out", "b.h5") == 2
    error = capsys.readouterr().err
    assert "parameter damping_ratio needs a value, neither the file nor the recipe" in error
    assert "give --parameter damping_ratio=... (1 x 1)" in error


@pytest.mark.parametrize("line", ["# delta = 0.005", "# 0.005 s interval"])
def test_other_words_for_an_interval_are_compared_with_the_one_that_is_given(folder, capsys, line):
    table("b.csv", ["push (kN)", "shake 1 (m/s2)", "shake 2 (m/s2)"], histories()[0].T)
    Path("b.csv").write_text(f"{line}\n" + Path("b.csv").read_text())
    words = ["--record", "b.csv", "--parameter", "damping_ratio=0.03", "--out", "b.h5"]
    assert respond(*CHECKPOINT, *words, "--interval", "0.01") == 2
    assert "interval = 0.01: must be that of the file, 0.005 s" in capsys.readouterr().err


def test_times_that_are_written_twice_are_refused_with_their_place(folder, capsys):
    values = histories()[0]
    time = INTERVAL * (np.arange(len(values)) // 2)
    table("b.csv", ["time (s)", "push (kN)", "shake 1 (m/s2)", "shake 2 (m/s2)"], [time, *values.T])
    words = ["--record", "b.csv", "--parameter", "damping_ratio=0.03", "--out", "b.h5"]
    assert respond(*CHECKPOINT, *words) == 2
    error = capsys.readouterr().err
    assert "time does not rise at sample 0: it goes 0, 0 s" in error
    assert "remove the repeats, or remove the column and give --interval S" in error


def test_one_column_for_two_channels_is_refused(folder, capsys):
    words = ["--record", "a.csv", "--parameter", "damping_ratio=0.03", "--out", "b.h5"]
    assert respond(*CHECKPOINT, *words, "--input", "shake=push,push") == 2
    assert "--input shake=push,push names the column 'push' twice" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (0.03 + 1j, r"parameter damping_ratio = \(0\.03\+1j\): must be real numbers"),
        ("low", "parameter damping_ratio = 'low': must be real numbers"),
        (np.ma.masked_array([0.03], mask=[True]), "damping_ratio is a masked array"),
    ],
)
def test_parameters_that_are_no_real_numbers_are_refused(folder, given, message):
    with pytest.raises(ValueError, match=message):
        surrogate.respond(inference.load("a.ckpt"), histories()[:1], {"damping_ratio": given})


@pytest.mark.parametrize("mark", [-9999.0, -999.0, 9999.0])
def test_marks_of_missing_samples_are_refused(folder, capsys, mark):
    values = histories()[0]
    values[[7, 9], 0] = mark
    time = INTERVAL * np.arange(len(values))
    table("b.csv", ["time (s)", "push (kN)", "shake 1 (m/s2)", "shake 2 (m/s2)"], [time, *values.T])
    words = ["--record", "b.csv", "--parameter", "damping_ratio=0.03", "--out", "b.h5"]
    assert respond(*CHECKPOINT, *words) == 2
    error = capsys.readouterr().err
    assert f"sample 7 of push ('push') is {mark:g}, a usual mark of missing samples (2" in error


def spoil(content, what):
    """A checkpoint that states what no training writes."""
    target = content["interface"]["targets"][0]
    weights = content["state_dict"]
    if what == "integers":
        name = next(name for name in weights if name.startswith("network."))
        weights[name] = weights[name].to(torch.int64)
    elif what == "peak":
        weights["input_peak"] = torch.ones(3)
    else:
        target["variable"] = what


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("push", "'push' is named twice among inputs and targets"),
        ("../sway", "must be a name without '/' and more than dots, got '../sway'"),
        ("..", "must be a name without '/' and more than dots, got '..'"),
        ("integers", "holds torch.int64, must hold floating-point numbers"),
        ("peak", "input_peak must hold 4 numbers, got 3"),
    ],
)
def test_spoilt_checkpoints_are_refused_in_one_line(folder, capsys, what, message):
    content = torch.load("a.ckpt")
    spoil(content, what)
    torch.save(content, "a.ckpt")
    words = ["--record", "a.csv", "--parameter", "damping_ratio=0.03", "--out", "b.h5"]
    assert respond(*CHECKPOINT, *words) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1


def test_an_accelerogram_is_refused_where_the_unit_of_the_surrogate_is_unknown(folder, capsys):
    shake = ChannelGroup("shake", "unknown", "of the base", "", 1)
    numbers = {name: values[:1] for name, values in NUMBERS.items()}
    made = untrained(partial(LSTM, hidden=4), Interface((shake,), (SWAY,), STEP), numbers)
    save(made, Path("c.ckpt"))
    Path("record.txt").write_text("\n".join(FILES["COSMOS"][0]) + "\n")
    assert respond("--checkpoint", "c.ckpt", "--record", "record.txt", "--out", "b.h5") == 2
    assert "the unit of shake of the surrogate is unknown" in capsys.readouterr().err


def test_one_column_for_two_inputs_is_told(folder, capsys):
    """It may be meant, as where two supports move alike."""
    values = histories()[0]
    table("one.csv", ["time (s)", "all", "b"], [INTERVAL * np.arange(60), *values.T[:2]])
    words = ["--record", "one.csv", "--parameter", "damping_ratio=0.03", "--out", "b.h5"]
    words += ["--input", "push=all", "shake=all,b", "--unit", "push=kN", "shake=m/s2"]
    assert respond(*CHECKPOINT, *words) == 0
    told = capsys.readouterr().err
    assert "warning: one.csv: the inputs push and shake are both from 'all': is that meant?" in told


def test_a_blank_line_without_times_is_refused(folder, capsys):
    values = histories()[0]
    table("b.csv", ["push (kN)", "shake 1 (m/s2)", "shake 2 (m/s2)"], values.T)
    lines = Path("b.csv").read_text().splitlines()
    lines[20] = ""
    Path("b.csv").write_text("\n".join(lines) + "\n")
    words = ["--record", "b.csv", "--parameter", "damping_ratio=0.03", "--out", "b.h5"]
    assert respond(*CHECKPOINT, *words, "--interval", "0.02") == 2
    assert "line 21 is blank: without times a sample that is missing" in capsys.readouterr().err
